"""The learning rate as a function of the step within a phase: nothing to save, nothing to restore."""

import math

import torch

from core.experiment import Phase, Recipe


def peak_rate(phase: Phase, recipe: Recipe) -> float:
    """The highest learning rate of a phase; 0 for one that L-BFGS fits, which has none."""
    if phase.solver == "lbfgs":
        return 0.0
    return recipe.learning_rate if phase.learning_rate is None else phase.learning_rate


def rate_factor(recipe: Recipe, step: int, steps: int) -> float:
    """Share of the peak rate at `step` (0-based) of a phase of `steps`.

    cosine: linear warm-up from near zero, then half a cosine to zero. constant: warm-up, then the peak. step: a tenth
    after each third of the phase. one-cycle (Smith 2018; end points of torch's OneCycleLR): cosine up from 1/25 over
    the warm-up, cosine down to 1/250000.
    """
    if recipe.schedule == "one-cycle":
        return _one_cycle(step / max(1, steps - 1), rise=recipe.warmup)
    warm = round(recipe.warmup * steps)
    if step < warm:
        return (step + 1) / (warm + 1)
    if recipe.schedule == "constant":
        return 1.0
    if recipe.schedule == "step":
        return 0.1 ** (3 * step // steps)
    return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Put `rate`, times the group's own `scale`, into every parameter group."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group["scale"]


def _one_cycle(progress: float, rise: float, start: float = 1 / 25, end: float = 1 / 250_000) -> float:
    if progress < rise:
        return _anneal(start, 1.0, progress / rise)
    return _anneal(1.0, end, (progress - rise) / (1 - rise))


def _anneal(first: float, last: float, share: float) -> float:
    return last + (first - last) * 0.5 * (1 + math.cos(math.pi * share))
