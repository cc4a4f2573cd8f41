"""Augmented copies as files: N views of every image in class folders, or beside a table where an image has several
labels, with a manifest that says how each was made."""

import io
import json
import os
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import suppress
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from core.augment import catalogue
from core.augment.pipeline import Fired, Pipeline
from core.augment.references import TrainingImages
from core.data.cache import ImageCache, Stored
from core.data.dataset import Dataset, Item
from core.data.geometry import Geometry
from core.data.layouts.several_tables import OF_COPIES
from core.data.split import Split
from core.errors import InvalidInput, UnreadableImage
from core.experiment import PipelineSpec
from core.export.folders import folder_of, open_place
from core.export.labels_table import joined, labels_table
from core.export.table import csv_bytes
from core.files import slug
from core.work.progress import Progress

MANIFEST = "manifest.csv"
LABELS = "labels.csv"  # of images with several labels, which lie in one folder
LARGEST = 100_000  # files
_CACHE_BYTES = 1 << 26
_THREADS = min(8, os.cpu_count() or 1)
_AT_ONCE = 64  # copies that are made, before they are written in their order
_SAMPLE = 4  # images from which the size of all is estimated
Put = Callable[[str, bytes], None]


def trainable(dataset: Dataset, split: Split) -> tuple[Item, ...]:
    """Images that may be augmented: those that `split` uses; where the data set comes divided, of its training part."""
    used = sorted((*split.train, *split.val, *split.test))
    return tuple(dataset.items[index] for index in used if dataset.items[index].part in (None, "train"))


def write_copies(
    dataset: Dataset,
    items: Sequence[Item],
    pipeline: PipelineSpec,
    geometry: Geometry,
    seed: int,
    copies: int,
    out: Path,
) -> Generator[Progress, None, list[str]]:
    """Views 0..copies-1 of each item as PNG, the very pixels that a training on `items` sees; returns what was left
    out, and why.

    Images with several labels lie in the folder `images`, their labels in `labels.csv`, as a data set is read.
    `out` is a new or empty folder, or a file that ends in .zip and does not exist. What is not finished is removed
    again. Raises `InvalidInput`, `InvalidPipeline`, `StorageFailed`.
    """
    if copies < 1 or copies * len(items) > LARGEST:
        raise InvalidInput(f"{copies} copies of {len(items)} images: choose 1 or more, and at most {LARGEST:,} files.")
    makers = _Makers(pipeline, geometry, seed, items)
    places = folder_of(dataset)
    rows, left_out = list[tuple[str | int, ...]](), list[str]()
    labelled: list[tuple[str, Sequence[str]]] = []
    if dataset.several:  # before there is anything to lose
        said = [(f"image-{number}.png", _labels(dataset, item)) for number, item in enumerate(items)]
        labels_table(said, dataset.classes)
    wanted = [(item, number) for item in items for number in range(copies)]
    with open_place(out) as put, ThreadPool(_THREADS) as pool:
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            pool.map(makers.read, dict.fromkeys(item for item, _ in some))  # each image once
            for place, ((item, number), made) in enumerate(zip(some, pool.imap(makers.made, some), strict=True), start):
                if isinstance(made, str):
                    left_out += [made] if number == 0 else []
                    continue
                yield Progress(what="writing copies", done=place, total=len(wanted))
                name = f"{places(item)}/{slug(Path(item.name).stem)}-{item.digest[:8]}-{number}.png"
                put(name, made.png)
                labels = _labels(dataset, item)
                labelled.append((name, labels))
                rows.append((name, joined(labels, dataset.classes), item.name, item.digest, number, seed, made.steps))
        put(MANIFEST, csv_bytes(OF_COPIES, rows))
        if dataset.several:
            put(LABELS, labels_table(labelled, dataset.classes))
    return left_out


def _labels(dataset: Dataset, item: Item) -> list[str]:
    return [dataset.classes[label] for label in item.classes]


def estimated_bytes(
    items: Sequence[Item], pipeline: PipelineSpec, geometry: Geometry, seed: int, copies: int,
    base: Callable[[Stored], np.ndarray],
) -> int:  # fmt: skip
    """About what the copies will take on the disk, from one view of a few items; `base` reads an image."""
    maker = Pipeline(pipeline, geometry, TrainingImages(items, base))
    sizes = []
    for item in items[:: max(1, len(items) // _SAMPLE)][:_SAMPLE]:
        with suppress(UnreadableImage, OSError):
            sizes.append(len(_png(maker.view(base(item), seed=seed, digest=item.digest, number=0))))
    return round(sum(sizes) / len(sizes) * copies * len(items)) if sizes else 0


class _Made(NamedTuple):
    """A copy as a file, and how it was made, as JSON."""

    png: bytes
    steps: str


class _Makers:
    """Makes copies, in any thread: threads, since most of the time goes into compressing the files."""

    def __init__(self, spec: PipelineSpec, geometry: Geometry, seed: int, items: Sequence[Item]) -> None:
        self._spec, self._geometry, self._seed, self._items = spec, geometry, seed, items
        self._cache = ImageCache(geometry, _CACHE_BYTES)
        self._local = threading.local()  # pipelines must not be shared between threads

    def read(self, item: Item) -> None:
        """Decode an image, for its copies."""
        with suppress(UnreadableImage, OSError):  # they say so
            self._cache.base(item)

    def made(self, wanted: tuple[Item, int]) -> _Made | str:
        """The copy of an image with a number, or why there is none."""
        item, number = wanted
        try:
            base = self._cache.base(item)
        except (UnreadableImage, OSError) as error:
            return f"{item.name}: {error}"
        if not hasattr(self._local, "maker"):
            self._local.others = _Recorded(self._items, self._cache.base)
            self._local.maker = Pipeline(self._spec, self._geometry, self._local.others)
        maker: Pipeline = self._local.maker
        png = _png(maker.view(base, seed=self._seed, digest=item.digest, number=number))
        taken = self._local.others.taken
        taken.clear()
        fired = maker.fired(base, seed=self._seed, digest=item.digest, number=number)
        return _Made(png, json.dumps(_drawn_steps(fired, self._spec, taken), ensure_ascii=False))


class _Recorded(TrainingImages):
    """The training images, and which of them were looked at."""

    def __init__(self, items: Iterable[Item], base: Callable[[Stored], np.ndarray]) -> None:
        super().__init__(items, base)
        self.taken: list[str] = []

    def __getitem__(self, index: int) -> np.ndarray:
        found = super().__getitem__(index)
        self.taken.append(self.digests[index])
        return found


def _drawn_steps(fired: Sequence[Fired], pipeline: PipelineSpec, taken: Sequence[str]) -> list[dict[str, str]]:
    """What made a view: each step, the option that a choice took, the digest of the other image, what was drawn."""
    others = iter(taken)
    steps = []
    for one in fired:
        entry = {"step": pipeline.steps[one.index].transform}
        entry |= {"option": one.transform} if one.option is not None else {}
        if catalogue.get(one.transform).references and (other := next(others, None)) is not None:
            entry["reference"] = other
        steps.append(entry | one.drawn)
    return steps


def _png(pixels: np.ndarray) -> bytes:
    encoded = io.BytesIO()
    Image.fromarray(pixels).save(encoded, "PNG")
    return encoded.getvalue()
