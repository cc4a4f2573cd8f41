"""Fixed BatchNorm statistics: the first step of fine-tuning sees what the head was fitted on."""

import torch

from core.backbones.stages import default_phases, default_recipe, stage_table
from core.experiment import BackboneSpec, Experiment, Phase, Recipe
from core.planning.experiments import default_experiment, from_scratch
from tests.conftest import make_experiment
from tests.training.helpers import prepare

NORM = torch.nn.modules.batchnorm._BatchNorm
LATE = tuple(stage.name for stage in stage_table("efficientnet_lite0"))[-2:]


def norms(setup, names):
    """Of the stages `names`: whether each BatchNorm follows its batches."""
    found = dict(setup.model.named_modules())
    roots = [root for stage in setup.stages if stage.name in names for root in stage.modules]
    return [module.training for root in roots for module in found[root].modules() if isinstance(module, NORM)]


def setup_with(divided, folder, batchnorm, weights):
    backbone = BackboneSpec(name="efficientnet_lite0", weights=weights, image_size=32)
    phases = (Phase(stages=LATE, epochs=1),)
    return prepare(
        make_experiment(divided, backbone=backbone, phases=phases, recipe=Recipe(batchnorm=batchnorm)), folder
    )


def test_trainable_stages_keep_pretrained_statistics_only_where_that_is_asked(divided, tmp_path):
    wanted = {("fixed", "default"): False, ("train", "default"): True, ("fixed", "none"): True}
    for (batchnorm, weights), follows in wanted.items():
        setup = setup_with(divided, tmp_path / f"{batchnorm}-{weights}", batchnorm, weights)
        setup.set_modes(LATE)
        assert set(norms(setup, LATE)) == {follows}, (batchnorm, weights)
        frozen = [stage.name for stage in setup.stages if stage.name not in LATE]
        assert set(norms(setup, frozen)) == {False}
        head = dict(setup.model.named_modules())[setup.stages[-1].modules[-1]]
        assert head.training, "the rest of a trainable stage trains, dropout too"


def test_a_recipe_of_before_is_written_and_digested_as_it_was():
    assert "batchnorm" not in Recipe().model_dump()
    assert "batchnorm" not in Recipe(batchnorm="train").model_dump(mode="json")
    assert Recipe(batchnorm="fixed").model_dump()["batchnorm"] == "fixed"
    base = default_experiment("sample:stamps")
    assert Experiment.from_text(base.to_yaml()) == base
    assert base.recipe.batchnorm == "fixed"
    usual = base.changed(recipe=base.recipe.model_copy(update={"batchnorm": "train"}))
    assert usual.digest != base.digest
    assert "batchnorm" not in usual.to_yaml()


def test_the_default_starts_gently_and_its_control_run_keeps_the_recipe():
    base = default_experiment("sample:stamps")
    assert base.recipe == default_recipe() == Recipe(batchnorm="fixed", warmup=0.33)
    assert [phase.learning_rate for phase in base.phases] == [3e-3, 4e-4]
    assert base.phases == default_phases(tuple(stage.name for stage in stage_table("efficientnet_lite0")))
    assert from_scratch(base).recipe == base.recipe
