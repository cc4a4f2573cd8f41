"""The augment page: build a pipeline with a live preview on the user's own images."""

import streamlit as st

from core.data.dataset import Dataset, Item
from core.errors import GraftError
from pages.ui.augment import cards, controls, copies, link, picker, preview, safety
from pages.ui.augment.choice import training_items
from pages.ui.session import edits, engine, state
from pages.ui.widgets import sidebar
from pages.ui.widgets.entry import through_app
from pages.ui.widgets.messages import empty_state, explain, sentence, show_error
from pages.ui.widgets.progress import delayed_bar

_SAMPLE = "sample:stamps"

# the preview stays visible: beside the controls on wide screens, above them on narrow ones
_STYLE = """<style>
[data-testid="stColumn"]:has(.st-key-augment-preview) { position: sticky; top: 3.75rem; align-self: flex-start; }
.st-key-augment-preview [data-testid="stImageCaption"] { text-align: left; }
[class*="st-key-augment-card-"] { padding: 0.4rem 0.75rem; }
.st-key-augment-preset button { padding: 0 0.6rem; }
:is(.st-key-augment-preset, .st-key-augment-look) button[aria-checked="false"] {
  border-right-color: color-mix(in srgb, currentColor 16%, transparent);  /* restores the border before the selected one
  */
}
[class*="st-key-augment-tools-"] button { padding: 0 0.3rem; }
[class*="st-key-augment-options-"] { border-left: 2px solid color-mix(in srgb, currentColor 15%, transparent); }
[class*="st-key-augment-options-"] { padding-left: 0.75rem; margin-left: 0.25rem; }
@media (min-width: 1101px) {
  .st-key-augment-preview img { max-height: calc(100vh - 13rem); object-fit: contain; object-position: left top; }
}
@media (max-width: 1100px) {
  [data-testid="stColumn"]:has(.st-key-augment-preview) { order: -1; position: static; }
  [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"] .st-key-augment-preview) { flex-wrap: wrap; }
  [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"] .st-key-augment-preview)
    > [data-testid="stColumn"] { flex: 1 1 100%; min-width: 100%; }
}
</style>"""


def main() -> None:
    """Draw the page."""
    st.html(_STYLE)
    st.title("Augment", anchor=False)
    state.remember("augment:told", sidebar.pipeline_summary(state.draft().pipeline))  # the sidebar is drawn already
    link.take_link()
    _show_introduction()
    found = _images()
    safety.begin(found[0])
    _builder(*found)
    if found[0] is not None:
        safety.show(found[0], found[1])
        copies.show(found[0], found[1])
    st.space("small")
    if st.button("Next: choose a backbone", key="augment-continue", icon=":material/arrow_forward:",
                 icon_position="right", type="primary" if found[0] else "secondary"):  # fmt: skip
        st.switch_page("pages/backbone.py")


def _show_introduction() -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="augment-intro"):
        text = "Show the model each image in many versions, so that it learns what does not change."
        st.markdown(text, width="content")
        explain(
            "What augmentation does",
            "In every epoch a training image is shown as another *view*: rotated, cropped, in other light. The label "
            "must stay right, so choose changes that could happen to your images. Validation and test images are never "
            "changed.",
            reference="Shorten and Khoshgoftaar, A survey on image data augmentation for deep learning, "
            "Journal of Big Data 6:60, 2019.",
        )


def _images() -> tuple[Dataset | None, tuple[Item, ...], str]:
    """The data set, its training images, and the reason if there are none ('' if none are chosen yet).

    Not in the fragment: checking a large folder for changes takes long.
    """
    draft = state.draft()
    try:
        dataset = engine.chosen_dataset(delayed_bar)
        if dataset is None:
            return None, (), ""
        split = engine.split(dataset.source, draft.split, draft.reading, delayed_bar)
        return dataset, training_items(dataset, split.train), ""
    except GraftError as error:
        return None, (), sentence(error)


@st.fragment
def _builder(dataset: Dataset | None, items: tuple[Item, ...], problem: str) -> None:
    """Controls and preview: a change of a parameter reruns only this fragment."""
    _refresh_sidebar()  # first, because output before a rerun may be lost
    left, right = st.columns([2, 3], gap="medium")
    with left:
        controls.show_presets()
        controls.show_strength()
        slots = cards.show()
        with st.container(horizontal=True, key="augment-actions"):
            picker.offer("Add a step")
            controls.show_file()
        controls.show_views()
    with right, st.container(key="augment-preview"):
        if dataset is None:
            _nothing_to_show(problem)
        else:
            try:
                preview.show(dataset, items, slots)
            except GraftError as error:
                show_error(error)
    picker.show(dataset, items)
    _refresh_sidebar()
    if safety.stale(dataset):
        st.rerun()


def _nothing_to_show(problem: str) -> None:
    if problem:
        show_error(GraftError(problem))
    empty_state(
        "No images yet", "Choose your own images to see what each step does to them.", "Choose images",
        "pages/data.py",
    )  # fmt: skip
    if st.button("Use sample stamps", key="augment-sample", type="tertiary", width="stretch"):
        edits.choose_sample(_SAMPLE)
        st.rerun()


def _refresh_sidebar() -> None:
    """A fragment cannot write to the sidebar: rerun the page if the sidebar is outdated."""
    if sidebar.pipeline_summary(state.draft().pipeline) != state.recall("augment:told", None):
        st.rerun()


through_app()
main()
