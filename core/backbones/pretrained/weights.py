"""Pretrained weights: from an installed package, the libraries' caches, a download, or a user's file.

Heavy imports are lazy: `is_local` is called for every row of a list.
"""

from __future__ import annotations

import errno
import os
import socket
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from core.backbones import catalogue
from core.backbones.catalogue import Backbone
from core.backbones.pretrained.places import HUB_FILE, torch_cache
from core.errors import StorageFailed, UnreadableWeights, WeightsUnavailable
from core.files import own_path
from core.text import format_size, short_path

if TYPE_CHECKING:
    from torch import Tensor

    from core.backbones.pretrained.downloads import Progress


def is_local(backbone: Backbone) -> bool:
    """Whether the pretrained weights are on this machine. Does not import torch or use the network."""
    return local_file(backbone) is not None


def local_file(backbone: Backbone) -> Path | None:
    """The file with the pretrained weights, in its package or in the library's own cache; None if there is none."""
    if backbone.library == "bundled":
        return _package_file(backbone.source)
    if backbone.library == "torchvision":
        path = torch_cache() / backbone.source.rpartition("/")[2]
        return path if path.is_file() else None
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(backbone.source, HUB_FILE)
    return Path(found) if isinstance(found, str) else None


def pretrained_state(backbone: Backbone, progress: Progress | None = None) -> dict[str, Tensor]:
    """The pretrained tensors under the model's own names, head included, at the weights' own image size.

    Downloads missing weights into the library's own cache and checks their hash. `progress` is called with
    the bytes received and the total bytes (0 if unknown). Raises `WeightsUnavailable`, which names the other
    choices, and `StorageFailed` if the disk is full.
    """
    from core.backbones.pretrained import hubs

    path = local_file(backbone) or _download(backbone, progress)
    try:
        return hubs.read(backbone, path)
    except WeightsUnavailable:
        raise
    except Exception as error:  # libraries raise different errors for damaged files
        raise WeightsUnavailable(
            f"The pretrained weights of {backbone.name} are damaged: {path} cannot be read ({_reason(error)})."
            f" Delete that file and try again, or {_choices()}."
        ) from error


def read_weights_file(path: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file. Raises `UnreadableWeights`. Nothing is unpickled, so nothing is executed."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    path = own_path(path)
    if not os.path.isfile(path):  # also False for invalid paths
        raise UnreadableWeights(
            f"There is no weights file {short_path(path)}. Give a safetensors file, 'default' for the pretrained"
            " weights, or 'none' for untrained ones."
        )
    try:
        return load_file(path, device="cpu")
    except (SafetensorError, OSError, ValueError, KeyError, RuntimeError, MemoryError) as error:
        raise UnreadableWeights(
            f"{path.name} is not a readable safetensors file ({_reason(error)}). Pickled files (.pt, .pth, .ckpt, .bin)"
            " are not read, because they can run code: save the state dict with safetensors.torch.save_file."
        ) from error


def _package_file(module: str) -> Path | None:
    found = find_spec(module)
    folder = Path(found.origin).parent if found is not None and found.origin else None
    return next(iter(sorted(folder.glob("models/*.pth"))), None) if folder else None


def _download(backbone: Backbone, progress: Progress | None) -> Path:
    from core.backbones.pretrained import hubs

    if backbone.library == "bundled":
        raise WeightsUnavailable(
            f"The package {backbone.source} with the weights of {backbone.name} is not installed."
            " Repeat the set-up that the README describes."
        )
    try:
        return hubs.download(backbone, progress)
    except Exception as error:  # network libraries may raise anything
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EACCES, errno.EROFS):
            raise StorageFailed(
                f"The weights of {backbone.name} could not be saved: {_reason(error)}."
                " Free some space or set another cache folder."
            ) from error
        size = f" ({format_size(backbone.download_bytes)})" if backbone.download_mb else ""
        raise WeightsUnavailable(
            f"The pretrained weights of {backbone.name}{size} are not on this machine and could not be downloaded"
            f" ({_reason(error)}). Try again with a network connection, or {_choices()}."
        ) from error


def _choices() -> str:
    names = ", ".join(catalogue.bundled())
    return f"give a safetensors file of this backbone, or take a bundled backbone ({names}), which needs no download"


def _reason(error: BaseException) -> str:
    inner = getattr(error, "reason", None)
    if isinstance(inner, socket.gaierror):
        return "no network connection"
    text = str(inner if isinstance(inner, BaseException) else error).strip().splitlines()
    return (text[0] if text else type(error).__name__)[:200].rstrip(".")
