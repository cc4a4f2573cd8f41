"""Progress of a short analysis."""

from collections.abc import Hashable
from typing import TYPE_CHECKING

import streamlit as st

from pages.ui.widgets.messages import literal

if TYPE_CHECKING:  # importing it loads torch
    from core.work.queue import AnalysisQueue

POLL_S = 1.0


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
