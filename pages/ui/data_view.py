"""Which of its views the Data page shows: the chosen images, the choices, or the collecting of pictures."""

from pathlib import Path
from typing import Literal

import streamlit as st

from core.data.collection import Collection, list_collections
from pages.ui import engine, state

View = Literal["look", "choose", "add", "copy"]


def current() -> View:
    """The view that was opened last."""
    return state.recall("data:view", "look")


def go(view: View) -> None:
    """Open a view at the next run; for `on_click`, or before `st.rerun`."""
    state.remember("data:view", view)


def choose(source: str) -> None:
    """Take these images for the experiment and show them. Raises `InvalidInput`; then the old ones stay chosen."""
    state.update(source=engine.dataset(source).source)
    go("look")
    st.rerun()


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
