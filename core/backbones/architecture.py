"""Create the model of a catalogue entry, without pretrained weights."""

from typing import Any

import timm
import torch
import torchvision
from torch import nn

from core.backbones.catalogue import Backbone, check_image_size


def make(backbone: Backbone, n_classes: int, image_size: int | None = None) -> nn.Module:
    """The library's model with a head of `n_classes` and no auxiliary head, with the library's initialisation.

    Draws from torch's CPU generator, unless on the meta device. Raises `InvalidExperiment` for an impossible size.
    """
    size = check_image_size(backbone, image_size)
    if backbone.library == "torchvision":
        options = _torchvision_options(backbone, size)
        return torchvision.models.get_model(backbone.architecture, weights=None, num_classes=n_classes, **options)
    sized: dict[str, Any] = {"img_size": size} if backbone.family == "ViT" else {}
    return timm.create_model(backbone.architecture, pretrained=False, num_classes=n_classes, **sized)


def make_empty(backbone: Backbone, n_classes: int, image_size: int | None = None) -> nn.Module:
    """The same on the meta device: shapes without memory. Draws no random numbers and may run in any thread."""
    with torch.device("meta"):
        return make(backbone, n_classes, image_size)


def _torchvision_options(backbone: Backbone, image_size: int) -> dict[str, bool | int]:
    if backbone.family == "ViT":
        return {"image_size": image_size}
    if backbone.family == "Inception":
        # The weights expect inputs in -1..1; with transform_input the model converts inputs normalised with the
        # catalogue's mean and std to that range.
        return {"aux_logits": False, "transform_input": True, "init_weights": True}
    return {}
