"""Batches of images.

Views are made by threads in parallel to the device; results do not depend on the number of threads.
"""

import os
from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from multiprocessing.pool import AsyncResult, ThreadPool
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from core.backbones.catalogue import Backbone
from core.data.cache import MEMORY_BYTES, SPILL_BYTES, ImageCache, Stored
from core.data.dataset import Item
from core.data.geometry import Geometry
from core.errors import UnreadableImage
from core.experiment import PipelineSpec
from core.features.preprocessing import Preprocessing
from core.features.transfer import sent
from core.features.views import Image, Views
from core.tasks.base import Targets
from core.tasks.classification.task import Classification

CLASS_INDEX = Classification(())  # the default when only views are needed
AHEAD = 3  # batches prepared while an accelerator is busy; more only costs memory


class Sample(NamedTuple):
    """One view: the image (S, S, 3) uint8 and its target, as defined by the task."""

    image: Image
    target: Any


@dataclass(frozen=True, slots=True)
class Batch:
    """Images (N, S, S, 3) uint8 with targets (N, ...) and items; `failed` lists items that could not be read."""

    images: np.ndarray
    targets: Tensor
    items: tuple[Item, ...]
    failed: tuple[tuple[Item, str], ...]


class ImageViews(Views):
    """Views with their targets, from decoded images that others may share."""

    def __init__(
        self, pipeline: PipelineSpec, geometry: Geometry, seed: int, cache: ImageCache | None = None,
        references: Sequence[Stored] = (), targets: Targets = CLASS_INDEX,
    ) -> None:  # fmt: skip
        self.cache = cache or ImageCache(geometry, MEMORY_BYTES, SPILL_BYTES)
        self.targets = targets
        self.written_references: Any = None  # for processes that make views, see `core.features.workers.stream`
        super().__init__(pipeline, geometry, seed, self.cache, references)

    def under(self, pipeline: PipelineSpec) -> "ImageViews":
        """The same images with another pipeline; decoded images are shared."""
        return ImageViews(pipeline, self.geometry, self.seed, self.cache, self.references, self.targets)

    def sample(self, item: Item, number: int | None) -> Sample:
        """View `number` of an image with its target; None means the plain image. Raises `UnreadableImage`."""
        return Sample(self.image(item, number), self.target(item, number))

    def target(self, item: Item, number: int | None) -> Any:
        """The target of view `number`. Views never change the classes, so it is the same for all."""
        del number
        return self.targets.read(item)


def workers() -> int:
    """Number of threads that make views."""
    return max(1, min(8, os.cpu_count() or 1))


def ahead(device: torch.device) -> int:
    """Number of batches to prepare at once; one if the CPU itself trains, see `batches`."""
    # threads in parallel to a forward on the same cores slow it by 10 %; making the views of a batch takes 2 % of it
    return 1 if device.type == "cpu" else AHEAD


def batches(
    chunks: Sequence[Sequence[Item]], sample: Callable[[Item], Sample], ahead: int, targets: Targets = CLASS_INDEX
) -> Generator[Batch, None, None]:
    """Yield one batch per chunk, in order. Images that fail are left out and listed in `failed`.

    `ahead` batches are prepared at once. With 1, nothing is prepared while a batch is in use.
    """
    # not concurrent.futures: it shuts down before a training is notified that the process ends, which would fail the
    # run
    with ThreadPool(workers()) as pool:
        pending: deque[tuple[Sequence[Item], list[AsyncResult[Sample]]]] = deque()
        remaining = iter(chunks)
        while True:
            while len(pending) < ahead and (chunk := next(remaining, None)) is not None:
                pending.append((chunk, [pool.apply_async(sample, (item,)) for item in chunk]))
            if not pending:
                return
            yield _collect(*pending.popleft(), targets)


def chunked(items: Sequence[Item], size: int) -> list[list[Item]]:
    """Chunks of at most `size` and nearly equal length: a last batch of one image would break BatchNorm."""
    if not items:
        return []
    parts = np.array_split(np.arange(len(items)), -(-len(items) // size))
    return [[items[i] for i in part] for part in parts]


def shuffled(items: Sequence[Item], seed: int, epoch: int) -> list[Item]:
    """The order of one epoch: a function of (seed, epoch)."""
    order = np.random.default_rng((seed, epoch)).permutation(len(items))
    return [items[i] for i in order]


class Normalise:
    """Convert uint8 images (N, S, S, 3) to the backbone's input: float32 (N, 3, S, S), channels last in memory."""

    def __init__(self, by: Backbone | Preprocessing, device: torch.device) -> None:
        self.device = device
        self.key = f"{by.mean}|{by.std}"
        self._mean = torch.tensor(by.mean, device=device)
        self._scale = 1 / torch.tensor(by.std, device=device)

    def __call__(self, images: np.ndarray) -> Tensor:
        # rows of pixels as long vectors: several times faster on CPUs than vectors of three channels
        count, height, width, _ = images.shape
        rows = sent(torch.from_numpy(images), self.device).view(count, height, -1).float().div_(255)
        rows.sub_(self._mean.repeat(width)).mul_(self._scale.repeat(width))
        return rows.view(count, height, width, 3).permute(0, 3, 1, 2)


def assembled(
    chunk: Sequence[Item], images: np.ndarray, failures: Sequence[str | None], views: ImageViews, number: int | None
) -> Batch:
    """The batch of a chunk from pixels (N, S, S, 3), some of which failed."""
    good = [n for n, reason in enumerate(failures) if reason is None]
    failed = tuple((item, reason) for item, reason in zip(chunk, failures, strict=True) if reason is not None)
    items = tuple(chunk[n] for n in good)
    targets = views.targets.collate([views.target(item, number) for item in items])
    return Batch(images[good] if failed else images, targets, items, failed)


def _collect(chunk: Sequence[Item], results: Sequence[AsyncResult[Sample]], targets: Targets) -> Batch:
    good: list[tuple[Item, Sample]] = []
    failed: list[tuple[Item, str]] = []
    for item, result in zip(chunk, results, strict=True):
        try:
            good.append((item, result.get()))
        except (UnreadableImage, OSError) as error:  # changed or deleted after the scan
            failed.append((item, str(error)))
    images = np.stack([sample.image for _, sample in good]) if good else np.empty((0, 0, 0, 3), np.uint8)
    batch_targets = targets.collate([sample.target for _, sample in good])
    return Batch(images, batch_targets, tuple(item for item, _ in good), tuple(failed))
