"""What torch does not promise to keep, in one place. Where it is gone, all works as before, only slower.

Of timm nothing is used that it does not export.
"""

from collections.abc import Callable

import torch
from torch import Tensor


def fused_convolution() -> Callable[..., Tensor] | None:
    """oneDNN's convolution with an activation, the operator that torch's compiler puts in; None where it is gone."""
    try:
        found: Callable[..., Tensor] = torch.ops.mkldnn._convolution_pointwise
    except (AttributeError, RuntimeError):  # as torch's table of operators says that it has none
        return None
    return found


def computes_in_bf16(probes: tuple[str, ...] = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")) -> bool:
    """Whether the processor has instructions for bf16; no where torch cannot say."""
    return any(probe() for name in probes if callable(probe := getattr(torch.cpu, name, None)))
