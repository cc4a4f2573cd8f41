from core.augment import presets
from core.backbones.stages import stage_table
from core.experiment import PipelineSpec
from core.runs.plan import default_experiment, from_scratch, without_augmentation


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
