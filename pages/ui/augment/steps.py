"""The pipeline that is being built: its steps and their options, each under an id that stays with it as it moves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from core.augment.presets import PRESETS
from core.augment.steps import default_step
from core.experiment import PipelineSpec, Step
from pages.ui.session import state

CUSTOM = "custom"
LOOKED_AT = "augment-strip-step"  # the id of the step that a look at a single one shows: opened or chosen last
WEIGHT = 0.5  # of a new option: that of those which a new choice comes with
_KEPT = "augment:nodes"
_OPEN = "augment:open"
_OWN = "augment:own"


@dataclass(frozen=True)
class Node:
    """A step under its id; the options of a choice are nodes too. `step.options` are always those of `options`."""

    number: int
    step: Step
    options: tuple["Node", ...] = ()


Nodes = tuple[Node, ...]


def listed() -> Nodes:
    """The draft's steps with their ids. Steps that came from elsewhere, such as an earlier run, get new ids."""
    steps = state.draft().pipeline.steps
    known: Nodes = state.recall(_KEPT, ())
    if tuple(node.step for node in known) != steps:
        known = tuple(_node(step) for step in steps)
        state.remember(_KEPT, known)
    return known


def every() -> Iterator[Node]:
    """All steps and all options, in order."""
    for node in listed():
        yield node
        yield from node.options


def get(number: int) -> Node:
    """The step or option with this id, as it is now. Raises `KeyError`."""
    return {node.number: node for node in every()}[number]


def add(name: str, parent: int | None = None) -> None:
    """Append the transform called `name` with its defaults, opened for editing; as an option where `parent` is named.

    An option is as likely as those that a new choice comes with. Raises `UnknownTransform`.
    """
    if parent is None:
        made = _node(default_step(name))
        _store((*listed(), made))
    else:
        made = _node(default_step(name).model_copy(update={"p": WEIGHT}))
        _store(_edited(listed(), parent, lambda node: (_with(node, (*node.options, made)),)))
    toggle_open(made.number)


def remove(number: int) -> None:
    """Take the step or the option with this id out."""
    _store(_edited(listed(), number, lambda _: ()))


def move(number: int, by: int) -> None:
    """Move a step by so many places; at either end it stays where it is."""
    nodes = list(listed())
    place = next((place for place, node in enumerate(nodes) if node.number == number), None)
    if place is not None and 0 <= place + by < len(nodes):
        nodes.insert(place + by, nodes.pop(place))
        _store(tuple(nodes))


def change(number: int, **parts: Any) -> None:
    """Replace parts of a step: `p`, `enabled` or `params`. What does not differ changes nothing."""
    before = listed()
    after = _edited(before, number, lambda node: (replace(node, step=node.step.model_copy(update=parts)),))
    if after != before:
        _store(after)


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
    """The preset that the steps are, or 'custom'."""
    steps = state.draft().pipeline.steps
    return next((name for name, spec in PRESETS.items() if spec.steps == steps), CUSTOM)


def choices() -> list[str]:
    """The presets, and the user's own pipeline as soon as there is one."""
    return [*PRESETS, *([CUSTOM] if preset() == CUSTOM or state.recall(_OWN, None) is not None else [])]


def choose(name: str) -> None:
    """Take the steps of a preset, or the user's own again, which are kept. The strength stays."""
    before = state.draft().pipeline.steps
    if preset() == CUSTOM:
        state.remember(_OWN, before)
    steps = state.recall(_OWN, before) if name == CUSTOM else PRESETS[name].steps
    state.update(pipeline=state.draft().pipeline.model_copy(update={"steps": steps}))
    state.remember(_OPEN, None)


def load(spec: PipelineSpec) -> None:
    """Take over a whole pipeline."""
    state.update(pipeline=spec)
    state.remember(_OPEN, None)


def _edited(nodes: Nodes, number: int, edit: Callable[[Node], Nodes]) -> Nodes:
    """The nodes with the one of this id replaced by what `edit` makes of it, wherever it stands."""
    found: list[Node] = []
    for node in nodes:
        if node.number == number:
            found.extend(edit(node))
        else:
            options = _edited(node.options, number, edit)
            found.append(node if options == node.options else _with(node, options))
    return tuple(found)


def _with(node: Node, options: Nodes) -> Node:
    step = node.step.model_copy(update={"options": tuple(option.step for option in options)})
    return replace(node, step=step, options=options)


def _node(step: Step) -> Node:
    number = _new_id()
    return Node(number, step, tuple(_node(option) for option in step.options))


def _store(nodes: Nodes) -> None:
    state.remember(_KEPT, nodes)
    steps = tuple(node.step for node in nodes)
    state.update(pipeline=state.draft().pipeline.model_copy(update={"steps": steps}))


def _new_id() -> int:
    number: int = state.recall("augment:next", 0)
    state.remember("augment:next", number + 1)
    return number
