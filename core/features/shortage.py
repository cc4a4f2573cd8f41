"""Memory that runs out, told in one way: devices say it with different errors."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import torch
from torch import Tensor

from core.backbones.look import look
from core.backbones.split import Part
from core.features.precision import Autocast

# plain RuntimeErrors: of a processor on Linux, of one on Windows, of an Apple GPU
_SAID = ("can't allocate memory", "not enough memory: you tried to allocate", "out of memory")


@contextmanager
def as_out_of_memory() -> Iterator[None]:
    """Whichever way memory runs out inside, it is a `torch.OutOfMemoryError`. Other errors pass as they are."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        told = isinstance(error, MemoryError) or any(text in str(error) for text in _SAID)
        if isinstance(error, torch.OutOfMemoryError) or not told:
            raise
        raise torch.OutOfMemoryError(str(error)) from error


def forward_with_oom_retry(part: Part, inputs: Tensor, autocast: Autocast = nullcontext) -> Tensor:
    """`look`, which goes on in smaller slices on any device whose memory runs out."""

    def told(images: Tensor) -> Tensor:
        with as_out_of_memory():
            return part(images)

    return look(told, inputs, autocast)
