import pytest
import torch

from core.experiment import Phase, Recipe
from core.training.optimizers import peak_rate, rate_factor, set_rate


def series(steps=20, **recipe):
    return [rate_factor(Recipe(**recipe), step, steps) for step in range(steps)]


def test_cosine_rises_to_the_peak_and_falls_to_almost_zero():
    rates = series(schedule="cosine", warmup=0.1)
    assert rates[0] == pytest.approx(1 / 3)
    assert max(rates) == rates[2] == 1.0
    assert rates[2:] == sorted(rates[2:], reverse=True)
    assert rates[-1] < 0.02


def test_constant_stays_at_the_peak_after_the_warm_up():
    rates = series(schedule="constant", warmup=0.2)
    assert rates[4:] == [1.0] * 16
    assert rates[:4] == sorted(rates[:4])
    assert rates[3] < 1


def test_no_warm_up_begins_at_the_peak():
    assert series(schedule="constant", warmup=0.0) == [1.0] * 20
    assert series(schedule="cosine", warmup=0.0)[0] == 1.0
    assert series(schedule="one-cycle", warmup=0.0)[0] == 1.0


def test_one_cycle_is_torchs():
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=1.0)
    torchs = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=101, pct_start=0.3)
    ours = [rate_factor(Recipe(schedule="one-cycle", warmup=0.3), step, 101) for step in range(101)]
    theirs = []
    for _ in range(101):
        theirs.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        torchs.step()
    # torch puts the peak at pct_start * total_steps - 1; ours at the share of the whole way
    assert max(abs(a - b) for a, b in zip(ours, theirs, strict=True)) < 0.06
    assert ours[0] == pytest.approx(theirs[0])
    assert ours[-1] == pytest.approx(theirs[-1])


def test_the_rate_reaches_every_group():
    parameters = [torch.nn.Parameter(torch.zeros(1)) for _ in range(2)]
    groups = [{"params": [p], "scale": scale} for p, scale in zip(parameters, (1.0, 0.5), strict=True)]
    optimizer = torch.optim.SGD(groups, lr=1.0)
    set_rate(optimizer, 0.25)
    assert [group["lr"] for group in optimizer.param_groups] == [0.25, 0.125]


def test_the_step_schedule_falls_to_a_tenth_after_each_third():
    factors = [rate_factor(Recipe(schedule="step", warmup=0), step, 9) for step in range(9)]
    assert factors == pytest.approx([1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01])


@pytest.mark.parametrize("schedule", ["cosine", "constant", "step", "one-cycle"])
def test_a_phase_of_one_step_works(schedule):
    assert 0 < rate_factor(Recipe(schedule=schedule), 0, 1) <= 1


@pytest.mark.parametrize(
    ("schedule", "warmup", "rates"),
    [
        ("cosine", 0.25, [1 / 3, 2 / 3, 1, 0.933013, 0.75, 0.5, 0.25, 0.066987]),
        ("constant", 0.25, [1 / 3, 2 / 3, 1, 1, 1, 1, 1, 1]),
        ("step", 0.25, [1 / 3, 2 / 3, 1, 0.1, 0.1, 0.1, 0.01, 0.01]),
        ("one-cycle", 2 / 7, [0.04, 0.52, 1, 0.904509, 0.654510, 0.345494, 0.095495, 4e-6]),
    ],
)  # fmt: skip
def test_each_rate_of_a_phase_of_eight_steps(schedule, warmup, rates):
    assert series(8, schedule=schedule, warmup=warmup) == pytest.approx(rates, abs=1e-6)


def test_a_phase_has_its_own_rate_or_that_of_the_recipe_and_none_where_it_is_fitted():
    recipe = Recipe(learning_rate=0.003)
    own, usual = ({"stages": ("head",), "epochs": 1, "learning_rate": rate} for rate in (0.02, None))
    assert [peak_rate(Phase(**one), recipe) for one in (own, usual)] == [0.02, 0.003]
    assert [peak_rate(Phase(**one, solver="lbfgs"), recipe) for one in (own, usual)] == [0, 0]
