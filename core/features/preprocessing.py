"""Preprocessing from a file to model input, shared by training, evaluation, prediction and the downloaded model."""

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
    """Sizes, interpolation, value range of images without a defined one, and `(x / 255 - mean) / std`."""

    geometry: Geometry
    mean: Triple
    std: Triple
    value_range: Range | None = None

    @classmethod
    def of(cls, record: ModelRecord) -> "Preprocessing":
        """The preprocessing of a model."""
        inputs = record.inputs
        return cls(record.geometry, inputs.mean, inputs.std, inputs.scale)

    def read(self, content: bytes | Path) -> np.ndarray:
        """The preprocessed image, (S, S, 3) uint8, before normalisation. Raises `UnreadableImage`."""
        return self.read_with_notes(content)[0]

    def read_with_notes(self, content: bytes | Path) -> tuple[np.ndarray, tuple[str, ...]]:
        """Like `read`, with notes on how the file was decoded."""
        decoded = decode(content, self.value_range)
        return square(resize(decoded.pixels, self.geometry), self.geometry.image_size), decoded.notes
