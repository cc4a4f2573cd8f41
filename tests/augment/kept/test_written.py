"""Pipelines as they are written: for the library, as Graft's own text, as a script, as a link, and what is refused."""

from pathlib import Path

import pytest

from core.augment import presets
from core.augment.code import python_code
from core.augment.exchange.text import dump_albumentations, only_graft
from core.augment.link import Shared, packed, unpacked
from core.augment.pipeline import Pipeline, check
from core.augment.saved import delete, listed, load, save
from core.augment.steps import default_step, describe, needs_references, summarise
from core.augment.strip import numeric, strip
from core.data.geometry import Geometry
from core.errors import GraftError
from core.experiment import PipelineSpec, Step
from tests.augment.kept.variations import GEOMETRY, LARGE
from tests.recorded import Recorded


def step(name, p=0.75, **more):
    return default_step(name).model_copy(update={"p": p} | more)


CHOICE = step("OneOf", 0.5, options=(step("Blur", 0.6), step("Erasing", 0.2), step("Rotate", 0.3, enabled=False)))
LIBRARY_CHOICE = step("OneOf", 1.0, options=(step("GaussianBlur", 1.0), step("Affine", 0.25)))
WEAK = step("OneOf", options=(step("HorizontalFlip", 0.5), step("Rotate", 1.0, params={"limit": 0, "fill": "black"})))
SPECS = {
    "nothing": PipelineSpec(),
    "no strength": PipelineSpec(steps=(step("Rotate"),), strength=0),
    "all off": PipelineSpec(steps=(step("Rotate", enabled=False), step("Blur", 0.0))),
    "medium": presets.PRESETS["medium"],
    "strong, halved": presets.PRESETS["strong"].model_copy(update={"strength": 0.5}),
    "choices": PipelineSpec(steps=(CHOICE, LIBRARY_CHOICE, step("Blur", enabled=False), WEAK)),
    "choices, halved": PipelineSpec(steps=(WEAK, CHOICE), strength=0.5),
    "namesakes": PipelineSpec(
        steps=(step("Rotate"), step("Blur", 1.0), step("Rotate", 0.125), step("ElasticTransform"))
    ),
    "own": PipelineSpec(steps=(step("AugMix"), step("XYMasking"), step("OverlayElements"), step("RandomSizedCrop"))),
    "a choice of others": PipelineSpec(steps=(step("OneOf", options=(step("Blur"), step("FDA"))),)),
    "others": PipelineSpec(steps=(step("FDA"), step("HistogramMatching", 0.0))),
}  # fmt: skip
WRONG = {
    "unknown": PipelineSpec(steps=(step("Rotate"), Step(transform="Rotates"))),
    "refused by the library": PipelineSpec(
        steps=(
            step("Crop", params=default_step("Crop").params | {"x_min": 500}),
            step("AdvancedBlur", params={"beta_limit": [2, 3]}),
        )
    ),
    "two wrong": PipelineSpec(steps=(step("Rotate", params={"limit": -1}), step("Blur", params={"blur_limit": [1]}))),
    "a wrong option": PipelineSpec(steps=(step("OneOf", options=(step("Rotate", params={"limit": 999}),)),)),
}


@pytest.fixture(scope="module")
def recorded():
    return Recorded(Path(__file__).with_name("written.txt"))


def message(call, *arguments):
    try:
        return str(call(*arguments))
    except GraftError as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("name", SPECS)
def test_files_are_written_as_they_were(name, recorded):
    spec = SPECS[name]
    lines = [
        f"{summarise(spec)}; others {needs_references(spec)}; only here {only_graft(spec, GEOMETRY)}",
        *(describe(one, spec.strength) for one in spec.steps),
        dump_albumentations(spec, Geometry(96, 110, "bicubic"), 17, "yaml"),
        presets.dump_pipeline(spec),
        message(Pipeline, spec, GEOMETRY)[:200] if needs_references(spec) else "",
    ]
    recorded.check(name, "\n".join(lines))
    assert unpacked(packed(Shared(pipeline=spec, seed=3, views=5))) == Shared(pipeline=spec, seed=3, views=5)
    assert dump_albumentations(spec, GEOMETRY, 1).startswith('{\n  "__version__": "2.0.8",\n  "transform": {\n')


@pytest.mark.parametrize("name", SPECS)
def test_scripts_are_written_as_they_were(name, recorded):
    """All but the source that is pasted into them."""
    text = python_code(SPECS[name], LARGE, 23)
    head, _, rest = text.partition("\n\n\n")
    recorded.check(f"script: {name}", f"{head}\n...\n{rest[rest.index('# The pipeline. A stage') :]}")


def test_the_pasted_source_is_that_of_the_modules(recorded):
    text = python_code(SPECS["own"], GEOMETRY, 0)
    defined = [line.split(" = ")[0].rstrip(":") for line in text.split("\n") if line[:1].isalpha() or line[:1] == "_"]
    recorded.check("the names of a script", "\n".join(defined))


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_as_it_was(name, recorded):
    recorded.check(f"wrong: {name}", message(check, WRONG[name]))


def test_names_and_files_of_pipelines_are_told_as_they_were(recorded, tmp_path):
    spec, lines = SPECS["medium"], []
    for name in ("A b", "a-B", "  twice   spaced ", "", "x" * 80, "x" * 81, "tab\tinside", "bell\a", "A b"):
        lines.append(message(save, tmp_path, name, spec))
    save(tmp_path, "A b", SPECS["nothing"], replace=True)
    folder = tmp_path / "pipelines"
    (folder / "damaged.yaml").write_text("steps: 3")
    (folder / "large.yaml").write_bytes(b"#" * 1_000_001)
    (tmp_path / "whole.yaml").write_bytes(b"#" * 1_000_000)
    assert len(presets.text_of(tmp_path / "whole.yaml")) == 1_000_000
    (folder / "latin.yaml").write_bytes(b"\xff\xfe\x00")
    lines += [f"{one.name} | {one.path.name} | {one.pipeline and len(one.pipeline.steps)} | {one.problem}"
              for one in listed(tmp_path)]  # fmt: skip
    lines += [message(load, tmp_path, name) for name in ("A b", "damaged.yaml", "a b", "none")]
    delete(tmp_path, "a-B")
    lines += [message(load, tmp_path, "a-B"), message(delete, tmp_path, "a-B"), message(load, tmp_path / "no", "x")]
    lines += [
        message(presets.take_pipeline, name) for name in ("", "lite", "light", "none.yaml", "none.JSON", "none.txt")
    ]
    lines += [message(presets.read_screened, name) for name in ("Rotate", "rotate", "medium")]
    lines.append(message(presets.take_pipeline, str(folder / "large.yaml")))
    recorded.check("saved", "\n".join(lines).replace(str(tmp_path), "FOLDER").replace("PosixPath", "Path"))


@pytest.mark.parametrize("name", ["Rotate", "Crop", "Posterize", "AdvancedBlur", "GaussianBlur", "CLAHE", "AugMix"])
def test_strips_are_as_they_were(name, recorded):
    one = default_step(name).model_copy(update={"enabled": False, "p": 0.25})
    lines = []
    for knob in numeric(name):
        for count in (2, 5):
            found = [(value, made.params[knob.name], made.p, made.enabled) for value, made in strip(one, knob, count)]
            lines.append(f"{knob.name} {count}: {found}")
    lines.append(message(strip, one, numeric(name)[0], 1))
    recorded.check(f"strip: {name}", "\n".join(lines))
