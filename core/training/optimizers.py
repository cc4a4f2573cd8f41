"""The optimizer of a phase, made from the registry in `core/optimizers.py`."""

import inspect
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from core.backbones.decay import undecayed
from core.backbones.stages import Stage
from core.experiment import Phase, Recipe
from core.optimizers import OPTIMIZERS
from core.training.schedule import peak_rate

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
