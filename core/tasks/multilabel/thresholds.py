"""From which probability a class is said to be there: chosen on validation images, per class."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

HALF = 0.5
LOWEST, HIGHEST = 0.05, 0.95  # a few images cannot tell how far out a threshold should lie


def best_thresholds(there_nc: ArrayLike, probabilities_nc: ArrayLike) -> tuple[float, ...]:
    """Per class the threshold with the highest F1, within `LOWEST` and `HIGHEST`; of equal ones that next to a half.

    Thresholds lie midway between neighbouring probabilities, so that a new image near one of the old ones is answered
    like it. A class that no image shows, or every image, says nothing: a half. Raises `ValueError` for NaN.
    """
    truth, probabilities = np.asarray(there_nc, bool), np.asarray(probabilities_nc, float)
    if lost := int(np.isnan(probabilities).any(axis=1).sum()):
        raise ValueError(
            f"the model's answers for {lost} of {len(truth)} images are no numbers: they tell no threshold"
        )
    return tuple(_best(truth[:, c], probabilities[:, c]) for c in range(truth.shape[1]))


def _best(truth: NDArray[np.bool_], probabilities: NDArray[np.float64]) -> float:
    if truth.all() or not truth.any():
        return HALF
    levels = np.unique(probabilities)
    tried = np.unique(np.append(np.clip((levels[1:] + levels[:-1]) / 2, LOWEST, HIGHEST), HALF))
    tried = tried[np.argsort(np.abs(tried - HALF), kind="stable")]
    right, called = _reaching(probabilities[truth], tried), _reaching(probabilities, tried)
    return float(tried[np.argmax(2 * right / (truth.sum() + called))])


def _reaching(probabilities: NDArray[np.float64], levels: NDArray[np.float64]) -> NDArray[np.int64]:
    """How many of the probabilities are at each level or above it."""
    return len(probabilities) - np.searchsorted(np.sort(probabilities), levels)
