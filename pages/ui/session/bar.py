"""A progress bar that appears only for longer work."""

import time

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

SHOWN_AFTER_S = 0.4
EVERY_S = 0.1  # minimum interval between updates


class DelayedBar:
    """Shows progress after `SHOWN_AFTER_S`. Close it at the end."""

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
