"""The effect of each transform on one image and its cost: measured once, shared by all tabs."""

import io
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from PIL import Image

from core.backbones import catalogue
from core.bounded import BoundedCache
from core.data.dataset import Dataset, Item
from core.data.geometry import Geometry
from core.errors import GraftError, InvalidInput
from pages.ui.augment import choice
from pages.ui.session import engine, state, warmup
from pages.ui.session.anchor import once

SIDE_PX = 160  # twice the displayed size, for high-density screens
QUALITY = 80
KEPT = 600
CHECK_INTERVAL_S = 0.01
SLOW = ("PiecewiseAffine", "Superpixels")  # take seconds each, so they come last


@dataclass(frozen=True)
class Thumb:
    """A small JPEG of the effect, and the time per image. An empty `jpeg` means that it failed."""

    jpeg: bytes
    milliseconds: float


@dataclass(frozen=True)
class Subject:
    """The image that is augmented, and the other images that some transforms use."""

    item: Item
    label: str
    geometry: Geometry
    references: tuple[Item, ...]


def subject(dataset: Dataset | None, items: Sequence[Item]) -> Subject | None:
    """The first image of the preview; None if there is none, or the image size is invalid."""
    if dataset is None or not items:
        return None
    draft = state.draft()
    try:
        geometry = catalogue.input_sizes(draft.backbone)
    except InvalidInput:
        return None
    item = choice.first(items)
    return Subject(item, dataset.label_of(item), geometry, tuple(items))


def known(name: str, subject_of: Subject | None) -> Thumb | None:
    """The thumbnail, if it exists."""
    return None if subject_of is None else _thumbs().get(_key(name, subject_of))


def begin(names: Iterable[str], subject_of: Subject) -> list[str]:
    """Start making missing thumbnails, one after the other in a thread; returns their names.

    Pending earlier requests are dropped, because another group is displayed now.
    """
    warmup.wait("Getting the images ready.")
    missing = sorted((name for name in names if known(name, subject_of) is None), key=SLOW.__contains__)
    worker = once("augment-thumbs-worker", _Worker)
    worker.replace_tasks(
        [
            partial(_thumbs().get_or_make, _key(name, subject_of), partial(_make_thumb, name, subject_of))
            for name in missing
        ]
    )
    return missing


def wait(names: Iterable[str], subject_of: Subject, until: float) -> bool:
    """Wait for these, at most until this time of `time.monotonic`. Returns whether all are ready."""
    pending = list(names)
    while pending := [name for name in pending if known(name, subject_of) is None]:
        if time.monotonic() >= until:
            return False
        time.sleep(CHECK_INTERVAL_S)
    return True


class _Worker:
    """One thread that works on the latest request. At process exit it finishes at most one image."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "thumbnails")
        self._pending: list[Future[Thumb]] = []
        self._lock = threading.Lock()

    def replace_tasks(self, tasks: Iterable[Callable[[], Thumb]]) -> None:
        with self._lock:
            for future in self._pending:
                future.cancel()
            self._pending = [self._pool.submit(task) for task in tasks]


def _make_thumb(name: str, subject_of: Subject) -> Thumb:
    from core.augment.gauge import gauge
    from core.augment.references import TrainingImages

    read = engine.images(subject_of.geometry).base
    try:
        others = TrainingImages(subject_of.references, read)
        effect = gauge(name, read(subject_of.item), subject_of.geometry, others, digest=subject_of.item.digest)
    except (GraftError, OSError, ValueError):  # cannot be applied to this image: the preview will say why
        return Thumb(b"", float("nan"))
    return Thumb(_jpeg(effect.view), effect.milliseconds)


def _jpeg(pixels: np.ndarray) -> bytes:
    small = Image.fromarray(pixels).resize((SIDE_PX, SIDE_PX), Image.Resampling.BILINEAR)
    content = io.BytesIO()
    small.save(content, "JPEG", quality=QUALITY)
    return content.getvalue()


def _key(name: str, subject_of: Subject) -> tuple[str, str, Geometry, int]:
    return name, subject_of.item.digest, subject_of.geometry, hash(tuple(item.digest for item in subject_of.references))


def _thumbs() -> BoundedCache[Thumb]:
    return once("augment-thumbs", lambda: BoundedCache(KEPT))
