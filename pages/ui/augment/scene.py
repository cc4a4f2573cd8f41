"""Shared by the preview modes: the images, and a preview ready to be drawn."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.data.dataset import Dataset, Item
from core.data.geometry import Geometry
from core.errors import UnreadableImage
from pages.ui.session import engine, state
from pages.ui.widgets.gallery import Cell
from pages.ui.widgets.progress import DelayedBar

if TYPE_CHECKING:  # importing it loads torch
    from core.features.batches import ImageViews

SMALLEST_CELL, LARGEST_CELL = 128, 256  # px


@dataclass(frozen=True)
class Scene:
    """The images of the preview and their input sizes. `items` are the training images."""

    dataset: Dataset
    items: tuple[Item, ...]
    geometry: Geometry

    def image_views(self) -> "ImageViews":
        """Views with the draft's pipeline, exactly as in training."""
        from core.features.batches import ImageViews

        draft = state.draft()
        return ImageViews(draft.pipeline, self.geometry, draft.seed, engine.images(self.geometry), self.items)

    def key(self, *more: Hashable) -> Hashable:
        """A cache key: equal keys mean equal pixels."""
        draft = state.draft()
        references = frozenset(item.digest for item in self.items)  # some steps use them
        pipeline = draft.pipeline.model_dump_json()
        return self.dataset.fingerprint, self.geometry, references, pipeline, draft.seed, *more


@dataclass(frozen=True)
class Preview:
    """The displayed preview. `problems`: sentences about unreadable images, which are left out."""

    cells: tuple[Cell, ...]
    columns: int
    caption: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class PreviewRequest:
    """A requested preview: its cache key and a function that makes it."""

    key: Hashable
    make: Callable[[], Preview]


def cell_px(geometry: Geometry) -> int:
    """The size of a cell: the input size of the model.

    Small ones are enlarged by an integer factor, large ones reduced.
    """
    return min(LARGEST_CELL, geometry.image_size * _factor(geometry.image_size))


def enlarged(pixels: np.ndarray) -> np.ndarray:
    """Enlarge small images by repeating pixels."""
    factor = _factor(pixels.shape[0])
    return pixels if factor == 1 else pixels.repeat(factor, axis=0).repeat(factor, axis=1)


def run_tasks(tasks: Sequence[Callable[[], np.ndarray]]) -> list[np.ndarray]:
    """Run the tasks in several threads, with a progress bar if it takes long. Raises any error of a task."""
    from core.features.batches import workers

    bar = DelayedBar()
    results: list[np.ndarray] = []
    pool = ThreadPoolExecutor(workers())
    try:
        for future in [pool.submit(task) for task in tasks]:
            results.append(future.result())
            bar.update(len(results), len(tasks))
    finally:  # also on a rerun: do not wait for outdated views
        pool.shutdown(wait=False, cancel_futures=True)
    bar.close()
    return results


def readable(image_views: "ImageViews", items: Iterable[Item]) -> tuple[list[Item], tuple[str, ...]]:
    """The readable images, and a sentence about each of the others."""
    good: list[Item] = []
    problems: list[str] = []
    for item in items:
        try:
            image_views.plain(item)
            good.append(item)
        except (UnreadableImage, OSError) as error:
            problems.append(f"{item.name}: {error}")
    return good, tuple(problems)


def _factor(side: int) -> int:
    return max(1, -(-SMALLEST_CELL // side))
