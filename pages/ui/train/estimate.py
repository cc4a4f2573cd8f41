"""The expected duration of the next training, measured in the analysis queue while the page is open."""

from collections.abc import Hashable

import streamlit as st

from core.errors import GraftError
from core.experiment import Experiment
from core.text import format_duration, format_size
from pages.ui.session import engine, state
from pages.ui.widgets.messages import literal
from pages.ui.widgets.progress import delayed_bar

POLL_S = 1.0
MIN_SPEEDUP = 1.3  # minimum speed-up by kept features that is mentioned


def show(experiment: Experiment, device: str) -> None:
    """Measure the experiment if necessary and show the expected duration. Waits for torch."""
    from core.runs.trial import measure

    analyses, workspace = engine.manager().analyses, engine.workspace()
    try:  # with the current images, on which the duration depends
        data = experiment.data
        fingerprint = engine.dataset(data.source, data.reading, delayed_bar).fingerprint
    except GraftError:  # reported by the page
        return
    key: Hashable = ("estimate", experiment.digest, fingerprint, device)
    if state.recall("train-estimate", key) != key:
        cancel()
    state.remember("train-estimate", key)
    try:
        analysis = analyses.analyse(key, lambda control: measure(experiment, workspace, device, control))
    except GraftError:  # the queue is full: training can start without an estimate
        return
    with st.container(key="train-estimate"):
        st.fragment(_panel, run_every=None if analysis.over else POLL_S)(key, polls=not analysis.over)


def later() -> None:
    """Show that nothing is measured while another run is live, which would distort the result."""
    cancel()
    st.caption("How long it will take is measured when no other run is live.")


def cancel() -> None:
    """Cancel the measurement: a training needs the device, or the experiment has changed."""
    key = state.recall("train-estimate", None)
    if key is not None:
        engine.manager().analyses.cancel(key)
        state.remember("train-estimate", None)


def words(seconds: float, seconds_uncut: float, kept_bytes: int) -> str:
    """The estimate as a sentence."""
    duration = f"Takes about {format_duration(max(1, seconds))}"
    if seconds_uncut < MIN_SPEEDUP * seconds:
        return f"{duration}."
    kept_text = f", {format_size(kept_bytes)} are kept" if kept_bytes else ""
    without = format_duration(seconds_uncut)
    return f"{duration} instead of {without}: frozen stages are computed once for each view{kept_text}."


def _panel(key: Hashable, polls: bool) -> None:
    analysis = engine.manager().analyses.analysis(key)
    if analysis is None:  # cancelled
        return
    if analysis.over and polls:
        st.rerun(scope="app")  # draws the result without a timer
    if analysis.error is not None:
        st.caption(f"The duration could not be measured: {literal(analysis.error)}")
    elif analysis.result is None:
        st.caption("Measuring how long it will take.")
    else:
        estimate = analysis.result
        st.caption(words(estimate.seconds, estimate.seconds_uncut, estimate.kept_bytes))
