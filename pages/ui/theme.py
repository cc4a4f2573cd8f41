"""Which theme the browser shows: for pictures and charts, whose colours the server chooses."""

from typing import Literal, cast

import streamlit as st


def theme() -> Literal["light", "dark"]:
    """The theme of this session's browser; light until it has told."""
    return cast(Literal["light", "dark"], "dark" if st.context.theme.type == "dark" else "light")
