"""The user's own images as training will see them, in several ways to look."""

from collections.abc import Callable, Hashable

import streamlit as st

from core.backbones import catalogue
from core.data.dataset import Dataset, Item
from core.errors import InvalidPipeline, UnknownTransform
from pages.ui.augment import mix, story, strip, views
from pages.ui.augment.cards import Slots, complain, fault
from pages.ui.augment.choice import show_choice
from pages.ui.augment.look import Preview, Scene, Wanted, cell_px
from pages.ui.augment.steps import every
from pages.ui.session import state, warmup
from pages.ui.widgets.gallery import show_mosaic
from pages.ui.widgets.messages import literal

_GOOD = "augment:good"  # the last preview that worked: its data set, its key and itself
_LOOK = "augment:look"
VIEWS, DIFFERENCES, STRIP, MIXED = "Views", "Differences", "Strength strip", "Mixed"
_HINTS = {
    VIEWS: "Your images, as training shows them.",
    DIFFERENCES: "What each view differs in from its image.",
    STRIP: "One image while one number of one step grows.",
    MIXED: "Pairs of images blended into one, with their labels.",
}


def show(dataset: Dataset, items: tuple[Item, ...], slots: Slots) -> None:
    """Draw the chosen look. A step that cannot be built is named in its slot, and the last preview stays.

    Raises `UnknownBackbone`, or `InvalidExperiment` for an image size that the backbone cannot take.
    """
    draft = state.draft()
    geometry = catalogue.geometry(catalogue.get(draft.backbone.name), draft.backbone.image_size, draft.backbone.crop)
    scene = Scene(dataset, items, geometry)
    look = _look()
    warmup.wait("Getting the preview ready.")
    try:
        _LOOKS[look](scene)
    except (InvalidPipeline, UnknownTransform) as error:
        told = _name_faults(slots)
        _draw_last(scene, "A step cannot be used: its card says why." if told else str(error))


def _look() -> str:
    st.session_state["augment-look"] = state.recall(_LOOK, VIEWS)
    with st.container(key="augment-looks"):
        chosen: str = st.segmented_control(
            "Look at", list(_HINTS), required=True, key="augment-look", label_visibility="collapsed", width="stretch",
            on_change=lambda: state.remember(_LOOK, st.session_state["augment-look"]),
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


_LOOKS: dict[str, Callable[[Scene], None]] = {
    VIEWS: _views,
    DIFFERENCES: _differences,
    STRIP: _strip,
    MIXED: _mixed,
}


def _draw(scene: Scene, wanted: Wanted | None) -> None:
    """The preview that is wanted; what is on the screen already is not made again."""
    if wanted is None:
        return
    kept: tuple[str, Hashable, Preview] | None = state.recall(_GOOD, None)
    if kept is not None and kept[1] == wanted.key:
        _put(scene, kept[2])
        return
    preview = wanted.make()
    for problem in preview.problems:
        st.warning(literal(problem), icon=":material/broken_image:")
    if preview.cells:
        _put(scene, preview)
    if preview.cells and not preview.problems:  # an image that cannot be read is looked for again each time
        state.remember(_GOOD, (scene.dataset.source, wanted.key, preview))


def _put(scene: Scene, preview: Preview) -> None:
    side = cell_px(scene.geometry)
    show_mosaic(preview.cells, preview.columns, side, preview.caption, text_px=max(13, side // 10))


def _name_faults(slots: Slots) -> bool:
    """Name on each card why its step cannot be built; whether there was any such card."""
    told = False
    for node in every():
        reason = fault(node.step, state.draft().pipeline.strength) if node.step.enabled else None
        if reason and node.number in slots and not node.options:
            with slots[node.number]:
                complain(reason)
            told = True
    return told


def _draw_last(scene: Scene, reason: str) -> None:
    st.warning(literal(reason), icon=":material/error:")
    kept: tuple[str, Hashable, Preview] | None = state.recall(_GOOD, None)
    if kept is not None and kept[0] == scene.dataset.source:
        st.caption("This is the last preview that worked:")
        _put(scene, kept[2])
