"""Progress of a short analysis, and of work that the page itself does."""

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.ui.widgets.messages import literal

if TYPE_CHECKING:  # importing it loads torch
    from core.work.queue import AnalysisQueue

POLL_S = 1.0
SHOWN_AFTER_S = 0.4
EVERY_S = 0.1  # minimum interval between updates


def show_progress(analyses: "AnalysisQueue", key: Hashable, cancel_key: str) -> None:
    """Show the progress of an analysis every second, with a cancel button; at its end the whole page is rerun.

    Do not call inside a fragment.
    """
    st.fragment(_progress, run_every=POLL_S)(analyses, key)
    st.button("Cancel", icon=":material/close:", key=cancel_key, on_click=analyses.cancel, args=(key,))


def _progress(analyses: "AnalysisQueue", key: Hashable) -> None:
    analysis = analyses.analysis(key)
    if analysis is None or analysis.over:
        st.rerun(scope="app")  # draws the result without a timer
    else:
        progress = analysis.progress
        text = f"{progress.what[:1].upper()}{progress.what[1:]}"
        st.progress(min(1.0, progress.done / progress.total) if progress.total else 0.0, text=literal(text))


class DelayedBar:
    """A progress bar that appears only for longer work: after `SHOWN_AFTER_S`. Close it at the end."""

    def __init__(self) -> None:
        self._next = time.monotonic() + SHOWN_AFTER_S
        self._bar: DeltaGenerator | None = None

    def update(self, done: int, total: int) -> None:
        """Update the bar to `done` of `total`."""
        now = time.monotonic()
        if now < self._next or not total:
            return
        self._next = now + EVERY_S
        words = f"{done:,} of {total:,}"
        if self._bar is None:
            self._bar = st.progress(0.0)
        self._bar.progress(min(1.0, done / total), text=words)

    def close(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.empty()


@contextmanager
def delayed_bar() -> Iterator[Callable[[int, int], None]]:
    """`update(done, total)` of a `DelayedBar` that is closed at the end."""
    bar = DelayedBar()
    try:
        yield bar.update
    finally:
        bar.close()
