"""Cutting a backbone at stage boundaries: what is frozen runs once, what is trained runs at every step.

The model is traced with the stages' own modules as leaves, so that only the glue between them is recorded: modules keep
their modes (dropout, BatchNorm) and their control flow, and stay shared with the whole model.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from torch import Tensor, fx, nn

from core.backbones.stages import HEAD, Stage, require_stages

Part = Callable[[Tensor], Tensor]
_TRACING = threading.Lock()  # two traces at once would undo each other's patches of `nn.Module` in the wrong order


class CannotTrace(Exception):
    """The model's code decides something that a graph cannot hold, or more than one tensor crosses a boundary."""


class Parts(Protocol):
    """A model that can be had in parts. They share its weights and modes; call neither train() nor eval() on them."""

    cuts: tuple[str, ...]  # stages before which it can be cut

    def part(self, first: str | None, last: str | None) -> Part:
        """From stage `first` (None: the images) up to, not with, `last` (None: the logits)."""


def parts(model: nn.Module, stages: Sequence[Stage]) -> Parts:
    """`model` as parts: cut at every stage boundary, or, where it cannot be traced, at the head alone."""
    try:
        return _Graph(model, stages)
    except CannotTrace:
        return _HeadOnly(model, stages)


def split(model: nn.Module, stages: Sequence[Stage], stage: str) -> tuple[Part, Part]:
    """Prefix and suffix: `suffix(prefix(images))` is `model(images)`; the suffix begins with `stage`.

    Raises `UnknownStage` when the model cannot be cut there.
    """
    made = parts(model, stages)
    require_stages([stage], made.cuts)
    return made.part(None, stage), made.part(stage, None)


def state_of(model: nn.Module, stages: Iterable[Stage]) -> dict[str, Tensor]:
    """Weights and statistics of some stages, by name."""
    members = [member for stage in stages for member in (*stage.modules, *stage.parameters)]
    return {
        key: tensor
        for key, tensor in model.state_dict().items()
        if any(key == member or key.startswith(f"{member}.") for member in members)
    }


def trace(root: nn.Module, is_leaf: Callable[[nn.Module, str], bool]) -> fx.Graph:
    """What `root` computes, down to torch's own modules and those that `is_leaf(module, name)` says. Any thread.

    Raises `CannotTrace`.
    """
    try:
        with _TRACING:
            return _Tracer(is_leaf).trace(root)
    except Exception as error:  # whatever the model's code raises when it is given a stand-in for a tensor
        raise CannotTrace(str(error)) from error


class _Graph:
    """A traced model whose operations know their stage. Raises `CannotTrace`."""

    def __init__(self, model: nn.Module, stages: Sequence[Stage]) -> None:
        self._model = model
        self._names = [stage.name for stage in stages]
        self.cuts = tuple(self._names[1:])
        owners = {member: n for n, stage in enumerate(stages) for member in (*stage.modules, *stage.parameters)}
        self._graph = images_alone(trace(model, lambda _, name: name in owners))
        self._place = self._places(owners)
        self._border = {name: self._crossing(name) for name in self.cuts}

    def part(self, first: str | None, last: str | None) -> Part:
        begin = 0 if first is None else self._names.index(first)
        end = len(self._names) + 1 if last is None else self._names.index(last)
        graph, copies = fx.Graph(), dict[fx.Node, fx.Node]()
        if first is not None:
            copies[self._border[first]] = graph.placeholder("features")
        for node in self._graph.nodes:
            users = [self._place[user] for user in node.users]
            weight = node.op == "get_attr" and any(begin <= place < end for place in users)
            if node not in copies and (begin <= self._place[node] < end or weight):
                copies[node] = graph.node_copy(node, copies.__getitem__)
        if last is not None:
            graph.output(copies[self._border[last]])
        graph.lint()
        made: Part = fx.GraphModule(self._model, graph)
        return made

    def _crossing(self, stage: str) -> fx.Node:
        first = self._names.index(stage)
        found = [
            node
            for node in self._graph.nodes
            # a weight is at hand on both sides; everything else has to be handed over
            if node.op != "get_attr"
            and self._place[node] < first
            and any(self._place[user] >= first for user in node.users)
        ]
        if len(found) != 1:
            raise CannotTrace(f"{len(found)} values cross the boundary before {stage}")
        return found[0]

    def _places(self, owners: dict[str, int]) -> dict[fx.Node, int]:
        """The stage of every operation: its module's, or the latest of those it takes its values from."""
        places: dict[fx.Node, int] = {}
        for node in self._graph.nodes:
            own = owners.get(str(node.target), 0) if node.op in ("call_module", "get_attr") else 0
            places[node] = max([own, *(places[value] for value in node.all_input_nodes)])
            if node.op == "output":
                places[node] = len(self._names)
        return places


class _Tracer(fx.Tracer):
    """Stops at some modules.

    While it traces, `nn.Module` is patched for the whole process: the modules that other threads call, such as those of
    a training, are told apart here and run as always.
    """

    def __init__(self, is_leaf: Callable[[nn.Module, str], bool]) -> None:
        super().__init__()
        self._is_leaf = is_leaf
        self._thread = threading.get_ident()

    def call_module(
        self, m: nn.Module, forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        if threading.get_ident() != self._thread:
            return forward(*args, **kwargs)
        return super().call_module(m, forward, args, kwargs)

    def getattr(self, attr: str, attr_val: Any, parameter_proxy_cache: dict[str, Any]) -> Any:
        if threading.get_ident() != self._thread:
            return attr_val
        return super().getattr(attr, attr_val, parameter_proxy_cache)

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return self._is_leaf(m, module_qualified_name) or super().is_leaf_module(m, module_qualified_name)


def images_alone(graph: fx.Graph) -> fx.Graph:
    """A graph of the images alone: what else a model can be given keeps its default."""
    for node in [node for node in graph.nodes if node.op == "placeholder"][1:]:
        default = node.args[0] if node.args else None

        def filled(value: Any, node: fx.Node = node, default: Any = default) -> Any:
            return default if value is node else value

        for user in list(node.users):
            user.args = fx.node.map_aggregate(user.args, filled)
            user.kwargs = fx.node.map_aggregate(user.kwargs, filled)
        graph.erase_node(node)
    return graph


class _Arrived(Exception):
    """Carries what reaches the head out of the model."""

    def __init__(self, features: Tensor) -> None:
        self.features = features


class _HeadOnly:
    """Without a graph: the model runs until its head is called, and the head is run by itself."""

    cuts: tuple[str, ...] = (HEAD,)

    def __init__(self, model: nn.Module, stages: Sequence[Stage]) -> None:
        self._model = model
        self._head = nn.Sequential(*(model.get_submodule(name) for name in stages[-1].modules))

    def part(self, first: str | None, last: str | None) -> Part:
        if first is not None:
            return self._head
        return self._model if last is None else self._until_head

    def _until_head(self, images: Tensor) -> Tensor:
        def leave(_module: nn.Module, given: tuple[Tensor, ...]) -> None:
            raise _Arrived(given[0])

        hook = self._head[0].register_forward_pre_hook(leave)
        try:
            self._model(images)
        except _Arrived as arrived:
            return arrived.features
        finally:
            hook.remove()
        raise RuntimeError("The model never called its head.")
