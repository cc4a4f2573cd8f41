"""Which classes are taken for which."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class Confusion:
    """`counts[i][j]` images of class `classes[i]` were predicted to be of class `classes[j]`."""

    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    @property
    def n(self) -> int:
        """Images counted."""
        return sum(map(sum, self.counts))


def confusion(labels_n: ArrayLike, predicted_n: ArrayLike, classes: Sequence[str]) -> Confusion:
    """Count true against predicted classes. Both inputs hold indices into `classes`; see `count_matrix` for errors."""
    counts = count_matrix(labels_n, predicted_n, len(classes))
    return Confusion(tuple(classes), tuple(tuple(row) for row in counts.tolist()))


def count_matrix(labels_n: ArrayLike, predicted_n: ArrayLike, n_classes: int) -> NDArray[np.int64]:
    """The same as an array (C, C): row true class, column predicted class.

    Raises `ValueError` when the inputs differ in length or hold something that is no index of a class.
    """
    labels, predicted = _indices(labels_n, n_classes), _indices(predicted_n, n_classes)
    if labels.shape != predicted.shape:
        raise ValueError(f"{labels.size} labels do not go with {predicted.size} predictions: give one of each an image")
    flat = np.bincount(labels * n_classes + predicted, minlength=n_classes * n_classes)
    return flat.reshape(n_classes, n_classes).astype(np.int64, copy=False)


def _indices(values: ArrayLike, n_classes: int) -> NDArray[np.int64]:
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and not np.issubdtype(array.dtype, np.integer)):
        raise ValueError(f"class indices must be a flat list of integers, got {array.dtype} of shape {array.shape}")
    if array.size and not (array.min() >= 0 and array.max() < n_classes):
        raise ValueError(f"class indices must lie in 0..{n_classes - 1}, got {array.min()}..{array.max()}")
    return array.astype(np.int64)
