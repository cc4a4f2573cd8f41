"""The one model that all arms train, and which of its weights a stretch of epochs changes."""

import torch
from torch import nn

from core.backbones import catalogue
from core.backbones.build import build
from core.backbones.catalogue import Backbone
from core.backbones.stages import HEAD, Stage, stage_table, stages
from core.experiment import BUNDLED_BACKBONE, BackboneSpec


def load(n_classes: int, seed: int, *, hurry: bool = False) -> nn.Module:
    """The bundled backbone with its weights and a new head; `hurry`: laid out as our engine lays it out."""
    model = build(BackboneSpec(), n_classes, seed)
    return model.to(memory_format=torch.channels_last) if hurry else model


def facts() -> Backbone:
    """The size, mean and standard deviation that belong to the weights."""
    return catalogue.get(BUNDLED_BACKBONE)


def stage_names(which: str) -> tuple[str, ...]:
    """The stages that 'head', 'last' or 'all' makes trainable."""
    names = tuple(stage.name for stage in stage_table(BUNDLED_BACKBONE))
    return {"head": (HEAD,), "last": names[-2:], "all": names}[which]


def weights(model: nn.Module, which: str) -> list[nn.Parameter]:
    """The parameters of those stages."""
    named = dict(model.named_parameters())
    return [named[key] for stage in _stages(model) if stage.name in stage_names(which) for key in stage.parameters]


def body_and_head(model: nn.Module) -> list[list[nn.Parameter]]:
    """All parameters in two groups."""
    head = weights(model, "head")
    return [[p for p in model.parameters() if all(p is not other for other in head)], head]


def _stages(model: nn.Module) -> tuple[Stage, ...]:
    return stages(model, BUNDLED_BACKBONE)
