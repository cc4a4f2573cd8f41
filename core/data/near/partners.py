"""The nearest partner of each image, whichever order the pairs come in."""

import numpy as np
from numpy.typing import NDArray


class Nearest:
    """The nearest partner of each of N images in three kinds, (3, N), -1 where it has none: of the same label in a
    higher part and in a lower one, and of another label."""

    def __init__(self, count: int) -> None:
        self.partner = np.full((3, count), -1)
        self._gap = np.full((3, count), np.inf, dtype=np.float32)

    def take(self, kind: int, own: NDArray[np.intp], others: NDArray[np.intp], gaps: NDArray[np.float32]) -> None:
        """Note others[k] for the image own[k] if it is nearer than what is known; infinitely far ones are none."""
        nearer = gaps < self._gap[kind, own]
        self.partner[kind, own[nearer]], self._gap[kind, own[nearer]] = others[nearer], gaps[nearer]
