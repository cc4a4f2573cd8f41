"""The app: `streamlit run app.py`. The server imports this file once, and each session runs it as its script."""

# before any thread starts: a chart that looks for numpy while another thread is importing it fails
import numpy as np  # noqa: F401
import pandas as pd  # noqa: F401
import streamlit as st
from starlette.middleware import Middleware

from core.errors import GraftError, WorkspaceGone
from core.files import allow_many_handles
from pages.ui.runs import words
from pages.ui.session import data_view, engine, state, warmup
from pages.ui.session.guard import OwnPagesOnly
from pages.ui.session.housekeeping import housekeeping
from pages.ui.widgets import sidebar, theme, window
from pages.ui.widgets.icon import tab_icon
from pages.ui.widgets.messages import show_error

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
    st.set_page_config(page_title="Graft", page_icon=tab_icon(), layout="wide")
    # the sidebar draws the links itself, with the state of the experiment under them
    page = st.navigation([st.Page(path, title=title, icon=icon) for path, title, icon in PAGES], position="hidden")
    sidebar.show(PAGES, sidebar.notes(state.draft(), data=_data(), job=_job(on_train_page=page.url_path == "train")))
    with st.sidebar:
        theme.follow()
        window.follow(page.url_path, _view(page.url_path))
    try:
        if not _is_gone():
            page.run()
    except GraftError as error:  # such as a workspace that cannot be opened: no page can do without it
        show_error(error)
    finally:  # also when the page ends early; last, so that the first page does not share the processor with it
        warmup.start()
        if warmup.ready():
            engine.start_workers()


def _view(page: str) -> str:
    """What a page shows, where it has several views."""
    if page == "data":
        return data_view.current()
    return st.query_params.get("run", "") if page == "results" else ""


def _is_gone() -> bool:
    """Whether the workspace was deleted or replaced under the server; then the page is what can be done about it."""
    try:
        engine.workspace().require_intact()
    except WorkspaceGone as error:
        show_error(error)
        st.caption("A training that was running has ended; what it had saved went with the workspace.")
        if st.button("Open the workspace again", type="primary", icon=":material/refresh:", key="workspace-again"):
            engine.open_again()
            st.rerun()
        return True
    return False


def _data() -> str | None:
    """The images by their own name, once a page has read them; how many are used, once one has divided them."""
    draft = state.draft()
    found = engine.known_dataset(draft.source, draft.reading)
    if found is None:
        return None
    divided = engine.known_split(draft.source, draft.split, draft.reading)
    used = None if divided is None else sum(divided.sizes.values())
    return sidebar.dataset_summary(found.name, used, len(found.classes))


def _job(*, on_train_page: bool) -> str | None:
    """What is being trained. The Train page shows how far, every second; a number here would lag behind."""
    try:
        return words.jobs(engine.live_runs(), share=not on_train_page)
    except GraftError:
        return None  # the page says it


if __name__ == "__main__":
    main()
else:  # Streamlit finds this by its name and serves it
    allow_many_handles()
    app = st.App(__file__, middleware=[Middleware(OwnPagesOnly)], lifespan=housekeeping)
