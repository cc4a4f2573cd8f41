"""What comes after what is made now: an epoch's validation and the next epoch are prepared while this one trains."""

from collections import deque
from collections.abc import Generator, Sequence
from functools import partial
from typing import NamedTuple

from core.data.dataset import Item
from core.features.batches import AHEAD, Batch, ImageViews, batches
from core.features.workers.pool import WorkerPool
from core.features.workers.stream import ViewStream

Chunks = Sequence[Sequence[Item]]


class Upcoming:
    """Streams of the views of one data set, some of which are known before they are asked for. One thread uses it."""

    def __init__(self, pool: WorkerPool, image_views: ImageViews) -> None:
        self.pool = pool
        self.notes: list[str] = []  # for the user; callers remove what they show
        self._views = image_views
        self._announced: deque[_Announced] = deque()
        self._noted = False

    def announce(self, chunks: Chunks, number: int | None) -> None:
        """Say what will be asked for after what was announced before. It is begun once everything before it is
        ordered."""
        if chunks:
            self._announced.append(_Announced(_shape(chunks), chunks, number, []))

    def batches(self, chunks: Chunks, number: int | None) -> Generator[Batch, None, None]:
        """A batch for each chunk: see `ViewStream`. Where processes cannot be had, threads make the views."""
        if not chunks:
            return
        stream = self._begun(chunks, number)
        if stream is None:
            self._note()
            yield from batches(chunks, partial(self._views.sample, number=number), AHEAD, self._views.targets)
            return
        try:
            for batch in stream:
                self._begin_next(stream)
                yield batch
        finally:
            stream.close()

    def ready(self, timeout_s: float) -> int:
        """Wait until the processes can make views; how many do, 1 if none."""
        self.pool.start()
        return max(1, len(self.pool.processes)) if self.pool.wait(timeout_s) else 1

    def forget(self) -> None:
        """Drop everything that was announced."""
        for one in self._announced:
            for stream in one.stream:
                stream.close()
        self._announced.clear()

    def _begun(self, chunks: Chunks, number: int | None) -> ViewStream | None:
        """The announced stream, or a new one. What was announced before it never came, as when a phase ends early."""
        wanted = (_shape(chunks), number)
        if wanted not in [(one.shape, one.number) for one in self._announced]:
            return self._new(chunks, number)
        while True:
            first = self._announced.popleft()
            if (first.shape, first.number) == wanted:
                return first.stream[0] if first.stream else self._new(chunks, number)
            for stream in first.stream:
                stream.close()

    def _begin_next(self, stream: ViewStream) -> None:
        for one in self._announced:
            if not stream.asked_all:
                return
            if not one.stream:
                begun = self._new(one.chunks, one.number)
                if begun is None:
                    return
                one.stream.append(begun)
            stream = one.stream[0]

    def _new(self, chunks: Chunks, number: int | None) -> ViewStream | None:
        """A stream that has begun, or None if there are no processes or no memory to share with them."""
        if not self.pool.usable:
            return None
        try:
            return ViewStream(self.pool, self._views, chunks, number)
        except OSError as error:
            self.pool.give_up(str(error))
            return None

    def _note(self) -> None:
        if not self._noted:
            self._noted = True
            reason = self.pool.trouble or "they end as soon as they are started"
            self.notes.append(
                f"Processes that make views beside the device cannot be used here ({reason}). Threads make them, which "
                "is slower."
            )


class _Announced(NamedTuple):
    shape: tuple[tuple[str, ...], ...]
    chunks: Chunks
    number: int | None
    stream: list[ViewStream]  # one, once it is begun


def _shape(chunks: Chunks) -> tuple[tuple[str, ...], ...]:
    """Which images come in which batch."""
    return tuple(tuple(item.digest for item in chunk) for chunk in chunks)
