"""The sizes between a stored image and a model's input."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Geometry:
    """An image is resized so that its shorter side is `resize_size` px, then cropped to `image_size` px squared."""

    image_size: int
    resize_size: int
    interpolation: str = "bilinear"  # nearest, bilinear or bicubic; belongs to the backbone's weights
