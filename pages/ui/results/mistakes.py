"""The misclassified images, the most confident mistakes first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st

from core.data.geometry import Geometry
from core.data.images import decode, resize
from core.data.scale import Range
from core.errors import UnreadableImage
from core.runs.artifacts import Predictions
from core.tasks.classification.mistakes import Mistake, mistakes
from core.text import percent
from pages.ui.session import state
from pages.ui.widgets.gallery import Cell, show_mosaic
from pages.ui.widgets.messages import literal
from pages.ui.widgets.tables import show_table

AT_A_TIME = 12
COLUMNS, SIDE = 2, 224
_SMALL = Geometry(SIDE, SIDE, "bilinear")


@dataclass(frozen=True)
class Shown:
    """Readable images as cells, and names and reasons of the others."""

    cells: list[Cell] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def add(self, answers: Predictions, index: int, label: str, note: str) -> None:
        """Image `index` with what stands under it, or why it cannot be shown."""
        try:
            self.cells.append(Cell(small_image(Path(answers.paths[index]), answers.value_range), label, note=note))
        except UnreadableImage as error:
            self.missing.append(f"{answers.names[index]} ({str(error).rstrip('.')})")


def show_mistakes(classes: Sequence[str], answers: Predictions, key: str) -> None:
    """A mosaic and a table of the mistakes.

    `key` identifies run and part, for which the number of shown images is kept.
    """
    found = mistakes(answers.labels, answers.probabilities)
    total = len(answers.labels)
    st.subheader("Mistakes", anchor=False)
    if not found:
        st.success(f"All {total} images were classified correctly.", icon=":material/check_circle:")
        return
    st.caption(f"{len(found)} of {total} images were misclassified. The most confident mistakes come first.")
    show_in_turn(len(found), key, lambda count: images(classes, answers, found[:count]))
    with st.expander("File names", icon=":material/list:", key="results-mistake-names"):
        _table(classes, answers, found)


def show_in_turn(total: int, key: str, read: Callable[[int], Shown]) -> None:
    """The first mistakes, and a button for more; `read(n)` returns the first n."""
    count = state.recall(f"mistakes:{key}", AT_A_TIME)
    with st.spinner("Reading the images."):
        _show_images(read(count))
    if count < total and st.button("Show more", icon=":material/expand_more:", key="results-more-mistakes"):
        state.remember(f"mistakes:{key}", count + AT_A_TIME)
        st.rerun()


def _show_images(shown: Shown) -> None:
    """The mosaic, and the images that could not be shown."""
    if shown.cells:
        _mosaics(shown.cells)
    if shown.missing:
        names = "; ".join(shown.missing)
        st.warning(literal(f"Cannot be shown any more: {names}"), icon=":material/hide_image:")


def _mosaics(cells: list[Cell]) -> None:
    """Rows of four, as two mosaics of two columns side by side: on a narrow screen the second goes below the first."""
    pairs = [cells[i : i + COLUMNS] for i in range(0, len(cells), COLUMNS)]
    sides = [cell for pair in pairs[0::2] for cell in pair], [cell for pair in pairs[1::2] for cell in pair]
    with st.container(horizontal=True):
        for side in sides:
            if side:
                show_mosaic(side, COLUMNS, SIDE, wrap=True)


def images(classes: Sequence[str], answers: Predictions, found: Sequence[Mistake]) -> Shown:
    """The images of the mistakes: the true class, and below it the predicted one."""
    shown = Shown()
    for mistake in found:
        taken_for = f"→ {classes[mistake.predicted]} {percent(mistake.probability)}"
        shown.add(answers, mistake.index, classes[mistake.label], taken_for)
    return shown


def small_image(path: Path, value_range: Range | None) -> np.ndarray:
    """A small version of an image, with the value range of the data set. Raises `UnreadableImage`."""
    return _small(str(path), _stamp(path), value_range)


@st.cache_data(max_entries=200, show_spinner=False)
def _small(path: str, stamp: int, value_range: Range | None) -> np.ndarray:
    """Decode with the value range of the data set."""
    del stamp  # part of the cache key: the file may be replaced
    return resize(decode(Path(path), value_range).pixels, _SMALL)


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError as error:
        raise UnreadableImage("the file does not exist") from error


def _table(classes: Sequence[str], answers: Predictions, found: Sequence[Mistake]) -> None:
    share = st.column_config.NumberColumn(format="%.0f %%")
    frame = pd.DataFrame(
        {
            "File": [answers.names[mistake.index] for mistake in found],
            "True class": [classes[mistake.label] for mistake in found],
            "Predicted": [classes[mistake.predicted] for mistake in found],
            "Probability": [mistake.probability * 100 for mistake in found],
            "Of the true class": [mistake.true_probability * 100 for mistake in found],
        }
    )
    columns = {"Probability": share, "Of the true class": share}
    show_table(frame, hide_index=True, column_config=columns, key="results-mistake-table")
