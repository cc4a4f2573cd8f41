import json

import pytest

from core.errors import InvalidExperiment
from core.experiment import DataSpec, Experiment, Phase, PipelineSpec, Reading, Recipe, SplitSpec, Step

PLAIN = Experiment(data=DataSpec(source="sample:stamps"), phases=(Phase(stages=("head",), epochs=3),))


def test_yaml_and_json_read_back_the_same_experiment():
    whole = PLAIN.changed(pipeline=PipelineSpec(steps=(Step(transform="Rotate", params={"limit": 10}),)), views="fresh")
    assert Experiment.from_text(whole.to_yaml()) == whole
    assert Experiment.from_text(json.dumps(whole.model_dump(mode="json"))) == whole


def test_the_digest_names_the_content():
    assert PLAIN.digest == Experiment.from_text(PLAIN.to_yaml()).digest
    assert PLAIN.changed(seed=1).digest != PLAIN.digest


def test_all_problems_are_reported_together_and_unknown_keys_refused():
    with pytest.raises(InvalidExperiment) as caught:
        Experiment.parse({"data": {"source": 3, "shape": 1}, "phases": [], "recipe": {"batch_size": 0}})
    for part in ("data.source", "data.shape", "phases", "recipe.batch_size"):
        assert part in str(caught.value)


def test_parts_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        PLAIN.seed = 3  # type: ignore[misc]


def test_shares_must_leave_something_to_train():
    with pytest.raises(ValueError, match="training"):
        SplitSpec(val=0.5, test=0.5)


def test_not_a_number_is_refused():
    with pytest.raises(ValueError, match="finite"):
        Recipe(learning_rate=float("nan"))


@pytest.mark.parametrize(("views", "numbers"), [("fresh", [0, 1, 2, 3, 4]), (2, [0, 1, 0, 1, 0]), (1, [0, 0, 0, 0, 0])])
def test_which_view_an_epoch_shows(views, numbers):
    assert [PLAIN.changed(views=views).view_number(epoch) for epoch in range(5)] == numbers


def test_a_file_that_is_no_experiment(tmp_path):
    path = tmp_path / "e.yaml"
    path.write_text("a: [unclosed")
    with pytest.raises(InvalidExperiment, match="neither JSON nor YAML"):
        Experiment.from_file(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidExperiment, match="cannot be read"):
        Experiment.from_file(path)
    with pytest.raises(InvalidExperiment, match="cannot be read"):
        Experiment.from_file(tmp_path / "missing.yaml")


@pytest.mark.parametrize(
    "text", ["!!bool maybe", "!!timestamp x", "a: &a {b: 1}\nc: {<<: [*a, *a]}", "a: [", "&a [*a]"]
)
def test_hostile_yaml_is_refused_with_a_reason(text):
    with pytest.raises(InvalidExperiment):
        Experiment.from_text(text)


def test_a_data_set_that_explains_itself_is_digested_as_before_it_could_be_explained():
    assert "reading" not in PLAIN.model_dump()["data"]
    assert PLAIN.digest == "2167ac3854b9"  # as of the first release
    other = PLAIN.changed(data=DataSpec(source="sample:stamps", reading=Reading(layout="only:color")))
    assert other.digest != PLAIN.digest
    assert Experiment.from_text(other.to_yaml()).data.reading.layout == "only:color"


@pytest.mark.parametrize("layout", ["", "class", "only:", "CSV", "only:" + "a" * 1001])
def test_a_layout_that_does_not_exist(layout):
    with pytest.raises(InvalidExperiment, match="layout"):
        Experiment.parse(PLAIN.model_dump() | {"data": {"source": "x", "reading": {"layout": layout}}})
