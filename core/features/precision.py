"""Number formats: of frozen stages, and of those that are trained."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import torch
from torch import Tensor
from torch.nn import functional

from core.backbones.split import Part
from core.backbones.unofficial import computes_in_bf16

Autocast = Callable[[], AbstractContextManager[None]]
LEAST_COSINE = 0.995  # minimum similarity between features in fp32 and bf16 for using bf16
DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}


def autocast_for(device: torch.device, precision: str) -> Autocast:
    """A factory of autocast contexts for a precision; disabled for 'fp32' and 'auto'."""
    dtype = DTYPES.get(precision)

    def context() -> AbstractContextManager[None]:
        return torch.autocast(device.type, dtype=dtype or torch.bfloat16, enabled=dtype is not None)

    return context


def frozen_precision(device: torch.device, precision: str) -> str:
    """The precision of frozen stages: that of the recipe; for 'auto' bf16 if the device is faster in it."""
    if precision != "auto":
        return precision
    return "bf16" if is_quick_in_bf16(device) else "fp32"


def trained_precision(device: torch.device, precision: str) -> str:
    """The format of stages that are trained: that of the recipe; for 'auto' bf16 on a GPU that has it, else fp16.

    Weights and optimizer stay in fp32 (autocast). Processors and Apple's GPUs train in fp32.
    """
    if precision != "auto":
        return precision
    if device.type != "cuda":
        return "fp32"
    return "bf16" if is_quick_in_bf16(device) else "fp16"


def is_quick_in_bf16(device: torch.device) -> bool:
    """Whether the device supports bf16 natively, without emulation."""
    if device.type == "cuda":
        with torch.cuda.device(device):  # torch says it of the current one
            return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type != "cpu":
        return False
    return computes_in_bf16()


def tolerates_precision(part: Part, inputs: Tensor, device: torch.device, precision: str) -> bool:
    """Whether `part` computes nearly the same features for `inputs` (N, ...) in `precision` as in fp32."""
    with torch.no_grad():
        exact = part(inputs.clone()).flatten(1).float()
        with autocast_for(device, precision)():
            coarse = part(inputs.clone()).flatten(1).float()
    return bool(functional.cosine_similarity(exact, coarse).min() >= LEAST_COSINE)
