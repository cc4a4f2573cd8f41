"""The current view of the Data page: chosen images, data sources, adding images, or a question."""

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import streamlit as st

from core.data.collection import Collection, list_collections
from core.errors import UnclearLayout
from core.experiment import AS_FOUND, Reading
from pages.ui.session import edits, engine, state

View = Literal["look", "choose", "add", "copy", "ask"]


@dataclass(frozen=True)
class Asking:
    """A source, and the reading options that are unclear or to be replaced."""

    source: str
    reading: Reading


def current() -> View:
    """The view that was opened last."""
    return state.recall("data:view", "look")


def go(view: View) -> None:
    """Open a view at the next rerun; for `on_click`, or before `st.rerun`."""
    state.remember("data:view", view)


def choose(source: str, reading: Reading = AS_FOUND, bar: engine.Bar = nullcontext) -> None:
    """Use these images for the experiment and show them; ask first if they can be read in several ways.

    Raises `InvalidInput`. The old images stay chosen until then. `bar`: as in `engine.dataset`.
    """
    try:
        chosen = engine.dataset(source, reading, bar).source
        state.update(source=chosen, reading=edits.with_kept(chosen, reading))
        go("look")
    except UnclearLayout as error:
        if not error.choices:
            raise
        ask(source, reading)
    st.rerun()


def ask(source: str, reading: Reading) -> None:
    """Open the question how to read a source; for `on_click`, or before `st.rerun`."""
    state.remember("data:asking", Asking(source, reading))
    go("ask")


def asking() -> Asking | None:
    """The subject of the open question."""
    return state.recall("data:asking", None)


def editable(source: str | None) -> Path | None:
    """The folder of a source that is a collection; None for other sources, which have to be copied first."""
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
    except OSError:  # just deleted
        return 0.0
