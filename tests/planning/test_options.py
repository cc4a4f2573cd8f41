import pytest

from core.augment import presets
from core.backbones.stages import default_phases, stage_table
from core.errors import InvalidExperiment, InvalidInput, UnknownStage
from core.experiment import (
    AS_FOUND,
    BackboneSpec,
    DataSpec,
    Experiment,
    Phase,
    PipelineSpec,
    Reading,
    Recipe,
    SplitSpec,
    Step,
)
from core.planning.experiments import default_experiment, from_scratch, without_augmentation
from core.planning.options import adjusted, parse_phase


def test_the_default_is_safe_for_labels_and_trains_the_head_first():
    made = default_experiment("sample:signs")
    assert made.pipeline == presets.DEFAULT
    assert not {"HorizontalFlip", "VerticalFlip", "RandomRotate90", "HueShift"} & {
        s.transform for s in made.pipeline.steps
    }
    assert made.phases[0].stages == ("head",)
    assert made.phases[1].stages[-1] == "head"


def test_control_runs_change_one_thing(experiment):
    plain = without_augmentation(experiment)
    assert plain == experiment.changed(pipeline=PipelineSpec())
    scratch = from_scratch(experiment)
    assert scratch.backbone.weights == "none"
    assert scratch.epochs == experiment.epochs
    assert scratch.phases[0].stages == tuple(stage.name for stage in stage_table(experiment.backbone.name))
    assert scratch.pipeline == experiment.pipeline
    assert scratch.data == experiment.data


NAMES = tuple(stage.name for stage in stage_table("resnet18"))
NOTHING = dict.fromkeys(
    ("data", "backbone", "weights", "image_size", "views", "seed", "pipeline", "phase", "recipe"), None
) | {"recipe": {}}  # fmt: skip


@pytest.fixture
def base() -> Experiment:
    """An experiment with phases of its own, in which nothing is as usual."""
    return Experiment(
        data=DataSpec(source="here", split=SplitSpec(val=0.3, test=0.1, seed=2), fingerprint="f"),
        pipeline=PipelineSpec(steps=(Step(transform="Rotate"),)),
        backbone=BackboneSpec(name="resnet18", image_size=96, crop="weights"),
        phases=(Phase(stages=("head",), epochs=2), Phase(stages=NAMES[-2:], epochs=5)),
        recipe=Recipe(batch_size=7, patience=3), views=4, seed=6,
    )  # fmt: skip


def changed(base, **given):
    return adjusted(base, **(NOTHING | given))


def test_without_options_nothing_changes(base):
    assert changed(base) == base


def test_an_option_changes_its_own_part(base):
    assert changed(base, seed=9) == base.changed(seed=9)
    assert changed(base, views="fresh") == base.changed(views="fresh")
    assert changed(base, views=3) == base.changed(views=3)
    assert changed(base, image_size=64).backbone == base.backbone.model_copy(update={"image_size": 64})
    assert changed(base, recipe={"batch_size": "3"}).recipe == base.recipe.model_copy(update={"batch_size": 3})
    assert changed(base, pipeline=PipelineSpec()) == base.changed(pipeline=PipelineSpec())
    other = changed(base, data="there").data
    assert other == DataSpec(source="there", split=base.data.split), "other images have another fingerprint"
    phases = changed(base, phase=["head:3", "layer4:2:1e-4"]).phases
    assert phases == (
        Phase(stages=("head",), epochs=3), Phase(stages=("layer4", "head"), epochs=2, learning_rate=1e-4)
    )  # fmt: skip


def test_another_backbone_has_phases_of_its_own_and_untrained_weights_are_trained_whole(base):
    other = changed(base, backbone="mobilenet_v3_small")
    names = tuple(stage.name for stage in stage_table("mobilenet_v3_small"))
    assert other.phases == default_phases(names)
    assert other.backbone.name == "mobilenet_v3_small"
    whole = changed(base, weights="none")
    assert whole.phases == (Phase(stages=NAMES, epochs=base.epochs),)
    assert changed(whole, seed=1).phases == whole.phases, "it begins untrained already"
    again = base.changed(backbone=base.backbone.model_copy(update={"weights": "none"}))
    assert changed(again, weights="none").phases == base.phases
    assert changed(base, weights="none", phase=["head:1"]).phases == (Phase(stages=("head",), epochs=1),)


def test_default_phases_follow_the_views_and_the_recipe_and_others_stay(base):
    usual = base.changed(phases=default_phases(NAMES))
    assert changed(usual).phases == default_phases(NAMES)
    for given in ({"views": "fresh"}, {"recipe": {"mixup": "0.2"}}):
        assert changed(usual, **given).phases == default_phases(NAMES, kept_views=False) != default_phases(NAMES)
        assert changed(base, **given).phases == base.phases


def untrained(base, **parts):
    return base.changed(backbone=base.backbone.model_copy(update={"weights": "none"}), **parts)


def test_another_backbone_of_untrained_weights_is_trained_whole_for_as_many_epochs(base):
    names = tuple(stage.name for stage in stage_table("mobilenet_v3_small"))
    for given in ({}, {"weights": "none"}, {"views": "fresh"}):
        other = changed(untrained(base), backbone="mobilenet_v3_small", **given)
        assert (other.backbone.weights, other.phases) == ("none", (Phase(stages=names, epochs=7),))
    back = changed(untrained(base), backbone="mobilenet_v3_small", weights="default")
    assert back.phases == default_phases(names)


def test_default_phases_of_untrained_weights_become_one_unless_the_file_is_only_repeated(base):
    usual = untrained(base, phases=default_phases(NAMES))
    for given in ({"weights": "none"}, {"backbone": "resnet18"}, {"views": 3}, {"recipe": {"mixup": "0.2"}}):
        assert changed(usual, **given).phases == (Phase(stages=NAMES, epochs=14),), given
        assert changed(untrained(base), **given).phases == base.phases
    assert changed(usual) == usual
    assert changed(usual, seed=9) == usual.changed(seed=9)
    assert default_experiment("x", usual.backbone).phases == (Phase(stages=NAMES, epochs=14),)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"views": 0}, "views"), ({"views": ""}, "views"), ({"image_size": 0}, "image_size"), ({"seed": -1}, "seed"),
        ({"recipe": {"learning_rate": 0}}, "learning_rate"), ({"recipe": {"batch_size": 0}}, "batch_size"),
        ({"phase": ["head:0"]}, "epochs"), ({"phase": [""]}, "A phase is"), ({"backbone": ""}, "backbone"),
    ],
)  # fmt: skip
def test_a_value_that_is_false_is_a_value(base, given, says):
    with pytest.raises(InvalidInput, match=says):
        changed(base, **given)


def test_zero_is_a_value_where_it_is_allowed(base):
    made = changed(base, seed=0, recipe={"patience": 0, "clip_norm": "0"})
    assert (made.seed, made.recipe.patience, made.recipe.clip_norm) == (0, 0, 0)
    assert changed(base, data="").data.source == "", "the images are refused when they are read"


def test_the_way_of_reading_belongs_to_the_images(base):
    table = Reading(layout="csv", labels="l.csv", label_column="foo")
    read = base.changed(data=base.data.model_copy(update={"reading": table}))
    assert changed(read, data="here", reading={}) == read
    several = changed(read, reading={"task": "multilabel"}).data
    assert several == DataSpec(
        source="here", split=base.data.split, reading=table.model_copy(update={"task": "multilabel"})
    )
    assert changed(read, reading={"layout": "auto", "task": "auto"}).data.reading == AS_FOUND
    assert changed(read, data="there", reading={"task": "multilabel"}).data.reading == Reading(task="multilabel")


@pytest.mark.parametrize(
    ("text", "phase"),
    [
        ("head:3", Phase(stages=("head",), epochs=3)),
        ("all:2", Phase(stages=NAMES, epochs=2)),
        ("layer3:4:0.01", Phase(stages=NAMES[NAMES.index("layer3") :], epochs=4, learning_rate=0.01)),
        ("layer3,head:4", Phase(stages=("layer3", "head"), epochs=4)),
        ("head:8:solve", Phase(stages=("head",), epochs=8, solver="lbfgs")),
    ],
)
def test_a_phase_in_words(text, phase):
    assert parse_phase(text, NAMES) == phase


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("head", InvalidExperiment, "got 'head'"), ("head:1:2:3", InvalidExperiment, "got 'head:1:2:3'"),
        ("layer4:2:solve", InvalidExperiment, "Only the head alone"), ("layer9:1", UnknownStage, "layer9"),
        ("head:0", InvalidExperiment, "epochs"), ("head:1:0", InvalidExperiment, "learning_rate"),
    ],
)  # fmt: skip
def test_what_is_no_phase(text, error, said):
    with pytest.raises(error, match=said):
        parse_phase(text, NAMES)


def test_a_control_from_scratch_has_as_many_epochs_in_one_phase_over_all_stages(base):
    found = from_scratch(base)
    assert found.phases == (Phase(stages=NAMES, epochs=7),)
    assert found == base.changed(backbone=base.backbone.model_copy(update={"weights": "none"}), phases=found.phases)
    assert without_augmentation(base) == base.changed(pipeline=PipelineSpec())


def test_phases_of_one_s_own_stay_with_all_weights_but_untrained_ones(base, tmp_path):
    own = str(tmp_path / "own.safetensors")
    assert changed(base, weights=own).phases == base.phases
    assert changed(changed(base, weights=own), weights="default").phases == base.phases
    bare = base.changed(backbone=base.backbone.model_copy(update={"weights": "none"}))
    assert changed(bare, weights="default").phases == base.phases
    assert changed(changed(base, weights=own), weights="none").phases != base.phases
