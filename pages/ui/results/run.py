"""The page of one run: summary, scores, curves and actions."""

from collections.abc import Sequence

import streamlit as st

from core.charts.curves import curves
from core.charts.curves_figure import curves_figure
from core.errors import GraftError
from core.evaluation.diagnosis import diagnose
from core.files import slug
from core.paths import EXPERIMENT
from core.runs.records import Run
from core.runs.workspace import Workspace
from core.text import format_duration, format_size
from core.training.limits import limit_words
from pages.ui.results.kept import show_kept
from pages.ui.results.scores import show_details, show_scores
from pages.ui.runs import controls, listing
from pages.ui.runs.light import augmentation_of
from pages.ui.runs.words import badge
from pages.ui.session import engine, state
from pages.ui.widgets.controls import in_controls
from pages.ui.widgets.messages import literal, show_error
from pages.ui.widgets.plot import live_plot
from pages.ui.widgets.progress import delayed_bar
from pages.ui.widgets.theme import theme

WHY_NO_MODEL = "There is no model yet: no epoch has ended."


def show_one(run: Run, runs: Sequence[Run]) -> None:
    """Draw the page of `run`; `runs` are all runs of the workspace."""
    workspace = engine.workspace()
    folder = workspace.folder(run.id)
    st.page_link("pages/results.py", label="All runs", icon=":material/arrow_back:", query_params={})
    st.title(literal(listing.labels(runs)[run.id]), anchor=False)
    facts = [listing.when(run.created_at)]
    if seconds := run.results.get("seconds") or run.progress.get("seconds"):
        facts.append(format_duration(seconds))
    if speed := run.results.get("images_per_second"):
        facts.append(f"{speed:.0f} images/s on {run.device}")
    if limit := run.results.get("limit"):
        facts.append(limit_words(limit, run.results["waited"], run.device))
    facts.append(f"{format_size(listing.disk_bytes(folder))} on disk")
    st.markdown(f"{badge(run.status)} :gray[{literal(' · '.join(facts))}]")
    st.caption(literal(listing.settings_line(run.experiment)))
    _actions(run)
    _show_status(run)
    if run.val is not None:
        show_scores(run)
        show_kept(run)
        if not run.status.live:
            controls.controls(run, leave=True)
    _curves(run)
    if run.val is not None:
        show_details(run, folder)
    _more(run)


def _actions(run: Run) -> None:
    """The action buttons; the most useful next step is the primary one."""
    workspace = engine.workspace()  # read now: the download runs in a thread outside the session
    model = listing.has_model(workspace.folder(run.id))
    with st.container(horizontal=True, key="results-actions"):
        if run.status.live:
            if st.button("Watch it train", type="primary", icon=":material/model_training:", key="results-watch"):
                st.switch_page("pages/train.py", query_params={"run": run.id})
        elif run.status.resumable and st.button(
            "Resume", type="secondary" if model else "primary", icon=":material/play_arrow:", key="results-resume"
        ):
            _resume(run)
        if model and not run.status.live:
            predict_label = "Try it on new images"
            if st.button(predict_label, type="primary", icon=":material/image_search:", key="results-predict"):
                st.switch_page("pages/predict.py", query_params={"run": run.id})
        st.download_button(
            "Download model",
            data=lambda: _zip(workspace, run),
            file_name=f"{slug(run.name)}-{run.id[-4:]}.zip",
            mime="application/zip",
            on_click="ignore",
            icon=":material/download:",
            disabled=not model,
            help=None if model else WHY_NO_MODEL,
            key="results-download",
        )
        if st.button("Use these settings again", icon=":material/replay:", key="results-again"):
            state.use(run.experiment)
            st.switch_page("pages/train.py")
        _rename(run)
        live = "Stop the run first." if run.status.live else None
        if st.button("Delete", icon=":material/delete:", disabled=run.status.live, help=live, key="results-delete"):
            _confirm_delete(run)
    if error := state.recall("results-error", None):
        show_error(error)
        state.remember("results-error", None)


def _zip(workspace: Workspace, run: Run) -> bytes:
    from core.export import bundle  # loads torch

    return bundle.bundle(workspace, run)


def _resume(run: Run) -> None:
    try:
        with delayed_bar() as progress:
            engine.manager().resume(run.id, progress)
    except GraftError as error:
        state.remember("results-error", error)
    else:
        st.switch_page("pages/train.py", query_params={"run": run.id})


def _rename(run: Run) -> None:
    with st.popover("Rename", icon=":material/edit:", key="results-rename"):
        name = st.text_input("Name", run.name, key=f"results-name-{run.id}")
        changed = bool(name.strip()) and name.strip() != run.name
        if st.button("Save name", disabled=not changed, key="results-save-name"):
            try:
                engine.workspace().store.rename(run.id, name)
            except GraftError as error:
                state.remember("results-error", error)
            st.rerun()


@st.dialog("Delete this run?", icon=":material/delete:")
def _confirm_delete(run: Run) -> None:
    n_bytes = listing.disk_bytes(engine.workspace().folder(run.id))
    st.markdown(
        f"**{literal(run.name)}** with its weights, curves and predictions: {format_size(n_bytes)}. "
        "This cannot be undone. The images are kept."
    )
    with st.container(horizontal=True):
        # a callback, so that it also works if the page reruns before the dialog
        if st.button(":red[Delete it]", on_click=_delete, args=(run,), key="results-delete-now"):
            st.rerun()
        if st.button("Keep it", key="results-keep"):
            st.rerun()


def _delete(run: Run) -> None:
    try:
        engine.workspace().remove(run)
    except GraftError as error:
        state.remember("results-error", error)
    else:
        st.query_params.clear()


def _show_status(run: Run) -> None:
    if run.status.live:
        epochs = run.progress.get("epochs_done", 0)
        st.info(
            f"This run is not over: {epochs} of {run.experiment.epochs} epochs. Its scores come at the end.",
            icon=":material/autorenew:",
        )
    elif run.status == "failed":
        st.error(literal(run.message), icon=":material/error:")
        with st.expander("Technical details", icon=":material/bug_report:", key="results-traceback"):
            st.code(run.traceback or "There is no traceback.", language=None)
    elif run.message:
        st.warning(literal(run.message), icon=":material/info:")


def _curves(run: Run) -> None:
    store = engine.workspace().store
    epochs, steps = store.epochs(run.id), store.steps(run.id)
    if not epochs and not steps:
        return
    st.subheader("Curves", anchor=False)
    advice = diagnose(
        epochs, finished=not run.status.live, augmentation=augmentation_of(run), experiment=run.experiment
    )
    if advice:
        st.info(literal(advice), icon=":material/lightbulb:")
    data = curves(epochs, steps, store.phases(run.id), run.experiment.epochs, score=run.experiment.task.score)
    figure = curves_figure(data, theme())
    live_plot(figure, key="results-curves", height=int(figure.layout.height))


def _more(run: Run) -> None:
    st.subheader("Settings and log", anchor=False)
    with st.expander("All settings", icon=":material/tune:", key="results-settings"):
        text = run.experiment.to_yaml()
        st.download_button(
            "Download as experiment.yaml",
            text,
            file_name=EXPERIMENT,
            mime="application/yaml",
            on_click="ignore",
            icon=":material/download:",
            key="results-yaml",
            help="`graft train --experiment experiment.yaml` trains it again from a terminal.",
        )
        st.code(text, language="yaml")
    with st.expander("Log", icon=":material/list:", key="results-log"):
        lines = engine.workspace().store.lines(run.id)
        st.code(
            "\n".join(f"{listing.clock(line.at)}  {in_controls(line.message)}" for line in lines) or "Empty.",
            language=None,
        )
