"""The optimizer's groups: which weights decay, and at which share of the rate a stage learns."""

import pytest
import torch

from core.backbones.build import build
from core.backbones.stages import stages
from core.experiment import BackboneSpec, Phase, Recipe
from core.training.phases import freeze, make_optimizer
from core.training.schedule import set_rate

NAME = "timm/resnet10t"
NAMES = ("stem", "layer1", "layer2", "layer3", "layer4", "head")


@pytest.fixture(scope="module")
def model():
    return build(BackboneSpec(name=NAME, weights="none", image_size=32), 2, seed=0)


def optimizer_of(model, trainable=NAMES, rate=0.1, **recipe):
    table = stages(model, NAME)
    freeze(model, table, trainable)
    return make_optimizer(model, table, Phase(stages=trainable, epochs=1, learning_rate=rate), Recipe(**recipe))


def by_stage(model, optimizer):
    """(scale, rate, decay, dimensions) of every weight, by its stage."""
    groups = {id(p): group for group in optimizer.param_groups for p in group["params"]}
    found = {}
    for stage in stages(model, NAME):
        weights = [dict(model.named_parameters())[name] for name in stage.parameters]
        chosen = [(groups[id(p)], p) for p in weights if id(p) in groups]
        if chosen:
            found[stage.name] = [(g["scale"], g["lr"], g["weight_decay"], p.ndim) for g, p in chosen]
            assert len(chosen) == len(weights)
    return found


def test_a_stage_learns_at_a_share_of_the_rate_of_the_stage_after_it(model):
    found = by_stage(model, optimizer_of(model, layer_decay=0.5))
    assert tuple(found) == NAMES
    for distance, name in enumerate(reversed(NAMES)):
        assert {(scale, rate) for scale, rate, _, _ in found[name]} == {(0.5**distance, 0.1 * 0.5**distance)}


def test_stages_that_are_frozen_count_in_the_distance_and_are_left_out(model):
    found = by_stage(model, optimizer_of(model, ("layer2", "head"), layer_decay=0.5))
    assert {name: {scale for scale, *_ in rows} for name, rows in found.items()} == {"layer2": {1 / 8}, "head": {1}}


def test_without_decay_per_stage_every_weight_learns_at_the_rate(model):
    found = by_stage(model, optimizer_of(model))
    assert {(scale, rate) for rows in found.values() for scale, rate, _, _ in rows} == {(1.0, 0.1)}


@pytest.mark.parametrize("kind", ["adamw", "adam", "sgd"])
def test_biases_and_norms_do_not_decay(model, kind):
    optimizer = optimizer_of(model, optimizer=kind, weight_decay=0.3, layer_decay=0.9)
    decays = {(dims > 1, decay) for rows in by_stage(model, optimizer).values() for _, _, decay, dims in rows}
    assert decays == {(True, 0.3), (False, 0.0)}
    assert type(optimizer).__name__.lower() == kind


def test_a_new_rate_keeps_the_ratios(model):
    optimizer = optimizer_of(model, layer_decay=0.7)
    before = [group["lr"] for group in optimizer.param_groups]
    set_rate(optimizer, 0.02)
    after = [group["lr"] for group in optimizer.param_groups]
    assert max(after) == 0.02
    assert [rate / 0.02 for rate in after] == pytest.approx([rate / 0.1 for rate in before])
    assert len({round(rate, 9) for rate in after}) == len(NAMES)


def test_a_step_moves_early_stages_less(model):
    optimizer = optimizer_of(model, optimizer="sgd", layer_decay=0.1, weight_decay=0.0, rate=1.0)
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    for distance, stage in enumerate(reversed(stages(model, NAME))):
        moved = [before[name] - model.get_parameter(name).detach() for name in stage.parameters]
        assert all(torch.allclose(move, torch.full_like(move, 0.1**distance), atol=1e-6) for move in moved)
