"""Save augmented copies: views of the training images as files, written in the analysis queue."""

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core import files
from core.data.dataset import Dataset, Item
from core.data.geometry import Geometry
from core.errors import GraftError, InvalidInput
from core.files import LONGEST_PATH, own_path
from core.paths import COPIES
from core.text import format_size
from pages.ui.augment.files import draft_geometry
from pages.ui.session import engine, state
from pages.ui.widgets.messages import literal, show_error
from pages.ui.widgets.progress import show_progress

MOST = 1000
FEW = 5  # images left out that are named
_SHOWN = "copies:shown"  # what was asked for last: an `_Order`
_SIZE = "copies:size"


@dataclass(frozen=True)
class _Order:
    """What is written, and how it is called in the analysis queue."""

    key: Hashable
    out: Path
    copies: int
    items: int


def show(dataset: Dataset, items: tuple[Item, ...]) -> None:
    """The expander; it is empty until it is opened. `items` are the training images. Not for inside a fragment."""
    with st.expander(
        "Save augmented copies", icon=":material/filter_none:", key="augment-copies", on_change="rerun"
    ) as box:
        if not box.open:
            return
        analyses = engine.manager().analyses
        order: _Order | None = state.recall(_SHOWN, None)
        analysis = analyses.analysis(order.key) if order else None
        if order is None or analysis is None:
            _ask(dataset, items)
        elif not analysis.over:
            show_progress(analyses, order.key, "copies-cancel")
        elif analysis.error is not None:
            st.error(literal(analysis.error), icon=":material/error:")
            _ask(dataset, items)
        else:
            _tell(order, analysis.result)


def free_place(dataset: Dataset) -> Path:
    """Where copies go if nothing else is said: a zip in the workspace that is not there yet."""
    folder, name = state.workspace() / COPIES, files.slug(dataset.name)
    place, number = folder / f"{name}.zip", 2
    while place.exists():
        place, number = folder / f"{name}-{number}.zip", number + 1
    return place


def _ask(dataset: Dataset, items: tuple[Item, ...]) -> None:
    st.caption("The images that train, in class folders, each in several versions, with a list of how each was made.")
    left, right = st.columns([1, 3])
    copies = left.number_input("Copies of each", 1, MOST, 4, key="copies-number")
    default = str(free_place(dataset))
    given = right.text_input(
        "New folder, or new .zip file", key="copies-place", placeholder=default, max_chars=LONGEST_PATH
    )
    try:
        geometry = draft_geometry()
        size = _bytes_each(dataset, items, geometry) * copies * len(items)
        st.caption(f"{copies * len(items):,} images of {geometry.image_size} px, about {format_size(size)}.")
    except GraftError as error:
        show_error(error)
        return
    if st.button("Write copies", icon=":material/file_save:", key="copies-write"):
        try:
            _begin(dataset, items, geometry, int(copies), _place(given.strip() or default))
        except GraftError as error:
            show_error(error)


def _place(given: str) -> Path:
    """A path as the user means it: one that does not begin at the root is taken from the workspace.

    Raises `InvalidInput`.
    """
    return state.workspace() / COPIES / own_path(given)


def _begin(dataset: Dataset, items: tuple[Item, ...], geometry: Geometry, copies: int, out: Path) -> None:
    """Raises `InvalidInput`, `QueueFull`."""
    from core.export.copies import write_copies  # loads torch

    draft, analyses, key = state.draft(), engine.manager().analyses, ("copies", str(out))
    held = analyses.analysis(key)
    if held is not None and held.over:
        analyses.cancel(key)  # of an earlier time: what it wrote may be gone
    elif held is not None:
        raise InvalidInput(f"Copies are being written to {out} already. Choose another place.")
    analyses.analyse(key, lambda _: write_copies(dataset, items, draft.pipeline, geometry, draft.seed, copies, out))
    state.remember(_SHOWN, _Order(key, out, copies, len(items)))
    st.rerun()


def _tell(order: _Order, left_out: list[str]) -> None:
    written = order.items - len(left_out)
    st.success(f"Wrote {written * order.copies:,} copies of {written:,} images, and manifest.csv.")
    st.code(str(order.out), language=None)
    if left_out:
        more = f" And {len(left_out) - FEW} more." if len(left_out) > FEW else ""
        st.warning(literal("Left out: " + " ".join(left_out[:FEW]) + more), icon=":material/warning:")
    if st.button("Write others", icon=":material/refresh:", key="copies-again"):
        state.remember(_SHOWN, None)
        st.rerun()


def _bytes_each(dataset: Dataset, items: tuple[Item, ...], geometry: Geometry) -> float:
    """Bytes of one copy, worked out once for a pipeline. Raises `InvalidPipeline`."""
    from core.export.copies import estimated_bytes  # loads torch

    draft = state.draft()
    key = dataset.fingerprint, geometry, draft.pipeline.model_dump_json(), draft.seed
    known, each = state.recall(_SIZE, (None, 0.0))
    if known != key:
        whole = estimated_bytes(items, draft.pipeline, geometry, draft.seed, 1, engine.images(geometry).base)
        each = whole / len(items)
        state.remember(_SIZE, (key, each))
    return each
