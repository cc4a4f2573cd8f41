"""Add images to a collection: saved immediately, refused files are listed with the reason."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import streamlit as st

from core.data import collection, names
from core.data.dataset import LeftOut
from core.data.images import decode
from core.data.layout import class_labels
from core.errors import GraftError, UnreadableImage
from pages.ui.session import state
from pages.ui.widgets.messages import literal
from pages.ui.widgets.progress import DelayedBar
from pages.ui.widgets.tables import show_table

GROUP = 8  # files written between two steps of the progress bar
MAX_LISTED = 5  # number of refused files listed in the message


@dataclass(frozen=True)
class Given:
    """A newly uploaded file or camera shot. `content` is read only when it is saved."""

    name: str
    id: str
    content: Callable[[], bytes]


@dataclass(frozen=True)
class Outcome:
    """Result of the last upload."""

    class_name: str
    added: int = 0
    refused: tuple[LeftOut, ...] = ()
    error: str | None = None


def take(given: Sequence[Given], class_name: str, folder: Path | None, name: str) -> None:
    """Save new files among `given`, then empty the widget. Without a class name they wait in the widget."""
    if not given:
        return
    if not class_name:
        st.warning("Name the class above; the images wait here until then.", icon=":material/label:")
        return
    outcome, bar = Outcome(class_name), DelayedBar()
    for start in range(0, len(given), GROUP):
        group = given[start : start + GROUP]
        new = state.unseen("uploads", [one.id for one in group])
        files = [(one.name, one.content()) for one in group if one.id in new]
        folder, outcome = _add(folder, name, files, outcome)
        state.remember("data:outcome", outcome)
        bar.update(start + len(group), len(given))
        if outcome.error:
            break
    bar.close()
    state.remember("data:uploads", state.recall("data:uploads", 0) + 1)
    state.remember("data:class", names.label(class_name))
    st.rerun()


def _add(
    folder: Path | None, name: str, files: list[tuple[str, bytes]], previous: Outcome
) -> tuple[Path | None, Outcome]:
    """Add files to a class; collection and class are created only for a readable image."""
    refused: list[LeftOut] = []
    try:
        if names.label(previous.class_name) not in classes(folder):
            refused = _unreadable(files)
        if len(refused) < len(files):
            folder = folder or collection.create(state.workspace(), name)
            state.open_collection(folder)
            refused = collection.add_images(folder, previous.class_name, files)
            state.update(source=str(folder))
    except GraftError as error:
        return folder, Outcome(previous.class_name, previous.added, previous.refused, str(error))
    added = previous.added + len(files) - len(refused)
    return folder, Outcome(previous.class_name, added, (*previous.refused, *refused))


def _unreadable(files: Sequence[tuple[str, bytes]]) -> list[LeftOut]:
    """All files with reasons if none of them is an image; empty otherwise."""
    refused = []
    for name, content in files:
        try:
            decode(content)
        except UnreadableImage as error:
            refused.append(LeftOut(names.shown(name), str(error)))
        else:
            return []
    return refused


def show_outcome() -> None:
    """Show the result of the last upload."""
    outcome: Outcome | None = state.recall("data:outcome", None)
    if outcome is None:
        return
    with st.container(key="data-outcome"):
        if outcome.added:
            count = "1 image" if outcome.added == 1 else f"{outcome.added:,} images"
            st.success(f"{count} added to {literal(outcome.class_name[:80])}.", icon=":material/check_circle:")
        if outcome.error:
            st.error(literal(outcome.error), icon=":material/error:")
        if outcome.refused:
            count = "1 file was" if len(outcome.refused) == 1 else f"{len(outcome.refused):,} files were"
            listed = outcome.refused[:MAX_LISTED]
            reasons = "\n".join(f"- {literal(one.name[:80])}: {literal(one.reason)}" for one in listed)
            st.warning(f"{count} not added.\n\n{reasons}", icon=":material/warning:")
        if len(outcome.refused) > MAX_LISTED:
            rows = {"File": [one.name for one in outcome.refused], "Why": [one.reason for one in outcome.refused]}
            show_table(pd.DataFrame(rows), hide_index=True, height=240)


def classes(folder: Path | None) -> list[str]:
    """The labels of a collection's classes."""
    return sorted(class_labels(folder).values()) if folder else []
