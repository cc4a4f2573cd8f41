"""From which probability a class is said to be there: chosen on validation images, per class."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

HALF = 0.5
LOWEST, HIGHEST = 0.05, 0.95  # a few images cannot tell how far out a threshold should lie


def best_thresholds(there_nc: ArrayLike, probabilities_nc: ArrayLike) -> tuple[float, ...]:
    """Per class the threshold with the highest F1, within `LOWEST` and `HIGHEST`; of equal ones that next to a half.

    Thresholds lie midway between neighbouring probabilities, so that a new image near one of the old ones is answered
    like it. A class that no image shows, or every image, says nothing: a half.
    """
    truth, probabilities = np.asarray(there_nc, bool), np.asarray(probabilities_nc, float)
    return tuple(_best(truth[:, c], probabilities[:, c]) for c in range(truth.shape[1]))


def _best(truth: NDArray[np.bool_], probabilities: NDArray[np.float64]) -> float:
    if truth.all() or not truth.any():
        return HALF
    levels = np.unique(probabilities)
    tried = sorted({HALF, *_within((levels[1:] + levels[:-1]) / 2)}, key=lambda level: abs(level - HALF))
    return max(tried, key=lambda level: _f1(truth, probabilities >= level))


def _within(levels: NDArray[np.float64]) -> Sequence[float]:
    return [float(level) for level in np.clip(levels, LOWEST, HIGHEST)]


def _f1(truth: NDArray[np.bool_], answers: NDArray[np.bool_]) -> float:
    return float(2 * (truth & answers).sum() / (truth.sum() + answers.sum()))
