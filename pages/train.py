"""The train page: the current experiment, the training settings, and the live run."""

import streamlit as st

from core.errors import GraftError, RunNotFound
from core.runs.records import Run
from core.runs.status import Status
from pages.ui.runs import controls, live
from pages.ui.session import engine, state, warmup
from pages.ui.train import estimate, settings, summary
from pages.ui.train import light as train_light
from pages.ui.widgets.entry import through_app
from pages.ui.widgets.messages import show_error

START_NOW = "train-start"  # set by the Home page: start immediately


def main() -> None:
    st.title("Train", anchor=False)
    runs = live.runs()
    if state.recall(START_NOW, False):
        _start_now()
    run = _shown(runs)
    left, right = st.columns([2.1, 1], gap="large")
    if run is not None:
        with left:
            _run(run, runs)
    with right if run else left:
        st.subheader("Next training" if run else "The experiment", anchor=False)
        summary.show(state.draft(), columns=1 if run else 2)
        start = st.container()
        with start:
            warmup.wait("Getting the training ready.")
    with right:
        if run is None:
            st.subheader("Settings", anchor=False)
        valid = settings.show(state.draft())
    with start:
        _start(valid, run, runs)
        if run is None:
            controls.others(None, runs)


def _run(run: Run, runs: list[Run]) -> None:
    controls.header(run, runs)
    # otherwise it failed before there was anything to draw
    if run.status.live or engine.workspace().store.has_steps(run.id):
        live.show(run, runs)
        controls.controls(run)
    controls.others(run, runs)


def _start(valid: bool, run: Run | None, runs: list[Run]) -> None:
    blockers = summary.blockers(state.draft())
    if blockers:
        summary.show_blockers(blockers, primary=run is None)
        if run and state.draft().source is None:
            _use_settings_of(run)
        return
    label = "Add to the queue" if runs else "Start training"
    light = train_light.known(state.draft())
    train_light.show(state.draft(), light, runs)
    if light is not None and train_light.stops(light):
        choice = train_light.ask(light, label.removesuffix(" training"))
        if choice.start:
            train_light.use(choice)
            estimate.cancel()
            _submit_draft()
        return
    kind = "secondary" if run and controls.has_next_step(run) else "primary"
    clicked = st.button(
        label, type=kind, icon=":material/play_arrow:", key="train-start", disabled=not valid, width="stretch",
        help=None if valid else "Correct the settings marked in red first.",
    )  # fmt: skip
    if clicked:
        estimate.cancel()  # the training needs the device
        _submit_draft()
    elif valid and runs:
        estimate.later()
    elif valid:
        _estimate()


def _estimate() -> None:
    draft = state.draft()
    try:
        experiment = draft.experiment()
    except GraftError:  # reported when the start button is pressed
        return
    estimate.show(experiment, draft.device or "auto")


def _use_settings_of(run: Run) -> None:
    """After a reload the draft is lost; offer the settings of the displayed run."""
    if st.button("Use this run's settings", icon=":material/settings_backup_restore:", key="train-use"):
        state.use(run.experiment)
        st.rerun()


def _start_now() -> None:
    """Start the training requested on Home; meanwhile show what will be trained."""
    with st.container(key="train-soon"):
        st.markdown("Your training starts in a moment. This is what will be trained:")
        summary.show(state.draft(), columns=2)
        warmup.wait("Getting the training ready.")
        state.remember(START_NOW, False)
        _submit_draft()


def _submit_draft() -> None:
    draft = state.draft()
    try:
        experiment = draft.experiment()
    except GraftError as error:
        show_error(error)
        return
    controls.submit(experiment, draft.device or "auto")


def _shown(runs: list[Run]) -> Run | None:
    """The run in the address, the last one of this session, or the newest active one.

    It is remembered, so that its result is shown when it ends.
    """
    run = _run_in_address() or _known(state.recall("train-run", None))
    if run is None:
        working = [run for run in runs if run.status is not Status.QUEUED] or runs
        run = working[-1] if working else None
    if run is not None:
        controls.remember(run.id)
    return run


def _run_in_address() -> Run | None:
    named = st.query_params.get("run")
    run = _known(named)
    if named and run is None:
        show_error(RunNotFound(f"Run not found: '{named[:60]}'. The Results page lists all runs."))
    return run


def _known(run_id: str | None) -> Run | None:
    try:
        return engine.workspace().store.run(run_id) if run_id else None
    except RunNotFound:
        return None


through_app()
main()
