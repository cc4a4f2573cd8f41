"""A convolution and its activation in one pass over memory: on a processor, frozen stages wait for memory most.

The operator is the one that torch's own compiler puts in (oneDNN's post-operations). Also "same" padding as TensorFlow
has it: a row and a column more on one side than on the other. Padding copies the map; a kernel with a row and a column
of zeros reads the same numbers where they are.
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
    """`activation(conv(x))` in the number format of the convolution's weights; frozen."""

    def __init__(self, conv: nn.Conv2d, activation: _Activation) -> None:
        super().__init__()
        found = fused_convolution()
        if found is None:
            raise RuntimeError(f"torch {torch.__version__} has no convolution with an activation: use the two layers.")
        self.fused = found
        self.conv = conv
        self.name, self.limits = activation
        self.same = isinstance(conv, Conv2dSame)
        # one zero row and column before the others
        widened = functional.pad(conv.weight.detach(), (1, 0, 1, 0)).to(memory_format=torch.channels_last)
        self.widened = widened if self.same else None

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C', H', W')."""
        conv, x = self.conv, x.to(self.conv.weight.dtype)
        weight, padding = conv.weight, conv.padding
        if self.same:
            x, weight, padding = self._placed(x)
        return self.fused(
            x, weight, conv.bias, padding, conv.stride, conv.dilation, conv.groups, self.name, self.limits, ""
        )

    def _placed(self, x: Tensor) -> tuple[Tensor, Tensor, tuple[int, int]]:
        """Input, weight and padding of both sides that together are "same" padding."""
        conv = self.conv
        sizes = zip(x.shape[-2:], conv.kernel_size, conv.stride, conv.dilation, strict=True)
        totals = [get_same_padding(side, kernel, stride, apart) for side, kernel, stride, apart in sizes]
        odd = {total % 2 for total in totals}
        if odd == {0}:
            return x, conv.weight, (totals[0] // 2, totals[1] // 2)
        if odd == {1} and conv.dilation == (1, 1) and self.widened is not None:
            return x, self.widened, (totals[0] // 2 + 1, totals[1] // 2 + 1)
        padded = pad_same(x, list(conv.kernel_size), list(conv.stride), list(conv.dilation))
        return padded, conv.weight, (0, 0)


def fuse_activations(graph: fx.Graph, modules: dict[str, Any]) -> None:
    """Put a `FusedConv` in the place of every convolution on a processor that one known activation follows.

    `modules` holds what the nodes of `graph` name; both are changed.
    """
    calls = Counter(str(node.target) for node in graph.nodes if node.op == "call_module")
    for node in list(graph.nodes):
        before = node.args[0] if node.op == "call_module" and node.args else None
        if not isinstance(before, fx.Node) or before.op != "call_module" or len(before.users) != 1:
            continue
        name, activation = str(before.target), _activation(modules[str(node.target)])
        if activation is not None and calls[name] == 1 and _fits(modules[name]):
            modules[name] = FusedConv(modules[name], activation)
            node.replace_all_uses_with(before)  # other calls of the same activation stay
            graph.erase_node(node)


def _fits(conv: nn.Module) -> bool:
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
    """oneDNN's name and numbers of an activation; None for one that it does not compute the same way."""
    if isinstance(module, nn.Hardtanh):  # ReLU6 is one
        return "hardtanh", [float(module.min_val), float(module.max_val)]
    names: dict[type[nn.Module], str] = {nn.ReLU: "relu", nn.SiLU: "swish", nn.Hardswish: "hardswish"}
    name = names.get(type(module))
    return None if name is None else (name, [])
