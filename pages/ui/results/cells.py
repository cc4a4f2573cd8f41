"""How tables of classes show shares: the same for both kinds of tasks."""

import numpy as np
import streamlit as st

from core.text import percent_range


def share_column(help_text: str | None = None) -> object:
    """A column of what `share_cell` gives."""
    return st.column_config.NumberColumn(format="%.0f %%", help=help_text)


def share_cell(share: float | None) -> float:
    """A share in percent; an empty cell where it is not known."""
    return np.nan if share is None else share * 100


def interval_cell(low: float | None, high: float | None) -> str:
    """The ends of an interval, which nothing has that no image belongs to."""
    return "no image" if low is None or high is None else percent_range(low, high)
