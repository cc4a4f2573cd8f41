"""The optimizer's groups: which weights decay, and at which share of the rate a stage learns."""

from types import SimpleNamespace

import pytest
import torch

from core.backbones.build import build
from core.backbones.decay import undecayed
from core.backbones.freezing import freeze
from core.backbones.stages import stages
from core.experiment import BackboneSpec, Phase, Recipe
from core.optimizers import NAMES as OPTIMIZERS
from core.optimizers import OptimizerEntry
from core.training import optimizers
from core.training.optimizers import fits, make_optimizer, set_rate
from core.training.step import Stepper

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


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_biases_and_norms_do_not_decay(model, kind):
    optimizer = optimizer_of(model, optimizer=kind, weight_decay=0.3, layer_decay=0.9)
    decays = {(dims > 1, decay) for rows in by_stage(model, optimizer).values() for _, _, decay, dims in rows}
    assert decays == {(True, 0.3), (False, 0.0)}
    assert type(optimizer).__name__.lower() == kind


@pytest.mark.parametrize("kind", ["RAdam", "Adagrad"])  # without a fused form, and with one
def test_a_row_of_the_registry_is_all_that_an_optimizer_needs(model, monkeypatch, kind):
    monkeypatch.setattr(optimizers, "OPTIMIZERS", {"sgd": OptimizerEntry(kind, "of a test", options={"eps": 0.5})})
    made = optimizer_of(model, optimizer="sgd")
    assert type(made).__name__ == kind
    assert {group["eps"] for group in made.param_groups} == {0.5}
    assert made.defaults.get("fused", False) is (kind == "Adagrad")


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


@pytest.mark.parametrize(
    ("name", "spared"),
    [
        ("vit_b_32", {"class_token", "encoder.pos_embedding"}),
        ("swin_t", {f"features.{block}.{layer}.attn.relative_position_bias_table"
                    for block, layers in ((1, 2), (3, 2), (5, 6), (7, 2)) for layer in range(layers)}),
        ("timm/deit_tiny_patch16_224", {"cls_token", "pos_embed"}),
        ("timm/tiny_vit_5m_224", None),
        ("resnet18", set()),
    ],
)  # fmt: skip
def test_what_says_where_a_patch_lies_does_not_decay(name, spared):
    with torch.device("meta"):
        model = build(BackboneSpec(name=name, weights="none"), 3, seed=0)
    found = {name for name in undecayed(model) if model.get_parameter(name).ndim > 1}
    if spared is None:  # by the model's own list
        spared = {name for name in model.no_weight_decay() if name in dict(model.named_parameters())}
        assert spared
    assert found == spared


def test_a_state_of_a_version_in_which_everything_decayed_is_gone_on_with():
    """The groups of such a run had other sizes; its numbers must find the weights that they belong to."""
    name = "timm/deit_tiny_patch16_224"
    setup = SimpleNamespace(
        precision_of=lambda phase: "fp32", autocast_of=lambda phase: None,
        model=build(BackboneSpec(name=name, weights="none", image_size=32), 2, seed=0), device=torch.device("cpu"),
        experiment=SimpleNamespace(recipe=Recipe(), phases=(Phase(stages=("embed",), epochs=1),)), steps_per_epoch=1,
    )  # fmt: skip
    setup.stages = stages(setup.model, name)
    freeze(setup.model, setup.stages, ("embed",))
    before = make_optimizer(setup.model, setup.stages, setup.experiment.phases[0], Recipe(), as_before=True)
    for parameter in setup.model.parameters():
        parameter.grad = torch.full_like(parameter, 0.5) if parameter.requires_grad else None
    before.step()
    stepper = Stepper(setup, None, 0)
    assert not fits(stepper.optimizer, before.state_dict())
    stepper.restore(before.state_dict())
    position = setup.model.pos_embed
    assert torch.equal(stepper.optimizer.state[position]["exp_avg"], before.state[position]["exp_avg"])
    assert {len(group["params"]) for group in stepper.optimizer.param_groups} == {
        len(group["params"]) for group in before.param_groups
    }


def test_the_finder_looks_for_rates_that_suit_an_optimizer():
    assert {name: entry.rates for name, entry in optimizers.OPTIMIZERS.items()} == {
        "adamw": (1e-6, 1.0), "adam": (1e-6, 1.0), "sgd": (1e-5, 10.0)
    }  # fmt: skip
    assert {name: dict(entry.options) for name, entry in optimizers.OPTIMIZERS.items()} == {
        "adamw": {}, "adam": {}, "sgd": {"momentum": 0.9}
    }  # fmt: skip


def test_a_head_is_fitted_in_rounds_of_ten_iterations_with_a_line_search(model):
    stages_of = stages(model, NAME)
    made = make_optimizer(model, stages_of, Phase(stages=("head",), epochs=1, solver="lbfgs"), Recipe())
    (group,) = made.param_groups
    assert (group["lr"], group["max_iter"], group["history_size"]) == (1.0, 10, 20)
    assert group["line_search_fn"] == "strong_wolfe"
