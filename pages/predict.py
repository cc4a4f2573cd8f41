"""The predict page: a trained model answers for new images."""

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
    """Runs with a model that is final, the best on validation first."""
    workspace = engine.workspace()
    runs = (
        run for run in workspace.store.runs() if not run.status.live and listing.has_model(workspace.folder(run.id))
    )
    return listing.ranked(list(runs))


def first_choice(runs: list[Run]) -> str:
    """The run that `?run=` names, else the one used last, else the best one on the images of the newest one.

    Raises `RunNotFound` for an address that names no run, or two, or one without a model.
    """
    ids, named = [run.id for run in runs], st.query_params.get_all("run")
    if named:
        run = engine.workspace().store.run(named[0]) if len(named) == 1 else None
        if run is None:
            raise RunNotFound("Run not found: the address names more than one run.")
        if run.id not in ids:
            raise RunNotFound(f"Run {run.id} has no finished model. Choose one of those below.")
        return run.id
    used = state.recall("predict-run", None)
    return used if used in ids else best_of_newest(runs)


def best_of_newest(runs: list[Run]) -> str:
    """The best run on the images that are chosen now, else on those of the newest run: others cannot be ranked."""
    draft = state.draft()
    chosen = [
        run
        for run in runs
        if (run.experiment.data.source, run.experiment.data.reading) == (draft.source, draft.reading)
    ]
    newest = max(chosen or runs, key=lambda run: run.age)
    data = newest.experiment.data
    return next(run.id for run in runs if run.experiment.data == data)


def show() -> None:
    st.title("Predict", anchor=False)
    st.caption("Show a trained model images that it has never seen.")
    runs = finished()
    if not runs:
        _no_model()
        return
    run = _chosen(runs)
    offer_unlabelled(run, FOLDER)
    way = _way()
    folder = ask_for_folder() if way == FOLDER else None
    sources = [] if way == FOLDER else _images(way)
    if not sources and folder is None:
        names = ", ".join(run.classes[:12]) + (f" and {len(run.classes) - 12} more" if len(run.classes) > 12 else "")
        st.caption(f"This model tells apart: {literal(names)}.")
        return
    warmup.wait("Getting the model ready.")
    place = engine.workspace().folder(run.id)
    try:
        predictor = load(place)
    except GraftError as error:
        show_error(error)
        return
    if folder is not None:
        show_folder(run, predictor, answered_folder(predictor, model_key(place), folder))
        return
    answers = answered(predictor, model_key(place), sources)
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
        chosen = st.selectbox(
            "Model", ids, ids.index(first), format_func=label, on_change=_name_it, key="predict-model", width=560
        )
        st.page_link(
            "pages/results.py", label="Its results", icon=":material/leaderboard:", query_params={"run": chosen}
        )
    state.remember("predict-run", chosen)
    return runs[ids.index(chosen)]


def _name_it() -> None:
    """The address names the model that was chosen last."""
    st.query_params["run"] = st.session_state["predict-model"]


def _way() -> str:
    """The camera is opened only when it is asked for."""
    return st.segmented_control(
        "Images", [FROM_DISK, FOLDER, CAMERA], default=FROM_DISK, required=True, key="predict-way",
        label_visibility="collapsed",
    )  # fmt: skip


def _images(way: str) -> list[Source]:
    if way == CAMERA:
        shot = st.camera_input("Take an image", key="predict-camera", width=640)
        return [Source(shot.file_id, "Camera image", shot)] if shot else []
    files = st.file_uploader(
        "Images", accept_multiple_files=True, help=f"{ALLOWED}; several at once.", key="predict-files"
    )
    return [Source(file.file_id, file.name, file) for file in files]


through_app()
show()
