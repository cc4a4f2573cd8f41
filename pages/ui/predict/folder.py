"""Predictions for all images of a local folder: computed in batches; only displayed rows keep a thumbnail."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.data import names
from core.errors import GraftError
from core.files import LONGEST_PATH
from core.runs.records import Run
from core.text import counted
from pages.ui.predict.answers import AT_ONCE, Answer, thumbnail
from pages.ui.session import engine, state
from pages.ui.widgets.messages import literal
from pages.ui.widgets.progress import delayed_bar

if TYPE_CHECKING:  # importing it loads torch
    from core.evaluation.predict import Answer as FileAnswer
    from core.evaluation.predict import Predictor

MOST_SHOWN = 200  # displayed rows; the CSV has all
MOST_NAMED = 20  # maximum number of listed files without a prediction


@dataclass(frozen=True)
class OnDisk:
    """A file of a folder, with its relative name."""

    path: Path
    name: str

    def read(self) -> Path:
        """The path: the model checks the size before it loads the file."""
        return self.path


@dataclass
class FolderAnswers:
    """The predictions so far. `rows` are the first ones with their files; `names` and `probabilities` hold all."""

    key: tuple[str, str]
    asked: int = 0
    rows: list[tuple[OnDisk, Answer]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    probabilities: list[np.ndarray] = field(default_factory=list)
    refused: list[Answer] = field(default_factory=list)
    no_images: int = 0
    over: bool = False

    def csv_rows(self) -> Iterator[tuple[str, np.ndarray]]:
        """All predictions for the CSV."""
        return zip(self.names, self.probabilities, strict=True)


def ask_for_folder() -> Path | None:
    """The folder entered or chosen by the user."""
    with st.form("predict-folder-form", border=False):
        path = st.text_input(
            "Path of a folder of images", placeholder="~/pictures/new", max_chars=LONGEST_PATH, key="predict-folder"
        )
        if st.form_submit_button("Classify", key="predict-folder-use", icon=":material/folder_open:"):
            state.remember("predict-folder", path.strip().strip("\"'"))
    chosen = state.recall("predict-folder", "")
    return _folder(chosen) if chosen else None


def offer_unlabelled(run: Run, way: str) -> None:
    """A button for each unlabelled folder of the run's data set; `way` is the option "folder" of the page."""
    for number, folder in enumerate(_unlabelled(run)):
        images = counted(engine.images_in(folder), "image")
        st.button(
            f"Classify the {images} without labels in {literal(names.shown(folder.name))}", help=literal(str(folder)),
            icon=":material/folder_special:", key=f"predict-unlabelled-{number}", on_click=_open,
            args=(str(folder), way),
        )  # fmt: skip


def _open(folder: str, way: str) -> None:
    state.remember("predict-folder", folder)
    st.session_state["predict-folder"] = folder  # show the path in the input field
    st.session_state["predict-way"] = way


def _unlabelled(run: Run) -> tuple[Path, ...]:
    """Unlabelled folders of the run's data set, if it is the chosen one or already loaded."""
    data, draft = run.experiment.data, state.draft()
    try:
        if (data.source, data.reading) == (draft.source, draft.reading):
            return engine.dataset(data.source, data.reading, delayed_bar).unlabelled
        known = engine.known_dataset(data.source, data.reading)
    except GraftError:
        return ()
    return known.unlabelled if known is not None else ()


def _folder(text: str) -> Path | None:
    try:
        path = Path(text).expanduser()
        if path.is_dir():
            return path
        what = "is a file. Give its folder, or upload it" if path.exists() else "is not there. Check the path"
    except (OSError, ValueError, RuntimeError):  # too long, a zero byte, an unknown ~user
        what = "cannot be a path"
    st.error(f"{literal(text[:200])} {what}: a folder on this machine is needed.", icon=":material/error:")
    return None


def answered_folder(predictor: "Predictor", key: str, folder: Path) -> FolderAnswers:
    """The predictions for a folder; those of the last one are kept, and an interrupted computation is continued."""
    from core.evaluation.given import files_of

    state_of_folder: FolderAnswers | None = state.recall("predict-folder-answers", None)
    if state_of_folder is None or state_of_folder.key != (key, str(folder)):
        state_of_folder = FolderAnswers((key, str(folder)))
        state.remember("predict-folder-answers", state_of_folder)
    if state_of_folder.over:
        return state_of_folder
    given = list(files_of([folder]))
    bar = st.progress(0.0, "Reading the images.")
    for answer in predictor.answers(given[state_of_folder.asked :]):
        _add_answer(state_of_folder, answer, folder)
        if state_of_folder.asked % AT_ONCE == 0:
            bar.progress(state_of_folder.asked / len(given), f"{state_of_folder.asked:,} of {len(given):,} files.")
    bar.empty()
    state_of_folder.over = True
    return state_of_folder


def _add_answer(state_of_folder: FolderAnswers, answer: "FileAnswer", folder: Path) -> None:
    path = Path(answer.given.name)
    name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)
    state_of_folder.asked += 1
    if answer.probabilities is not None:
        state_of_folder.names.append(name)
        state_of_folder.probabilities.append(answer.probabilities)
        if len(state_of_folder.rows) < MOST_SHOWN:
            shown = Answer(name, tuple(answer.probabilities.tolist()), thumbnail(answer.pixels), notes=answer.notes)
            state_of_folder.rows.append((OnDisk(path, name), shown))
    elif answer.given.wanted or answer.given.hidden:
        state_of_folder.refused.append(Answer(name, reason=answer.reason))
    else:
        state_of_folder.no_images += 1
