"""What limits the speed of a training: the device that computes, or what it waits for."""

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from core.data.dataset import Item
from core.training.events import EpochEnded

if TYPE_CHECKING:  # pages say the limit before torch is imported
    from core.features.pixels import Pixels

MUCH = 0.2  # share of the time; a device that waits less is the limit itself
HALF = 0.5  # of the images: if more had to be decoded, it was this that took the time


class Limit(StrEnum):
    """What more of would make a training faster."""

    DEVICE = "device"
    VIEWS = "views"  # decoded images are there, and are augmented too slowly
    FILES = "files"  # images are read and decoded too slowly
    FEATURES = "features"  # kept features are read too slowly


class Limited(NamedTuple):
    """`waited`: share of the time in which the device had no images."""

    waited: float
    by: Limit


class Limits:
    """Finds out for each epoch what limited it."""

    def __init__(self, pixels: "Pixels", items: Sequence[Item]) -> None:
        self._pixels = pixels
        self._items = items
        self._undecoded = 1.0  # share of the images

    def begin(self) -> None:
        """An epoch begins."""
        self._pixels.waiting.take()
        if self._undecoded:  # decoded ones stay so, mostly: to ask for each takes a while where they are many
            self._undecoded = self._pixels.image_views.cache.undecoded(self._items) / len(self._items)

    def end(self, seconds: float) -> Limited:
        """It has ended, after so many seconds."""
        total, for_features = self._pixels.waiting.take()
        waited = min(1.0, total / max(seconds, 1e-9))
        if waited < MUCH:
            return Limited(waited, Limit.DEVICE)
        if for_features > total / 2:
            return Limited(waited, Limit.FEATURES)
        return Limited(waited, Limit.FILES if self._undecoded > HALF else Limit.VIEWS)


def limit_of_run(epochs: Sequence[EpochEnded]) -> Limited | None:
    """What limited most of the time of these epochs; None where they are of an older version."""
    times = {limit: sum(one.seconds for one in epochs if one.limit == limit) for limit in Limit}
    seconds = sum(times.values())
    if not seconds:
        return None
    waited = sum(one.seconds * (one.waited or 0.0) for one in epochs if one.limit)
    return Limited(waited / seconds, max(times, key=times.__getitem__))


def limit_words(limit: str, waited: float, device: str) -> str:
    """What is said of it; `device` by torch's name. Empty for a limit that this version does not know."""
    share, on_cpu = f"{100 * waited:.0f} % of the time", device == "cpu"
    match limit:
        case Limit.DEVICE:
            return f"limited by the {'processor' if on_cpu else 'GPU'}"
        case Limit.VIEWS:
            return f"{share} goes into augmenting" if on_cpu else f"the GPU waits {share} for augmented images"
        case Limit.FILES:
            return f"{share} goes into reading images" if on_cpu else f"the GPU waits {share} for images to be read"
        case Limit.FEATURES:
            return f"{share} goes into reading kept features" if on_cpu else f"the GPU waits {share} for kept features"
    return ""
