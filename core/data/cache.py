"""Cache of decoded and resized images, in memory and, beyond a budget, in a temporary file."""

import math
import os
import shutil
import tempfile
import threading
from pathlib import Path
from typing import IO

import numpy as np
from numpy import uint8
from numpy.typing import NDArray

from core.bounded import BoundedCache
from core.data.dataset import Item
from core.data.geometry import Geometry
from core.data.images import decode, resize
from core.data.scan import pixel_digest
from core.errors import UnreadableImage

MEMORY_BYTES = 1 << 30  # about 5,000 images of 256 px
SPILL_BYTES = 16 << 30  # and in a temporary file beyond


class ImageCache:
    """Decoded images as input of augmentations. Thread-safe.

    When `budget_bytes` of memory are used, the least recently used image moves to a temporary file of up to
    `spill_bytes`, from which it is read a hundred times faster than decoded. Images that fit in neither are decoded
    each time. The file is in `folder`, or in the system's temporary folder (in memory on many systems).
    """

    def __init__(self, geometry: Geometry, budget_bytes: int, spill_bytes: int = 0, folder: Path | None = None) -> None:
        self._geometry = geometry
        self._spill = _Spill(spill_bytes, folder)
        self._images: BoundedCache[NDArray[uint8]] = BoundedCache(budget_bytes, _nbytes, self._spill.write)

    def base(self, item: Item) -> NDArray[uint8]:
        """uint8 HxWx3 whose shorter side is the geometry's `resize_size`. Read-only, because it is shared.

        Raises `UnreadableImage` if the file is missing, damaged, or has changed since the scan.
        """
        pixels = self._images.get(item.digest)
        if pixels is None:
            pixels = self._spill.read(item.digest)
        if pixels is None:
            pixels = self._read(item)
            self._images.put(item.digest, pixels)
        return pixels

    def _read(self, item: Item) -> NDArray[uint8]:
        decoded = decode(item.path, item.value_range).pixels
        if pixel_digest(decoded) != item.digest:
            raise UnreadableImage("The file has changed since the data set was read. Load the data set again.")
        pixels = resize(decoded, self._geometry)
        pixels.setflags(write=False)
        return pixels


def _nbytes(pixels: NDArray[uint8]) -> int:
    return pixels.nbytes


class _Spill:
    """Images in a temporary file that is deleted at the end of the process."""

    def __init__(self, limit_bytes: int, folder: Path | None) -> None:
        self._limit_bytes = limit_bytes
        self._folder = folder
        self._file: IO[bytes] | None = None
        self._places: dict[str, tuple[int, tuple[int, ...]]] = {}
        self._end = 0

    def write(self, digest: str, pixels: NDArray[uint8]) -> None:
        """Store an image if there is space. One thread at a time."""
        if digest in self._places or self._end + pixels.nbytes > self._limit_bytes:
            return
        try:
            self._file = self._file or self._opened()
            with _SEEKING:
                self._file.seek(self._end)
                self._file.write(pixels.tobytes())
                self._file.flush()
        except OSError:  # the disk is full: decode again instead
            self._limit_bytes = self._end
            return
        self._places[digest] = (self._end, pixels.shape)
        self._end += pixels.nbytes

    def _opened(self) -> IO[bytes]:
        file = tempfile.TemporaryFile(prefix="graft-", dir=self._folder)  # noqa: SIM115 - closed with this object
        if self._folder is not None:  # leave space for checkpoints of runs
            self._limit_bytes = min(self._limit_bytes, shutil.disk_usage(self._folder).free // 2)
        return file

    def read(self, digest: str) -> NDArray[uint8] | None:
        """The image, read-only, or None. Any thread."""
        location = self._places.get(digest)
        if location is None or self._file is None:
            return None
        offset, shape = location
        # pread instead of mmap: one mapping per image would exceed the system's limit
        return np.frombuffer(_read_at(self._file, math.prod(shape), offset), np.uint8).reshape(shape)


def _read_at(file: IO[bytes], length: int, offset: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(file.fileno(), length, offset)
    with _SEEKING:  # Windows has no pread
        file.seek(offset)
        return file.read(length)


_SEEKING = threading.Lock()
