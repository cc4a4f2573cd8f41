"""A bar for work that may be over before one is worth seeing."""

import time

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

SHOWN_AFTER_S = 0.4
EVERY_S = 0.1  # more often than that only costs time


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
