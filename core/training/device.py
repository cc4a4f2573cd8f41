"""Which device computes, by name, and which number formats it has."""

import platform

import torch

from core.errors import UnknownDevice
from core.experiment import Recipe
from core.text import short


def available_devices() -> tuple[str, ...]:
    """Devices of this machine, the best first: cuda, mps, cpu."""
    cuda = [f"cuda:{index}" for index in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    mps = ["mps"] if torch.backends.mps.is_available() else []
    return (*cuda, *mps, "cpu")


def resolve_device(name: str) -> torch.device:
    """'auto' is the best device there is; 'cuda', 'cuda:1', 'mps' and 'cpu' are taken as said.

    Raises `UnknownDevice` when this machine has no such device: there is no silent fallback.
    """
    names = available_devices()
    if name == "auto":
        return torch.device(names[0])
    wanted = "cuda:0" if name == "cuda" else name
    if wanted not in names:
        raise UnknownDevice(f"This machine has no device '{short(name)}'. Choose one of: auto, {', '.join(names)}.")
    return torch.device(wanted)


def device_title(device: torch.device) -> str:
    """The device's own name, as shown to users."""
    if device.type == "cuda":
        return f"{torch.cuda.get_device_name(device)} ({device})"
    if device.type == "mps":
        return "Apple GPU (mps)"
    return f"CPU ({torch.get_num_threads()} threads, {platform.machine()})"


def memory_of(device: torch.device) -> tuple[int, int] | None:
    """Free and total bytes of an NVIDIA GPU's memory, whatever program uses it; None for other devices, and for one
    that does not say, because it is full or another program has it for itself."""
    if device.type != "cuda":
        return None
    try:
        return torch.cuda.mem_get_info(device)
    except RuntimeError:
        return None


def steps_ahead(device: torch.device) -> int:
    """Steps that are handed to the device before the loss of one is waited for: a GPU computes beside the processor."""
    return 0 if device.type == "cpu" else 1


def precisions(device: torch.device) -> tuple[str, ...]:
    """Number formats the device trains in."""
    if device.type == "cuda":
        with torch.cuda.device(device):  # torch says it of the current one
            has_bf16 = torch.cuda.is_bf16_supported()
        return ("auto", "fp32", "bf16", "fp16") if has_bf16 else ("auto", "fp32", "fp16")
    return ("auto", "fp32", "fp16") if device.type == "mps" else ("auto", "fp32", "bf16")


def require_precision(recipe: Recipe, device: torch.device) -> None:
    """Raises `UnknownDevice` when the device does not have the recipe's precision."""
    allowed = precisions(device)
    if recipe.precision not in allowed:
        raise UnknownDevice(
            f"{device_title(device)} does not train in {recipe.precision}. Choose one of: {', '.join(allowed)}."
        )
