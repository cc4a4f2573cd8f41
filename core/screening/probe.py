"""A cross-validated probe: logistic regression on features, judged on images that it was not fitted on."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

FOLDS = 5
LOOSENESS = 100.0  # sklearn's C, for rows with a mean squared length of 1
Rows = NDArray[np.float32]
Answer = Callable[[Rows], NDArray[np.float64]]


class Probe:
    """One classifier per fold. An image is judged by the one that has not seen it."""

    def __init__(self, views: Sequence[Rows], labels_n: NDArray[np.int64], groups_n: Sequence[str], seed: int) -> None:
        """`views`: features (N, D) of the same N images, plain and mildly changed; all of them are fitted on.

        `labels_n` are 0..K-1. Images of one group stay in one fold. Every class needs two groups or more.
        """
        sizes = [len({group for group, own in zip(groups_n, labels_n, strict=True) if own == k}) for k in set(labels_n)]
        folds = StratifiedGroupKFold(min(FOLDS, *sizes), shuffle=True, random_state=seed)
        self._folds = [
            (held, _fitted(np.concatenate([rows[seen] for rows in views]), np.tile(labels_n[seen], len(views))))
            for seen, held in folds.split(views[0], labels_n, groups_n)
        ]
        self._classes = len(sizes)

    def __call__(self, rows: Rows) -> NDArray[np.float64]:
        """Probabilities (N, K) for features (N, D) of the N images that it was made with, or of views of them."""
        answers = np.zeros((len(rows), self._classes))
        for held, answer in self._folds:
            answers[held] = answer(rows[held])
        return answers


def _fitted(rows: Rows, labels_n: NDArray[np.int64]) -> Answer:
    """Regression in the space that the rows span: the same answer as in all dimensions, in a hundredth of the time."""
    middle = rows.mean(axis=0)
    centred = rows - middle
    scale = np.sqrt((centred**2).sum(axis=1).mean()) or 1.0
    axes = _axes(centred) / scale
    regression = LogisticRegression(C=LOOSENESS, max_iter=500).fit(centred @ axes, labels_n)

    def answer(new: Rows) -> NDArray[np.float64]:
        return regression.predict_proba((new - middle) @ axes)

    return answer


def _axes(centred: Rows) -> Rows:
    """Orthonormal axes (D, R) of the space that N centred rows span, from their products: N is small, D is not."""
    values, vectors = np.linalg.eigh(centred.astype(np.float64) @ centred.T)
    spanned = values > values.max() * 1e-7
    axes: Rows = (centred.T @ vectors[:, spanned] / np.sqrt(values[spanned])).astype(np.float32)
    return axes
