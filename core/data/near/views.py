"""The thumbnails of a set as arrays, and each as it looks mirrored or turned."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

COLOUR_SIDE, GREY_SIDE = 12, 32  # px
LEFT_RIGHT, UPSIDE_DOWN, TURNED = 1, 2, 4
WAYS = (0, LEFT_RIGHT, UPSIDE_DOWN, LEFT_RIGHT | UPSIDE_DOWN)  # how the other image of a pair is mirrored
TURNS = tuple(TURNED | way for way in WAYS)  # and turned, rows becoming columns, before that
_FEWEST = 2048  # images, below which all colours are compared whole
_KEPT = 24  # principal components
_SAMPLE = 8192  # images from which these are told
_ROUNDING = 1e-3


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
        self._components: NDArray[np.float32] | None = None
        self._short: dict[int, tuple[NDArray[np.float32], NDArray[np.float32]]] = {}

    def may_agree(self, one: NDArray[np.intp], other: NDArray[np.intp], way: int, least: float) -> NDArray[np.bool_]:
        """Of P pairs, the other image turned and mirrored: those whose colours may have a cosine of `least`: all that
        have it, and few more."""
        if len(self.grey) < _FEWEST:
            return np.ones(len(one), dtype=bool)
        (kept, left_over), (others, others_left) = self._shortened(0), self._shortened(way)
        bound = np.einsum("pk,pk->p", kept[one], others[other]) + left_over[one] * others_left[other]
        return bound >= least - _ROUNDING

    def _shortened(self, way: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(N, _KEPT) principal components of the colours in a way, and (N,) the lengths of what is left over: the
        products of both bound a cosine from above."""
        if way not in self._short:
            if self._components is None:
                sample = self._colours[:: 1 + len(self._colours) // _SAMPLE]
                self._components = np.linalg.eigh(sample.T @ sample)[1][:, -_KEPT:]
            # what is turned is in the order of _ORDER, so that a component meets its own entries there
            kept = self._colours @ self._components[np.argsort(_ORDER[way])]
            self._short[way] = kept, np.sqrt(np.maximum(0, 1 - (kept**2).sum(axis=1)))
        return self._short[way]

    def colours(self, chosen: NDArray[np.intp], way: int) -> NDArray[np.float32]:
        """(P, 432) the colours of the images `chosen`, turned and mirrored as `way` says."""
        found = self._colours[chosen]
        if way == 0:
            return found
        return mirrored(found.reshape(len(chosen), COLOUR_SIDE, COLOUR_SIDE, 3), way).reshape(
            len(chosen), 3 * COLOUR_SIDE**2
        )


def mirrored(images: NDArray[Any], way: int) -> NDArray[Any]:
    """Images (N, rows, columns, ...), each turned and mirrored as `way` says."""
    if way & TURNED:
        images = images.swapaxes(1, 2)
    if way & LEFT_RIGHT:
        images = images[:, :, ::-1]
    return images[:, ::-1] if way & UPSIDE_DOWN else images


_PLACES = np.arange(3 * COLOUR_SIDE**2).reshape(1, COLOUR_SIDE, COLOUR_SIDE, 3)
_ORDER = {way: mirrored(_PLACES, way).ravel() for way in (*WAYS, *TURNS)}  # of the colours of a view in each way
