"""Ask how to read a folder: each option as a card with its result."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.data.sources import describe_folder, other_readings
from core.errors import GraftError, LayoutChoice, UnclearLayout
from core.experiment import AS_FOUND, Reading
from pages.ui.session import data_view, engine, state
from pages.ui.widgets.messages import literal, show_error


def show() -> None:
    """Draw the question about the folder or zip from `data_view.ask`, or all options to read it differently."""
    request = data_view.asking()
    if request is None:
        data_view.go("choose")
        st.rerun()
    try:
        question, choices, current_reading = _question(request)
    except GraftError as error:  # deleted, or not readable any more
        show_error(error)
        question, choices, current_reading = "", (), None
    if not question and not choices:
        _back()
        return
    st.subheader(literal(f"How should “{_source_name(request.source)}” be read?"), anchor=False)
    st.markdown(literal(question))
    for number, choice in enumerate(choices):
        _card(request.source, choice, number, current_reading)
    _back()


def _question(request: data_view.Asking) -> tuple[str, Sequence[LayoutChoice], Reading | None]:
    """The question, the options, and the current reading."""
    try:
        found = engine.dataset(request.source, request.reading)
    except UnclearLayout as error:
        return error.question, error.choices, None
    choices = other_readings(request.source, state.workspace())
    if len(choices) > 1:
        question = "If the classes are not what they should be, choose another way. Nothing in the folder is changed."
    else:
        question = "There is no other way to read it: put the images of each class into a folder of its own."
    return question, choices, found.reading if request.reading == AS_FOUND else request.reading


def _card(source: str, choice: LayoutChoice, number: int, current_reading: Reading | None) -> None:
    description = choice.says[:1].upper() + choice.says[1:]
    current = current_reading is not None and _matches(choice, current_reading)
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", border=True,
        key=f"data-way-card-{number}",
    ):  # fmt: skip
        st.markdown(f"**{literal(description)}**  \n:gray[{literal(choice.gives)}]", width="content")
        clicked = st.button(
            "Read this way now" if current else "Read it this way", key=f"data-way-{number}", disabled=current,
            icon=":material/check:" if current else None, help=literal(f"On the command line: {choice.options}"),
        )  # fmt: skip
    if clicked:
        try:
            data_view.choose(source, Reading(**choice.reading))
        except GraftError as error:
            show_error(error)


def _matches(choice: LayoutChoice, current_reading: Reading) -> bool:
    fields = {"task": "auto"} | dict(choice.reading)
    return all(getattr(current_reading, name) == value for name, value in fields.items())


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
