"""Schedules, optimizers and sweeps in exact numbers, and at both sides of their thresholds."""

import math

import numpy as np
import pytest
import torch

from core.backbones.freezing import freeze, set_modes
from core.backbones.stages import Stage
from core.experiment import Phase, Recipe
from core.training import sweep
from core.training.optimizers import ROUND, make_optimizer, rate_factor
from core.training.step import _step_seed


def factors(steps, **recipe):
    return [rate_factor(Recipe(**recipe), step, steps) for step in range(steps)]


def test_cosine_in_exact_numbers():
    wanted = [1 / 3, 2 / 3, *(0.5 * (1 + math.cos(math.pi * n / 8)) for n in range(8))]
    assert factors(10, schedule="cosine", warmup=0.2) == pytest.approx(wanted)


def test_the_warm_up_is_a_rounded_share_of_the_steps():
    assert factors(10, schedule="constant", warmup=0.24) == pytest.approx([1 / 3, 2 / 3] + [1] * 8)
    assert factors(10, schedule="constant", warmup=0.26) == pytest.approx([1 / 4, 2 / 4, 3 / 4] + [1] * 7)
    assert factors(10, schedule="step", warmup=0.1) == pytest.approx([0.5] + [1] * 3 + [0.1] * 3 + [0.01] * 3)


def test_one_cycle_in_exact_numbers():
    found = factors(11, schedule="one-cycle", warmup=0.4)
    up = [1 + (1 / 25 - 1) * 0.5 * (1 + math.cos(math.pi * n / 4)) for n in range(4)]
    down = [1 / 250_000 + (1 - 1 / 250_000) * 0.5 * (1 + math.cos(math.pi * n / 6)) for n in range(7)]
    assert found == pytest.approx([*up, *down])


@pytest.fixture
def model():
    """A linear layer as stem, a norm as middle, and a linear head."""
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 2))


TABLE = tuple(
    Stage(name=name, label=name, modules=(str(n),), parameters=(f"{n}.weight", f"{n}.bias"), n_parameters=size)
    for n, (name, size) in enumerate((("stem", 16), ("middle", 8), ("head", 10)))
)


def optimizer(model, phase, **recipe):
    freeze(model, TABLE, phase.stages)
    return make_optimizer(model, TABLE, phase, Recipe(**recipe))


def test_every_optimizer_gets_its_settings(model):
    phase = Phase(stages=("stem", "head"), epochs=1, learning_rate=0.2)
    sgd = optimizer(model, phase, optimizer="sgd", weight_decay=0.3, layer_decay=0.5)
    assert type(sgd) is torch.optim.SGD
    found = [(group["lr"], group["scale"], group["weight_decay"], group["momentum"]) for group in sgd.param_groups]
    assert found == [(0.2, 1, 0.3, 0.9), (0.2, 1, 0, 0.9), (0.05, 0.25, 0.3, 0.9), (0.05, 0.25, 0, 0.9)]
    assert [id(group["params"][0]) for group in sgd.param_groups] == [
        id(model.get_parameter(name)) for name in ("2.weight", "2.bias", "0.weight", "0.bias")
    ]
    assert type(optimizer(model, phase, optimizer="adamw")) is torch.optim.AdamW
    assert type(optimizer(model, phase, optimizer="adam")) is torch.optim.Adam
    solver = optimizer(model, Phase(stages=("head",), epochs=1, solver="lbfgs"))
    assert type(solver) is torch.optim.LBFGS
    (group,) = solver.param_groups
    assert (group["lr"], group["max_iter"], group["line_search_fn"], group["history_size"]) == (
        1.0, ROUND, "strong_wolfe", 20,
    )  # fmt: skip
    assert {id(p) for p in group["params"]} == {id(model.get_parameter(name)) for name in ("2.weight", "2.bias")}


def test_what_is_frozen_evaluates_and_has_no_gradient(model):
    model.train()
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    freeze(model, TABLE, ("stem", "head"))
    set_modes(model, TABLE, ("stem", "head"))
    assert [module.training for module in model] == [True, False, True]
    assert not model.training
    assert [p.requires_grad for p in model.parameters()] == [True, True, False, False, True, True]
    assert all(p.grad is None for p in model.parameters())


def test_the_seed_of_a_step_is_of_seed_phase_and_step():
    seeds = {_step_seed(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1, 11)}
    assert len(seeds) == 12
    assert _step_seed(1, 0, 11) == _step_seed(1, 0, 11)
    assert _step_seed(1, 1, 1) != _step_seed(11, 1, 0) != _step_seed(1, 11, 0)


RATES = np.geomspace(1e-5, 1, 40).tolist()


def stairs(low, high=1.0, at=20):
    """A loss that stands, and then stands lower; no scatter at all."""
    return [high] * at + [low] * (len(RATES) - at)


@pytest.mark.parametrize(("low", "found"), [(0.975, False), (0.965, True)])
def test_a_fall_of_three_hundredths_is_worth_a_rate(low, found):
    assert (sweep.read(RATES, stairs(low)).suggested is not None) is found


@pytest.mark.parametrize(("end", "words"), [(1.02, "stays where it is"), (1.05, "only rises")])
def test_what_does_not_fall_stays_or_rises(end, words):
    assert words in sweep.read(RATES, stairs(end)).reason


@pytest.mark.parametrize(("count", "sweeps"), [(8, False), (9, True)])
def test_eight_steps_are_too_few_for_a_curve(count, sweeps):
    found = sweep.read(RATES[:count], [1.0] * count)
    assert ("no number after a few steps" in found.reason) is not sweeps
    assert found.rates == tuple(RATES[:count])
    assert found.losses == (1.0,) * count


@pytest.mark.parametrize(("end", "words"), [(0.505, "no larger rate was tried"), (0.6, "beyond, it rises again")])
def test_whether_it_rises_again_is_said(end, words):
    losses = stairs(0.5)
    losses[-6:] = [end] * 6
    assert words in sweep.read(RATES, losses).reason


def test_the_rate_is_the_first_behind_the_last_loss_above_a_quarter_of_the_fall():
    losses = stairs(0.0, at=20)
    found = sweep.read(RATES, losses)
    smoothed = sweep.smooth(losses)
    below = next(step for step in range(40) if smoothed[step] <= 0.25)
    assert found.suggested == float(f"{RATES[below]:.1e}")
    assert found.smoothed == smoothed
    late = stairs(0.0, at=28)
    dipped = late.copy()
    dipped[9:17] = [0.0] * 8  # an early dip that does not last
    assert min(sweep.smooth(dipped)[:18]) < 0.25
    assert sweep.read(RATES, dipped).suggested == pytest.approx(sweep.read(RATES, late).suggested, rel=0.4)


def test_the_smoothing_is_a_gaussian_of_three_steps():
    spike = [0.0] * 20 + [1.0] + [0.0] * 20
    found = sweep.smooth(spike)
    assert found[20] == pytest.approx(1 / sum(math.exp(-0.5 * (n / 3) ** 2) for n in range(-20, 21)))
    assert found[23] / found[20] == pytest.approx(math.exp(-0.5), rel=1e-3)


@pytest.mark.parametrize(("count", "last", "over"), [(8, 99.0, False), (9, 99.0, True), (40, 5.2, True)])
def test_divergence_is_four_times_the_lowest_after_the_first_steps(count, last, over):
    losses = [1.0] * (count - 1 if count < 40 else 20) + [last] * (1 if count < 40 else 20)
    assert sweep.diverged(losses) is over
    assert not sweep.diverged([1.0] * 20 + [3.9] * 20)
