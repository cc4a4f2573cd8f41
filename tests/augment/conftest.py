"""One textured, coloured image, other ones, and a small geometry for the augmentation tests."""

import numpy as np
import pytest

from core.data.geometry import Geometry


@pytest.fixture
def geometry() -> Geometry:
    return Geometry(image_size=48, resize_size=56)


@pytest.fixture
def base() -> np.ndarray:
    """A 56x80 image without symmetry: coloured blocks with a gradient; read-only, as a cache may hand it out."""
    blocks = np.random.default_rng(7).integers(20, 220, (7, 10, 3), dtype=np.uint8).repeat(8, axis=0).repeat(8, axis=1)
    pixels = blocks + np.arange(80, dtype=np.uint8)[None, :, None] // 4
    pixels.flags.writeable = False
    return pixels


class Others:
    """Three images for steps that look at others; what was asked for is remembered."""

    digests = ("a", "b", "c")

    def __init__(self, missing=()):
        self.missing = missing
        self.asked = []

    def __getitem__(self, index):
        self.asked.append(self.digests[index])
        if self.digests[index] in self.missing:
            raise LookupError(self.digests[index])
        noise = np.random.default_rng(index).integers(0, 120, (60, 72, 3), dtype=np.uint8)
        noise[..., index] += 120
        return noise


@pytest.fixture
def others() -> Others:
    return Others()
