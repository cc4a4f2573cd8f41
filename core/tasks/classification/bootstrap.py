"""How far a measured number can be from the true one: 95 % intervals."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.tasks.classification.confusion import count_matrix
from core.tasks.intervals import Interval, wilson

_MOST_DRAWS = 2_000_000  # images drawn at once; bounds the memory to some 100 MB however large the test split is


class Tally(NamedTuple):
    """Counts per class, each (..., C): predicted correctly, truly of the class, and predicted to be of it."""

    right: NDArray[np.int64]
    true: NDArray[np.int64]
    called: NDArray[np.int64]


Statistic = Callable[[Tally], NDArray[np.float64]]  # (..., C) -> (...)


def bootstrap(
    statistic: Statistic, labels_n: ArrayLike, predicted_n: ArrayLike, seed: int = 0, resamples: int = 1000
) -> Interval:
    """Percentile bootstrap interval of a statistic of the counts per class.

    Stratified by true class: a resample draws, with replacement, as many images of each class as there are, so that no
    class disappears from it. `seed` fixes the result; no global generator is touched.

    Where every resample is the same (all images right, or each class always called the same) it knows nothing, and a
    width of zero would be a lie: the Wilson interval of the same share of the same number of images takes its place.
    This supposes a statistic in 0..1. Raises `ValueError` when there is no image, or like `count_matrix`.

    Source: B. Efron and R. Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.
    """
    labels, predicted = np.asarray(labels_n), np.asarray(predicted_n)
    n_classes = int(max(labels.max(initial=-1), predicted.max(initial=-1))) + 1
    counts = count_matrix(labels, predicted, n_classes)
    if not labels.size:
        raise ValueError("an interval needs at least one image")
    if (np.count_nonzero(counts, axis=1) <= 1).all():
        value = float(statistic(tally(counts)))
        return wilson(min(max(value, 0.0), 1.0) * labels.size, labels.size)
    labels, predicted = labels.astype(np.int64), predicted.astype(np.int64)
    order = np.argsort(labels, kind="stable")
    values = _resampled(statistic, labels[order], predicted[order], n_classes, np.random.default_rng(seed), resamples)
    low, high = np.quantile(values, (0.025, 0.975))
    return Interval(float(low), float(high))


def tally(counts: NDArray[np.int64]) -> Tally:
    """The counts per class of a confusion matrix (C, C), row true, column predicted."""
    return Tally(counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0))


def _resampled(
    statistic: Statistic,
    labels: NDArray[np.int64],
    predicted: NDArray[np.int64],
    n_classes: int,
    generator: np.random.Generator,
    resamples: int,
) -> NDArray[np.float64]:
    """The statistic of each resample. `labels` are sorted, so the images of a class stand side by side."""
    true = np.bincount(labels, minlength=n_classes)
    first, size = (np.cumsum(true) - true)[labels], true[labels]
    rows = max(1, _MOST_DRAWS // len(labels))
    values = []
    for done in range(0, resamples, rows):
        shape = (min(rows, resamples - done), len(labels))
        drawn = predicted[first + (generator.random(shape) * size).astype(np.int64)]
        called, right = _per_row(drawn, n_classes), _per_row(np.where(drawn == labels, drawn, n_classes), n_classes + 1)
        values.append(statistic(Tally(right[:, :n_classes], true, called)))
    return np.concatenate(values)


def _per_row(values: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """How often each of 0..n-1 stands in each row: (R, N) -> (R, n)."""
    rows = len(values)
    return np.bincount((values + n * np.arange(rows)[:, None]).ravel(), minlength=rows * n).reshape(rows, n)
