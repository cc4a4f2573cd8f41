"""The backbone page: which pretrained model, and which of its stages train when."""

import streamlit as st

from core.backbones import catalogue
from core.errors import GraftError, UnknownBackbone
from core.experiment import BUNDLED_BACKBONE
from pages.ui.backbone import card as backbone_card
from pages.ui.backbone import catalogue as backbone_catalogue
from pages.ui.backbone import phases
from pages.ui.session import engine, state, warmup
from pages.ui.widgets.entry import through_app
from pages.ui.widgets.messages import show_error
from pages.ui.widgets.progress import delayed_bar

UNKNOWN_CLASSES = 2  # size of the head until images are chosen


def show() -> None:
    """Draw the page; parts that need torch come last."""
    st.title("Backbone", anchor=False)
    st.markdown("The pretrained model that your classifier builds on, and which parts of it are trained.")
    if not _known():
        return
    draft_before = state.draft()
    n_classes = _number_of_classes()
    table, card = st.columns([2, 1], gap="medium")
    with card:  # before the table, so that it shows fetched weights
        problems = backbone_card.show(n_classes or UNKNOWN_CLASSES)
    with table:
        backbone_catalogue.show()
    st.space("small")
    problems += _phases(n_classes)
    st.space("small")
    _next_step(problems)
    if state.draft() != draft_before:
        st.rerun()  # the sidebar shows the old values. Rerun only now: undrawn widgets lose their state


def _known() -> bool:
    """Whether the draft's backbone is in the catalogue: settings of an old run may name a removed one."""
    try:
        catalogue.get(state.draft().backbone.name)
    except UnknownBackbone as error:
        show_error(error)
        label = f"Use {catalogue.get(BUNDLED_BACKBONE).title}"
        st.button(label, type="primary", key="backbone-default", on_click=backbone_catalogue.choose,
                  args=(BUNDLED_BACKBONE,))  # fmt: skip
        return False
    return True


def _number_of_classes() -> int | None:
    try:
        dataset = engine.chosen_dataset(delayed_bar)
    except GraftError:  # the Data page says what is wrong with the images
        return None
    return None if dataset is None else len(dataset.classes)


def _phases(n_classes: int | None) -> list[str]:
    st.header("Which stages train, and when", anchor=False)
    backbone = catalogue.get(state.draft().backbone.name)
    warmup.wait(f"The stages of {backbone.title} are read from the model itself.")
    from core.backbones.stages import stage_table

    table = stage_table(backbone.name, n_classes or UNKNOWN_CLASSES)
    return phases.show(table, n_classes)


def _next_step(problems: list[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        go = st.button("Continue to training", type="primary", icon=":material/arrow_forward:", icon_position="right",
                       disabled=bool(problems), key="backbone-next")  # fmt: skip
        if problems:
            st.markdown(f":red[:material/block: {' '.join(problems)}]", width="content")
    if go:
        st.switch_page("pages/train.py")


through_app()
show()
