"""Every table of the app. Nothing else calls `st.dataframe` or `st.table`, so that none of them forgets this.

Streamlit's own button above a table downloads it as CSV, and a spreadsheet runs what looks like a formula there; and
names from outside may hold what no screen shows. So texts, column titles and the index are made harmless before
Streamlit sees them; numbers and images stay what they are.
"""

from typing import Any

import pandas as pd
import streamlit as st

from core.export.table import neutral
from pages.ui.widgets.controls import in_controls


def show_table(data: Any, **options: Any) -> Any:
    """`st.dataframe` with harmless texts; `data` is anything that pandas takes. Returns what Streamlit does."""
    return st.dataframe(harmless(data), **options)


def show_plain_table(data: Any, **options: Any) -> None:
    """`st.table` with harmless texts. It reads Markdown: names from users went through `messages.literal` before."""
    st.table(harmless(data), **options)


def harmless(data: Any) -> pd.DataFrame:
    """A copy of `data` in which no text starts like a formula or hides a character."""
    frame = pd.DataFrame(data).copy()
    for column in frame.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in frame.dtypes]]:
        frame[column] = frame[column].map(_harmless)
    frame.columns = frame.columns.map(_harmless)
    if not pd.api.types.is_numeric_dtype(frame.index.dtype):
        frame.index = frame.index.map(_harmless)
    return frame


def _harmless(cell: Any) -> Any:
    return neutral(in_controls(cell)) if isinstance(cell, str) else cell
