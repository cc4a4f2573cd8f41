"""The question how a folder is to be read: every way as a card with what it would give."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.data.sources import describe_folder, other_readings
from core.errors import GraftError, LayoutChoice, UnclearLayout
from core.experiment import AS_FOUND, Reading
from pages.ui.session import data_view, engine, state
from pages.ui.widgets.messages import literal, show_error


def show() -> None:
    """Draw the question about the folder or zip that `data_view.ask` named, or every way to read it differently."""
    asked = data_view.asking()
    if asked is None:
        data_view.go("choose")
        st.rerun()
    try:
        question, choices, now = _question(asked)
    except GraftError as error:  # gone, or changed so that nothing can be read any more
        show_error(error)
        question, choices, now = "", (), None
    if not question and not choices:
        _back()
        return
    st.subheader(literal(f"How should “{_called(asked.source)}” be read?"), anchor=False)
    st.markdown(literal(question))
    for number, choice in enumerate(choices):
        _card(asked.source, choice, number, now)
    _back()


def _question(asked: data_view.Asking) -> tuple[str, Sequence[LayoutChoice], Reading | None]:
    """The question, its answers, and the reading in force."""
    try:
        found = engine.dataset(asked.source, asked.reading)
    except UnclearLayout as error:
        return error.question, error.choices, None
    choices = other_readings(asked.source, state.workspace())
    if len(choices) > 1:
        question = "If the classes are not what they should be, choose another way. Nothing in the folder is changed."
    else:
        question = "There is no other way to read it: put the images of each class into a folder of its own."
    return question, choices, found.reading if asked.reading == AS_FOUND else asked.reading


def _card(source: str, choice: LayoutChoice, number: int, now: Reading | None) -> None:
    says = choice.says[:1].upper() + choice.says[1:]
    current = now is not None and _is_part_of(choice, now)
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", border=True,
        key=f"data-way-card-{number}",
    ):  # fmt: skip
        st.markdown(f"**{literal(says)}**  \n:gray[{literal(choice.gives)}]", width="content")
        wanted = st.button(
            "Read this way now" if current else "Read it this way", key=f"data-way-{number}", disabled=current,
            icon=":material/check:" if current else None, help=literal(f"On the command line: {choice.options}"),
        )  # fmt: skip
    if wanted:
        try:
            data_view.choose(source, Reading(**choice.reading))
        except GraftError as error:
            show_error(error)


def _is_part_of(choice: LayoutChoice, now: Reading) -> bool:
    wanted = {"task": "auto"} | dict(choice.reading)
    return all(getattr(now, name) == value for name, value in wanted.items())


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


def _called(source: str) -> str:
    """The name of what the user chose."""
    path = Path(source)
    return str(describe_folder(path).get("name") or path.name or source)[:80]
