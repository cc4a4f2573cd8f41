"""Private APIs of torch in one place. If one is missing, everything still works, only slower.

Only the public API of timm is used.
"""

from collections.abc import Callable

import torch
from torch import Tensor


def fused_convolution() -> Callable[..., Tensor] | None:
    """oneDNN's convolution with fused activation, as used by torch's compiler; None if it is not available."""
    try:
        operator: Callable[..., Tensor] = torch.ops.mkldnn._convolution_pointwise
    except (AttributeError, RuntimeError):  # raised by torch for unknown operators
        return None
    return operator


def computes_in_bf16(probes: tuple[str, ...] = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")) -> bool:
    """Whether the CPU has bf16 instructions; False if torch cannot tell."""
    return any(probe() for name in probes if callable(probe := getattr(torch.cpu, name, None)))
