"""From a file to what a model sees. Training, evaluation, prediction and the downloaded model all go by it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.augment.standalone.runtime import square
from core.data.geometry import Geometry
from core.data.images import decode, resize
from core.data.scale import Range
from core.model.record import ModelRecord

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """Sizes, interpolation, the scale of values that have none of their own, and `(x / 255 - mean) / std`."""

    geometry: Geometry
    mean: Triple
    std: Triple
    value_range: Range | None = None

    @classmethod
    def of(cls, record: ModelRecord) -> "Preprocessing":
        """That of a model."""
        inputs = record.inputs
        return cls(record.geometry, inputs.mean, inputs.std, inputs.scale)

    def read(self, content: bytes | Path) -> np.ndarray:
        """An image as the model sees it, (S, S, 3) uint8. Raises `UnreadableImage`."""
        return self.read_with_notes(content)[0]

    def read_with_notes(self, content: bytes | Path) -> tuple[np.ndarray, tuple[str, ...]]:
        """`read`, and what somebody should know about how the file was read."""
        found = decode(content, self.value_range)
        return square(resize(found.pixels, self.geometry), self.geometry.image_size), found.notes
