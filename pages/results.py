"""The results page: all runs, or the one in the address."""

import streamlit as st

from core.errors import RunNotFound
from core.runs.records import Run
from pages.ui.results.list import show_all
from pages.ui.results.run import show_one
from pages.ui.session import engine, state
from pages.ui.widgets.entry import through_app
from pages.ui.widgets.messages import empty_state, show_error


def requested_run() -> Run | None:
    """The run in `?run=`; None without one. Raises `RunNotFound`, also if there are several."""
    run_ids = st.query_params.get_all("run")
    if len(run_ids) > 1:
        raise RunNotFound("Run not found: the address names more than one run.")
    return engine.workspace().store.run(run_ids[0]) if run_ids else None


def show() -> None:
    _mark_dead_runs()
    try:
        run = requested_run()
    except RunNotFound as error:
        st.title("Results", anchor=False)
        show_error(error)
        st.page_link("pages/results.py", label="All runs", icon=":material/arrow_back:", query_params={})
        return
    _sync_address(run)
    runs = engine.workspace().store.runs()
    if run is not None:
        show_one(run, runs)
    elif runs:
        show_all(runs)
    else:
        st.title("Results", anchor=False)
        _nothing_yet()


def _mark_dead_runs() -> None:
    """Mark runs of killed processes as interrupted, so that they can be resumed."""
    if engine.live_runs():
        engine.workspace().recover()


def _sync_address(run: Run | None) -> None:
    """Keep the address in sync: links from a page to itself do not change it."""
    if run is None:
        st.query_params.clear()
    else:
        st.query_params["run"] = run.id


def _nothing_yet() -> None:
    text = "Every training appears here, with its scores, its mistakes and the model to download."
    if state.draft().source is None:
        empty_state("No runs yet", text, "Try it on sample images", "pages/home.py", ":material/leaderboard:")
    else:
        empty_state("No runs yet", text, "Go to Train", "pages/train.py", ":material/leaderboard:")


through_app()
show()
