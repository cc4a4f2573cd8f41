"""What the ways to look at a pipeline share: the images, and a preview that is ready to be drawn."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.data.dataset import Dataset, Item
from core.data.geometry import Geometry
from core.errors import UnreadableImage
from pages.ui.session import engine, state
from pages.ui.session.bar import DelayedBar
from pages.ui.widgets.gallery import Cell

if TYPE_CHECKING:  # importing it loads torch
    from core.features.batches import ImageViews

SMALLEST_CELL, LARGEST_CELL = 128, 256  # px


@dataclass(frozen=True)
class Scene:
    """The images to look at, and those sizes in which the model sees them. `items` are the training images."""

    dataset: Dataset
    items: tuple[Item, ...]
    geometry: Geometry

    def image_views(self) -> "ImageViews":
        """The images under the draft's pipeline, exactly as training makes them."""
        from core.features.batches import ImageViews

        draft = state.draft()
        return ImageViews(draft.pipeline, self.geometry, draft.seed, engine.images(self.geometry), self.items)

    def key(self, *more: Hashable) -> Hashable:
        """A name for what is seen: the same name, the same pixels."""
        draft = state.draft()
        references = frozenset(item.digest for item in self.items)  # some steps look at them
        pipeline = draft.pipeline.model_dump_json()
        return self.dataset.fingerprint, self.geometry, references, pipeline, draft.seed, *more


@dataclass(frozen=True)
class Preview:
    """What is on the screen. `problems`: images that cannot be read, as sentences; they are left out."""

    cells: tuple[Cell, ...]
    columns: int
    caption: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """A preview that is asked for: what it depends on, and how it is made."""

    key: Hashable
    make: Callable[[], Preview]


def cell_px(geometry: Geometry) -> int:
    """The side of a cell: a model's input, small ones enlarged by a whole factor, large ones made smaller."""
    return min(LARGEST_CELL, geometry.image_size * _factor(geometry.image_size))


def enlarged(pixels: np.ndarray) -> np.ndarray:
    """Small images with every pixel repeated, so that each can be seen as it is."""
    factor = _factor(pixels.shape[0])
    return pixels if factor == 1 else pixels.repeat(factor, axis=0).repeat(factor, axis=1)


def made(tasks: Sequence[Callable[[], np.ndarray]]) -> list[np.ndarray]:
    """All images, made by several threads; a bar tells how far, where it takes long. Raises what a task raises."""
    from core.features.batches import workers

    bar = DelayedBar()
    found: list[np.ndarray] = []
    pool = ThreadPoolExecutor(workers())
    try:
        for future in [pool.submit(task) for task in tasks]:
            found.append(future.result())
            bar.update(len(found), len(tasks))
    finally:  # also when a click overtakes this: nobody waits for views that are out of date
        pool.shutdown(wait=False, cancel_futures=True)
    bar.close()
    return found


def readable(image_views: "ImageViews", items: Iterable[Item]) -> tuple[list[Item], tuple[str, ...]]:
    """The images that can be read, and a sentence about each of the others."""
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
