"""Handle out-of-memory errors uniformly: devices raise different errors."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TypeVar

import torch
from torch import Tensor

from core.backbones.forward import forward_in_slices
from core.backbones.split import Part
from core.features.precision import Autocast

T = TypeVar("T")
# messages of plain RuntimeErrors: CPU on Linux, CPU on Windows, Apple GPU
_MESSAGES = ("can't allocate memory", "not enough memory: you tried to allocate", "out of memory")


@contextmanager
def as_out_of_memory() -> Iterator[None]:
    """Convert every out-of-memory error into `torch.OutOfMemoryError`. Other errors are passed on."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        is_memory_error = isinstance(error, MemoryError) or any(text in str(error) for text in _MESSAGES)
        if isinstance(error, torch.OutOfMemoryError) or not is_memory_error:
            raise
        raise torch.OutOfMemoryError(str(error)) from error


def with_relief(work: Callable[[], T], relieve: Callable[[], bool]) -> T:
    """What `work`, which may be done again, gives. While memory is short `relieve` is called, which says whether it has
    freed some. Raises `torch.OutOfMemoryError` when it has not."""
    while True:
        try:
            with as_out_of_memory():
                return work()
        except torch.OutOfMemoryError:
            if not relieve():
                raise


def forward_with_oom_retry(part: Part, inputs: Tensor, autocast: Autocast = nullcontext) -> Tensor:
    """Forward in slices, retrying with smaller ones if any device runs out of memory."""

    def guarded(images: Tensor) -> Tensor:
        with as_out_of_memory():
            return part(images)

    return forward_in_slices(guarded, inputs, autocast)
