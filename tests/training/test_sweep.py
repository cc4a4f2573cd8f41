"""Reading a sweep: curves whose answer is known, and curves that have none."""

import numpy as np
import pytest

from core.training.sweep import LEAST, SURE, _error, diverged, read, smooth

RATES = np.geomspace(1e-6, 1.0, 80).tolist()


def valley(fall_at=1e-3, rise_at=0.1, start=1.6, low=0.4, noise=0.0, seed=0):
    """A loss that falls around one rate and climbs steeply around another."""
    decades = np.log10(RATES)
    falls = (start - low) / (1 + np.exp(-5 * (decades - np.log10(fall_at))))
    rises = 8 / (1 + np.exp(-6 * (decades - np.log10(rise_at) - 0.5)))
    return (start - falls + rises + np.random.default_rng(seed).normal(0, noise, len(RATES))).tolist()


@pytest.mark.parametrize("fall_at", [1e-4, 1e-3, 1e-2])
@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_the_suggestion_lies_on_the_slope_three_quarters_down(fall_at, noise):
    for seed in range(5):
        found = read(RATES, valley(fall_at, noise=noise, seed=seed))
        # a logistic curve of steepness 5 a decade is three quarters down ln(3) / 5 decades after its middle
        assert found.suggested == pytest.approx(fall_at * 10 ** (np.log(3) / 5), rel=0.7), "within three steps"
        assert "rises again" in found.reason
        assert float(f"{found.suggested:.1e}") == found.suggested, "a rate is told in two digits"


def test_a_single_steep_step_by_chance_does_not_move_the_suggestion():
    losses = valley(1e-2)
    losses[15] -= 0.8
    assert read(RATES, losses).suggested == read(RATES, valley(1e-2)).suggested


def test_where_nothing_falls_no_rate_is_suggested():
    for seed in range(20):
        flat = read(RATES, valley(low=1.6, rise_at=1e3, noise=0.2, seed=seed))
        assert flat.suggested is None, f"seed {seed}: chance alone must not exceed {SURE} standard errors"
        assert "stays where it is" in flat.reason
        rising = read(RATES, valley(low=1.6, rise_at=1e-2, noise=0.2, seed=seed))
        assert rising.suggested is None
        assert "only rises" in rising.reason
        assert "let more stages train" in rising.reason


def test_a_curve_that_ends_at_once_has_no_answer():
    broken = read(RATES[:3], [2.0, 3.0, 900.0])
    assert broken.suggested is None
    assert "fp32" in broken.reason


def test_what_was_done_before_is_told():
    assert read(RATES, valley(), "First, the head.").reason.endswith("First, the head.")


def test_smoothing_keeps_the_level_and_does_not_lag():
    assert smooth([2.0] * 9) == pytest.approx([2.0] * 9)
    step = smooth([1.0] * 20 + [0.0] * 20)
    assert step[19] + step[20] == pytest.approx(1.0)
    assert step[10] == pytest.approx(1.0, abs=0.01)


def test_divergence_is_four_times_the_lowest_but_never_in_the_first_steps():
    assert not diverged([1.0] * 4 + [9.0])
    assert diverged([1.0] * 20 + [9.0] * 4)
    assert not diverged([1.0] * 20 + [3.0] * 4)


FALLEN = "At this rate the loss has fallen three quarters of its way, from 1.60 to "
KEEP = (
    "lowers it. What trains here has learned what it can, or is too little. Keep the rate as it is, let more stages "
    "train, or leave this phase out. First."
)


@pytest.mark.parametrize(
    ("losses", "suggested", "reason"),
    [
        (valley(), 0.0018,
         f"{FALLEN}0.71, and is still falling. It is lowest (0.41) at 0.015; beyond, it rises again. First."),
        (valley(rise_at=1e6), 0.0022,
         f"{FALLEN}0.64, and is still falling. It is lowest (0.40) at 1; no larger rate was tried. First."),
        (valley(low=1.6, rise_at=1e3), None, f"The loss stays where it is: no rate between 1e-06 and 1 {KEEP}"),
        (valley(low=1.6, rise_at=1e-2), None, f"The loss only rises: no rate between 1e-06 and 1 {KEEP}"),
    ],
    ids=["valley", "slope", "flat", "rise"],
)  # fmt: skip
def test_the_reason_names_what_the_curve_shows(losses, suggested, reason):
    """The rule is that of the module's head, the numbers are what it gives for these curves."""
    found = read(RATES, losses, "First.")
    assert (found.suggested, found.reason) == (suggested, reason)
    assert (found.rates, found.losses, found.smoothed) == (tuple(RATES), tuple(losses), smooth(losses))


def test_a_step_is_smoothed_by_a_gaussian_of_three_steps():
    weights = np.exp(-0.5 * (np.arange(5) / 3) ** 2)
    assert smooth([1.0, 0.0, 0.0, 0.0, 0.0])[0] == pytest.approx(1 / weights.sum())
    assert smooth([0.0, 0.0, 1.0, 0.0, 0.0])[2] == pytest.approx(1 / (2 * weights[:3].sum() - 1))


@pytest.mark.parametrize(("count", "says"), [(8, "was no number after a few steps"), (9, "stays where it is")])
def test_nine_losses_are_the_least_that_can_be_read(count, says):
    assert says in read(RATES[:count], [1.0] * count).reason
    assert diverged([1e-9] * (count - 1) + [1e9]) is (count == 9)


def test_the_error_of_the_fall_is_that_of_the_scatter_between_neighbours():
    """Of eight first losses and of a Gaussian mean of three steps; a normal scatter's median is 0.6745 of it."""
    scatter = 1 / (0.6745 * np.sqrt(2))
    assert _error([0.0, 1.0] * 20) == pytest.approx(scatter * np.sqrt(1 / 8 + 1 / (2 * np.sqrt(np.pi) * 3)))
    assert _error([5.0] * 20 + [900.0]) == 0, "one jump is no scatter"


def test_divergence_and_the_end_are_judged_by_the_last_step():
    losses = [1.0] * 40
    climbing = [*losses, *np.geomspace(1.0, 400.0, 12)]
    smoothed = smooth(climbing)
    first = next(n for n in range(20, len(climbing) + 1) if diverged(climbing[:n]))
    assert smooth(climbing[:first])[-1] > 4 * min(smooth(climbing[:first]))
    assert smooth(climbing[:first])[-2] < 4 * min(smooth(climbing[:first])), "the step before had not climbed so far"
    assert smoothed[-1] > 4


def test_a_rise_in_the_last_steps_alone_is_told():
    falling = valley(rise_at=1e6)
    least = min(smooth(falling))
    for last in (*np.linspace(0.4, 1.2, 60), 3.0):
        losses = [*falling[:-1], float(last)]
        smoothed = smooth(losses)
        rises = smoothed[-1] > min(smoothed) * (1 + LEAST)
        assert ("rises again" in read(RATES, losses).reason) is rises, f"{last} after {least}"
