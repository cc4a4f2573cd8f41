"""Cache of decoded and resized images, in memory and, beyond a budget, in a temporary file."""

import shutil
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy import uint8
from numpy.typing import NDArray

from core.bounded import BoundedCache
from core.data.geometry import Geometry
from core.data.images import decode, resize, resized_shape
from core.data.scale import Range
from core.data.scan import pixel_digest
from core.errors import UnreadableImage
from core.shared import SharedFile

MEMORY_BYTES = 1 << 30  # about 5,000 images of 256 px
LOOKED_AT_BYTES = 128 << 20  # of them, before any is trained with; a workspace has two sizes
SPILL_BYTES = 16 << 30  # and in a temporary file beyond
LOOKED_AT_SPILL_BYTES = 2 << 30  # of it, before any is trained with: about 10,000 images
_MARK_BYTES = 16  # of its digest, before an image in the file: written last, so that it stands before a whole one only


class Stored(Protocol):
    """An image as it was found: where it lies, and what its pixels must be (see `Item`)."""

    @property
    def path(self) -> Path: ...

    @property
    def digest(self) -> str: ...

    @property
    def value_range(self) -> Range | None: ...

    @property
    def width(self) -> int: ...

    @property
    def height(self) -> int: ...


class Place(NamedTuple):
    """Where an image stands in the file, or will stand."""

    offset: int
    height: int
    width: int

    @property
    def nbytes(self) -> int:
        """Room that it takes."""
        return _MARK_BYTES + self.height * self.width * 3


class ImageCache:
    """Decoded images as input of augmentations. Thread-safe.

    When `budget_bytes` of memory are used, the least recently used image moves to a temporary file of up to
    `spill_bytes`, from which it is read a hundred times faster than decoded. Images that fit in neither are decoded
    each time. The file is in `folder`, or in the system's temporary folder (in memory on many systems).

    Other processes use the file, too: `place` tells them where an image stands, or where they may put it.
    """

    def __init__(self, geometry: Geometry, budget_bytes: int, spill_bytes: int = 0, folder: Path | None = None) -> None:
        self.geometry = geometry
        self._budget_bytes = budget_bytes
        self._spill = _Spill(spill_bytes, folder)
        self._images: BoundedCache[NDArray[uint8]] = BoundedCache(budget_bytes, _nbytes, self._spill.write)

    def base(self, item: Stored) -> NDArray[uint8]:
        """uint8 HxWx3 whose shorter side is the geometry's `resize_size`. Read-only, because it is shared.

        Raises `UnreadableImage` if the file is missing, damaged, or has changed since the scan.
        """
        pixels = self._images.get(item.digest)
        if pixels is None:
            pixels = self._spill.read(item.digest)
        if pixels is None:
            pixels = read_base(item, self.geometry)
            self._images.put(item.digest, pixels)
        return pixels

    def undecoded(self, items: Iterable[Stored]) -> int:
        """How many of `items` would have to be decoded now."""
        return sum(item.digest not in self._images and not self._spill.has(item.digest) for item in items)

    def keep(self, digest: str, decoded: NDArray[uint8]) -> None:
        """Keep an image that was decoded for another reason, so that it need not be again, if there is room."""
        self._keep(digest, decoded, self._budget_bytes, SPILL_BYTES)

    def keep_looked_at(self, digest: str, decoded: NDArray[uint8]) -> None:
        """As `keep`, for a data set that is only looked at: it must not fill the memory, nor the disk."""
        self._keep(digest, decoded, min(self._budget_bytes, LOOKED_AT_BYTES), LOOKED_AT_SPILL_BYTES)

    def _keep(self, digest: str, decoded: NDArray[uint8], most_bytes: int, most_spilled: int) -> None:
        full = self._images.used >= most_bytes
        if self._images.get(digest) is not None or (full and self._spill.used >= most_spilled):
            return
        if full and self._spill.has(digest):
            return
        pixels = resize(decoded, self.geometry)
        pixels.setflags(write=False)
        if self._images.used + pixels.nbytes <= most_bytes:
            self._images.put(digest, pixels)
        elif self._spill.used + pixels.nbytes <= most_spilled:
            self._spill.write(digest, pixels)

    def place(self, item: Stored) -> Place | None:
        """Where an image stands in the file for other processes; None: no room.

        What is in memory is written there; else the place is empty until one of them, or this one, fills it.
        """
        place = self._spill.reserve(item.digest, *resized_shape(item.width, item.height, self.geometry))
        if place is not None and (pixels := self._images.get(item.digest)) is not None:
            self._spill.write(item.digest, pixels)
        return place

    @property
    def shared_file(self) -> SharedFile | None:
        """The file of places, for other processes; None where there is none. Whoever tells them its address keeps it
        until they have opened it, or never will."""
        return self._spill.opened()


class PlacedImages:
    """The images of a cache for another process: read from their place, or decoded and put there."""

    def __init__(self, geometry: Geometry, file: SharedFile | None) -> None:
        self._geometry = geometry
        self._file = file

    def base(self, item: Stored) -> NDArray[uint8]:
        """As `ImageCache.base`. An item may have a `place`."""
        place: Place | None = getattr(item, "place", None)
        if self._file is None or place is None:
            return read_base(item, self._geometry)
        pixels = read_placed(self._file, place, item.digest)
        if pixels is None:
            pixels = read_base(item, self._geometry)
            write_placed(self._file, place, item.digest, pixels)
        return pixels


def read_base(item: Stored, geometry: Geometry) -> NDArray[uint8]:
    """Decode an image and resize it; read-only. Raises `UnreadableImage`."""
    decoded = decode(item.path, item.value_range).pixels
    if pixel_digest(decoded) != item.digest:
        raise UnreadableImage("The file has changed since the data set was read. Load the data set again.")
    pixels = resize(decoded, geometry)
    pixels.setflags(write=False)
    return pixels


def read_placed(file: SharedFile, place: Place, digest: str) -> NDArray[uint8] | None:
    """The image, read-only, or None where it is not written yet."""
    content = file.read(place.nbytes, place.offset)
    if len(content) < place.nbytes or content[:_MARK_BYTES] != _mark(digest):
        return None
    return np.frombuffer(content, uint8, offset=_MARK_BYTES).reshape(place.height, place.width, 3)


def write_placed(file: SharedFile, place: Place, digest: str, pixels: NDArray[uint8]) -> None:
    """Write an image; nothing if it has another shape or the disk is full."""
    if pixels.shape[:2] != (place.height, place.width):
        return
    try:
        file.write(np.ascontiguousarray(pixels).reshape(-1), place.offset + _MARK_BYTES)
        file.write(_mark(digest), place.offset)
    except OSError:  # it is decoded again instead
        return


def _mark(digest: str) -> bytes:
    return bytes.fromhex(digest)[:_MARK_BYTES].ljust(_MARK_BYTES, b"\1")


def _nbytes(pixels: NDArray[uint8]) -> int:
    return pixels.nbytes


class _Spill:
    """Images in a temporary file that is deleted at the end of the process. Any thread."""

    def __init__(self, limit_bytes: int, folder: Path | None) -> None:
        self.file: SharedFile | None = None
        self._limit_bytes = limit_bytes
        self._folder = folder
        self._places: dict[str, Place] = {}
        self._end = 0
        self._reserving = threading.Lock()

    @property
    def used(self) -> int:
        """Bytes of the file that are given to images."""
        return self._end

    def reserve(self, digest: str, height: int, width: int) -> Place | None:
        """The place of an image; None if there is no room, or the disk is full."""
        with self._reserving:
            if digest in self._places:
                return self._places[digest]
            place = Place(self._end, height, width)
            if self._end + place.nbytes > self._limit_bytes or self._opened() is None:
                return None
            if self._end + place.nbytes > self._limit_bytes:  # opening leaves less where the disk is nearly full
                return None
            self._places[digest] = place
            self._end += place.nbytes
            return place

    def write(self, digest: str, pixels: NDArray[uint8]) -> None:
        """Store an image if there is space."""
        place = self.reserve(digest, *pixels.shape[:2])
        if place is not None and self.file is not None and not self._has(place, digest):
            write_placed(self.file, place, digest, pixels)

    def read(self, digest: str) -> NDArray[uint8] | None:
        """The image, read-only, or None."""
        place = self._places.get(digest)
        return None if place is None or self.file is None else read_placed(self.file, place, digest)

    def has(self, digest: str) -> bool:
        """Whether an image is there, whichever process has put it there."""
        place = self._places.get(digest)
        return place is not None and self._has(place, digest)

    def _has(self, place: Place, digest: str) -> bool:
        return self.file is not None and self.file.read(_MARK_BYTES, place.offset) == _mark(digest)

    def opened(self) -> SharedFile | None:
        """The file, which is made now if there may be one."""
        with self._reserving:  # two files made at once: one of them would be closed while others look for it
            return self._opened()

    def _opened(self) -> SharedFile | None:
        if self.file is not None or self._limit_bytes <= 0:
            return self.file
        try:
            self.file = SharedFile.create(self._folder)
        except OSError:
            self._limit_bytes = 0
            return None
        if self._folder is not None:  # leave space for checkpoints of runs
            self._limit_bytes = min(self._limit_bytes, shutil.disk_usage(self._folder).free // 2)
        return self.file
