"""A page's address opened before any other page of a server that has just started.

Until `st.navigation` has run once in the process, Streamlit takes the `pages` folder for its older kind of app: it
runs the page's file alone, without `app.py`, and goes on to do so for everybody. A shared address, or an open tab
after a restart of the server, would show a page without sidebar, layout and warm-up.
"""

import streamlit as st

from pages.ui.session import state
from pages.ui.session.unofficial import leave_older_kind


def through_app() -> None:
    """Call first on a page that may be opened by its own address: begins again, through `app.py`, where needed.

    Once a session at most, and at its start, for a rerun forgets what was clicked.
    """
    if state.recall("entered", False):
        return
    state.remember("entered", True)
    if leave_older_kind():
        st.rerun()
