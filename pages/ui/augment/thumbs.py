"""What each transform does to one image, and how long it takes: measured once, shared by all tabs."""

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

SIDE_PX = 160  # twice what is shown, for dense screens
QUALITY = 80
KEPT = 600
LOOK_S = 0.01
SLOW = ("PiecewiseAffine", "Superpixels")  # seconds each: they let the others go first


@dataclass(frozen=True)
class Thumb:
    """A small JPEG of the effect, and the time that an image takes. An empty `jpeg`: it could not be made."""

    jpeg: bytes
    milliseconds: float


@dataclass(frozen=True)
class Subject:
    """The image that is changed, and the others that some transforms look at."""

    item: Item
    label: str
    geometry: Geometry
    references: tuple[Item, ...]


def subject(dataset: Dataset | None, items: Sequence[Item]) -> Subject | None:
    """The image that the preview shows first; None where there is none, or none of the model's size."""
    if dataset is None or not items:
        return None
    draft = state.draft()
    try:
        geometry = catalogue.geometry(
            catalogue.get(draft.backbone.name), draft.backbone.image_size, draft.backbone.crop
        )
    except InvalidInput:
        return None
    item = choice.first(items)
    return Subject(item, dataset.label_of(item), geometry, tuple(items))


def known(name: str, about: Subject | None) -> Thumb | None:
    """The thumbnail, if it was made."""
    return None if about is None else _thumbs().get(_key(name, about))


def begin(names: Iterable[str], about: Subject) -> list[str]:
    """Have those that are missing made, one after the other in a thread of their own; returns their names.

    What was asked for before and is not begun yet is dropped: another group is looked at now.
    """
    warmup.wait("Getting the images ready.")
    missing = sorted((name for name in names if known(name, about) is None), key=SLOW.__contains__)
    worker = once("augment-thumbs-worker", _Worker)
    worker.ask([partial(_thumbs().get_or_make, _key(name, about), partial(_made, name, about)) for name in missing])
    return missing


def wait(names: Iterable[str], about: Subject, until: float) -> bool:
    """Wait for these, at most until this time of `time.monotonic`. Whether all are there."""
    waiting = list(names)
    while waiting := [name for name in waiting if known(name, about) is None]:
        if time.monotonic() >= until:
            return False
        time.sleep(LOOK_S)
    return True


class _Worker:
    """One thread that works on what was asked for last. It never outlives the process by more than one image."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "thumbnails")
        self._asked: list[Future[Thumb]] = []
        self._lock = threading.Lock()

    def ask(self, tasks: Iterable[Callable[[], Thumb]]) -> None:
        with self._lock:
            for future in self._asked:
                future.cancel()
            self._asked = [self._pool.submit(task) for task in tasks]


def _made(name: str, about: Subject) -> Thumb:
    from core.augment.gauge import gauge
    from core.augment.references import TrainingImages

    read = engine.images(about.geometry).base
    try:
        others = TrainingImages(about.references, read)
        effect = gauge(name, read(about.item), about.geometry, others, digest=about.item.digest)
    except (GraftError, OSError, ValueError):  # it cannot be applied to this image: the preview will say why
        return Thumb(b"", float("nan"))
    return Thumb(_jpeg(effect.view), effect.milliseconds)


def _jpeg(pixels: np.ndarray) -> bytes:
    small = Image.fromarray(pixels).resize((SIDE_PX, SIDE_PX), Image.Resampling.BILINEAR)
    content = io.BytesIO()
    small.save(content, "JPEG", quality=QUALITY)
    return content.getvalue()


def _key(name: str, about: Subject) -> tuple[str, str, Geometry, int]:
    return name, about.item.digest, about.geometry, hash(tuple(item.digest for item in about.references))


def _thumbs() -> BoundedCache[Thumb]:
    return once("augment-thumbs", lambda: BoundedCache(KEPT))
