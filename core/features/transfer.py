"""Between the processor's memory and a device's, without waiting where that is not needed."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def page_locked(shape: Sequence[int], dtype: torch.dtype) -> Tensor:
    """Memory of the processor that stays where it is, empty. Needs an NVIDIA GPU."""
    return torch.empty(tuple(shape), dtype=dtype, pin_memory=True)


def sent(tensor: Tensor, device: torch.device) -> Tensor:
    """Copy `tensor` to the device; to a GPU asynchronously from pinned memory."""
    if device.type == "cuda":
        return tensor.pin_memory().to(device, non_blocking=True)
    return tensor.to(device)


def read_later(values: Sequence[Tensor]) -> Callable[[], list[float]]:
    """Numbers that a device computes, scalars; the call of what is returned waits until they are there.

    An NVIDIA GPU sends them as soon as it has them: `Tensor.item` would wait until everything is done that the GPU was
    given meanwhile, and then it would have nothing to do until it is given more.
    """
    device = values[0].device
    if device.type != "cuda":
        return lambda: [float(value) for value in values]
    here = page_locked((len(values),), torch.float64)
    here.copy_(torch.stack([value.double() for value in values]), non_blocking=True)
    there = mark(device)

    def read() -> list[float]:
        there.synchronize()
        found: list[float] = here.tolist()
        return found

    return read


def copied_here(tensor: Tensor, into: Tensor | None = None) -> Tensor:
    """A copy in the processor's memory, in the same order there. One from a GPU is only begun: wait for a `mark` after
    it. `into`: what this returned for an earlier version of the tensor, to be used again."""
    if tensor.device.type != "cuda":
        return tensor.detach().clone() if tensor.device.type == "cpu" else tensor.detach().cpu()
    if into is None or (into.shape, into.stride(), into.dtype) != (tensor.shape, tensor.stride(), tensor.dtype):
        try:
            into = torch.empty_strided(tensor.shape, tensor.stride(), dtype=tensor.dtype, pin_memory=True)
        except RuntimeError:  # the system lets a program lock little memory
            return tensor.detach().cpu()
    return into.copy_(tensor.detach(), non_blocking=True)


def mark(device: torch.device) -> torch.cuda.Event:
    """A moment in what a GPU does, after all that it was given before; whoever waits for it leaves the processor to
    others."""
    event = torch.cuda.Event(blocking=True)
    event.record(torch.cuda.current_stream(device))
    return event
