"""How far a short analysis is."""

from collections.abc import Hashable
from typing import TYPE_CHECKING

import streamlit as st

from pages.ui.widgets.messages import literal

if TYPE_CHECKING:  # importing it loads torch
    from core.work.queue import AnalysisQueue

POLL_S = 1.0


def show_progress(analyses: "AnalysisQueue", key: Hashable, cancel_key: str) -> None:
    """How far an analysis is, every second, with a button that cancels it; once it is over, the whole page is drawn.

    To be called outside of a fragment, for it is one.
    """
    st.fragment(_progress, run_every=POLL_S)(analyses, key)
    st.button("Cancel", icon=":material/close:", key=cancel_key, on_click=analyses.cancel, args=(key,))


def _progress(analyses: "AnalysisQueue", key: Hashable) -> None:
    analysis = analyses.analysis(key)
    if analysis is None or analysis.over:
        st.rerun(scope="app")  # which draws the answer, and no timer
    else:
        told = analysis.progress
        text = f"{told.what[:1].upper()}{told.what[1:]}"
        st.progress(min(1.0, told.done / told.total) if told.total else 0.0, text=literal(text))
