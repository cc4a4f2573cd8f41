"""Where a training stands after one more epoch, field by field."""

from dataclasses import replace

import pytest

from core.experiment import Phase, Recipe
from core.tasks.compared import Compared
from core.training.checkpoints import START, Position
from core.training.choice import Standing, gain_over, moved
from core.training.gain import Gain

PHASE = Phase(stages=("head",), epochs=4)
AT = Position(
    epoch=6, phase=1, step=50, epoch_in_phase=2, stale_epochs=1, phase_over=False, phase_best=0.5, best_loss=0.75,
    best_epoch=3, best_phase=0, best_value=0.625, best_each=(0.5, 0.75), thresholds=(0.1,), best_thresholds=(0.2,),
)  # fmt: skip


def now(monitored=0.4, value=0.3, each=(0.25, 0.35), thresholds=(0.3,)):
    return Standing(monitored, 0.125, Compared(value, each), thresholds)


def after(at=AT, standing=None, gain=None, phase=PHASE, patience=0, step=60, converged=False):
    recipe = Recipe(patience=patience)
    return moved(at, phase, recipe, standing or now(), gain, step=step, converged=converged)


KEPT = replace(
    AT, epoch=7, epoch_in_phase=3, step=60, stale_epochs=0, phase_best=0.4, thresholds=(0.3,), best_loss=0.4,
    best_epoch=7, best_phase=1, best_value=0.3, best_each=(0.25, 0.35), best_thresholds=(0.3,),
)  # fmt: skip
PASSED = replace(KEPT, best_loss=0.75, best_epoch=3, best_phase=0, best_value=0.625, best_each=(0.5, 0.75),
                 best_thresholds=(0.2,))  # fmt: skip


def test_an_epoch_that_is_kept_and_one_that_is_not_differ_in_what_is_kept_alone():
    assert after(gain=Gain(0.5, 0.9)) == KEPT
    assert after(gain=Gain(0.5, 1.0)) == PASSED, "half an error is not more than half an error"


@pytest.mark.parametrize(("value", "kept"), [(0.624, True), (0.625, False), (0.7, False)])
def test_in_its_phase_a_lower_value_is_kept(value, kept):
    at = replace(AT, best_phase=1)
    assert gain_over(at, now(value=value)) is None
    assert (after(at, now(value=value)).best_epoch == 7) == kept


@pytest.mark.parametrize("best", [0, 3])
def test_the_first_epoch_of_all_may_be_the_one_to_beat(best):
    at = replace(AT, best_epoch=best, best_phase=1, best_value=0.2)
    assert after(at).best_epoch == best
    assert after(replace(START, phase=1)).best_epoch == 0
    assert gain_over(START, now()) is None


def test_a_checkpoint_without_values_is_compared_by_what_was_monitored():
    at = replace(AT, best_value=None, best_each=(), best_phase=1)
    assert after(at, now(monitored=0.74)).best_epoch == 7
    assert after(at, now(monitored=0.75)).best_epoch == 3
    assert gain_over(replace(at, best_phase=0), now(monitored=0.5)) == Gain(0.25, 0.25)


def test_the_gain_is_how_much_lower_the_value_is_with_its_paired_error():
    found = gain_over(AT, now(value=0.5, each=(0.25, 0.25)))
    assert found == Gain(0.125, pytest.approx(0.125))
    assert gain_over(replace(AT, phase=0, best_phase=0), now()) is None
    assert gain_over(replace(AT, phase=0, best_phase=1), now()) is None


@pytest.mark.parametrize(
    ("monitored", "stale", "best"), [(0.499, 0, 0.499), (0.5, 2, 0.5), (0.6, 2, 0.5)]
)  # fmt: skip
def test_only_what_is_lower_than_the_lowest_of_the_phase_is_no_stale_epoch(monitored, stale, best):
    found = after(standing=now(monitored=monitored))
    assert (found.stale_epochs, found.phase_best) == (stale, best)


@pytest.mark.parametrize(
    ("parts", "over"),
    [({}, False), ({"phase": Phase(stages=("head",), epochs=3)}, True), ({"converged": True}, True),
     ({"patience": 2, "standing": now(monitored=0.9)}, True), ({"patience": 3, "standing": now(monitored=0.9)}, False),
     ({"patience": 1}, False)],
)  # fmt: skip
def test_a_phase_is_over_after_its_epochs_or_when_nothing_moves_or_nothing_improves(parts, over):
    assert after(**parts).phase_over is over
