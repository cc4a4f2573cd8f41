"""Preview of one image at growing values of one parameter of a step."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.augment.steps import parameters
from core.data.dataset import Item
from core.experiment import PipelineSpec, Step
from pages.ui.augment import steps
from pages.ui.augment.cards import title
from pages.ui.augment.choice import Choice, show_names, show_one
from pages.ui.augment.scene import Preview, PreviewRequest, Scene, enlarged, readable, run_tasks
from pages.ui.augment.steps import Node
from pages.ui.session import state
from pages.ui.widgets import theme
from pages.ui.widgets.gallery import Cell

if TYPE_CHECKING:
    from core.augment.strip import Knob
    from core.features.batches import ImageViews

COLUMNS = 4
COUNT = 3 * COLUMNS - 1  # values plus the original: three full rows
ACCENTS = {"light": "#0f766e", "dark": "#5eead4"}


def show(scene: Scene) -> PreviewRequest | None:
    """The widgets to choose step and parameter, and the requested preview; None if no step has a numeric parameter."""
    from core.augment.strip import numeric

    nodes = {node.number: node for node in steps.every() if numeric(node.step.transform)}
    if not nodes:
        st.caption("No step has a number that could grow. Add one such as Rotate or Colour jitter.")
        return None
    choice = show_one(scene.items)
    left, middle, right = st.columns(3)
    with left:
        show_names(scene.items, choice.items[0], labelled=True)
    with middle:
        node = nodes[
            _remembered_selectbox("Step", steps.LOOKED_AT, list(nodes), lambda number: title(nodes[number].step))
        ]
    knobs = {knob.name: knob for knob in numeric(node.step.transform)}
    with right:
        key = f"augment-strip-{node.step.transform}"
        knob = knobs[_remembered_selectbox("Number", key, list(knobs), lambda name: knobs[name].title)]
    accent = ACCENTS[theme.theme()]
    key = scene.key("strip", choice, node.step.model_dump_json(), knob.name, accent)
    return PreviewRequest(key, lambda: _preview(scene, choice, node, knob, accent))


def value_text(value: float, knob: "Knob", *, symmetric: bool = False) -> str:
    """A value with its unit: '0.9×', '0.2 of the width'; '±15°' for a symmetric range."""
    text = ("±" if symmetric and value else "") + f"{value:.3g}".replace("-", "−")
    return f"{text}{knob.unit}" if knob.unit in ("°", "×", "") else f"{text} {knob.unit}"


def settings(step: Step, knob: "Knob", count: int) -> list[tuple[float, Step, bool]]:
    """At most `count` increasing values, each with the step that has it and whether it is the current setting.

    The current value is one of them; for a range, both ends, and values in between count as current.
    """
    from core.augment.strip import strip

    current = getattr(parameters(step), knob.name)
    ends = sorted(set(current)) if isinstance(current, tuple) else [current]
    min_gap = (knob.high - knob.low) / 100  # skip values too close to the current one
    even = {
        value: changed for value, changed in strip(step, knob, count - len(ends))
        if all(abs(value - end) > min_gap for end in ends)
    }  # fmt: skip
    found = even | {float(end): _at(step, knob, end) for end in ends}
    return [(value, found[value], ends[0] <= value <= ends[-1]) for value in sorted(found)]


def strongest_view(image_views: "ImageViews", step: Step, item: Item, numbers: Sequence[int]) -> int:
    """The view that `step` changes most: a rotation drawn from -90 to 90 degrees may be close to none."""
    plain = image_views.plain(item).astype(np.int16)
    views = run_tasks([partial(_alone, image_views, step, item, number) for number in numbers])
    changes = [float(np.abs(view - plain).mean()) for view in views]
    return numbers[changes.index(max(changes))]


def _remembered_selectbox(label: str, key: str, options: list[Any], format_func: Callable[[Any], str]) -> Any:
    """A select box that keeps its value across preview modes and pages."""
    last_choice = state.recall(key, None)
    st.session_state[key] = last_choice if last_choice in options else options[0]
    return st.selectbox(
        label, options, key=key, format_func=format_func, on_change=lambda: state.remember(key, st.session_state[key])
    )


def _preview(scene: Scene, choice: Choice, node: Node, knob: "Knob", accent: str) -> Preview:
    values = settings(node.step, knob, COUNT)
    about = type(parameters(node.step)).model_fields[knob.name].json_schema_extra
    both = isinstance(about, dict) and bool(about.get("symmetric"))
    image_views = scene.image_views()
    good, problems = readable(image_views, choice.items)
    cells: list[Cell] = []
    number = choice.numbers[0]
    for item in good:
        number = strongest_view(image_views, values[-1][1], item, choice.numbers)
        tasks = [partial(_alone, image_views, step, item, number) for _, step, _ in values]
        cells.append(Cell(enlarged(image_views.plain(item)), "original"))
        for pixels, (value, _, present) in zip(run_tasks(tasks), values, strict=True):
            label = value_text(value, knob, symmetric=both)
            cells.append(Cell(enlarged(pixels), label, accent if present else None))
    caption = f"View {number}, with this step alone and always applied. Framed: as it is set now"
    return Preview(tuple(cells), COLUMNS, caption, problems)


def _alone(image_views: "ImageViews", step: Step, item: Item, number: int) -> np.ndarray:
    return image_views.under(PipelineSpec(steps=(step,))).view(item, number)


def _at(step: Step, knob: "Knob", value: float) -> Step:
    params = step.params | {knob.name: [value, value] if knob.range else value}
    return step.model_copy(update={"params": params, "p": 1.0, "enabled": True})
