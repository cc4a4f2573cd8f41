"""The images of the chosen data set, page by page."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import streamlit as st

from core.charts.style import PART_TITLES
from core.data.collection import remove_image
from core.data.dataset import Dataset, Item
from core.data.geometry import Geometry
from core.data.split import Split
from core.errors import GraftError, UnreadableImage
from core.text import shown
from pages.ui.data import facts
from pages.ui.session import engine, state
from pages.ui.widgets.gallery import Cell, show_mosaic
from pages.ui.widgets.messages import literal, show_error

SIDE = 176  # px of an image's shorter side
COLUMNS, ACROSS, DOWN = 3, 2, 3  # mosaics side by side (stacked on a phone), and images in each
PER_PAGE = COLUMNS * ACROSS * DOWN
ALL = "All"
EVERY = -1  # class; None among the options would be shown as "nothing chosen"


@st.fragment
def show(dataset: Dataset, split: Split, collection: Path | None) -> None:
    """Choose a class and a part, and page through; images of `collection`, an editable one, can be removed."""
    label, part = _filters(dataset, split)
    items = _items(dataset, split, label, part)
    if not items:
        st.markdown("No image of this class is in this part.")
        return
    gallery_container = st.container(key="data-gallery")
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        pages = -(-len(items) // PER_PAGE)
        number = 1
        if pages > 1:
            with st.container(key="data-gallery-pages"):
                number = st.pagination(pages, key=f"data-gallery-page-{label}-{part}")
        first = (number - 1) * PER_PAGE
        page = items[first : first + PER_PAGE]
        st.caption(f"{first + 1:,} to {first + len(page):,} of {len(items):,}", width="content")
        if collection:
            _remove(collection, page)
    with gallery_container:
        show_labels = label is None or dataset.several  # show all labels of an image
        _sheets(cells(page, dataset if show_labels else None), wrap=dataset.several)


def _items(dataset: Dataset, split: Split, label: int | None, part: str | None) -> list[Item]:
    """The images to page through; those of 100,000 are chosen once, not for every page."""
    kept = state.recall("data:gallery-items", None)
    if kept is None or kept[0] is not dataset or kept[1] is not split or kept[2] != (label, part):
        kept = dataset, split, (label, part), facts.gallery(dataset, split, label, part)
        state.remember("data:gallery-items", kept)
    found: list[Item] = kept[3]
    return found


def cells(items: Sequence[Item], dataset: Dataset | None) -> list[Cell]:
    """Cells labelled by class if `dataset` is given, else by file name. A deleted image becomes a grey square."""
    with st.spinner("Reading the images."), ThreadPoolExecutor(2) as pool:
        pixels = list(pool.map(_pixels, items))
    return [
        Cell(image, dataset.label_of(item) if dataset else item.name.rsplit("/", 1)[-1])
        for item, image in zip(items, pixels, strict=True)
    ]


def _pixels(item: Item) -> np.ndarray:
    try:
        return engine.images(Geometry(SIDE, SIDE)).base(item)
    except UnreadableImage:
        return np.full((SIDE, SIDE, 3), 128, dtype=np.uint8)


def _filters(dataset: Dataset, split: Split) -> tuple[int | None, str | None]:
    """The selected class (an index) and part; None means all."""
    with st.container(horizontal=True, key="data-filters"):
        label = st.selectbox(
            "Class", [EVERY, *range(len(dataset.classes))], key="data-gallery-class", width=280,
            format_func=lambda index: "All classes" if index == EVERY else shown(dataset.classes[index]),
        )  # fmt: skip
        parts = [ALL, *(part for part in facts.PARTS if split.sizes[part])]
        part = st.segmented_control(
            "Part", parts, default=ALL, required=True, key="data-gallery-part",
            format_func=lambda part: PART_TITLES.get(part, part),
        )  # fmt: skip
    return None if label == EVERY else label, None if part == ALL else part


def _sheets(images: Sequence[Cell], wrap: bool) -> None:
    """Three mosaics instead of one: side by side on a wide page, below each other on a narrow one."""
    columns = st.columns(COLUMNS)
    width = ACROSS * COLUMNS
    rows = [images[start : start + width] for start in range(0, len(images), width)]
    for number, column in enumerate(columns):
        sheet = [cell for row in rows for cell in row[number * ACROSS : (number + 1) * ACROSS]]
        if sheet:
            # a single image must not be larger than the others
            with column, st.columns(ACROSS)[0] if len(sheet) == 1 else st.container():
                show_mosaic(sheet, ACROSS, SIDE, wrap=wrap)


def _remove(collection: Path, page: Sequence[Item]) -> None:
    with st.popover("Remove an image", icon=":material/delete:", type="tertiary", key="data-remove"):
        names = {item.path.relative_to(collection).as_posix(): item.name for item in page}
        name = st.selectbox("Image on this page", list(names), format_func=names.get, key="data-remove-name")
        if name:
            item = next(item for item in page if names.get(name) == item.name)
            show_mosaic([Cell(_pixels(item), item.path.name)], 1, SIDE)
        st.caption("The file is deleted from the collection. Runs that are finished keep their results.")
        if st.button("Delete this image", key="data-remove-now", disabled=name is None):
            try:
                remove_image(collection, name)
            except GraftError as error:
                show_error(error)
            else:
                state.remember("data:outcome", None)
                st.toast(f"{literal(name)} was removed.")
                st.rerun()
