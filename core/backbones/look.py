"""Running a model, or a part of it, without gradients: over as many images at a time as the device likes best."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor

from core.backbones.split import Part

# Four images of 224 px, twice as many in a format of two bytes. With more, feature maps pass the 32 MB from which the C
# library hands memory back to the system after every use, to get it anew page by page: measured on EfficientNet-Lite0,
# 32 images at a time are 1.2 times slower in bf16 and up to 3 times in fp32. A GPU's memory is managed by torch, and
# wants width.
PIXELS = 4 * 224 * 224


def look(part: Part, inputs: Tensor, autocast: Callable[[], AbstractContextManager[None]] = nullcontext) -> Tensor:
    """`part(inputs)` for inputs (N, ...); `part` must be in eval mode, so that no image changes another's result.

    Goes on in smaller slices when the device's memory runs out; raises `torch.OutOfMemoryError` when one image is too
    many.
    """
    with torch.no_grad(), autocast():
        done = [_at_once(part, each) for each in inputs.split(_width(inputs))]
    return done[0] if len(done) == 1 else torch.cat(done)


def _at_once(part: Part, inputs: Tensor) -> Tensor:
    try:
        return part(inputs)
    except torch.OutOfMemoryError:
        if len(inputs) == 1:
            raise
    return torch.cat([_at_once(part, half) for half in inputs.tensor_split(2)])


def _width(inputs: Tensor) -> int:
    if inputs.device.type != "cpu" or inputs.ndim != 4:
        return len(inputs)
    pixels = 2 * PIXELS if torch.is_autocast_enabled("cpu") else PIXELS
    return max(1, pixels // (inputs.shape[2] * inputs.shape[3]))
