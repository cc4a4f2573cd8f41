import json

import pytest

from core.errors import InvalidExperiment
from core.experiment import (
    BackboneSpec,
    DataSpec,
    Experiment,
    Phase,
    PipelineSpec,
    Reading,
    Recipe,
    SplitSpec,
    Step,
    parse,
)

PLAIN = Experiment(data=DataSpec(source="sample:stamps"), phases=(Phase(stages=("head",), epochs=3),))


def test_yaml_and_json_read_back_the_same_experiment():
    whole = PLAIN.changed(pipeline=PipelineSpec(steps=(Step(transform="Rotate", params={"limit": 10}),)), views="fresh")
    assert Experiment.from_text(whole.to_yaml()) == whole
    assert Experiment.from_text(json.dumps(whole.model_dump(mode="json"))) == whole


def test_the_digest_names_the_content():
    assert PLAIN.digest == Experiment.from_text(PLAIN.to_yaml()).digest
    assert PLAIN.changed(seed=1).digest != PLAIN.digest


CHOSEN = Experiment(  # nothing in it is as it would be without being set
    data=DataSpec(source="sample:signs", split=SplitSpec(val=0.31, test=0.11, seed=4)),
    pipeline=PipelineSpec(steps=(Step(transform="Rotate", p=0.3),), strength=0.7),
    backbone=BackboneSpec(name="resnet18", weights="none", image_size=96, crop="weights"),
    phases=(Phase(stages=("head",), epochs=2), Phase(stages=("layer4", "head"), epochs=3, learning_rate=0.004)),
    recipe=Recipe(optimizer="sgd", batch_size=7, patience=3), views=5, seed=11,
)  # fmt: skip


def test_digests_of_earlier_runs_stay_what_they_were():
    """Of version 0.1.0: a store full of runs knows them by these."""
    assert (PLAIN.digest, CHOSEN.digest) == ("2167ac3854b9", "ba821b0de0ae")
    for one in (PLAIN, CHOSEN):
        assert Experiment.from_text(one.to_yaml()).digest == one.digest


def leaves(value, path=()):
    """Every field of a dumped experiment, by its path."""
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in leaves(inner, (*path, key))]
    if isinstance(value, list | tuple) and value and isinstance(value[0], dict):
        return [leaf for n, inner in enumerate(value) for leaf in leaves(inner, (*path, n))]
    return [path]


def test_every_field_is_in_the_digest():
    plain, chosen = (one.model_dump(mode="json") for one in (PLAIN, CHOSEN))
    digests = {PLAIN.digest}
    fields = [path for path in leaves(plain) if path[0] in ("data", "backbone", "recipe", "views", "seed", "pipeline")]
    assert len(fields) > 25
    for path in fields:
        values = json.loads(json.dumps(plain))
        place = values
        for key in path[:-1]:
            place = place[key]
        other = {"recipe": Recipe(
            optimizer="sgd", learning_rate=0.5, weight_decay=0.5, layer_decay=0.5, schedule="step", warmup=0.4,
            batch_size=3, label_smoothing=0.3, class_weights="balanced", clip_norm=3, patience=4, monitor="accuracy",
            mixup=0.1, cutmix=0.3, precision="bf16",
        ).model_dump()}.get(path[0])  # fmt: skip
        source = other if other else chosen
        for key in path[1:] if other else path:
            source = source[key] if not isinstance(source, list) or source else source
        place[path[-1]] = source if source != place[path[-1]] else "another"
        digests.add(Experiment.parse(values).digest)
    assert len(digests) == len(fields) + 1


@pytest.mark.parametrize(
    ("kind", "field", "inside", "outside"),
    [
        (SplitSpec, "val", (0.05, 0.6), (0.0499, 0.601)),
        (SplitSpec, "test", (0.0, 0.6), (-0.001, 0.601)),
        (SplitSpec, "seed", (0, 2**31 - 1), (-1, 2**31)),
        (Step, "p", (0.0, 1.0), (-0.01, 1.01)),
        (PipelineSpec, "strength", (0.0, 2.0), (-0.01, 2.01)),
        (BackboneSpec, "image_size", (32, 1024, None), (31, 1025)),
        (Phase, "epochs", (1, 1000), (0, 1001)),
        (Phase, "learning_rate", (1e-9, 10, None), (0, 10.1)),
        (Recipe, "learning_rate", (1e-9, 10), (0, 10.1)),
        (Recipe, "weight_decay", (0, 1), (-0.01, 1.01)),
        (Recipe, "layer_decay", (0.001, 1), (0, 1.01)),
        (Recipe, "warmup", (0, 0.5), (-0.01, 0.51)),
        (Recipe, "batch_size", (1, 1024), (0, 1025)),
        (Recipe, "label_smoothing", (0, 0.5), (-0.01, 0.51)),
        (Recipe, "clip_norm", (0, 100), (-0.1, 100.1)),
        (Recipe, "patience", (0, 1000), (-1, 1001)),
        (Recipe, "mixup", (0, 10), (-0.1, 10.1)),
        (Recipe, "cutmix", (0, 10), (-0.1, 10.1)),
        (Experiment, "views", (1, 1000, "fresh"), (0, 1001, "new")),
        (Experiment, "seed", (0, 2**31 - 1), (-1, 2**31)),
    ],
)
def test_numbers_are_taken_up_to_their_bounds_and_not_beyond(kind, field, inside, outside):
    base = {
        SplitSpec: {"val": 0.1, "test": 0.1}, Step: {"transform": "Rotate"}, Phase: {"stages": ["head"], "epochs": 1},
        Experiment: {"data": {"source": "x"}, "phases": [{"stages": ["head"], "epochs": 1}]},
    }.get(kind, {})  # fmt: skip
    for value in inside:
        assert getattr(parse(kind, base | {field: value}), field) == value
    for value in outside:
        with pytest.raises(InvalidExperiment, match=field):
            parse(kind, base | {field: value})


@pytest.mark.parametrize(("val", "test", "fits"), [(0.5, 0.3, True), (0.2, 0.6, True), (0.51, 0.3, False)])
def test_a_fifth_is_left_to_train(val, test, fits):
    if fits:
        assert SplitSpec(val=val, test=test).test == test
    else:
        with pytest.raises(ValueError, match=r"less than 0\.2"):
            SplitSpec(val=val, test=test)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, None), ({"views": "fresh"}, "phase 2 is fitted on kept features"),
        ({"recipe": Recipe(mixup=0.1)}, "phase 2 is fitted"), ({"recipe": Recipe(cutmix=0.1)}, "phase 2 is fitted"),
        ({"phases": (Phase(stages=("layer4", "head"), epochs=1, solver="lbfgs"),)}, "phase 1 cannot be fitted"),
    ],
)  # fmt: skip
def test_only_a_head_on_kept_features_is_solved(change, said):
    phases = (Phase(stages=("layer4", "head"), epochs=1), Phase(stages=("head",), epochs=2, solver="lbfgs"))
    if said is None:
        assert PLAIN.changed(phases=phases).epochs == 3
        return
    with pytest.raises(InvalidExperiment, match=said):
        PLAIN.changed(**({"phases": phases} | change))


def test_mixing_is_on_with_either_number():
    assert [Recipe(mixup=a, cutmix=b).mixes for a, b in ((0, 0), (0.1, 0), (0, 0.1))] == [False, True, True]


@pytest.mark.parametrize("several", [tuple, list])
def test_parts_that_are_put_in_are_checked_again(several):
    wrong = Phase.model_construct(stages=("head",), epochs=0)
    with pytest.raises(InvalidExperiment, match="epochs"):
        PLAIN.changed(phases=several([PLAIN.phases[0], wrong]))
    with pytest.raises(InvalidExperiment, match="val"):
        PLAIN.changed(data=PLAIN.data.model_copy(update={"split": SplitSpec.model_construct(val=7.0)}))


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


@pytest.mark.parametrize(
    ("kind", "values", "field", "longest"),
    [
        (Step, {}, "transform", 200), (BackboneSpec, {}, "name", 200), (BackboneSpec, {}, "weights", 4096),
        (DataSpec, {"source": "x"}, "fingerprint", 200), (DataSpec, {}, "source", 4096), (Reading, {}, "labels", 4000),
        (Reading, {}, "file_column", 1000), (Reading, {}, "label_column", 1000),
    ],
)  # fmt: skip
def test_a_text_is_taken_up_to_its_length_and_not_beyond(kind, values, field, longest):
    assert getattr(parse(kind, values | {field: "a" * longest}), field) == "a" * longest
    with pytest.raises(InvalidExperiment, match=rf"{field}: must have at most {longest} characters"):
        parse(kind, values | {field: "a" * (longest + 1)})


def test_there_are_at_most_a_thousand_phases_of_a_thousand_stages():
    whole = {"stages": ["head"] * 1000, "epochs": 1}
    assert len(parse(Phase, whole).stages) == 1000
    with pytest.raises(InvalidExperiment, match="stages: must have at most 1000 items"):
        parse(Phase, whole | {"stages": ["head"] * 1001})
    phases = [{"stages": ["head"], "epochs": 1}] * 1000
    assert Experiment.parse({"data": {"source": "x"}, "phases": phases}).epochs == 1000
    with pytest.raises(InvalidExperiment, match="phases: must have at most 1000 items"):
        Experiment.parse({"data": {"source": "x"}, "phases": [*phases, phases[0]]})


def test_a_file_of_one_megabyte_is_read_and_a_larger_one_is_refused(tmp_path):
    path, text = tmp_path / "e.json", json.dumps(PLAIN.model_dump(mode="json"))
    path.write_text(text.ljust(1_000_000))
    assert Experiment.from_file(path) == PLAIN
    path.write_text(text.ljust(1_000_001))
    with pytest.raises(InvalidExperiment, match="is larger than 1 MB"):
        Experiment.from_file(path)


def test_a_choice_of_augmentations_is_written_with_its_options():
    options = (Step(transform="Rotate", p=0.25), Step(transform="HorizontalFlip"))
    chosen = PLAIN.changed(pipeline=PipelineSpec(steps=(Step(transform="OneOf", p=0.5, options=options),)))
    assert Experiment.from_text(chosen.to_yaml()).pipeline.steps[0].options == options
    assert "options" not in chosen.pipeline.steps[0].options[0].model_dump()


@pytest.mark.parametrize(("layout", "unused"), [("auto", ()), ("csv", ()), ("folders", ("labels", "label_column"))])
def test_fields_of_a_table_are_unused_where_no_table_is_read(layout, unused):
    assert Reading(layout=layout, labels="a.csv", label_column="kind").unused == unused
