"""Which epoch is kept, and when a phase is over.

Within a phase the lowest value is kept. A later phase has trained more of the model: its epoch is kept only where it
gains more than half a standard error of the paired difference, over the same validation images. Half: over 771 pairs
of models of known test accuracy, with 80 validation images, it kept the worse of two that differ by two points or more
in 5 % of the cases where it changed and in 14 % where it did not; a whole standard error of the mean, the rule before,
in 5 % and 31 % (tests/benchmarks/README.md).
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from core.data.dataset import Item
from core.experiment import Phase, Recipe
from core.tasks.compared import Compared
from core.training.checkpoints import Position
from core.training.gain import SHARE, Gain


class Standing(NamedTuple):
    """What the validation images say of an epoch; all lower is better."""

    monitored: float  # ends a phase early
    error: float  # standard error of `monitored`
    compared: Compared  # chooses the epoch; `each` aligned with all validation images
    thresholds: tuple[float, ...] | None = None  # where the task has some


def aligned(each: Sequence[float], items: Sequence[Item], of: Sequence[Item]) -> tuple[float, ...]:
    """The values of `items` at their places among all images `of`; NaN for those that could not be read."""
    if len(items) == len(of):
        return tuple(each)
    found = dict(zip((item.name for item in items), each, strict=True))
    return tuple(found.get(item.name, math.nan) for item in of)


def gain_over(at: Position, now: Standing) -> Gain | None:
    """The gain over the kept model of an earlier phase; None where the kept one is of this phase, or there is none."""
    if at.best_epoch < 0 or at.best_phase >= at.phase:
        return None
    if at.best_value is None:  # a checkpoint of an older version: its values are of another kind
        return Gain(at.best_loss - now.monitored, now.error / SHARE)
    return Gain(at.best_value - now.compared.value, paired_error(at.best_each, now.compared.each))


def paired_error(before: Sequence[float], after: Sequence[float]) -> float:
    """Standard error of the mean difference over the images that both have; 0 for fewer than two."""
    differences = [a - b for a, b in zip(before, after, strict=True) if not math.isnan(a - b)]
    count = len(differences)
    if count < 2:
        return 0.0
    mean = sum(differences) / count
    return math.sqrt(sum((one - mean) ** 2 for one in differences) / (count - 1) / count)


def moved(
    at: Position, phase: Phase, recipe: Recipe, now: Standing, gain: Gain | None, *, step: int, converged: bool
) -> Position:
    """Where the training stands after one more epoch."""
    stale = 0 if now.monitored < at.phase_best else at.stale_epochs + 1
    done = at.epoch_in_phase + 1
    after = replace(
        at,
        epoch=at.epoch + 1,
        epoch_in_phase=done,
        step=step,
        stale_epochs=stale,
        phase_over=done >= phase.epochs or converged or (0 < recipe.patience <= stale),
        phase_best=min(now.monitored, at.phase_best),
        thresholds=now.thresholds,
    )
    return _kept(after, now) if _better(at, now, gain) else after


def _better(at: Position, now: Standing, gain: Gain | None) -> bool:
    if gain is not None:
        return not gain.within_chance
    if at.best_epoch < 0:
        return True
    if at.best_value is None:
        return now.monitored < at.best_loss
    return now.compared.value < at.best_value


def _kept(at: Position, now: Standing) -> Position:
    return replace(
        at,
        best_loss=now.monitored,
        best_epoch=at.epoch,
        best_phase=at.phase,
        best_value=now.compared.value,
        best_each=now.compared.each,
        best_thresholds=now.thresholds,
    )
