"""Build a complete model for fine-tuning."""

from pathlib import Path

import torch
from torch import nn

from core.backbones import catalogue
from core.backbones.architecture import make
from core.backbones.catalogue import Backbone
from core.backbones.pretrained.downloads import Progress
from core.backbones.pretrained.fitting import fit
from core.backbones.pretrained.weights import pretrained_state, read_weights_file
from core.backbones.rng import seeded
from core.backbones.stages import stages
from core.experiment import BackboneSpec

HEAD_STD = 0.01


def build(spec: BackboneSpec, n_classes: int, seed: int, progress: Progress | None = None) -> nn.Module:
    """The backbone with a head of `n_classes`: maps normalised images (N, 3, S, S) to logits (N, n_classes).

    On the CPU, without auxiliary heads, the same structure in train and eval mode. The new head has weights from a
    normal distribution (standard deviation 0.01) and zero biases: the first predictions are nearly uniform, so early
    gradients do not disturb the pretrained stages. `seed` seeds the head, and the whole model if `spec.weights` is
    'none'; torch's global generators are not changed. The head of a weights file is kept if its width matches.

    Raises `UnknownBackbone`, `InvalidExperiment` (image size), `WeightsUnavailable`, `UnreadableWeights`.
    """
    backbone = catalogue.get(spec.name)
    catalogue.check_image_size(backbone, spec.image_size)
    state = _state(spec, backbone, progress)
    with seeded(seed):
        model = make(backbone, n_classes, spec.image_size)
    head = head_name(model, backbone.name)
    _initialise(model.get_submodule(head), seed)
    if state is not None:
        fit(model, state, head, new_head=spec.weights == "default", source=spec.weights)
    return model


def head_name(model: nn.Module, name: str) -> str:
    """Dotted name of the linear layer that computes the logits."""
    head = stages(model, name)[-1]
    return head.parameters[0].rpartition(".")[0]


def _state(spec: BackboneSpec, backbone: Backbone, progress: Progress | None) -> dict[str, torch.Tensor] | None:
    if spec.weights == "none":
        return None
    if spec.weights == "default":
        return pretrained_state(backbone, progress)
    return read_weights_file(Path(spec.weights))


def _initialise(head: nn.Module, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in head.parameters():
            if parameter.ndim > 1:
                parameter.normal_(0, HEAD_STD, generator=generator)
            else:
                parameter.zero_()
