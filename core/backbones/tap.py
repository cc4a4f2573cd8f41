"""Extract the outputs of some modules of a model, as a graph that can be folded and that skips all later operations."""

from collections.abc import Sequence
from typing import Any

from torch import fx, nn

from core.backbones.split import CannotTrace, images_alone, trace

LEAVES = (nn.Conv2d, nn.BatchNorm2d)  # the modules that can be folded


def tapped(model: nn.Module, modules: Sequence[nn.Module]) -> fx.GraphModule:
    """A graph from images to the tuple of outputs of `modules`.

    Raises `CannotTrace`, also if one is not called exactly once.
    """
    nodes_of: dict[int, list[fx.Node]] = {id(module): [] for module in modules}

    def record_node(module: nn.Module, _inputs: Any, output: Any) -> None:
        if isinstance(output, fx.Proxy):
            nodes_of[id(module)].append(output.node)

    handles = [module.register_forward_hook(record_node) for module in set(modules)]
    try:
        graph = images_alone(trace(model, lambda module, _: isinstance(module, LEAVES)))
    finally:
        for handle in handles:
            handle.remove()
    modules_by_name = dict(model.named_modules(remove_duplicate=False))
    for node in graph.nodes:  # leaf modules are not run while tracing, so their hooks are not called
        if node.op == "call_module" and id(modules_by_name[str(node.target)]) in nodes_of:
            nodes_of[id(modules_by_name[str(node.target)])].append(node)
        elif node.op == "output":
            graph.erase_node(node)
    if any(len(nodes) != 1 for nodes in nodes_of.values()):
        raise CannotTrace("a module is not called just once, or what it gives is no tensor")
    graph.output(tuple(nodes_of[id(module)][0] for module in modules))
    graph_module = fx.GraphModule(model, graph)
    graph_module.graph.eliminate_dead_code()
    graph_module.recompile()
    return graph_module
