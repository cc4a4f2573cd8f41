"""The images that some steps look at: the training images alone, so that nothing of the test images is learned."""

import hashlib
from collections.abc import Callable, Iterable

import numpy as np

from core.data.cache import Stored
from core.errors import UnreadableImage


class TrainingImages:
    """The `References` of a pipeline from images. Their order, their labels and copies of one image do not matter.

    `base` reads an image as the augmentations start from it. Safe to use from several threads if that is.
    """

    def __init__(self, items: Iterable[Stored], base: Callable[[Stored], np.ndarray]) -> None:
        self._items = {item.digest: item for item in items}
        self._base = base
        self.digests = tuple(sorted(self._items))

    @property
    def key(self) -> str:
        """A name for these images: equal names mean equal images."""
        return hashlib.blake2b("|".join(self.digests).encode(), digest_size=16).hexdigest()

    def __getitem__(self, index: int) -> np.ndarray:
        """The image of `digests[index]`, uint8 HxWx3. Raises `LookupError` when it cannot be read."""
        try:
            return self._base(self._items[self.digests[index]])
        except (UnreadableImage, OSError) as error:  # it changed or vanished after it was listed
            raise LookupError(str(error)) from error
