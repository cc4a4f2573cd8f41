"""Fold BatchNorm into the preceding convolution in frozen stages: fewer passes over the feature maps.

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

_FOLDED = (nn.BatchNorm2d, BatchNormAct2d)  # exact types: subclasses may compute something else


def folded(part: Part, dtype: torch.dtype | None = None) -> Part:
    """`part` with every BatchNorm after a convolution folded into it; `part` itself if there is none or it cannot be
    traced.

    The part must be in eval mode. Its weights are copied: call again after they change. `dtype`: dtype of the folded
    weights under autocast, which would otherwise convert them at every call; on a CPU the following activations are
    then fused too.
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
        previous = node.args[0] if node.op == "call_module" else None
        if isinstance(previous, fx.Node) and previous.op == "call_module" and len(previous.users) == 1:
            conv, norm = modules[str(previous.target)], modules[str(node.target)]
            if _can_fold(conv, norm) and calls[id(conv)] == calls[id(norm)] == 1:
                fused = fuse_conv_bn_eval(conv, norm).to(dtype=dtype, memory_format=torch.channels_last)
                modules[str(previous.target)] = fused.requires_grad_(False)
                modules[str(node.target)] = norm.act if isinstance(norm, BatchNormAct2d) else nn.Identity()
    _drop_identities(graph, modules)
    if dtype is not None:
        fuse_activations(graph, modules)
    targets = {str(node.target): _target(part, modules, node) for node in graph.nodes if node.op in _WITH_TARGET}
    graph_module: Part = fx.GraphModule(targets, graph)
    return graph_module


def _drop_identities(graph: fx.Graph, modules: dict[str, Any]) -> None:
    for node in list(graph.nodes):
        if node.op == "call_module" and isinstance(modules[str(node.target)], nn.Identity):
            node.replace_all_uses_with(node.args[0])
            graph.erase_node(node)


_WITH_TARGET = ("call_module", "get_attr")


def _can_fold(conv: nn.Module, norm: nn.Module) -> bool:
    return isinstance(conv, nn.Conv2d) and type(norm) in _FOLDED and not norm.training and norm.running_var is not None


def _target(part: nn.Module, modules: dict[str, Any], node: fx.Node) -> Any:
    """The module or parameter that a graph node refers to."""
    name = str(node.target)
    return modules[name] if node.op == "call_module" else operator.attrgetter(name)(part)
