"""The thumbnails of a set as arrays, and each as it looks mirrored or turned."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

COLOUR_SIDE, GREY_SIDE = 12, 32  # px
LEFT_RIGHT, UPSIDE_DOWN, TURNED = 1, 2, 4
WAYS = (0, LEFT_RIGHT, UPSIDE_DOWN, LEFT_RIGHT | UPSIDE_DOWN)  # how the other image of a pair is mirrored
TURNS = tuple(TURNED | way for way in WAYS)  # and turned, rows becoming columns, before that


class Views:
    """N images: `grey` (N, 32, 32), and N unit vectors of colours without light; `colour_strength` in grey levels."""

    def __init__(self, thumbs: NDArray[np.uint8], fine: NDArray[np.uint8]) -> None:
        self.grey = fine.reshape(-1, GREY_SIDE, GREY_SIDE)
        pixels = thumbs.reshape(len(thumbs), COLOUR_SIDE, COLOUR_SIDE, 3).astype(np.float32)
        pixels -= pixels.mean(axis=3, keepdims=True)
        self._colours = pixels.reshape(len(thumbs), -1)
        length = np.linalg.norm(self._colours, axis=1)
        self.colour_strength = length / np.sqrt(self._colours.shape[1])
        self._colours /= np.maximum(1e-3, length)[:, None]

    def colours(self, chosen: NDArray[np.intp], way: int) -> NDArray[np.float32]:
        """(P, 432) the colours of the images `chosen`, turned and mirrored as `way` says."""
        return self._colours[chosen] if way == 0 else self._colours[chosen[:, None], _ORDER[way]]


def mirrored(images: NDArray[Any], way: int) -> NDArray[Any]:
    """Images (N, rows, columns, ...), each turned and mirrored as `way` says."""
    if way & TURNED:
        images = images.swapaxes(1, 2)
    if way & LEFT_RIGHT:
        images = images[:, :, ::-1]
    return images[:, ::-1] if way & UPSIDE_DOWN else images


_PLACES = np.arange(3 * COLOUR_SIDE**2).reshape(1, COLOUR_SIDE, COLOUR_SIDE, 3)
_ORDER = {way: mirrored(_PLACES, way).ravel() for way in (*WAYS, *TURNS)}  # of the colours of a view in each way
