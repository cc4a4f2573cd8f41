"""Views of images: the same pixels for training, evaluation, previews and the processes that make them."""

import hashlib
import threading
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from typing import Protocol

import cv2
import numpy as np
import PIL

from core.augment.pipeline import Pipeline
from core.augment.references import TrainingImages
from core.augment.steps import needs_references
from core.data.cache import Stored
from core.data.geometry import Geometry
from core.experiment import PipelineSpec

Image = np.ndarray
VIEW_CODE = 2  # increase when our code changes the pixels of views: kept features become invalid
LIBRARIES = f"albumentations {version('albumentations')}|OpenCV {cv2.__version__}|Pillow {PIL.__version__}"


class Images(Protocol):
    """Decoded images."""

    def base(self, item: Stored) -> Image:
        """As `ImageCache.base`."""


class Views:
    """Views and plain images of items. Any thread may ask. Imports no torch, so that light processes can use it."""

    def __init__(
        self, pipeline: PipelineSpec, geometry: Geometry, seed: int, images: Images, references: Sequence[Stored] = ()
    ) -> None:
        """`references`: the training images, for steps that use other images."""
        self.pipeline = pipeline
        self.geometry = geometry
        self.seed = seed
        self.references = tuple(references)
        self._images = images
        self._local = threading.local()  # pipelines must not be shared between threads

    def view(self, item: Stored, number: int) -> Image:
        """View `number` of an image, (S, S, 3) uint8. Raises `UnreadableImage`."""
        base = self._images.base(item)
        return self._made_pipeline.view(base, seed=self.seed, digest=item.digest, number=number)

    def plain(self, item: Stored) -> Image:
        """The image as evaluation sees it, (S, S, 3) uint8. Raises `UnreadableImage`."""
        return self._made_pipeline.plain(self._images.base(item))

    def image(self, item: Stored, number: int | None) -> Image:
        """View `number`, or the plain image for None. Raises `UnreadableImage`."""
        return self.plain(item) if number is None else self.view(item, number)

    @property
    def varies(self) -> bool:
        """Whether views differ from the plain image at all."""
        return self._made_pipeline.changes_anything

    @property
    def needs_references(self) -> bool:
        """Whether a view may use other images."""
        return needs_references(self.pipeline)

    def key(self, number: int | None) -> str:
        """A key for view `number` of any image (None: the plain image): equal keys mean equal pixels."""
        versions = f"{VIEW_CODE}|{LIBRARIES}"
        size = f"{versions}|{self.geometry.image_size}|{self.geometry.resize_size}|{self.geometry.interpolation}"
        if number is None or not self.varies:
            return f"{size}|plain"
        text = f"{size}|{self.seed}|{number}|{self.pipeline.model_dump_json()}"
        text += f"|{self._others.key}" if self.needs_references else ""
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    @property
    def _made_pipeline(self) -> Pipeline:
        if not hasattr(self._local, "pipeline"):
            self._local.pipeline = Pipeline(self.pipeline, self.geometry, self._others)
        made: Pipeline = self._local.pipeline
        return made

    @cached_property
    def _others(self) -> TrainingImages:
        return TrainingImages(self.references, self._images.base)
