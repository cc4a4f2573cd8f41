"""The images a model got wrong."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class Mistake:
    """Image `index` is of class `label` but was called `predicted`. Probabilities are the model's, 0..1."""

    index: int
    label: int
    predicted: int
    probability: float  # of the predicted class
    true_probability: float  # of the true class


def mistakes(labels_n: ArrayLike, probabilities_nc: ArrayLike) -> tuple[Mistake, ...]:
    """Every wrong image, the most confident mistake first; equal ones stay in the order of the images.

    `probabilities_nc` is (N, C), a row per image; the class with the largest one is the prediction, the first of equal
    ones. Raises `ValueError` when shapes do not fit.
    """
    labels, probabilities = np.asarray(labels_n, dtype=np.int64), np.asarray(probabilities_nc, dtype=np.float64)
    if not labels.size and not probabilities.size:
        return ()
    if probabilities.ndim != 2 or labels.shape != probabilities.shape[:1]:
        raise ValueError(f"labels {labels.shape} and probabilities {probabilities.shape} must be (N,) and (N, C)")
    predicted = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(predicted != labels)
    order = wrong[np.argsort(-probabilities[wrong, predicted[wrong]], kind="stable")]
    return tuple(
        Mistake(
            index=int(i),
            label=int(labels[i]),
            predicted=int(predicted[i]),
            probability=float(probabilities[i, predicted[i]]),
            true_probability=float(probabilities[i, labels[i]]),
        )
        for i in order
    )
