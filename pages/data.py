"""The data page: choose images or collect them, see what they are, and divide them."""

import streamlit as st

from core.errors import GraftError
from pages.ui import data_add, data_choose, data_look, data_view, state
from pages.ui.messages import show_error

st.title("Data", anchor=False)
try:
    view = data_view.current()
    if view == "add":
        data_add.show()
    elif view == "copy":
        data_add.show_copy()
    elif view == "choose" or state.draft().source is None:
        data_choose.show()
    else:
        data_look.show(state.draft().source)
except GraftError as error:  # such as a workspace that cannot be written
    show_error(error)
