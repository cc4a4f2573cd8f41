"""How good a classifier is, in a few numbers, each with its 95 % interval. All: 0..1, higher is better."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.tasks.absent import Notes, notes
from core.tasks.classification.bootstrap import Tally, bootstrap, tally
from core.tasks.classification.confusion import count_matrix
from core.tasks.intervals import Interval, wilson
from core.tasks.scorecard import Score, Scorecard


@dataclass(frozen=True, slots=True)
class ClassScore:
    """One class, seen alone; `n` is how many images truly belong to it.

    What cannot be known is None: recall without an image of the class, precision without a prediction of it, F1
    without either. `recall_low` and `recall_high` are the ends of the 95 % Wilson interval.
    """

    name: str
    n: int
    precision: float | None
    recall: float | None
    recall_low: float | None
    recall_high: float | None
    f1: float | None


def scores(
    labels_n: ArrayLike, predicted_n: ArrayLike, n_classes: int, seed: int = 0, classes: Sequence[str] = ()
) -> Scorecard:
    """Accuracy (Wilson interval), balanced accuracy and macro F1 (both: stratified bootstrap, see `bootstrap`).

    Balanced accuracy is the mean recall of the classes that have images. Macro F1 is the mean F1 of the classes that
    have images or predictions: a class that is neither is left out, one that is only predicted counts as 0. Both agree
    with scikit-learn's `balanced_accuracy_score` and `f1_score(average="macro")`. With the names of `classes`, notes
    say which of them a mean leaves out.
    Raises `ValueError` for no image, unequal lengths, or an index outside 0..n_classes-1.
    """
    counts = tally(count_matrix(labels_n, predicted_n, n_classes))
    n, right = int(counts.true.sum()), int(counts.right.sum())
    if not n:
        raise ValueError("scores need at least one image")
    absent = notes(classes, counts.true > 0, counts.called > 0, "classes") if classes else Notes()
    return Scorecard(
        (
            Score("accuracy", right / n, *wilson(right, n)),
            Score(
                "macro_f1", float(macro_f1(counts)), *bootstrap(macro_f1, labels_n, predicted_n, seed),
                note=absent.found,
            ),
            Score(
                "balanced_accuracy", float(balanced_accuracy(counts)),
                *bootstrap(balanced_accuracy, labels_n, predicted_n, seed), note=absent.shown,
            ),
        ),
        n,
    )  # fmt: skip


def class_scores(labels_n: ArrayLike, predicted_n: ArrayLike, classes: Sequence[str]) -> tuple[ClassScore, ...]:
    """Every class by itself, in the order of `classes`. Raises `ValueError` like `count_matrix`."""
    counts = tally(count_matrix(labels_n, predicted_n, len(classes)))
    rows = zip(classes, counts.right.tolist(), counts.true.tolist(), counts.called.tolist(), strict=True)
    return tuple(_class_score(name, right, true, called) for name, right, true, called in rows)


def balanced_accuracy(counts: Tally) -> NDArray[np.float64]:
    """Mean recall of the classes with images: (..., C) -> (...)."""
    return _mean_where(counts.right / np.maximum(counts.true, 1), counts.true > 0)


def macro_f1(counts: Tally) -> NDArray[np.float64]:
    """Mean F1 = 2 TP / (2 TP + FP + FN) of the classes with images or predictions: (..., C) -> (...)."""
    seen = counts.true + counts.called
    return _mean_where(2 * counts.right / np.maximum(seen, 1), seen > 0)


def _mean_where(values: NDArray[np.float64], chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.asarray((values * chosen).sum(-1) / np.maximum(chosen.sum(-1), 1))


def _class_score(name: str, right: int, true: int, called: int) -> ClassScore:
    recall: Interval | tuple[None, None] = wilson(right, true) if true else (None, None)
    return ClassScore(
        name=name,
        n=true,
        precision=right / called if called else None,
        recall=right / true if true else None,
        recall_low=recall[0],
        recall_high=recall[1],
        f1=2 * right / (true + called) if true + called else None,
    )
