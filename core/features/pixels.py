"""Inputs of what is trained, and their first source: the images themselves."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import torch
from torch import Tensor

from core.data.dataset import Item
from core.experiment import PipelineSpec
from core.features.batches import Batch, ImageViews, Normalise, ahead, batches
from core.features.shortage import with_relief
from core.features.waiting import Waiting
from core.features.workers.pool import WorkerPool
from core.features.workers.upcoming import Upcoming

Chunks = Sequence[Sequence[Item]]


@dataclass(frozen=True, slots=True)
class Inputs:
    """`tensor` (N, ...) on the device with targets (N, ...) on the CPU; `failed` lists unreadable items."""

    tensor: Tensor
    targets: Tensor
    items: tuple[Item, ...]
    failed: tuple[tuple[Item, str], ...]


def nothing_to_free() -> bool:
    """False."""
    return False


class Source(Protocol):
    """Yields inputs for chunks of images, in order."""

    def batches(self, chunks: Chunks, view: int | None, order: Sequence[Item]) -> Generator[Inputs, None, None]:
        """Yield one `Inputs` per chunk.

        `view` None is the plain image; `order` is the order in which features are computed.
        """

    def announce(self, chunks: Chunks, view: int | None, order: Sequence[Item]) -> None:
        """Say what `batches` will be asked for next, after what was announced before, so that it can be prepared."""


class Pixels:
    """The images themselves, (N, 3, S, S). With `workers`, processes make the views, else threads of this one."""

    def __init__(self, image_views: ImageViews, normalise: Normalise, workers: WorkerPool | None = None) -> None:
        self.image_views = image_views
        self.waiting = Waiting(normalise.device)  # for views, of whoever takes batches
        self.relieve: Callable[[], bool] = nothing_to_free  # frees memory of the device, where something there can go
        self._normalise = normalise
        self._upcoming = None if workers is None else Upcoming(workers, image_views)

    def under(self, pipeline: PipelineSpec) -> "Pixels":
        """The same images with another pipeline; decoded images are shared."""
        workers = self._upcoming.pool if self._upcoming else None
        return Pixels(self.image_views.under(pipeline), self._normalise, workers)

    def key(self, view: int | None) -> str:
        """A key for the input of one image: equal keys mean equal inputs."""
        return f"{self._normalise.key}|{self.image_views.key(view)}"

    def batches(self, chunks: Chunks, view: int | None, order: Sequence[Item] = ()) -> Generator[Inputs, None, None]:
        """See `Source`."""
        del order  # pixels are made on demand
        if self._upcoming:
            source_batches = self._upcoming.batches(chunks, view)
        else:
            sample = partial(self.image_views.sample, number=view)
            source_batches = batches(chunks, sample, ahead(self._normalise.device), self.image_views.targets)
        try:
            for batch in self.waiting.watched(source_batches):
                yield self._inputs(batch)
        finally:
            source_batches.close()  # stops its threads

    def announce(self, chunks: Chunks, view: int | None, order: Sequence[Item] = ()) -> None:
        """See `Source`."""
        del order
        if self._upcoming:
            self._upcoming.announce(chunks, view)

    def ready(self, timeout_s: float) -> int:
        """Wait until processes can make views; how many do. 1 where there are none, or not in time."""
        return self._upcoming.ready(timeout_s) if self._upcoming else 1

    @property
    def notes(self) -> list[str]:
        """Notes for the user; callers remove what they show."""
        return self._upcoming.notes if self._upcoming else []

    def forget(self) -> None:
        """Drop what was announced."""
        if self._upcoming:
            self._upcoming.forget()

    def _inputs(self, batch: Batch) -> Inputs:
        if not batch.items:
            return Inputs(torch.empty(0), batch.targets, batch.items, batch.failed)
        tensor = with_relief(lambda: self._normalise(batch.images), self.relieve)
        return Inputs(tensor, batch.targets, batch.items, batch.failed)

    def targets(self, items: Sequence[Item], view: int | None) -> Tensor:
        """The targets of a view of `items`."""
        return self.image_views.targets.collate([self.image_views.target(item, view) for item in items])
