"""The user's own pictures as training will see them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.backbones import catalogue
from core.data.dataset import Dataset, Item
from core.data.geometry import Geometry
from core.errors import InvalidPipeline, UnknownTransform, UnreadableImage
from pages.ui import engine, state, warmup
from pages.ui.augment_cards import Slots, complain, fault
from pages.ui.augment_choice import Choice, show_choice
from pages.ui.augment_steps import listed
from pages.ui.gallery import Cell, show_mosaic
from pages.ui.messages import literal

SMALLEST_CELL, LARGEST_CELL = 128, 256  # px
_GOOD = "augment:good"


@dataclass(frozen=True)
class Preview:
    """What is on the screen: pictures of one data set, and the sentence that says which views they are."""

    source: str
    cells: tuple[Cell, ...]
    columns: int
    cell_px: int
    caption: str


def show(dataset: Dataset, items: Sequence[Item], slots: Slots) -> None:
    """Draw originals and views. A step that cannot be built is named in its slot, and the last preview stays.

    Raises `UnknownBackbone`, or `InvalidExperiment` for an image size that the backbone cannot take.
    """
    draft = state.draft()
    geometry = catalogue.geometry(catalogue.get(draft.backbone.name), draft.backbone.image_size, draft.backbone.crop)
    choice = show_choice(items, geometry.image_size)
    warmup.wait("Getting the preview ready.")
    try:
        cells = tuple(_cells(dataset, choice, geometry))
    except (InvalidPipeline, UnknownTransform):
        _name_faults(slots)
        _draw_last(dataset)
        return
    if cells:
        columns = 3 if choice.single else 1 + len(choice.numbers)
        preview = Preview(dataset.source, cells, columns, _cell_px(geometry), caption(choice.numbers, draft, geometry))
        state.remember(_GOOD, preview)
        _draw(preview)


def caption(numbers: Sequence[int], draft: state.Draft, geometry: Geometry) -> str:
    """Which views these are, of how many, and how they come about."""
    if len(numbers) == 1:
        which = f"View {numbers[0]}"
    elif list(numbers) == list(range(numbers[0], numbers[0] + len(numbers))):
        which = f"Views {numbers[0]}–{numbers[-1]}"
    else:
        which = f"Views {', '.join(map(str, numbers))}"
    of = "" if draft.views == "fresh" else f" of {draft.views}"
    return f"{which}{of} · seed {draft.seed} · {geometry.image_size} px · exactly the pixels training sees, as JPEG"


def _cells(dataset: Dataset, choice: Choice, geometry: Geometry) -> Iterator[Cell]:
    """Each picture and its views. A picture that cannot be read is named on the page and left out."""
    from core.features.batches import Pictures  # loads torch

    draft = state.draft()
    pictures = Pictures(draft.pipeline, geometry, draft.seed, engine.images(geometry))
    for item in choice.items:
        try:
            plain = pictures.plain(item)
            views = [pictures.view(item, number) for number in choice.numbers]
        except (UnreadableImage, OSError) as error:
            st.warning(literal(f"{item.name}: {error}"), icon=":material/broken_image:")
            continue
        yield Cell(_enlarged(plain), f"{dataset.classes[item.label]}, original")
        yield from (Cell(_enlarged(view), f"view {number}") for view, number in zip(views, choice.numbers, strict=True))


def _cell_px(geometry: Geometry) -> int:
    return min(LARGEST_CELL, geometry.image_size * _factor(geometry.image_size))


def _enlarged(pixels: np.ndarray) -> np.ndarray:
    """Small pictures with every pixel repeated, so that each can be seen as it is."""
    factor = _factor(pixels.shape[0])
    return pixels if factor == 1 else pixels.repeat(factor, axis=0).repeat(factor, axis=1)


def _factor(side: int) -> int:
    return max(1, -(-SMALLEST_CELL // side))


def _draw(preview: Preview) -> None:
    show_mosaic(preview.cells, preview.columns, preview.cell_px, preview.caption)


def _name_faults(slots: Slots) -> None:
    for number, step in listed():
        reason = fault(step, state.draft().pipeline.strength) if step.enabled else None
        if reason and number in slots:
            with slots[number]:
                complain(reason)


def _draw_last(dataset: Dataset) -> None:
    st.warning("A step cannot be used: its card says why.", icon=":material/error:")
    kept: Preview | None = state.recall(_GOOD, None)
    if kept is not None and kept.source == dataset.source:
        st.caption("This is the last preview that worked:")
        _draw(kept)
