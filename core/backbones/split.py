"""Split a model at stage boundaries into a frozen prefix, which runs once, and a trained suffix, which runs at every
step.

The model is traced with torch.fx, with the modules of the stages as leaves. Only the operations between them are
recorded: modules keep their modes (dropout, BatchNorm) and control flow, and are shared with the whole model.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from torch import Tensor, fx, nn

from core.backbones.stages import HEAD, Stage, require_stages

Part = Callable[[Tensor], Tensor]
_TRACING = threading.Lock()  # concurrent traces would undo each other's patches of `nn.Module` in the wrong order


class CannotTrace(Exception):
    """The model has data-dependent control flow, or more than one tensor crosses a stage boundary."""


class Parts(Protocol):
    """A model that can be split. Parts share its weights and modes; do not call train() or eval() on them."""

    cuts: tuple[str, ...]  # stages before which it can be split

    def part(self, first: str | None, last: str | None) -> Part:
        """The part from stage `first` (None: the images) up to but excluding `last` (None: the logits)."""


def parts(model: nn.Module, stages: Sequence[Stage]) -> Parts:
    """Make `model` splittable at every stage boundary or, if it cannot be traced, only before the head."""
    try:
        return _Graph(model, stages)
    except CannotTrace:
        return _HeadOnly(model, stages)


def split(model: nn.Module, stages: Sequence[Stage], stage: str) -> tuple[Part, Part]:
    """Prefix and suffix: `suffix(prefix(images))` is `model(images)`; the suffix begins with `stage`.

    Raises `UnknownStage` if the model cannot be split there.
    """
    splittable = parts(model, stages)
    require_stages([stage], splittable.cuts)
    return splittable.part(None, stage), splittable.part(stage, None)


def state_of(model: nn.Module, stages: Iterable[Stage]) -> dict[str, Tensor]:
    """Parameters and buffers of some stages, by name."""
    members = [member for stage in stages for member in (*stage.modules, *stage.parameters)]
    return {
        key: tensor
        for key, tensor in model.state_dict().items()
        if any(key == member or key.startswith(f"{member}.") for member in members)
    }


def trace(root: nn.Module, is_leaf: Callable[[nn.Module, str], bool]) -> fx.Graph:
    """The fx graph of `root`; torch's own modules and those selected by `is_leaf(module, name)` are leaves.
    Thread-safe.

    Raises `CannotTrace`.
    """
    try:
        with _TRACING:
            return _Tracer(is_leaf).trace(root)
    except Exception as error:  # the model's code may raise anything for a proxy instead of a tensor
        raise CannotTrace(str(error)) from error


class _Graph:
    """A traced model with the stage of every operation. Raises `CannotTrace`."""

    def __init__(self, model: nn.Module, stages: Sequence[Stage]) -> None:
        self._model = model
        self._names = [stage.name for stage in stages]
        self.cuts = tuple(self._names[1:])
        stage_index = {member: n for n, stage in enumerate(stages) for member in (*stage.modules, *stage.parameters)}
        self._graph = images_alone(trace(model, lambda _, name: name in stage_index))
        self._stage_of = self._assign_stages(stage_index)
        self._boundary = {name: self._boundary_node(name) for name in self.cuts}

    def part(self, first: str | None, last: str | None) -> Part:
        begin = 0 if first is None else self._names.index(first)
        end = len(self._names) + 1 if last is None else self._names.index(last)
        graph, copies = fx.Graph(), dict[fx.Node, fx.Node]()
        if first is not None:
            copies[self._boundary[first]] = graph.placeholder("features")
        for node in self._graph.nodes:
            users = [self._stage_of[user] for user in node.users]
            weight = node.op == "get_attr" and any(begin <= place < end for place in users)
            if node not in copies and (begin <= self._stage_of[node] < end or weight):
                copies[node] = graph.node_copy(node, copies.__getitem__)
        if last is not None:
            graph.output(copies[self._boundary[last]])
        graph.lint()
        graph_module: Part = fx.GraphModule(self._model, graph)
        return graph_module

    def _boundary_node(self, stage: str) -> fx.Node:
        first = self._names.index(stage)
        crossing = [
            node
            for node in self._graph.nodes
            # parameters are available on both sides; all other values must be passed across
            if node.op != "get_attr"
            and self._stage_of[node] < first
            and any(self._stage_of[user] >= first for user in node.users)
        ]
        if len(crossing) != 1:
            raise CannotTrace(f"{len(crossing)} values cross the boundary before {stage}")
        return crossing[0]

    def _assign_stages(self, stage_index: dict[str, int]) -> dict[fx.Node, int]:
        """The stage of every operation: that of its module, or the latest stage of its inputs."""
        places: dict[fx.Node, int] = {}
        for node in self._graph.nodes:
            own = stage_index.get(str(node.target), 0) if node.op in ("call_module", "get_attr") else 0
            places[node] = max([own, *(places[value] for value in node.all_input_nodes)])
            if node.op == "output":
                places[node] = len(self._names)
        return places


class _Tracer(fx.Tracer):
    """A tracer with custom leaf modules.

    Tracing patches `nn.Module` for the whole process. Calls from other threads, such as a running training, are
    detected and executed normally.
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
    """A graph with the images as only input: other inputs get their default values."""
    for node in [node for node in graph.nodes if node.op == "placeholder"][1:]:
        default = node.args[0] if node.args else None

        def fill_default(value: Any, node: fx.Node = node, default: Any = default) -> Any:
            return default if value is node else value

        for user in list(node.users):
            user.args = fx.node.map_aggregate(user.args, fill_default)
            user.kwargs = fx.node.map_aggregate(user.kwargs, fill_default)
        graph.erase_node(node)
    return graph


class _HeadReached(Exception):
    """Carries the input of the head out of the model's forward."""

    def __init__(self, features: Tensor) -> None:
        self.features = features


class _HeadOnly:
    """Fallback without a graph: the forward is interrupted when the head is called; the head runs separately."""

    cuts: tuple[str, ...] = (HEAD,)

    def __init__(self, model: nn.Module, stages: Sequence[Stage]) -> None:
        self._model = model
        self._head = nn.Sequential(*(model.get_submodule(name) for name in stages[-1].modules))

    def part(self, first: str | None, last: str | None) -> Part:
        if first is not None:
            return self._head
        return self._model if last is None else self._until_head

    def _until_head(self, images: Tensor) -> Tensor:
        def leave(_module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            raise _HeadReached(inputs[0])

        hook = self._head[0].register_forward_pre_hook(leave)
        try:
            self._model(images)
        except _HeadReached as reached:
            return reached.features
        finally:
            hook.remove()
        raise RuntimeError("The model never called its head.")
