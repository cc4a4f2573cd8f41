"""The train page: the experiment as it stands, how it is optimised, and the run that is live."""

import streamlit as st

from core.errors import GraftError, RunNotFound
from core.runs.records import Run
from core.runs.status import Status
from pages.ui import engine, live, state, train_run, train_settings, train_summary, warmup
from pages.ui.messages import show_error

START_NOW = "train-start"  # set by Home: begin as soon as the page is open


def main() -> None:
    st.title("Train", anchor=False)
    if state.recall(START_NOW, False):
        _start_now()
    runs = live.runs()
    run = _shown(runs)
    left, right = st.columns([2.1, 1], gap="large")
    if run is not None:
        with left:
            _run(run, runs)
    summary, start = (right if run else left).container(), (right if run else left).container()
    with summary:
        st.subheader("Next training" if run else "The experiment", anchor=False)
        train_summary.show(state.draft())
    with start:
        ready = st.empty()
        with ready:
            warmup.wait("Getting the training ready.")
    with right:
        if run is None:
            st.subheader("Settings", anchor=False)
        valid = train_settings.show(state.draft())
    with start:
        _start(valid, run, runs)
        if run is None:
            train_run.others(None, runs)


def _run(run: Run, runs: list[Run]) -> None:
    train_run.header(run, runs)
    live.show(run, runs)
    train_run.controls(run)
    train_run.others(run, runs)


def _start(valid: bool, run: Run | None, runs: list[Run]) -> None:
    blockers = train_summary.blockers(state.draft())
    if blockers:
        train_summary.show_blockers(blockers)
        return
    label = "Add to the queue" if runs else "Start training"
    kind = "secondary" if run else "primary"
    clicked = st.button(
        label, type=kind, icon=":material/play_arrow:", key="train-start", disabled=not valid, width="stretch",
        help=None if valid else "Correct the settings marked in red first.",
    )  # fmt: skip
    if clicked:
        _submit_draft()


def _start_now() -> None:
    state.remember(START_NOW, False)
    warmup.wait("Your training starts in a moment.")
    _submit_draft()


def _submit_draft() -> None:
    draft = state.draft()
    try:
        experiment = draft.experiment()
    except GraftError as error:
        show_error(error)
        return
    train_run.submit(experiment, draft.device or "auto")


def _shown(runs: list[Run]) -> Run | None:
    """The run that this session watches, the one in the address, or the newest that is at work."""
    store = engine.workspace().store
    for run_id in (state.recall("train-run", None), st.query_params.get("run")):
        if run_id:
            try:
                return store.run(run_id)
            except RunNotFound:
                continue
    working = [run for run in runs if run.status is not Status.QUEUED] or runs
    return working[-1] if working else None


main()
