"""A cross-validated probe: logistic regression on features, evaluated on images that it was not fitted on."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

FOLDS = 5
LOOSENESS = 100.0  # sklearn's C, for rows with a mean squared length of 1
Rows = NDArray[np.float32]
Classifier = Callable[[Rows], NDArray[np.float64]]


class Probe:
    """One classifier per fold. An image is classified by the one that was not fitted on it."""

    def __init__(self, views: Sequence[Rows], labels_n: NDArray[np.int64], groups_n: Sequence[str], seed: int) -> None:
        """`views`: features (N, D) of the same N images, plain and mildly augmented; the probe is fitted on all.

        `labels_n` are 0..K-1. Images of a group stay in one fold. Every class needs at least two groups.
        """
        sizes = [len({group for group, own in zip(groups_n, labels_n, strict=True) if own == k}) for k in set(labels_n)]
        folds = StratifiedGroupKFold(min(FOLDS, *sizes), shuffle=True, random_state=seed)
        self._folds = [
            (
                test_rows,
                fitted(np.concatenate([rows[train_rows] for rows in views]), np.tile(labels_n[train_rows], len(views))),
            )
            for train_rows, test_rows in folds.split(views[0], labels_n, groups_n)
        ]
        self._classes = len(sizes)

    def __call__(self, rows: Rows) -> NDArray[np.float64]:
        """Probabilities (N, K) for features (N, D) of the same N images or of views of them."""
        probabilities = np.zeros((len(rows), self._classes))
        for test_rows, classifier in self._folds:
            probabilities[test_rows] = classifier(rows[test_rows])
        return probabilities


def fitted(rows: Rows, labels_n: NDArray[np.int64]) -> Classifier:
    """A classifier for labels 0..K-1 that all occur: probabilities (M, K) for rows (M, D).

    Regression in the space spanned by the rows: the same result as in all dimensions, a hundred times faster."""
    mean_row = rows.mean(axis=0)
    centred = rows - mean_row
    scale = np.sqrt((centred**2).sum(axis=1).mean()) or 1.0
    axes = _axes(centred) / scale
    regression = LogisticRegression(C=LOOSENESS, max_iter=500).fit(centred @ axes, labels_n)

    def predict(new: Rows) -> NDArray[np.float64]:
        return regression.predict_proba((new - mean_row) @ axes)

    return predict


def _axes(centred: Rows) -> Rows:
    """Orthonormal axes (D, R) of the space spanned by N centred rows, from their Gram matrix, because N is much smaller
    than D."""
    values, vectors = np.linalg.eigh(centred.astype(np.float64) @ centred.T)
    spanned = values > values.max() * 1e-7
    if not spanned.any():  # all rows are the same: nothing is told apart along any axis
        return np.zeros((centred.shape[1], 1), np.float32)
    axes: Rows = (centred.T @ vectors[:, spanned] / np.sqrt(values[spanned])).astype(np.float32)
    return axes
