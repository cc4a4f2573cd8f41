"""The thumbnails of a set as arrays, and each as it looks mirrored."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

COLOUR_SIDE, GREY_SIDE = 12, 32  # px
LEFT_RIGHT, UPSIDE_DOWN = 1, 2
WAYS = (0, LEFT_RIGHT, UPSIDE_DOWN, LEFT_RIGHT | UPSIDE_DOWN)  # how the other image of a pair is mirrored


class Views:
    """N images: `grey` (N, 32, 32), and colours without light as N unit vectors with `colour_strength` in grey levels.

    `colours` (N, 432) are made anew for a way, by an order of their entries.
    """

    def __init__(self, thumbs: NDArray[np.uint8], fine: NDArray[np.uint8]) -> None:
        self.grey = fine.reshape(-1, GREY_SIDE, GREY_SIDE)
        pixels = thumbs.reshape(len(thumbs), COLOUR_SIDE, COLOUR_SIDE, 3).astype(np.float32)
        pixels -= pixels.mean(axis=3, keepdims=True)
        flat = pixels.reshape(len(thumbs), -1)
        length = np.linalg.norm(flat, axis=1)
        self.colour_strength = length / np.sqrt(flat.shape[1])
        flat /= np.maximum(1e-3, length)[:, None]
        self._colours = {way: mirrored(pixels, way).reshape(len(thumbs), -1) for way in WAYS}

    def colours(self, way: int) -> NDArray[np.float32]:
        """The colours of all images, mirrored as `way` says."""
        return self._colours[way]


def mirrored(images: NDArray[Any], way: int) -> NDArray[Any]:
    """Images (N, rows, columns, ...), each mirrored as `way` says."""
    if way & LEFT_RIGHT:
        images = images[:, :, ::-1]
    return images[:, ::-1] if way & UPSIDE_DOWN else images
