"""Freezing is effective: what a phase may not change stays bit-equal, what it may change moves."""

from dataclasses import replace

import pytest
import torch

from core.backbones.catalogue import BACKBONES
from core.backbones.freezing import count_parameters, freeze
from core.backbones.stages import stage_table
from core.data.sources import load_dataset
from core.data.split import make_split
from core.experiment import BackboneSpec, Phase, Recipe
from core.features.batches import chunked
from core.training.checkpoints import Checkpoints
from core.training.loop import train
from core.training.optimizers import make_optimizer
from core.training.setup import set_up
from core.work.control import Control
from tests.conftest import make_experiment, make_images


def one_per_family():
    smallest = {}
    for entry in BACKBONES.values():
        key = (entry.library, entry.family)
        if key not in smallest or entry.parameters < smallest[key].parameters:
            smallest[key] = entry
    return [pytest.param(entry, id=f"{entry.library}-{entry.family}") for entry in smallest.values()]


def families(slow_from=7_000_000):
    """One backbone of every family; tests of those with so many weights are slow."""
    found = [(case, case.values[0].parameters >= slow_from) for case in one_per_family()]
    return [pytest.param(*case.values, id=case.id, marks=[pytest.mark.slow] if slow else []) for case, slow in found]


def prepare(tmp_path, entry, stages):
    size = -(-max(entry.smallest, 32) // entry.multiple) * entry.multiple
    experiment = make_experiment(
        make_images(tmp_path / "images", per_class=4),
        backbone=BackboneSpec(name=entry.name, weights="none", image_size=size),
        phases=(Phase(stages=stages, epochs=1, learning_rate=0.01),),
        recipe=Recipe(batch_size=4),
    )
    dataset = load_dataset(experiment.data.source, tmp_path / "workspace")
    split = make_split(dataset, experiment.data.split)
    checkpoints = Checkpoints(tmp_path / "run", experiment.digest, dataset.fingerprint)
    return set_up(experiment, dataset, split, device=torch.device("cpu"), checkpoints=checkpoints)


def settle(setup):
    """Give untrained BatchNorms the statistics of their input: with none, deep networks pass on nothing but zeros."""
    setup.model.train()
    with torch.no_grad():
        for batch in setup.pixels.batches(chunked(setup.train_items, 8) * 3, None):
            setup.model(batch.tensor)


def copy(model):
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


@pytest.mark.parametrize("entry", families())
def test_frozen_weights_and_statistics_are_bit_equal_and_the_others_move(tmp_path, entry):
    names = [stage.name for stage in stage_table(entry.name)]
    setup = prepare(tmp_path, entry, ("head",))
    settle(setup)
    for trainable in ("head", names[1]):  # the usual case, and an early stage alone
        # three epochs: where a block begins with a zero scale, what stands before it moves from the second step on
        phase = Phase(stages=(trainable,), epochs=3, learning_rate=0.01)
        this = replace(
            setup,
            experiment=setup.experiment.changed(phases=(phase,)),
            checkpoints=Checkpoints(tmp_path / trainable, "experiment", "data"),
        )
        before = copy(setup.model)
        for _ in train(this, Control()):
            pass
        require_only_moved(before, setup, trainable)


def require_only_moved(before, setup, trainable):
    after = setup.model.state_dict()
    (stage,) = [stage for stage in setup.stages if stage.name == trainable]
    inside = {name for name in after if any(name == m or name.startswith(f"{m}.") for m in stage.modules)}
    inside |= set(stage.parameters)
    for name in set(after) - inside:
        assert torch.equal(before[name], after[name]), f"{name} is frozen and moved"
    moved = [name for name in stage.parameters if not torch.equal(before[name], after[name])]
    assert len(moved) >= 0.9 * len(stage.parameters), set(stage.parameters) - set(moved)


def test_an_open_batchnorm_moves_its_statistics(tmp_path):
    setup = prepare(tmp_path, BACKBONES["mobilenet_v3_small"], (stage_table("mobilenet_v3_small")[1].name,))
    before = copy(setup.model)
    for _ in train(setup, Control()):
        pass
    after = setup.model.state_dict()
    moved = [name for name in after if "running_mean" in name and not torch.equal(before[name], after[name])]
    (stage,) = [stage for stage in setup.stages if stage.name == setup.experiment.phases[0].stages[0]]
    assert moved
    assert all(any(name.startswith(f"{m}.") for m in stage.modules) for name in moved)


def test_old_gradients_of_frozen_weights_are_gone(tmp_path):
    setup = prepare(tmp_path, BACKBONES["mobilenet_v3_small"], ("head",))
    freeze(setup.model, setup.stages, [stage.name for stage in setup.stages])
    for parameter in setup.model.parameters():
        parameter.grad = torch.ones_like(parameter)
    freeze(setup.model, setup.stages, ["head"])
    frozen = [p for p in setup.model.parameters() if not p.requires_grad]
    assert frozen
    assert all(p.grad is None for p in frozen)


def test_only_matrices_decay_and_only_open_stages_are_optimised(tmp_path):
    setup = prepare(tmp_path, BACKBONES["mobilenet_v3_small"], ("head",))
    freeze(setup.model, setup.stages, ["head"])
    optimizer = make_optimizer(setup.model, setup.stages, setup.experiment.phases[0], Recipe(weight_decay=0.1))
    decay = {group["weight_decay"]: [p.ndim for p in group["params"]] for group in optimizer.param_groups}
    assert decay == {0.1: [2], 0.0: [1]}
    trainable, total = count_parameters(setup.stages, ["head"])
    assert trainable == sum(p.numel() for group in optimizer.param_groups for p in group["params"])
    assert total == sum(p.numel() for p in setup.model.parameters())
