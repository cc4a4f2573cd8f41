"""The predict page: classify new images with a trained model."""

import streamlit as st

from core.data.decoding.formats import ALLOWED
from core.errors import GraftError, RunNotFound
from core.runs.records import Run
from core.tasks.scorecard import format_score
from pages.ui.predict.answers import Source, answered, load, model_key
from pages.ui.predict.folder import answered_folder, ask_for_folder, offer_unlabelled
from pages.ui.predict.show import show_answers, show_folder
from pages.ui.runs import listing
from pages.ui.session import engine, state, warmup
from pages.ui.widgets.entry import through_app
from pages.ui.widgets.messages import empty_state, literal, show_error

FROM_DISK, FOLDER, CAMERA = "Upload images", "Folder on this machine", "Camera"


def finished() -> list[Run]:
    """Finished runs with a model, the best on validation first."""
    workspace = engine.workspace()
    runs = (
        run for run in workspace.store.runs() if not run.status.live and listing.has_model(workspace.folder(run.id))
    )
    return listing.ranked(list(runs))


def first_choice(runs: list[Run]) -> str:
    """The run in `?run=`, else the last used one, else the best one on the data of the newest run.

    Raises `RunNotFound` if the address names an unknown run, several runs, or one without a model.
    """
    ids, run_ids = [run.id for run in runs], st.query_params.get_all("run")
    if run_ids:
        run = engine.workspace().store.run(run_ids[0]) if len(run_ids) == 1 else None
        if run is None:
            raise RunNotFound("Run not found: the address names more than one run.")
        if run.id not in ids:
            raise RunNotFound(f"Run {run.id} has no finished model. Choose one of those below.")
        return run.id
    last_used = state.recall("predict-run", None)
    return last_used if last_used in ids else best_of_newest(runs)


def best_of_newest(runs: list[Run]) -> str:
    """The best run on the chosen images, else on those of the newest run: scores on other images do not compare."""
    draft = state.draft()
    selected = [
        run
        for run in runs
        if (run.experiment.data.source, run.experiment.data.reading) == (draft.source, draft.reading)
    ]
    newest = max(selected or runs, key=lambda run: run.age)
    data = newest.experiment.data
    return next(run.id for run in runs if run.experiment.data == data)


def show() -> None:
    st.title("Predict", anchor=False)
    st.caption("Classify new images with a trained model.")
    runs = finished()
    if not runs:
        _no_model()
        return
    run = _chosen(runs)
    offer_unlabelled(run, FOLDER)
    source = _source()
    folder = ask_for_folder() if source == FOLDER else None
    sources = [] if source == FOLDER else _images(source)
    if not sources and folder is None:
        names = ", ".join(run.classes[:12]) + (f" and {len(run.classes) - 12} more" if len(run.classes) > 12 else "")
        st.caption(f"This model knows the classes: {literal(names)}.")
        return
    warmup.wait("Getting the model ready.")
    folder_of_run = engine.workspace().folder(run.id)
    try:
        predictor = load(folder_of_run)
    except GraftError as error:
        show_error(error)
        return
    if folder is not None:
        show_folder(run, predictor, answered_folder(predictor, model_key(folder_of_run), folder))
        return
    answers = answered(predictor, model_key(folder_of_run), sources)
    show_answers(run, predictor, sources, answers)


def _no_model() -> None:
    text = "A model appears here as soon as a training has ended."
    if state.draft().source is None:
        empty_state("No trained model yet", text, "Try it on sample images", "pages/home.py", ":material/image_search:")
    else:
        empty_state("No trained model yet", text, "Go to Train", "pages/train.py", ":material/image_search:")


def _chosen(runs: list[Run]) -> Run:
    try:
        first = first_choice(runs)
    except RunNotFound as error:
        show_error(error)
        first = best_of_newest(runs)
    ids = [run.id for run in runs]
    names = listing.labels(engine.workspace().store.runs())

    def label(run_id: str) -> str:
        run = runs[ids.index(run_id)]
        return names[run_id] + (f", {format_score(run.val.main)} on validation" if run.val else "")

    with st.container(horizontal=True, vertical_alignment="bottom"):
        selected = st.selectbox(
            "Model", ids, ids.index(first), format_func=label, on_change=_update_address, key="predict-model", width=560
        )
        st.page_link(
            "pages/results.py", label="Its results", icon=":material/leaderboard:", query_params={"run": selected}
        )
    state.remember("predict-run", selected)
    return runs[ids.index(selected)]


def _update_address() -> None:
    """Put the selected model into the address."""
    st.query_params["run"] = st.session_state["predict-model"]


def _source() -> str:
    """Select the image source; the camera is opened only on request."""
    return st.segmented_control(
        "Images", [FROM_DISK, FOLDER, CAMERA], default=FROM_DISK, required=True, key="predict-way",
        label_visibility="collapsed",
    )  # fmt: skip


def _images(source: str) -> list[Source]:
    if source == CAMERA:
        shot = st.camera_input("Take an image", key="predict-camera", width=640)
        return [Source(shot.file_id, "Camera image", shot)] if shot else []
    files = st.file_uploader(
        "Images", accept_multiple_files=True, help=f"{ALLOWED}; several at once.", key="predict-files"
    )
    return [Source(file.file_id, file.name, file) for file in files]


through_app()
show()
