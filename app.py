"""The app: `streamlit run app.py`."""

# before any thread starts: a chart that looks for numpy while another thread is importing it fails
import numpy as np  # noqa: F401
import pandas as pd  # noqa: F401
import streamlit as st

from pages.ui import sidebar, state, warmup

PAGES = (
    ("pages/home.py", "Home", ":material/home:"),
    ("pages/data.py", "Data", ":material/photo_library:"),
    ("pages/augment.py", "Augment", ":material/auto_fix_high:"),
    ("pages/backbone.py", "Backbone", ":material/account_tree:"),
    ("pages/train.py", "Train", ":material/model_training:"),
    ("pages/results.py", "Results", ":material/leaderboard:"),
    ("pages/predict.py", "Predict", ":material/image_search:"),
)


def main() -> None:
    st.set_page_config(page_title="Graft", page_icon=":material/eco:", layout="wide")
    # the sidebar draws the links itself, with the state of the experiment under them
    page = st.navigation([st.Page(path, title=title, icon=icon) for path, title, icon in PAGES], position="hidden")
    sidebar.show(PAGES, sidebar.notes(state.draft()))
    try:
        page.run()
    finally:  # also when the page ends early; last, so that the first page does not share the processor with it
        warmup.start()


main()
