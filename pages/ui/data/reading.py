"""How the chosen folder was read: layout, table and columns, and unlabelled folders."""

from pathlib import Path

import streamlit as st

from core.data import names
from core.data.dataset import Dataset
from core.data.report import DataReport
from core.errors import GraftError
from core.experiment import Reading
from core.task import SPECS
from core.text import counted
from pages.ui.session import data_view, engine, state
from pages.ui.widgets.controls import LABEL_COLUMN, READ_DIFFERENTLY, SEVERAL
from pages.ui.widgets.messages import literal, show_error
from pages.ui.widgets.progress import delayed_bar

_WAYS = {  # other layouts are described by the notes of the data set
    "folders": "Each folder is a class.",
    "parts": "The folders are the parts of the data set; those within them are the classes.",
    "inner": "The folders within the folders are the classes.",
    "innermost": "The innermost folders are the classes.",
}
_MARKS = "columns of 0 and 1"
_TASKS = {"classification": "One class", "multilabel": "Several labels"}


def show(dataset: Dataset, report: DataReport) -> None:
    """Draw it, except for samples and collections, which have a fixed layout."""
    if dataset.made_here:
        return
    with st.container(border=True, key="data-reading", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f"**How it was read**  \n{literal(_sentence(dataset))}", width="content")
            st.button(
                READ_DIFFERENTLY, icon=":material/account_tree:", type="tertiary", key="data-read-differently",
                on_click=data_view.ask, args=(dataset.source, state.draft().reading),
            )  # fmt: skip
        if report.columns and report.reading.layout == "csv":
            _columns(dataset, report)
        elif dataset.several or dataset.shares_images:
            _labels_of_copies(dataset)
        for number, folder in enumerate(report.unlabelled):
            _offer_prediction(folder, number)


def _sentence(dataset: Dataset) -> str:
    return " ".join([*([_WAYS[layout]] if (layout := dataset.reading.layout) in _WAYS else []), *dataset.notes])


def _columns(dataset: Dataset, report: DataReport) -> None:
    """The columns of the table of labels; changes are applied immediately if they can be read."""
    current, columns = report.reading, list(report.columns)
    classes = columns if current.label_column else ["", *columns]
    with st.container(horizontal=True, key="data-columns"):
        file_column = st.selectbox(
            "Column of file names", columns, columns.index(current.file_column), key="data-column-file", width=260
        )
        label_column = st.selectbox(
            LABEL_COLUMN, classes, classes.index(current.label_column), key="data-column-label", width=260,
            format_func=lambda name: name or _MARKS,
        )  # fmt: skip
        several = st.selectbox(
            SEVERAL, list(_TASKS), list(_TASKS).index(dataset.task), width=220, format_func=_TASKS.get,
            key=f"data-column-task-{current.label_column}-{dataset.task}",  # reset for another reading
            help="One class, or any number of labels. A column of lists, such as cat|dog, can be read either way: for "
            "one class per image each combination is a class of its own.",
        )  # fmt: skip
    columns = {"file_column": file_column, "label_column": label_column}
    if any(getattr(current, name) != column for name, column in columns.items()):
        # which detects whether images have several labels
        changed = Reading(layout="csv", labels=current.labels, **columns)
    elif several != dataset.task:
        changed = Reading(layout="csv", labels=current.labels, task=several, **columns)
    else:
        return
    _read(dataset.source, changed)


def _labels_of_copies(dataset: Dataset) -> None:
    """One class per image, or all those whose folders an image lies in; applied immediately."""
    several = st.selectbox(
        SEVERAL, list(_TASKS), list(_TASKS).index(dataset.task), width=220, format_func=_TASKS.get,
        key=f"data-folders-task-{dataset.task}",  # reset for another reading
        help="One class: an image that lies in several class folders is not used. Several labels: it has the labels of "
        "all of them.",
    )  # fmt: skip
    if several != dataset.task:
        task = several if SPECS[several].several else "auto"
        _read(dataset.source, state.draft().reading.model_copy(update={"task": task}))


def _read(source: str, reading: Reading) -> None:
    try:
        data_view.choose(source, reading, delayed_bar)
    except GraftError as error:
        show_error(error)


def _offer_prediction(folder: Path, number: int) -> None:
    """Offer a folder of unlabelled images for prediction."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"data-offered-{number}"):
        images, where = counted(engine.images_in(folder), "image"), literal(names.shown(folder.name))
        st.markdown(
            f":material/image_search: **{images}** without labels in **{where}**: not used here; a trained model can "
            "classify them.",
            width="content",
        )
        if st.button("Go to Predict", type="tertiary", icon=":material/arrow_forward:", key=f"data-predict-{number}"):
            state.remember("predict-run", None)  # a model of this data set, not the last used one
            st.switch_page("pages/predict.py")
