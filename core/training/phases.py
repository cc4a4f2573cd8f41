"""Freezing: which weights a phase may change, and the optimizer that changes them."""

from collections.abc import Iterable, Sequence

import torch
from torch import nn

from core.backbones.stages import Stage
from core.experiment import Phase, Recipe


def freeze(model: nn.Module, stages: Sequence[Stage], trainable: Iterable[str]) -> None:
    """Give gradients to the parameters of the trainable stages, and to no others."""
    open_stages = set(trainable)
    parameters = dict(model.named_parameters())
    for stage in stages:
        for name in stage.parameters:
            parameters[name].requires_grad_(stage.name in open_stages)
            parameters[name].grad = None  # AdamW would move a frozen weight that still has an old gradient


def set_modes(model: nn.Module, stages: Sequence[Stage], trainable: Iterable[str]) -> None:
    """Trainable stages train, frozen ones evaluate: a frozen BatchNorm in train() would move its running statistics."""
    model.eval()
    open_stages = set(trainable)
    modules = dict(model.named_modules())
    for stage in stages:
        if stage.name in open_stages:
            for name in stage.modules:
                modules[name].train()


def make_optimizer(model: nn.Module, phase: Phase, recipe: Recipe) -> torch.optim.Optimizer:
    """A fresh optimizer over the weights that have gradients; biases and norms (one dimension) do not decay."""
    weights = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in weights if p.ndim > 1], "weight_decay": recipe.weight_decay},
        {"params": [p for p in weights if p.ndim <= 1], "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    rate = peak_rate(phase, recipe)
    if recipe.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=rate, momentum=0.9)
    kind = torch.optim.AdamW if recipe.optimizer == "adamw" else torch.optim.Adam
    return kind(groups, lr=rate)


def peak_rate(phase: Phase, recipe: Recipe) -> float:
    """The highest learning rate of a phase."""
    return recipe.learning_rate if phase.learning_rate is None else phase.learning_rate


def count_parameters(stages: Sequence[Stage], trainable: Iterable[str]) -> tuple[int, int]:
    """Trainable and total number of weights."""
    open_stages = set(trainable)
    return (
        sum(stage.n_parameters for stage in stages if stage.name in open_stages),
        sum(stage.n_parameters for stage in stages),
    )
