"""What the next training will take, measured in the analysis queue while the page is looked at."""

from collections.abc import Hashable

import streamlit as st

from core.errors import GraftError
from core.experiment import Experiment
from core.text import format_duration, format_size
from pages.ui.session import engine, state
from pages.ui.widgets.messages import literal

POLL_S = 1.0
WORTH_SAYING = 1.3  # times as long without what is kept


def show(experiment: Experiment, device: str) -> None:
    """Measure the experiment, unless that is done, and say what it will take. Waits for torch."""
    from core.runs.trial import measure

    analyses, workspace = engine.manager().analyses, engine.workspace()
    try:  # with the images as they are now: others take another time
        fingerprint = engine.dataset(experiment.data.source, experiment.data.reading).fingerprint
    except GraftError:  # the page says so
        return
    key: Hashable = ("estimate", experiment.digest, fingerprint, device)
    if state.recall("train-estimate", key) != key:
        cancel()
    state.remember("train-estimate", key)
    try:
        analysis = analyses.analyse(key, lambda control: measure(experiment, workspace, device, control))
    except GraftError:  # many are waiting: the training can be started without
        return
    with st.container(key="train-estimate"):
        st.fragment(_panel, run_every=None if analysis.over else POLL_S)(key, polls=not analysis.over)


def later() -> None:
    """Say that nothing is measured while another run is live: what that takes would be measured with it."""
    cancel()
    st.caption("What it will take is measured when no other run is live.")


def cancel() -> None:
    """End what is being measured: a training needs the device now, or the experiment is another one."""
    key = state.recall("train-estimate", None)
    if key is not None:
        engine.manager().analyses.cancel(key)
        state.remember("train-estimate", None)


def words(seconds: float, seconds_uncut: float, kept_bytes: int) -> str:
    """The measured estimate in a sentence."""
    about = f"Takes about {format_duration(max(1, seconds))}"
    if seconds_uncut < WORTH_SAYING * seconds:
        return f"{about}."
    kept = f", {format_size(kept_bytes)} are kept" if kept_bytes else ""
    return f"{about} instead of {format_duration(seconds_uncut)}: what is frozen is computed once for each view{kept}."


def _panel(key: Hashable, polls: bool) -> None:
    analysis = engine.manager().analyses.analysis(key)
    if analysis is None:  # cancelled
        return
    if analysis.over and polls:
        st.rerun(scope="app")  # which draws the answer, and no timer
    if analysis.error is not None:
        st.caption(f"What it will take could not be measured: {literal(analysis.error)}")
    elif analysis.result is None:
        st.caption("Measuring what it will take.")
    else:
        found = analysis.result
        st.caption(words(found.seconds, found.seconds_uncut, found.kept_bytes))
