"""Fuse a convolution with its activation: on a CPU, frozen stages are mostly bound by memory bandwidth.

Uses the operator that torch's compiler inserts (oneDNN post-ops). Also handles TensorFlow's asymmetric "same" padding:
padding would copy the feature map, while a kernel enlarged by a row and a column of zeros reads the same values in
place.
"""

from collections import Counter
from typing import Any

import torch
from timm.layers import Conv2dSame
from timm.layers.padding import get_same_padding, pad_same
from torch import Tensor, fx, nn
from torch.nn import functional

from core.backbones.unofficial import fused_convolution

_Activation = tuple[str, list[float]]


class FusedConv(nn.Module):
    """`activation(conv(x))` in the dtype of the convolution's weights; frozen."""

    def __init__(self, conv: nn.Conv2d, activation: _Activation) -> None:
        super().__init__()
        operator = fused_convolution()
        if operator is None:
            raise RuntimeError(f"torch {torch.__version__} has no convolution with an activation: use the two layers.")
        self.fused = operator
        self.conv = conv
        self.name, self.limits = activation
        self.same = isinstance(conv, Conv2dSame)
        # one zero row and column before the others
        enlarged_weight = functional.pad(conv.weight.detach(), (1, 0, 1, 0)).to(memory_format=torch.channels_last)
        self.enlarged_weight = enlarged_weight if self.same else None

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C', H', W')."""
        conv, x = self.conv, x.to(self.conv.weight.dtype)
        weight, padding = conv.weight, conv.padding
        if self.same:
            x, weight, padding = self._padded(x)
        return self.fused(
            x, weight, conv.bias, padding, conv.stride, conv.dilation, conv.groups, self.name, self.limits, ""
        )

    def _padded(self, x: Tensor) -> tuple[Tensor, Tensor, tuple[int, int]]:
        """Input, weight and symmetric padding that are equivalent to "same" padding."""
        conv = self.conv
        sizes = zip(x.shape[-2:], conv.kernel_size, conv.stride, conv.dilation, strict=True)
        totals = [get_same_padding(side, kernel, stride, apart) for side, kernel, stride, apart in sizes]
        odd = {total % 2 for total in totals}
        if odd == {0}:
            return x, conv.weight, (totals[0] // 2, totals[1] // 2)
        if odd == {1} and conv.dilation == (1, 1) and self.enlarged_weight is not None:
            return x, self.enlarged_weight, (totals[0] // 2 + 1, totals[1] // 2 + 1)
        padded = pad_same(x, list(conv.kernel_size), list(conv.stride), list(conv.dilation))
        return padded, conv.weight, (0, 0)


def fuse_activations(graph: fx.Graph, modules: dict[str, Any]) -> None:
    """Replace every convolution on a CPU that is followed by a single supported activation with a `FusedConv`.

    `modules` maps the targets of `graph` to modules; both are changed in place.
    """
    calls = Counter(str(node.target) for node in graph.nodes if node.op == "call_module")
    for node in list(graph.nodes):
        previous = node.args[0] if node.op == "call_module" and node.args else None
        if not isinstance(previous, fx.Node) or previous.op != "call_module" or len(previous.users) != 1:
            continue
        name, activation = str(previous.target), _activation(modules[str(node.target)])
        if activation is not None and calls[name] == 1 and _is_supported(modules[name]):
            modules[name] = FusedConv(modules[name], activation)
            node.replace_all_uses_with(previous)  # other calls of the same activation are kept
            graph.erase_node(node)


def _is_supported(conv: nn.Module) -> bool:
    return (
        isinstance(conv, nn.Conv2d)
        and type(conv) in (nn.Conv2d, Conv2dSame)
        and conv.padding_mode == "zeros"
        and not isinstance(conv.padding, str)
        and conv.weight.dtype in (torch.bfloat16, torch.float32)
        and conv.weight.device.type == "cpu"
        and torch.backends.mkldnn.is_available()
        and fused_convolution() is not None
    )


def _activation(module: nn.Module) -> _Activation | None:
    """oneDNN's name and parameters of an activation; None if it has no equivalent."""
    if isinstance(module, nn.Hardtanh):  # ReLU6 is one
        return "hardtanh", [float(module.min_val), float(module.max_val)]
    names: dict[type[nn.Module], str] = {nn.ReLU: "relu", nn.SiLU: "swish", nn.Hardswish: "hardswish"}
    name = names.get(type(module))
    return None if name is None else (name, [])
