"""Batches whose views are made by workers, in order, ahead of whoever uses them."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from core.data.cache import Stored
from core.data.dataset import Item
from core.experiment import PipelineSpec
from core.features.batches import Batch, ImageViews, assembled
from core.features.workers.messages import Asked, Made, Opened, Unit, Written
from core.features.workers.pool import AT_ONCE, WorkerPool, WorkersUnavailable
from core.features.workers.process import write_views
from core.features.workers.worker import Order
from core.shared import SharedFile

UNIT = 16  # images that a worker is asked for at once: each request costs this process some 0.1 ms
ROOM_BYTES = 1 << 29  # of shared memory for batches that wait, if that is more than two
POLL_S = 0.1  # after which is looked whether there are still workers


class ViewStream:
    """One `Batch` for each of `chunks`, with view `number` (None: the plain image) of its images.

    Views are made from the moment this is created. The pixels of a batch are valid until the next one is asked for.
    Errors are those of `core.features.batches.batches`.
    """

    def __init__(
        self, pool: WorkerPool, image_views: ImageViews, chunks: Sequence[Sequence[Item]], number: int | None
    ) -> None:
        self._pool = pool
        self._views = image_views
        self._number = number
        self._chunks = iter(chunks)
        self._remaining = len(chunks)
        self._side = image_views.geometry.image_size
        self._view_bytes = self._side**2 * 3
        largest = max((len(chunk) for chunk in chunks), default=0)
        ahead = min(len(chunks), _batches_ahead(pool, largest, self._view_bytes))
        self._slots = _Slots(ahead, largest * self._view_bytes)
        self._making: deque[_Making] = deque()
        self._images = image_views.cache.shared_file
        used = number is not None and image_views.needs_references
        self._references = _written_references(image_views, self._asked) if used else None
        self._key = pool.open(self._announced)
        try:
            self._ask()
        except BaseException:
            self.close()
            raise

    @property
    def asked_all(self) -> bool:
        """Whether the workers were asked for all of it."""
        return self._remaining == 0

    def __iter__(self) -> Iterator[Batch]:
        return self

    def __next__(self) -> Batch:
        self._slots.give_back()
        self._ask()
        if not self._making:
            self.close()
            raise StopIteration
        return self._batch(self._making.popleft())

    def close(self) -> None:
        """Drop what is not made yet, and give back the memory, once no worker opens or has open any of the files."""
        self._making.clear()
        self._slots.release()
        self._pool.shut(self._key, partial(_let_go, self._slots.file, self._images, self._references))

    def _announced(self, key: int) -> Opened:
        views, references = self._views, self._references and self._references.written
        pipeline = (
            PipelineSpec() if self._number is None else views.pipeline
        )  # a plain image needs none, nor references
        return Opened(
            key, pipeline.model_dump_json(), views.geometry, views.seed, references, self._slots.file.address,
            None if self._images is None else self._images.address,
        )  # fmt: skip

    def _ask(self) -> None:
        """Order batches as long as there is memory for them."""
        while self._slots.free and (chunk := next(self._chunks, None)) is not None:
            self._remaining -= 1
            slot = self._slots.take()
            starts = range(0, len(chunk), UNIT)
            parts = [self._ordered(chunk[n : n + UNIT], slot * self._slots.size + n * self._view_bytes) for n in starts]
            self._making.append(_Making(chunk, slot, parts))

    def _ordered(self, items: Sequence[Item], offset: int) -> "_Part":
        images = tuple(self._asked(item) for item in items)
        part = _Part(Unit(self._key, self._pool.new_number(), offset, self._number, images))
        try:
            self._pool.order(part.order)
        except WorkersUnavailable as error:
            part.answer(Made(part.order.unit.unit, error=error))
        return part

    def _asked(self, item: Stored) -> Asked:
        place = self._views.cache.place(item)
        return Asked(str(item.path), item.digest, item.value_range, item.width, item.height, place)

    def _batch(self, making: "_Making") -> Batch:
        failures = [reason for part in making.parts for reason in self._finish(part)]
        images = self._slots.views(making.slot, len(making.chunk), self._side)
        return assembled(making.chunk, images, failures, self._views, self._number)

    def _finish(self, part: "_Part") -> tuple[str | None, ...]:
        """The failures of a part, once it is done. What no worker makes is made here: while they start, and where
        there are none."""
        while not part.done.is_set():
            if not self._pool.ready and self._pool.take_back(part.order):
                return self._made_here(part)
            part.done.wait(POLL_S)
        error = part.made.error
        if isinstance(error, (WorkersUnavailable, OSError, MemoryError)):
            if isinstance(error, OSError):
                self._pool.give_up(str(error))
            return self._made_here(part)
        if error is not None:
            raise error
        return part.made.failures

    def _made_here(self, part: "_Part") -> tuple[str | None, ...]:
        def write(view: np.ndarray, offset: int) -> None:
            self._slots.memory[offset : offset + view.size] = view.reshape(-1)

        return part.order.explained(write_views(part.order.unit, self._views, write))


class _Part:
    """Some images of a batch."""

    def __init__(self, unit: Unit) -> None:
        self.order = Order(unit, self.answer)
        self.made = Made(unit.unit)
        self.done = threading.Event()

    def answer(self, made: Made) -> None:
        """Take the outcome; any thread."""
        self.made = made
        self.done.set()


class _Making(NamedTuple):
    """A batch in the making."""

    chunk: Sequence[Item]
    slot: int
    parts: list[_Part]


class _Slots:
    """Shared memory for some batches of `size` bytes."""

    def __init__(self, count: int, size: int) -> None:
        self.size = size
        self.file = SharedFile.create(in_memory=True)
        self.file.resize(max(1, count * size))
        self.memory = self.file.mapped(max(1, count * size))
        self.free = list(range(count))
        self._in_use: list[int] = []

    def take(self) -> int:
        """A free slot."""
        return self.free.pop(0)

    def views(self, slot: int, count: int, side: int) -> np.ndarray:
        """The pixels (count, side, side, 3) in a slot, which is in use from now on."""
        self._in_use.append(slot)
        return self.memory[slot * self.size :][: count * side**2 * 3].reshape(count, side, side, 3)

    def give_back(self) -> None:
        """What is in use is free again."""
        self.free += self._in_use
        self._in_use.clear()

    def release(self) -> None:
        """Let go of the memory; the file stays open, and so do arrays that others hold."""
        self.memory = self.memory[:0].copy()


def _let_go(views: SharedFile, images: SharedFile | None, references: "_References | None") -> None:
    """Close the file of views; the others are the data set's, and were only held until now."""
    views.close()
    del images, references


class _References(NamedTuple):
    file: SharedFile
    written: Written


def _written_references(views: ImageViews, asked: Callable[[Stored], Asked]) -> _References:
    """The training images for steps that use other images; written with the first views of a data set that need them.
    Raises `OSError`."""
    if views.written_references is None:
        file = SharedFile.create(in_memory=True)
        views.written_references = _References(file, Written.to(file, [asked(item) for item in views.references]))
    found: _References = views.written_references
    return found


def _batches_ahead(pool: WorkerPool, batch: int, view_bytes: int) -> int:
    """Batches in memory at once: one in use, one that waits, and what keeps all workers busy."""
    units = -(-batch // UNIT)
    wanted = 2 + -(-AT_ONCE * pool.count // max(1, units))
    return max(2, min(wanted, ROOM_BYTES // max(1, batch * view_bytes)))
