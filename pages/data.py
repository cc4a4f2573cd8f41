"""The data page: choose or collect images, inspect them, and split them."""

import streamlit as st

from core.errors import GraftError
from pages.ui.data import add, ask, choose, look
from pages.ui.session import data_view, state
from pages.ui.widgets.entry import through_app
from pages.ui.widgets.messages import show_error

through_app()
st.title("Data", anchor=False)
view = data_view.current()
try:
    if view == "add":
        add.show()
    elif view == "copy":
        add.show_copy()
    elif view == "ask":
        ask.show()
    elif view == "choose" or state.draft().source is None:
        choose.show()
    else:
        look.show(state.draft().source)
except GraftError as error:  # such as a deleted collection
    show_error(error)
    if view in ("add", "copy"):
        st.button("Choose images", type="primary", key="data-give-up", on_click=data_view.go, args=("choose",))
