"""Save augmented copies: views of the training images as files, written by the analysis queue."""

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core import files
from core.backbones import catalogue as backbones
from core.data.dataset import Dataset, Item
from core.data.geometry import Geometry
from core.errors import GraftError, InvalidInput
from core.files import LONGEST_PATH, own_path
from core.paths import COPIES
from core.text import format_size
from pages.ui.session import engine, state
from pages.ui.widgets.messages import literal, show_error
from pages.ui.widgets.progress import show_progress

MAX_COPIES = 1000
MAX_LISTED = 5  # number of left-out images that are listed
_SHOWN = "copies:shown"  # the last request: an `_Order`
_SIZE = "copies:size"


@dataclass(frozen=True)
class _Order:
    """A request to write copies, with its key in the analysis queue."""

    key: Hashable
    out: Path
    copies: int
    items: int


def show(dataset: Dataset, items: tuple[Item, ...]) -> None:
    """The expander; empty until opened. `items` are the training images. Do not call inside a fragment."""
    with st.expander(
        "Save augmented copies", icon=":material/filter_none:", key="augment-copies", on_change="rerun"
    ) as box:
        if not box.open:
            return
        analyses = engine.manager().analyses
        order: _Order | None = state.recall(_SHOWN, None)
        analysis = analyses.analysis(order.key) if order else None
        if order is None or analysis is None:
            _show_form(dataset, items)
        elif not analysis.over:
            show_progress(analyses, order.key, "copies-cancel")
        elif analysis.error is not None:
            st.error(literal(analysis.error), icon=":material/error:")
            _show_form(dataset, items)
        else:
            _show_result(order, analysis.result)


def free_place(dataset: Dataset) -> Path:
    """The default output: a zip in the workspace that does not exist yet."""
    folder, name = state.workspace() / COPIES, files.slug(dataset.name)
    path, number = folder / f"{name}.zip", 2
    while path.exists():
        path, number = folder / f"{name}-{number}.zip", number + 1
    return path


def _show_form(dataset: Dataset, items: tuple[Item, ...]) -> None:
    st.caption(
        "The training images in class folders, each in several augmented versions, with a list of how each was made."
    )
    left, right = st.columns([1, 3])
    copies = left.number_input("Copies of each", 1, MAX_COPIES, 4, key="copies-number")
    default = str(free_place(dataset))
    typed_path = right.text_input(
        "New folder, or new .zip file", key="copies-place", placeholder=default, max_chars=LONGEST_PATH
    )
    try:
        geometry = backbones.input_sizes(state.draft().backbone)
        size = _bytes_per_copy(dataset, items, geometry) * copies * len(items)
        st.caption(f"{copies * len(items):,} images of {geometry.image_size} px, about {format_size(size)}.")
    except GraftError as error:
        show_error(error)
        return
    if st.button("Write copies", icon=":material/file_save:", key="copies-write"):
        try:
            _begin(dataset, items, geometry, int(copies), _resolve(typed_path.strip() or default))
        except GraftError as error:
            show_error(error)


def _resolve(typed_path: str) -> Path:
    """The path typed by the user; relative paths are relative to the workspace.

    Raises `InvalidInput`.
    """
    return state.workspace() / COPIES / own_path(typed_path)


def _begin(dataset: Dataset, items: tuple[Item, ...], geometry: Geometry, copies: int, out: Path) -> None:
    """Raises `InvalidInput`, `QueueFull`."""
    from core.export.copies import write_copies  # loads torch

    draft, analyses, key = state.draft(), engine.manager().analyses, ("copies", str(out))
    existing = analyses.analysis(key)
    if existing is not None and existing.over:
        analyses.cancel(key)  # from an earlier request: its output may be deleted
    elif existing is not None:
        raise InvalidInput(f"Copies are being written to {out} already. Choose another place.")
    analyses.analyse(key, lambda _: write_copies(dataset, items, draft.pipeline, geometry, draft.seed, copies, out))
    state.remember(_SHOWN, _Order(key, out, copies, len(items)))
    st.rerun()


def _show_result(order: _Order, left_out: list[str]) -> None:
    written = order.items - len(left_out)
    st.success(f"Wrote {written * order.copies:,} copies of {written:,} images, and manifest.csv.")
    st.code(str(order.out), language=None)
    if left_out:
        more = f" And {len(left_out) - MAX_LISTED} more." if len(left_out) > MAX_LISTED else ""
        st.warning(literal("Left out: " + " ".join(left_out[:MAX_LISTED]) + more), icon=":material/warning:")
    if st.button("Write others", icon=":material/refresh:", key="copies-again"):
        state.remember(_SHOWN, None)
        st.rerun()


def _bytes_per_copy(dataset: Dataset, items: tuple[Item, ...], geometry: Geometry) -> float:
    """Estimated bytes of one copy, computed once per pipeline. Raises `InvalidPipeline`."""
    from core.export.copies import estimated_bytes  # loads torch

    draft = state.draft()
    key = dataset.fingerprint, geometry, draft.pipeline.model_dump_json(), draft.seed
    known_key, bytes_per_copy = state.recall(_SIZE, (None, 0.0))
    if known_key != key:
        total = estimated_bytes(items, draft.pipeline, geometry, draft.seed, 1, engine.images(geometry).base)
        bytes_per_copy = total / len(items)
        state.remember(_SIZE, (key, bytes_per_copy))
    return bytes_per_copy
