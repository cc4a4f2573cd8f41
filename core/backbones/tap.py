"""A model that hands out what some of its modules give: a graph that can be folded, and runs nothing behind them."""

from collections.abc import Sequence
from typing import Any

from torch import fx, nn

from core.backbones.split import CannotTrace, images_alone, trace

LEAVES = (nn.Conv2d, nn.BatchNorm2d)  # what folding looks for


def tapped(model: nn.Module, modules: Sequence[nn.Module]) -> fx.GraphModule:
    """From images to the outputs of `modules`, a tuple. Raises `CannotTrace`, also when one is not called just once."""
    found: dict[int, list[fx.Node]] = {id(module): [] for module in modules}

    def note(module: nn.Module, _inputs: Any, output: Any) -> None:
        if isinstance(output, fx.Proxy):
            found[id(module)].append(output.node)

    handles = [module.register_forward_hook(note) for module in set(modules)]
    try:
        graph = images_alone(trace(model, lambda module, _: isinstance(module, LEAVES)))
    finally:
        for handle in handles:
            handle.remove()
    named = dict(model.named_modules(remove_duplicate=False))
    for node in graph.nodes:  # modules that the tracing stops at are not run, and tell nothing
        if node.op == "call_module" and id(named[str(node.target)]) in found:
            found[id(named[str(node.target)])].append(node)
        elif node.op == "output":
            graph.erase_node(node)
    if any(len(nodes) != 1 for nodes in found.values()):
        raise CannotTrace("a module is not called just once, or what it gives is no tensor")
    graph.output(tuple(found[id(module)][0] for module in modules))
    made = fx.GraphModule(model, graph)
    made.graph.eliminate_dead_code()
    made.recompile()
    return made
