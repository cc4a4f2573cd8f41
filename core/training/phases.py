"""Freezing: which weights a phase may change, and the optimizer that changes them."""

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import nn

from core.backbones.stages import Stage
from core.experiment import Phase, Recipe

ROUND = 10  # iterations of L-BFGS between two validations


def freeze(model: nn.Module, stages: Sequence[Stage], trainable: Iterable[str]) -> None:
    """Give gradients to the parameters of the trainable stages, and to no others."""
    open_stages = set(trainable)
    parameters = dict(model.named_parameters())
    for stage in stages:
        for name in stage.parameters:
            parameters[name].requires_grad_(stage.name in open_stages)
            parameters[name].grad = None  # AdamW would move a frozen weight that still has an old gradient


def set_modes(
    model: nn.Module, stages: Sequence[Stage], trainable: Iterable[str], *, fixed_statistics: bool = False
) -> None:
    """Trainable stages train, frozen ones evaluate: a frozen BatchNorm in train() would move its running statistics.

    `fixed_statistics`: so do the BatchNorm layers of trainable stages, whose weights alone are then trained.
    """
    model.eval()
    open_stages = set(trainable)
    modules = dict(model.named_modules())
    for stage in stages:
        if stage.name in open_stages:
            for name in stage.modules:
                modules[name].train()
    for module in modules.values() if fixed_statistics else ():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.eval()


def make_optimizer(model: nn.Module, stages: Sequence[Stage], phase: Phase, recipe: Recipe) -> torch.optim.Optimizer:
    """A fresh optimizer over the weights that have gradients; biases and norms (one dimension) do not decay.

    Each group carries a `scale`: its stage's share of the learning rate, `layer_decay` to the power of the number of
    stages up to the head. It is put into `lr` here and by `set_rate`, because torch's schedulers know no scales.
    """
    parameters, rate = dict(model.named_parameters()), peak_rate(phase, recipe)
    groups: list[dict[str, Any]] = []
    for distance, stage in enumerate(reversed(stages)):
        weights = [parameters[name] for name in stage.parameters if parameters[name].requires_grad]
        scale = recipe.layer_decay**distance
        for decay, chosen in (
            (recipe.weight_decay, [p for p in weights if p.ndim > 1]),
            (0.0, [p for p in weights if p.ndim <= 1]),
        ):
            if chosen:
                groups.append({"params": chosen, "weight_decay": decay, "lr": rate * scale, "scale": scale})
    if phase.solver == "lbfgs":
        weights = [weight for group in groups for weight in group["params"]]
        return torch.optim.LBFGS(weights, lr=1.0, max_iter=ROUND, history_size=20, line_search_fn="strong_wolfe")
    fused = next(model.parameters()).device.type in ("cuda", "cpu")
    if recipe.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=rate, momentum=0.9, fused=fused)
    kind = torch.optim.AdamW if recipe.optimizer == "adamw" else torch.optim.Adam
    return kind(groups, lr=rate, fused=fused)


def peak_rate(phase: Phase, recipe: Recipe) -> float:
    """The highest learning rate of a phase; 0 for one that is solved, which has none."""
    if phase.solver == "lbfgs":
        return 0.0
    return recipe.learning_rate if phase.learning_rate is None else phase.learning_rate


def count_parameters(stages: Sequence[Stage], trainable: Iterable[str]) -> tuple[int, int]:
    """Trainable and total number of weights."""
    open_stages = set(trainable)
    return (
        sum(stage.n_parameters for stage in stages if stage.name in open_stages),
        sum(stage.n_parameters for stage in stages),
    )
