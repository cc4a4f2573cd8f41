"""The data page: choose images or collect them, see what they are, and divide them."""

import streamlit as st

from core.errors import GraftError
from pages.ui import data_add, data_ask, data_choose, data_look, data_view, state
from pages.ui.entry import through_app
from pages.ui.messages import show_error

through_app()
st.title("Data", anchor=False)
view = data_view.current()
try:
    if view == "add":
        data_add.show()
    elif view == "copy":
        data_add.show_copy()
    elif view == "ask":
        data_ask.show()
    elif view == "choose" or state.draft().source is None:
        data_choose.show()
    else:
        data_look.show(state.draft().source)
except GraftError as error:  # such as a collection that was deleted meanwhile
    show_error(error)
    if view in ("add", "copy"):
        st.button("Choose images", type="primary", key="data-give-up", on_click=data_view.go, args=("choose",))
