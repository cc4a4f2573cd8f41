"""The edited pipeline: its steps and their options, each with an id that it keeps when it moves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from core.augment.presets import PRESETS
from core.augment.steps import default_step
from core.experiment import PipelineSpec, Step
from pages.ui.session import state

CUSTOM = "custom"
LOOKED_AT = "augment-strip-step"  # the id of the step in the strength strip: opened or selected last
WEIGHT = 0.5  # weight of a new option, as in a new choice
_NODES = "augment:nodes"
_OPEN = "augment:open"
_CUSTOM = "augment:own"


@dataclass(frozen=True)
class Node:
    """A step with its id; options of a choice are nodes too. `step.options` always match `options`."""

    number: int
    step: Step
    options: tuple["Node", ...] = ()


Nodes = tuple[Node, ...]


def listed() -> Nodes:
    """The draft's steps with their ids. Steps from elsewhere, such as an earlier run, get new ids."""
    steps = state.draft().pipeline.steps
    nodes: Nodes = state.recall(_NODES, ())
    if tuple(node.step for node in nodes) != steps:
        nodes = tuple(_node(step) for step in steps)
        state.remember(_NODES, nodes)
    return nodes


def every() -> Iterator[Node]:
    """All steps and all options, in order."""
    for node in listed():
        yield node
        yield from node.options


def get(number: int) -> Node:
    """The step or option with this id, as it is now. Raises `KeyError`."""
    return {node.number: node for node in every()}[number]


def add(name: str, parent: int | None = None) -> None:
    """Append the transform `name` with its defaults, opened for editing; as an option if `parent` is given.

    An option gets the default weight. Raises `UnknownTransform`.
    """
    if parent is None:
        node = _node(default_step(name))
        _store((*listed(), node))
    else:
        node = _node(default_step(name).model_copy(update={"p": WEIGHT}))
        _store(_edited(listed(), parent, lambda parent_node: (_with(parent_node, (*parent_node.options, node)),)))
    toggle_open(node.number)


def remove(number: int) -> None:
    """Remove the step or option with this id."""
    _store(_edited(listed(), number, lambda _: ()))


def move(number: int, by: int) -> None:
    """Move a step by some positions; it stays where it is at either end."""
    nodes = list(listed())
    position = next((position for position, node in enumerate(nodes) if node.number == number), None)
    if position is not None and 0 <= position + by < len(nodes):
        nodes.insert(position + by, nodes.pop(position))
        _store(tuple(nodes))


def change(number: int, **parts: Any) -> None:
    """Replace fields of a step: `p`, `enabled` or `params`. Equal values change nothing."""
    previous = listed()
    edited = _edited(previous, number, lambda node: (replace(node, step=node.step.model_copy(update=parts)),))
    if edited != previous:
        _store(edited)


def reset(number: int) -> None:
    """Give a step its default parameters."""
    change(number, params=default_step(get(number).step.transform).params)


def opened() -> int | None:
    """The id of the step or option whose parameters are shown; one at a time."""
    return state.recall(_OPEN, None)


def toggle_open(number: int) -> None:
    """Show the parameters of this step, or hide them."""
    state.remember(_OPEN, None if opened() == number else number)
    state.remember(LOOKED_AT, number)


def preset() -> str:
    """The preset that equals the steps, or 'custom'."""
    steps = state.draft().pipeline.steps
    return next((name for name, spec in PRESETS.items() if spec.steps == steps), CUSTOM)


def choices() -> list[str]:
    """The presets, and the user's own pipeline if there is one."""
    return [*PRESETS, *([CUSTOM] if preset() == CUSTOM or state.recall(_CUSTOM, None) is not None else [])]


def choose(name: str) -> None:
    """Use the steps of a preset, or the user's own, which are kept. The strength is unchanged."""
    previous = state.draft().pipeline.steps
    if preset() == CUSTOM:
        state.remember(_CUSTOM, previous)
    steps = state.recall(_CUSTOM, previous) if name == CUSTOM else PRESETS[name].steps
    state.update(pipeline=state.draft().pipeline.model_copy(update={"steps": steps}))
    state.remember(_OPEN, None)


def load(spec: PipelineSpec) -> None:
    """Replace the whole pipeline."""
    state.update(pipeline=spec)
    state.remember(_OPEN, None)


def _edited(nodes: Nodes, number: int, edit: Callable[[Node], Nodes]) -> Nodes:
    """The nodes with the one of this id replaced by `edit(node)`, at any level."""
    edited_nodes: list[Node] = []
    for node in nodes:
        if node.number == number:
            edited_nodes.extend(edit(node))
        else:
            options = _edited(node.options, number, edit)
            edited_nodes.append(node if options == node.options else _with(node, options))
    return tuple(edited_nodes)


def _with(node: Node, options: Nodes) -> Node:
    step = node.step.model_copy(update={"options": tuple(option.step for option in options)})
    return replace(node, step=step, options=options)


def _node(step: Step) -> Node:
    number = _new_id()
    return Node(number, step, tuple(_node(option) for option in step.options))


def _store(nodes: Nodes) -> None:
    state.remember(_NODES, nodes)
    steps = tuple(node.step for node in nodes)
    state.update(pipeline=state.draft().pipeline.model_copy(update={"steps": steps}))


def _new_id() -> int:
    number: int = state.recall("augment:next", 0)
    state.remember("augment:next", number + 1)
    return number
