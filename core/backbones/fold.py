"""BatchNorm folded into the convolution before it, for stages that are frozen: fewer passes over the feature maps.

w' = w * gamma / sqrt(var + eps), b' = (b - mean) * gamma / sqrt(var + eps) + beta (Jacob et al. 2018, section 3.2).
"""

import operator
from collections import Counter
from typing import Any

import torch
from timm.layers import BatchNormAct2d
from torch import fx, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from core.backbones.fuse import fuse_activations
from core.backbones.split import CannotTrace, Part, trace

_FOLDED = (nn.BatchNorm2d, BatchNormAct2d)  # not their subclasses, which may compute something else


def folded(part: Part, dtype: torch.dtype | None = None) -> Part:
    """`part` with every BatchNorm folded that follows a convolution; `part` itself where there is none, or no graph.

    The part must be in eval mode. Its weights are copied: call it again when they have changed. `dtype`: of the folded
    convolutions' weights, for autocast, which would convert them at every call; on a processor the activations behind
    them are then computed with them.
    """
    if not isinstance(part, nn.Module) or not any(type(module) in _FOLDED for module in part.modules()):
        return part
    try:
        graph = trace(part, lambda module, _: isinstance(module, (nn.Conv2d, nn.BatchNorm2d)))
    except CannotTrace:
        return part
    modules: dict[str, Any] = dict(part.named_modules(remove_duplicate=False))
    calls = Counter(id(modules[str(node.target)]) for node in graph.nodes if node.op == "call_module")
    for node in list(graph.nodes):
        before = node.args[0] if node.op == "call_module" else None
        if isinstance(before, fx.Node) and before.op == "call_module" and len(before.users) == 1:
            conv, norm = modules[str(before.target)], modules[str(node.target)]
            if _fit(conv, norm) and calls[id(conv)] == calls[id(norm)] == 1:
                fused = fuse_conv_bn_eval(conv, norm).to(dtype=dtype, memory_format=torch.channels_last)
                modules[str(before.target)] = fused.requires_grad_(False)
                modules[str(node.target)] = norm.act if isinstance(norm, BatchNormAct2d) else nn.Identity()
    _drop_identities(graph, modules)
    if dtype is not None:
        fuse_activations(graph, modules)
    held = {str(node.target): _held(part, modules, node) for node in graph.nodes if node.op in _HOLDING}
    made: Part = fx.GraphModule(held, graph)
    return made


def _drop_identities(graph: fx.Graph, modules: dict[str, Any]) -> None:
    for node in list(graph.nodes):
        if node.op == "call_module" and isinstance(modules[str(node.target)], nn.Identity):
            node.replace_all_uses_with(node.args[0])
            graph.erase_node(node)


_HOLDING = ("call_module", "get_attr")


def _fit(conv: nn.Module, norm: nn.Module) -> bool:
    return isinstance(conv, nn.Conv2d) and type(norm) in _FOLDED and not norm.training and norm.running_var is not None


def _held(part: nn.Module, modules: dict[str, Any], node: fx.Node) -> Any:
    """What a node of the graph refers to: a module, or a weight of its own."""
    name = str(node.target)
    return modules[name] if node.op == "call_module" else operator.attrgetter(name)(part)
