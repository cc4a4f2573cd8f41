"""What comes of pipelines of other programs and versions, with every note and every refusal, word for word."""

import json
from pathlib import Path

import pytest

from core.augment.catalogue import ONE_OF, TRANSFORMS
from core.augment.exchange import defaults
from core.augment.exchange.library import known_arguments
from core.augment.exchange.old import to_current_version
from core.augment.exchange.text import dump_albumentations, read_any
from core.augment.steps import default_step
from core.errors import GraftError
from core.experiment import PipelineSpec
from tests.augment.kept.foreign_files import NEW, OLD, RESIZE, TEXTS, WHOLE, bare, one, whole
from tests.augment.kept.variations import varied
from tests.recorded import Recorded

CLASSES = list(dict.fromkeys(default.name for default in defaults._DEFAULTS))
VERSIONS = sorted({default.until for default in defaults._DEFAULTS})

GIVEN = (
    {"border_mode": 0, "mode": None}, {"std_range": [0, 1], "sigma_limit": 3}, {"max_holes": 3, "p": 1}, {},
    {"max_height": 2, "hole_width_range": None, "hue": 0}, {"alpha": 9, "scale": 2, "threshold_range": 1},
)  # fmt: skip


@pytest.fixture(scope="module")
def recorded():
    return Recorded(Path(__file__).with_name("read.txt"))


def told(values, *, text=""):
    """Everything that is read, or the refusal."""
    try:
        taken = read_any(text or json.dumps(values), "The file 'f.json'")
    except GraftError as refused:
        return f"{type(refused).__name__}: {refused}"
    steps = [json.dumps(step.model_dump(mode="json", exclude_defaults=True)) for step in taken.spec.steps]
    strength = [f"strength {taken.spec.strength}"] if taken.spec.strength != 1 else []
    rest = [f"seed {taken.seed}, name {taken.name!r}"] if taken.seed is not None or taken.name else []
    return "\n".join([*steps, *strength, *rest, *(f"note: {note}" for note in taken.notes)]) or "empty"


@pytest.mark.parametrize("name", OLD)
def test_what_old_versions_wrote_comes_in_as_it_did(name, recorded):
    recorded.check(f"old: {name}", f"{told(whole(OLD[name]))}\nresized: {told(whole(RESIZE, OLD[name]))}")


@pytest.mark.parametrize("name", NEW)
def test_what_this_version_writes_comes_in_as_it_did(name, recorded):
    recorded.check(f"new: {name}", told(whole(NEW[name])))


@pytest.mark.parametrize("name", WHOLE)
def test_whole_files_come_in_as_they_did(name, recorded):
    recorded.check(f"whole: {name}", told(WHOLE[name]))


@pytest.mark.parametrize("name", TEXTS)
def test_texts_are_read_as_they_were(name, recorded):
    recorded.check(f"text: {name}", told(None, text=TEXTS[name]) if TEXTS[name] else told("", text=" "))


@pytest.mark.parametrize("count", [200, 201])
def test_a_file_of_two_hundred_transforms_is_the_largest(count):
    flip = one("HorizontalFlip")
    text = told(whole(*[flip] * count))
    assert text.count("HorizontalFlip") == (200 if count == 200 else 0)
    assert (text == "InvalidPipeline: The file has more than 200 transforms; that is no pipeline.") == (count > 200)


@pytest.mark.parametrize("name", CLASSES)
def test_what_is_left_out_is_filled_in_as_it_was(name, recorded):
    """For each version from which a default was another, what the version before it and that version left out."""
    lines = []
    for major, minor, patch in VERSIONS:
        for version in ((major, minor, patch), (major, minor, patch - 1) if patch else (major - 1, 9, 9)):
            found = defaults.left_out(name, {"p": 0.3}, version)
            lines.append(f"{version}: {found} {defaults.described(found, version) if found else ''}")
    lines += [f"{given}: {defaults.left_out(name, given, (0, 5, 2))}" for given in GIVEN]
    lines.append(told(whole(RESIZE, bare(name), version="1.3.1")))
    recorded.check(f"left out: {name}", "\n".join(lines))


@pytest.mark.parametrize("name", OLD)
def test_old_words_are_translated_as_they_were(name, recorded):
    config = OLD[name]
    kwargs = {key: value for key, value in config.items() if key not in ("__class_fullname__", "p", "always_apply")}
    lines = []
    for side in (None, 100):
        found = to_current_version(config["__class_fullname__"], kwargs, known_arguments, side)
        lines.append(f"{side}: {found.name} {sorted(found.arguments.items())} {found.notes} {found.problems}")
    recorded.check(f"translated: {name}", "\n".join(lines))


@pytest.mark.parametrize("name", [name for name in TRANSFORMS if name != ONE_OF])
def test_each_parameter_comes_back_from_the_librarys_part(name, recorded):
    lines = []
    for label, step, geometry in varied(name):
        kept = step.model_copy(update={"p": 0.25})
        try:
            document = json.loads(dump_albumentations(PipelineSpec(steps=(kept,)), geometry, 5))
        except GraftError as refused:
            lines.append(f"{label}: {refused}")
            continue
        document.pop("graft")
        back = told(document)
        same = json.dumps(kept.model_dump(mode="json", exclude_defaults=True))
        lines.append(f"{label}: {back.replace(same, 'as it was')}")
    recorded.check(f"back: {name}", "\n".join(lines))


def test_a_choice_comes_back_from_the_librarys_part(recorded):
    step = default_step(ONE_OF)
    document = json.loads(dump_albumentations(PipelineSpec(steps=(step,)), next(varied(ONE_OF))[2], 5))
    document.pop("graft")
    recorded.check("back: a choice", told(document))


def test_a_part_that_was_edited_is_read_and_told(recorded):
    spec = PipelineSpec(steps=(default_step("Rotate"), default_step("Erasing")), strength=0.5)
    document = json.loads(dump_albumentations(spec, next(varied("Rotate"))[2], 5))
    document["transform"]["transforms"][0]["p"] = 0.125
    recorded.check("edited", told(document))
    document["graft"]["digest"] = None
    document["transform"]["transforms"].append(one("Sunrise"))
    recorded.check("edited wrongly", told(document))
