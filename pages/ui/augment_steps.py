"""The pipeline that is being built: its steps, each under an id that stays with it wherever it moves."""

from typing import Any

from core.augment.presets import PRESETS
from core.augment.steps import default_step
from core.experiment import PipelineSpec, Step
from pages.ui import state

CUSTOM = "custom"
Listed = tuple[tuple[int, Step], ...]  # (id, step) in order
_KEPT = "augment:steps"  # the ids, and the steps that they belong to
_OPEN = "augment:open"
_OWN = "augment:own"


def listed() -> Listed:
    """The draft's steps with their ids. Steps that came from elsewhere, such as an earlier run, get new ids."""
    steps = state.draft().pipeline.steps
    known, ids = state.recall(_KEPT, ((), ()))
    if known != steps:
        ids = tuple(_new_id() for _ in steps)
        state.remember(_KEPT, (steps, ids))
    return tuple(zip(ids, steps, strict=True))


def add(name: str) -> None:
    """Append the transform called `name` with its defaults, opened for editing. Raises `UnknownTransform`."""
    number = _new_id()
    _store((*listed(), (number, default_step(name))))
    state.remember(_OPEN, number)


def remove(number: int) -> None:
    """Take the step with this id out."""
    _store(tuple(pair for pair in listed() if pair[0] != number))


def move(number: int, by: int) -> None:
    """Move a step by so many places; at either end it stays where it is."""
    pairs = list(listed())
    place = next((place for place, (known, _) in enumerate(pairs) if known == number), None)
    if place is not None and 0 <= place + by < len(pairs):
        pairs.insert(place + by, pairs.pop(place))
        _store(tuple(pairs))


def change(number: int, **parts: Any) -> None:
    """Replace parts of a step: `p`, `enabled` or `params`. What does not differ changes nothing."""
    pairs = listed()
    changed = tuple((known, step.model_copy(update=parts) if known == number else step) for known, step in pairs)
    if changed != pairs:
        _store(changed)


def reset(number: int) -> None:
    """Give a step its default parameters."""
    for known, step in listed():
        if known == number:
            change(number, params=default_step(step.transform).params)


def opened() -> int | None:
    """The id of the step whose parameters are shown; one at a time."""
    return state.recall(_OPEN, None)


def toggle_open(number: int) -> None:
    """Show the parameters of this step, or hide them."""
    state.remember(_OPEN, None if opened() == number else number)


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


def _store(pairs: Listed) -> None:
    steps = tuple(step for _, step in pairs)
    state.remember(_KEPT, (steps, tuple(number for number, _ in pairs)))
    state.update(pipeline=state.draft().pipeline.model_copy(update={"steps": steps}))


def _new_id() -> int:
    number: int = state.recall("augment:next", 0)
    state.remember("augment:next", number + 1)
    return number
