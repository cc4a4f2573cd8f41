"""Progress: a bar for work that may be over before one is worth seeing, and how far the light lane is."""

import time
from collections.abc import Hashable
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.ui.messages import literal

if TYPE_CHECKING:  # importing it loads torch
    from core.lane import Lane

SHOWN_AFTER_S = 0.4
EVERY_S = 0.1  # more often than that only costs time
POLL_S = 1.0


class DelayedBar:
    """Draws nothing for `SHOWN_AFTER_S`; then how many are done. Close it at the end."""

    def __init__(self) -> None:
        self._next = time.monotonic() + SHOWN_AFTER_S
        self._bar: DeltaGenerator | None = None

    def update(self, done: int, total: int) -> None:
        """Say that `done` of `total` are done."""
        now = time.monotonic()
        if now < self._next or not total:
            return
        self._next = now + EVERY_S
        words = f"{done:,} of {total:,}"
        if self._bar is None:
            self._bar = st.progress(0.0)
        self._bar.progress(min(1.0, done / total), text=words)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.empty()


def show_progress(lane: "Lane", key: Hashable, cancel_key: str) -> None:
    """How far an analysis is, every second, with a button that cancels it; once it is over, the whole page is drawn.

    To be called outside of a fragment, for it is one.
    """
    st.fragment(_progress, run_every=POLL_S)(lane, key)
    st.button("Cancel", icon=":material/close:", key=cancel_key, on_click=lane.cancel, args=(key,))


def _progress(lane: "Lane", key: Hashable) -> None:
    analysis = lane.analysis(key)
    if analysis is None or analysis.over:
        st.rerun(scope="app")  # which draws the answer, and no timer
    else:
        told = analysis.progress
        text = f"{told.what[:1].upper()}{told.what[1:]}"
        st.progress(min(1.0, told.done / told.total) if told.total else 0.0, text=literal(text))
