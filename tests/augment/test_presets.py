import json

import pytest

from core.augment.pipeline import check
from core.augment.presets import CHOICES, PRESETS, dump_pipeline, parse_pipeline, read_pipeline, text_of
from core.augment.steps import default_step
from core.errors import InvalidPipeline, UnknownTransform
from core.experiment import PipelineSpec, Step

SPEC = PipelineSpec(steps=(default_step("Rotate"), default_step("ToGray")), strength=0.5)


def test_presets_are_valid_and_write_every_parameter_out():
    assert list(PRESETS) == ["none", "light", "medium", "strong"] == [preset.name for preset in CHOICES]
    assert PRESETS["none"].steps == ()
    assert 0 < len(PRESETS["light"].steps) <= len(PRESETS["medium"].steps) < len(PRESETS["strong"].steps)
    for preset in CHOICES:
        check(preset.pipeline)
        assert preset.title
        assert preset.explanation.endswith(".")
        for step in preset.pipeline.steps:
            assert set(step.params) == set(default_step(step.transform).params)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_read_by_name_and_survives_yaml_and_json(name):
    spec = read_pipeline(name)
    assert spec is PRESETS[name]
    assert parse_pipeline(dump_pipeline(spec)) == spec
    assert parse_pipeline(spec.model_dump_json()) == spec


@pytest.mark.parametrize("suffix", ["json", "yaml", "yml", "txt"])
def test_a_pipeline_is_read_from_a_file(tmp_path, suffix):
    path = tmp_path / f"mine.{suffix}"
    path.write_text(json.dumps(SPEC.model_dump(mode="json")) if suffix == "json" else dump_pipeline(SPEC))
    assert read_pipeline(str(path)) == SPEC


def test_an_unknown_preset_lists_the_presets():
    with pytest.raises(UnknownTransform, match=r"'mediun'. Did you mean medium\?.*none, light, medium, strong.*file"):
        read_pipeline("mediun")


@pytest.mark.parametrize("name", ["no/such/pipeline.yaml", "x" * 400 + ".yaml", "nul\0.json"])
def test_a_file_that_is_not_there_is_said_to_be_so(name):
    with pytest.raises(InvalidPipeline, match="There is no pipeline file"):
        read_pipeline(name)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "does not hold a pipeline"),
        ("[1, 2]", "does not hold a pipeline"),
        ("steps: [", "neither JSON nor YAML"),
        ("!!python/object/apply:os.getcwd []", "neither JSON nor YAML"),
        ("strength: 3", "strength: .*less than or equal to 2"),
        ("steps: [{transform: Rotate, q: 1}]", "steps.0.q"),
        ("steps: [{transform: Rotate, params: {limit: 999}}]", r"Step 1 \(Rotate\): limit"),
        (b"\xff\xfe\x00", "cannot be read"),
        ("#" * 1_000_001, "larger than 1 MB"),
    ],
)
def test_wrong_content_is_refused_with_the_file_and_the_reason(tmp_path, content, reason):
    path = tmp_path / "mine.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InvalidPipeline, match=rf"mine\.yaml'.*{reason}"):
        read_pipeline(str(path))


def test_a_folder_is_no_pipeline(tmp_path):
    with pytest.raises(InvalidPipeline, match="cannot be read"):
        read_pipeline(str(tmp_path))


def test_an_unknown_transform_in_a_file_names_the_file(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(dump_pipeline(PipelineSpec(steps=(Step(transform="Flip"),))))
    with pytest.raises(UnknownTransform, match=r"mine\.yaml'.*Step 1 \(Flip\).*HorizontalFlip"):
        read_pipeline(str(path))


@pytest.mark.parametrize("size", [1_000_000, 1_000_001])
def test_a_file_of_a_megabyte_is_read_and_a_larger_one_is_not(tmp_path, size):
    path = tmp_path / "p.yaml"
    path.write_text("#" * size)
    if size > 1_000_000:
        with pytest.raises(InvalidPipeline, match="larger than 1 MB"):
            text_of(path)
    else:
        assert len(text_of(path)) == size
