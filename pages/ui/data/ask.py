"""Ask how to read a folder: each option as a card with its result."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.cli.words import options
from core.data.dataset import Dataset
from core.data.sources import describe_folder, other_readings
from core.errors import GraftError, LayoutChoice, UnclearLayout
from core.experiment import AS_FOUND, Reading
from pages.ui.session import data_view, engine, state
from pages.ui.widgets.messages import literal, show_error
from pages.ui.widgets.progress import delayed_bar


def show() -> None:
    """Draw the question about the folder or zip from `data_view.ask`, or all options to read it differently."""
    request = data_view.asking()
    if request is None:
        data_view.go("choose")
        st.rerun()
    try:
        question, choices, current = _question(request)
    except GraftError as error:  # deleted, or not readable any more
        show_error(error)
        question, choices, current = "", (), None
    if not question and not choices:
        _back()
        return
    st.subheader(literal(f"How should “{_source_name(request.source)}” be read?"), anchor=False)
    st.markdown(literal(question))
    for number, choice in enumerate(choices):
        _card(request.source, choice, number, choice is current)
    _back()


def _question(request: data_view.Asking) -> tuple[str, Sequence[LayoutChoice], LayoutChoice | None]:
    """The question, the options, and the one that is chosen now."""
    try:
        found = engine.dataset(request.source, request.reading, delayed_bar)
    except UnclearLayout as error:
        return error.question, error.choices, None
    choices = other_readings(request.source, state.workspace())
    if len(choices) > 1:
        question = "If the classes are not what they should be, choose another way. Nothing in the folder is changed."
    else:
        question = (
            "There is no other way to read it. If the classes are not what they should be, sort the images anew: those "
            "of each class into a folder of its own."
        )
    current = [one for one in choices if _is_current(one, found, request.reading)]
    return question, choices, max(current, key=lambda one: len(one.reading), default=None)  # the one that says most


def _card(source: str, choice: LayoutChoice, number: int, current: bool) -> None:
    description = choice.says[:1].upper() + choice.says[1:]
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", border=True,
        key=f"data-way-card-{number}",
    ):  # fmt: skip
        st.markdown(f"**{literal(description)}**  \n:gray[{literal(choice.gives)}]", width="content")
        clicked = st.button(
            "Read this way now" if current else "Read it this way", key=f"data-way-{number}", disabled=current,
            icon=":material/check:" if current else None,
            help=literal(f"On the command line: {options(choice.reading)}"),
        )  # fmt: skip
    if clicked:
        try:
            data_view.choose(source, Reading(**choice.reading), delayed_bar)
        except GraftError as error:
            show_error(error)


def _is_current(choice: LayoutChoice, found: Dataset, given: Reading) -> bool:
    """Whether the data set was read this way. What was found by itself may leave out folders that a choice does not."""
    fields = {"task": "auto"} | dict(choice.reading)
    reading = found.reading if given.unedited == AS_FOUND else given
    # not the counts: some files may turn out not to be readable
    same_classes = given != AS_FOUND or choice.counts.keys() == found.counts.keys()
    return same_classes and all(getattr(reading, name) == value for name, value in fields.items())


def _back() -> None:
    if state.draft().source is None:
        st.button("Choose other images", type="tertiary", key="data-ask-back", icon=":material/arrow_back:",
                  on_click=data_view.go, args=("choose",))  # fmt: skip
        return
    with st.container(horizontal=True):
        st.button("Back to the chosen images", type="tertiary", key="data-ask-back", icon=":material/arrow_back:",
                  on_click=data_view.go, args=("look",))  # fmt: skip
        st.button("Choose other images", type="tertiary", key="data-ask-choose", on_click=data_view.go,
                  args=("choose",))  # fmt: skip


def _source_name(source: str) -> str:
    """The name of the chosen source."""
    path = Path(source)
    return str(describe_folder(path).get("name") or path.name or source)[:80]
