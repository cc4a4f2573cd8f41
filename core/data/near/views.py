"""The thumbnails of a set as arrays, and each as it looks mirrored or turned."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

COLOUR_SIDE, GREY_SIDE = 12, 32  # px
LEFT_RIGHT, UPSIDE_DOWN, TURNED = 1, 2, 4
WAYS = (0, LEFT_RIGHT, UPSIDE_DOWN, LEFT_RIGHT | UPSIDE_DOWN)  # how the other image of a pair is mirrored
TURNS = tuple(TURNED | way for way in WAYS)  # and turned, rows becoming columns, before that


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

    def turned_colours(self, chosen: NDArray[np.intp], way: int) -> NDArray[np.float32]:
        """The colours of the images `chosen`, turned and mirrored as `way` says."""
        pixels = self._colours[0][chosen].reshape(-1, COLOUR_SIDE, COLOUR_SIDE, 3)
        return mirrored(pixels, way).reshape(-1, 3 * COLOUR_SIDE**2)


def mirrored(images: NDArray[Any], way: int) -> NDArray[Any]:
    """Images (N, rows, columns, ...), each turned and mirrored as `way` says."""
    if way & TURNED:
        images = images.swapaxes(1, 2)
    if way & LEFT_RIGHT:
        images = images[:, :, ::-1]
    return images[:, ::-1] if way & UPSIDE_DOWN else images
