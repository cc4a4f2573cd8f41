"""The one model that all arms train, and which of its weights a stretch of epochs changes."""

import torch
from torch import nn

from core.backbones import catalogue
from core.backbones.build import build
from core.backbones.catalogue import Backbone
from core.backbones.pretrained.weights import is_local
from core.backbones.stages import HEAD, stage_table, stages
from core.experiment import BUNDLED_BACKBONE, BackboneSpec


def spec(name: str = BUNDLED_BACKBONE) -> BackboneSpec:
    """A backbone with its weights; without them where they are not on this machine, which is as quick."""
    return BackboneSpec(name=name, weights="default" if is_local(catalogue.get(name)) else "none")


def load(n_classes: int, seed: int, *, name: str = BUNDLED_BACKBONE, hurry: bool = False) -> nn.Module:
    """A backbone with a new head; `hurry`: laid out as our engine lays it out."""
    model = build(spec(name), n_classes, seed)
    return model.to(memory_format=torch.channels_last) if hurry else model


def facts(name: str = BUNDLED_BACKBONE) -> Backbone:
    """The size, mean and standard deviation that belong to the weights."""
    return catalogue.get(name)


def stage_names(which: str, name: str = BUNDLED_BACKBONE) -> tuple[str, ...]:
    """The stages that 'head', 'last' or 'all' makes trainable."""
    names = tuple(stage.name for stage in stage_table(name))
    return {"head": (HEAD,), "last": names[-2:], "all": names}[which]


def weights(model: nn.Module, which: str, name: str = BUNDLED_BACKBONE) -> list[nn.Parameter]:
    """The parameters of those stages."""
    named, chosen = dict(model.named_parameters()), stage_names(which, name)
    return [named[key] for stage in stages(model, name) if stage.name in chosen for key in stage.parameters]


def body_and_head(model: nn.Module, name: str = BUNDLED_BACKBONE) -> list[list[nn.Parameter]]:
    """All parameters in two groups."""
    head = weights(model, "head", name)
    return [[p for p in model.parameters() if all(p is not other for other in head)], head]
