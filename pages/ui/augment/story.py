"""The steps applied in each view, with their random parameters."""

from collections.abc import Iterator

import streamlit as st

from core.augment.pipeline import Fired
from core.errors import UnreadableImage
from core.experiment import PipelineSpec
from pages.ui.augment.cards import title
from pages.ui.augment.choice import Choice
from pages.ui.augment.scene import Scene
from pages.ui.session import engine, state
from pages.ui.widgets.messages import literal
from pages.ui.widgets.tables import show_plain_table

# parameters that are of no interest, always or at their neutral value
_HIDDEN = {"x_min", "x_max", "y_min", "y_max", "order", "output_shape", "max_height", "max_width", "bbox_shift"}
_NEUTRAL = {"rotate": ("0",), "turn": ("0°", "-0°"), "zoom": ("1×",)}


def show(scene: Scene, choice: Choice) -> None:
    """A table below the views; computed only while it is open."""
    box = st.expander("What each view got", icon=":material/list_alt:", key="augment-story", on_change="rerun")
    if box.open:
        with box:
            show_plain_table(list(_rows(scene, choice)), hide_index=True, border="horizontal")


def describe_step(fired: Fired, pipeline: PipelineSpec) -> str:
    """One step in one view: '**Rotate** turn −7.3°'; Markdown."""
    step = pipeline.steps[fired.index]
    step = step if fired.option is None else step.options[fired.option]
    drawn = ", ".join(
        f"{name.replace('_', ' ')} {value.replace('-', '−')}" for name, value in fired.drawn.items()
        if name not in _HIDDEN and value not in _NEUTRAL.get(name, ())
    )  # fmt: skip
    return f"**{title(step)}** {literal(drawn)}".strip()


def _rows(scene: Scene, choice: Choice) -> Iterator[dict[str, str]]:
    from core.augment.pipeline import Pipeline
    from core.augment.references import TrainingImages

    draft, read = state.draft(), engine.images(scene.geometry).base
    pipeline = Pipeline(draft.pipeline, scene.geometry, TrainingImages(scene.items, read))
    for item in choice.items:
        try:
            base = read(item)
        except (UnreadableImage, OSError):
            continue  # reported above the views already
        for number in choice.numbers:
            fired = pipeline.fired(base, seed=draft.seed, digest=item.digest, number=number)
            steps = [describe_step(each, draft.pipeline) for each in fired]
            name = scene.dataset.label_of(item)
            yield {"Image": literal(name), "View": str(number), "Steps": "; ".join(steps) or "nothing"}
