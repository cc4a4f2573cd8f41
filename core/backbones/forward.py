"""Forward of a model, or a part of it, without gradients, in slices of the size that is fastest on the device."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor

from core.backbones.split import Part

# Four images of 224 px, twice as many in 16-bit formats. With more, feature maps exceed the 32 MB above which the C
# library returns memory to the system after every use and has to get it back page by page: on EfficientNet-Lite0, 32
# images at a time are 1.2 times slower in bf16 and up to 3 times in fp32. On a GPU torch manages the memory, and large
# batches are faster.
PIXELS = 4 * 224 * 224


def forward_in_slices(
    part: Part, inputs: Tensor, autocast: Callable[[], AbstractContextManager[None]] = nullcontext
) -> Tensor:
    """`part(inputs)` for inputs (N, ...). `part` must be in eval mode, so that images do not affect each other.

    Retries with smaller slices if the device runs out of memory; raises `torch.OutOfMemoryError` if a single image does
    not fit.
    """
    with torch.no_grad(), autocast():
        outputs = [_forward_or_halve(part, chunk) for chunk in inputs.split(_slice_size(inputs))]
    return outputs[0] if len(outputs) == 1 else torch.cat(outputs)


def _forward_or_halve(part: Part, inputs: Tensor) -> Tensor:
    try:
        return part(inputs)
    except torch.OutOfMemoryError:
        if len(inputs) == 1:
            raise
    return torch.cat([_forward_or_halve(part, half) for half in inputs.tensor_split(2)])


def _slice_size(inputs: Tensor) -> int:
    if inputs.device.type != "cpu" or inputs.ndim != 4:
        return len(inputs)
    pixels = 2 * PIXELS if torch.is_autocast_enabled("cpu") else PIXELS
    return max(1, pixels // (inputs.shape[2] * inputs.shape[3]))
