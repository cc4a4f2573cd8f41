"""Preview of the user's images as training will see them, in several modes."""

from collections.abc import Callable, Hashable

import streamlit as st

from core.backbones import catalogue
from core.data.dataset import Dataset, Item
from core.errors import InvalidPipeline, UnknownTransform
from pages.ui.augment import mix, story, strip, views
from pages.ui.augment.cards import Slots, fault, show_step_error
from pages.ui.augment.choice import show_choice
from pages.ui.augment.scene import Preview, PreviewRequest, Scene, cell_px
from pages.ui.augment.steps import every
from pages.ui.session import state, warmup
from pages.ui.widgets.gallery import show_mosaic
from pages.ui.widgets.messages import literal

_LAST_GOOD = "augment:good"  # the last successful preview: data set, key and preview
_MODE = "augment:look"
VIEWS, DIFFERENCES, STRIP, MIXED = "Views", "Differences", "Strength strip", "Mixed"
_HINTS = {
    VIEWS: "Your images, as training shows them.",
    DIFFERENCES: "The difference between each view and its image.",
    STRIP: "One image at growing values of one parameter.",
    MIXED: "Pairs of images blended into one, with their labels.",
}


def show(dataset: Dataset, items: tuple[Item, ...], slots: Slots) -> None:
    """Draw the selected preview. The error of an invalid step is shown in its slot, and the last preview stays.

    Raises `UnknownBackbone`, or `InvalidExperiment` for an invalid image size.
    """
    draft = state.draft()
    geometry = catalogue.input_sizes(draft.backbone)
    scene = Scene(dataset, items, geometry)
    mode = _selected_mode()
    warmup.wait("Getting the preview ready.")
    try:
        _MODES[mode](scene)
    except (InvalidPipeline, UnknownTransform) as error:
        named = _name_faults(slots)
        _draw_last(scene, "A step cannot be used: its card says why." if named else str(error))


def _selected_mode() -> str:
    st.session_state["augment-look"] = state.recall(_MODE, VIEWS)
    with st.container(key="augment-looks"):
        chosen: str = st.segmented_control(
            "Look at", list(_HINTS), required=True, key="augment-look", label_visibility="collapsed", width="stretch",
            on_change=lambda: state.remember(_MODE, st.session_state["augment-look"]),
        )  # fmt: skip
    return chosen


def _views(scene: Scene) -> None:
    choice = show_choice(scene.items, scene.geometry.image_size)
    _draw(scene, views.views(scene, choice))
    story.show(scene, choice)


def _differences(scene: Scene) -> None:
    choice = show_choice(scene.items, scene.geometry.image_size)
    _draw(scene, views.differences(scene, choice))
    story.show(scene, choice)


def _strip(scene: Scene) -> None:
    _draw(scene, strip.show(scene))
    strength = state.draft().pipeline.strength
    if strength != 1:
        st.caption(f"Framed is what the step's card says: the pipeline's strength of {strength:g} is left out here.")


def _mixed(scene: Scene) -> None:
    _draw(scene, mix.show(scene))


_MODES: dict[str, Callable[[Scene], None]] = {
    VIEWS: _views,
    DIFFERENCES: _differences,
    STRIP: _strip,
    MIXED: _mixed,
}


def _draw(scene: Scene, request: PreviewRequest | None) -> None:
    """Draw the requested preview; an unchanged one is not computed again."""
    if request is None:
        return
    last: tuple[str, Hashable, Preview] | None = state.recall(_LAST_GOOD, None)
    if last is not None and last[1] == request.key:
        _show_mosaic(scene, last[2])
        return
    preview = request.make()
    for problem in preview.problems:
        st.warning(literal(problem), icon=":material/broken_image:")
    if preview.cells:
        _show_mosaic(scene, preview)
    if preview.cells and not preview.problems:  # unreadable images are tried again each time
        state.remember(_LAST_GOOD, (scene.dataset.source, request.key, preview))


def _show_mosaic(scene: Scene, preview: Preview) -> None:
    side = cell_px(scene.geometry)
    show_mosaic(preview.cells, preview.columns, side, preview.caption, text_px=max(13, side // 10))


def _name_faults(slots: Slots) -> bool:
    """Show on each card why its step cannot be built; returns whether there was any."""
    any_fault = False
    for node in every():
        reason = fault(node.step, state.draft().pipeline.strength) if node.step.enabled else None
        if reason and node.number in slots and not node.options:
            with slots[node.number]:
                show_step_error(reason)
            any_fault = True
    return any_fault


def _draw_last(scene: Scene, reason: str) -> None:
    st.warning(literal(reason), icon=":material/error:")
    last: tuple[str, Hashable, Preview] | None = state.recall(_LAST_GOOD, None)
    if last is not None and last[0] == scene.dataset.source:
        st.caption("The last preview that worked:")
        _show_mosaic(scene, last[2])
