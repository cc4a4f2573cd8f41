"""Which of its views the Data page shows: the chosen images, the choices, the collecting of images, or a question."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import streamlit as st

from core.data.collection import Collection, list_collections
from core.errors import UnclearLayout
from core.experiment import AS_FOUND, Reading
from pages.ui.session import engine, state

View = Literal["look", "choose", "add", "copy", "ask"]


@dataclass(frozen=True)
class Asking:
    """A source, and the reading that left a question or is to be replaced."""

    source: str
    reading: Reading


def current() -> View:
    """The view that was opened last."""
    return state.recall("data:view", "look")


def go(view: View) -> None:
    """Open a view at the next run; for `on_click`, or before `st.rerun`."""
    state.remember("data:view", view)


def choose(source: str, reading: Reading = AS_FOUND) -> None:
    """Take these images for the experiment and show them; where they can be read in several ways, ask first.

    Raises `InvalidInput`. Until all is known the old ones stay chosen.
    """
    try:
        state.update(source=engine.dataset(source, reading).source, reading=reading)
        go("look")
    except UnclearLayout as error:
        if not error.choices:
            raise
        ask(source, reading)
    st.rerun()


def ask(source: str, reading: Reading) -> None:
    """Open the question how a source is to be read; for `on_click`, or before `st.rerun`."""
    state.remember("data:asking", Asking(source, reading))
    go("ask")


def asking() -> Asking | None:
    """What the question is about."""
    return state.recall("data:asking", None)


def editable(source: str | None) -> Path | None:
    """The folder of the collection that a source is; None for a source that only a copy can add to."""
    found = (one.folder for one in collections() if one.editable and str(one.folder) == source)
    return next(found, None)


def collections() -> tuple[Collection, ...]:
    """The data sets kept in the workspace, the last changed first."""
    found = list_collections(state.workspace())
    return tuple(sorted(found, key=lambda one: changed(one.folder), reverse=True))


def changed(folder: Path) -> float:
    """When a class was last added to a collection, in seconds since 1970."""
    try:
        return folder.stat().st_mtime
    except OSError:  # removed at this moment
        return 0.0
