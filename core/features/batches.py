"""Images become batches: views are made by threads beside the device's work, and never depend on their number."""

import hashlib
import os
import threading
from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from multiprocessing.pool import AsyncResult, ThreadPool
from typing import Any, NamedTuple

import cv2
import numpy as np
import PIL
import torch
from torch import Tensor

from core.augment.pipeline import Pipeline
from core.augment.references import TrainingImages
from core.augment.steps import needs_references
from core.backbones.catalogue import Backbone
from core.data.cache import MEMORY_BYTES, SPILL_BYTES, ImageCache
from core.data.dataset import Item
from core.data.geometry import Geometry
from core.errors import UnreadableImage
from core.experiment import PipelineSpec
from core.features.preprocessing import Preprocessing
from core.tasks.base import Targets
from core.tasks.classification.task import Classification

Image = np.ndarray
CLASS_INDEX = Classification(())  # the target of whoever looks at views alone
VIEW_CODE = 2  # raised when our own code makes other pixels of the same description: no features of the old ones serve
LIBRARIES = f"albumentations {version('albumentations')}|OpenCV {cv2.__version__}|Pillow {PIL.__version__}"
AHEAD = 3  # batches made while an accelerator is busy; more only costs memory


class Sample(NamedTuple):
    """One view: the image (S, S, 3) uint8, and its target as the task reads it."""

    image: Image
    target: Any


@dataclass(frozen=True, slots=True)
class Batch:
    """Images (N, S, S, 3) uint8 with their targets (N, ...) and the items they show; `failed` could not be read."""

    images: np.ndarray
    targets: Tensor
    items: tuple[Item, ...]
    failed: tuple[tuple[Item, str], ...]


class ImageViews:
    """Views and plain images of items, for training, evaluation and anyone who wants to see the same pixels."""

    def __init__(
        self, pipeline: PipelineSpec, geometry: Geometry, seed: int, cache: ImageCache | None = None,
        references: Sequence[Item] = (), targets: Targets = CLASS_INDEX,
    ) -> None:  # fmt: skip
        self.geometry = geometry
        self.targets = targets
        self._spec = pipeline
        self._seed = seed
        self._cache = cache or ImageCache(geometry, MEMORY_BYTES, SPILL_BYTES)
        self._references = tuple(references)  # the training images, for steps that look at other images
        self._local = threading.local()  # a pipeline shared by two threads gives wrong views

    def under(self, pipeline: PipelineSpec) -> "ImageViews":
        """The same images under another pipeline; what is decoded is shared."""
        return ImageViews(pipeline, self.geometry, self._seed, self._cache, self._references, self.targets)

    def view(self, item: Item, number: int) -> Image:
        """View `number` of an image, (S, S, 3) uint8. Raises `UnreadableImage`."""
        base = self._cache.base(item)
        return self._pipeline.view(base, seed=self._seed, digest=item.digest, number=number)

    def plain(self, item: Item) -> Image:
        """The image as evaluation sees it, (S, S, 3) uint8. Raises `UnreadableImage`."""
        return self._pipeline.plain(self._cache.base(item))

    def sample(self, item: Item, number: int | None) -> Sample:
        """View `number` of an image with its target, None: the plain image. Raises `UnreadableImage`."""
        image = self.plain(item) if number is None else self.view(item, number)
        return Sample(image, self.target(item, number))

    def target(self, item: Item, number: int | None) -> Any:
        """The target that belongs to view `number`. No view changes what classes an image shows: it is that of all."""
        del number
        return self.targets.read(item)

    @property
    def varies(self) -> bool:
        """Whether views differ from the plain image at all."""
        return self._pipeline.changes_anything

    def key(self, number: int | None) -> str:
        """A name for view `number` of any image (None: the plain image): equal names mean equal pixels."""
        made_by = f"{VIEW_CODE}|{LIBRARIES}"
        size = f"{made_by}|{self.geometry.image_size}|{self.geometry.resize_size}|{self.geometry.interpolation}"
        if number is None or not self.varies:
            return f"{size}|plain"
        text = f"{size}|{self._seed}|{number}|{self._spec.model_dump_json()}"
        text += f"|{self._others.key}" if needs_references(self._spec) else ""
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    @property
    def _pipeline(self) -> Pipeline:
        if not hasattr(self._local, "pipeline"):
            self._local.pipeline = Pipeline(self._spec, self.geometry, self._others)
        pipeline: Pipeline = self._local.pipeline
        return pipeline

    @cached_property
    def _others(self) -> TrainingImages:
        return TrainingImages(self._references, self._cache.base)


def sent(tensor: Tensor, device: torch.device) -> Tensor:
    """`tensor` on the device. A GPU fetches it from pinned memory beside its work; anything else it would wait for."""
    if device.type == "cuda":
        return tensor.pin_memory().to(device, non_blocking=True)
    return tensor.to(device)


def workers() -> int:
    """Threads that make views."""
    return max(1, min(8, os.cpu_count() or 1))


def ahead(device: torch.device) -> int:
    """Batches to have in the making at once. One where the processor itself trains: see `batches`."""
    # threads beside a forward on the same cores made it a tenth slower; views of a whole batch take a fiftieth of it
    return 1 if device.type == "cpu" else AHEAD


def batches(
    chunks: Sequence[Sequence[Item]], sample: Callable[[Item], Sample], ahead: int, targets: Targets = CLASS_INDEX
) -> Generator[Batch, None, None]:
    """One batch per chunk, in order. An image that fails is left out and named.

    `ahead` batches are in the making at once. With 1, nothing is made while the last batch is used.
    """
    # not concurrent.futures: it closes down before a training is told that the process ends, and would fail the run
    with ThreadPool(workers()) as pool:
        waiting: deque[tuple[Sequence[Item], list[AsyncResult[Sample]]]] = deque()
        rest = iter(chunks)
        while True:
            while len(waiting) < ahead and (chunk := next(rest, None)) is not None:
                waiting.append((chunk, [pool.apply_async(sample, (item,)) for item in chunk]))
            if not waiting:
                return
            yield _collect(*waiting.popleft(), targets)


def chunked(items: Sequence[Item], size: int) -> list[list[Item]]:
    """Chunks of at most `size`, all of nearly the same length: a last batch of one image breaks BatchNorm."""
    if not items:
        return []
    parts = np.array_split(np.arange(len(items)), -(-len(items) // size))
    return [[items[i] for i in part] for part in parts]


def shuffled(items: Sequence[Item], seed: int, epoch: int) -> list[Item]:
    """The order of one epoch: a function of (seed, epoch)."""
    order = np.random.default_rng((seed, epoch)).permutation(len(items))
    return [items[i] for i in order]


class Normalise:
    """uint8 images (N, S, S, 3) become the backbone's input: float32 (N, 3, S, S), channels last in memory."""

    def __init__(self, by: Backbone | Preprocessing, device: torch.device) -> None:
        self.device = device
        self.key = f"{by.mean}|{by.std}"
        self._mean = torch.tensor(by.mean, device=device)
        self._scale = 1 / torch.tensor(by.std, device=device)

    def __call__(self, images: np.ndarray) -> Tensor:
        # a row of pixels is one long line of numbers: processors are several times as fast as with three at a time
        count, height, width, _ = images.shape
        rows = sent(torch.from_numpy(images), self.device).view(count, height, -1).float().div_(255)
        rows.sub_(self._mean.repeat(width)).mul_(self._scale.repeat(width))
        return rows.view(count, height, width, 3).permute(0, 3, 1, 2)


def _collect(chunk: Sequence[Item], results: Sequence[AsyncResult[Sample]], targets: Targets) -> Batch:
    good: list[tuple[Item, Sample]] = []
    failed: list[tuple[Item, str]] = []
    for item, result in zip(chunk, results, strict=True):
        try:
            good.append((item, result.get()))
        except (UnreadableImage, OSError) as error:  # the file changed or vanished after it was listed
            failed.append((item, str(error)))
    images = np.stack([sample.image for _, sample in good]) if good else np.empty((0, 0, 0, 3), np.uint8)
    found = targets.collate([sample.target for _, sample in good])
    return Batch(images, found, tuple(item for item, _ in good), tuple(failed))
