"""Decoded and resized pictures in memory, within a budget."""

import threading
from collections import OrderedDict

from numpy import uint8
from numpy.typing import NDArray

from core.data.dataset import Item
from core.data.geometry import Geometry
from core.data.images import decode, resize
from core.data.scan import pixel_digest
from core.errors import UnreadableImage


class ImageCache:
    """Pictures as the augmentations start from them. Safe to use from several threads at once.

    When `budget_bytes` is used up, the picture not asked for the longest goes. A budget of 0 keeps nothing.
    """

    def __init__(self, geometry: Geometry, budget_bytes: int) -> None:
        self._geometry = geometry
        self._budget_bytes = budget_bytes
        self._kept: OrderedDict[str, NDArray[uint8]] = OrderedDict()
        self._used_bytes = 0
        self._lock = threading.Lock()

    @property
    def used_bytes(self) -> int:
        """Memory that the kept pictures take."""
        return self._used_bytes

    def base(self, item: Item) -> NDArray[uint8]:
        """uint8 HxWx3 whose shorter side is the geometry's `resize_size`. Read-only, because it is shared.

        Raises `UnreadableImage` when the file has gone, is damaged, or shows another picture than when it was scanned.
        """
        with self._lock:
            if item.digest in self._kept:
                self._kept.move_to_end(item.digest)
                return self._kept[item.digest]
        pixels = self._read(item)  # outside of the lock: threads decode at the same time
        with self._lock:
            self._keep(item.digest, pixels)
        return pixels

    def _read(self, item: Item) -> NDArray[uint8]:
        whole = decode(item.path).pixels
        if pixel_digest(whole) != item.digest:
            raise UnreadableImage("The file has changed since the data set was read. Load the data set again.")
        pixels = resize(whole, self._geometry)
        pixels.setflags(write=False)
        return pixels

    def _keep(self, digest: str, pixels: NDArray[uint8]) -> None:
        if digest in self._kept or pixels.nbytes > self._budget_bytes:
            return
        self._kept[digest] = pixels
        self._used_bytes += pixels.nbytes
        while self._used_bytes > self._budget_bytes:
            self._used_bytes -= self._kept.popitem(last=False)[1].nbytes
