"""The optimizer of a phase, made from the registry in `core/optimizers.py`, and its learning rate: a function of the
step within the phase, so that there is nothing to save and nothing to restore."""

import inspect
import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from core.backbones.decay import undecayed
from core.backbones.stages import Stage
from core.experiment import Phase, Recipe
from core.optimizers import OPTIMIZERS

ROUND = 10  # iterations of L-BFGS between two validations


def make_optimizer(
    model: nn.Module, stages: Sequence[Stage], phase: Phase, recipe: Recipe, *, as_before: bool = False
) -> torch.optim.Optimizer:
    """A fresh optimizer over the weights that have gradients; what `undecayed` names does not decay.

    Each group carries a `scale`: its stage's share of the learning rate, `layer_decay` to the power of the number of
    stages up to the head. It is put into `lr` here and by `set_rate`, because torch's schedulers know no scales.
    `as_before`: position embeddings decay too, as in runs of versions up to 0.1.
    """
    parameters, rate = dict(model.named_parameters()), peak_rate(phase, recipe)
    spared = {name for name, p in parameters.items() if p.ndim <= 1} if as_before else undecayed(model)
    groups: list[dict[str, Any]] = []
    for distance, stage in enumerate(reversed(stages)):
        names = [name for name in stage.parameters if parameters[name].requires_grad]
        scale = recipe.layer_decay**distance
        for decay, chosen in (
            (recipe.weight_decay, [parameters[name] for name in names if name not in spared]),
            (0.0, [parameters[name] for name in names if name in spared]),
        ):
            if chosen:
                groups.append({"params": chosen, "weight_decay": decay, "lr": rate * scale, "scale": scale})
    if phase.solver == "lbfgs":
        weights = [weight for group in groups for weight in group["params"]]
        return torch.optim.LBFGS(weights, lr=1.0, max_iter=ROUND, history_size=20, line_search_fn="strong_wolfe")
    entry = OPTIMIZERS[recipe.optimizer]
    kind = getattr(torch.optim, entry.torch_class)
    able = next(model.parameters()).device.type in ("cuda", "cpu") and "fused" in inspect.signature(kind).parameters
    made: torch.optim.Optimizer = kind(groups, lr=rate, **({"fused": True} if able else {}), **entry.options)
    return made


def fits(optimizer: torch.optim.Optimizer, state: dict[str, Any]) -> bool:
    """Whether a saved state is of an optimizer with the same groups."""
    return [len(group["params"]) for group in optimizer.param_groups] == [
        len(group["params"]) for group in state["param_groups"]
    ]


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
