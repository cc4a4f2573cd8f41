"""How good yes-or-no predictions per class are, each number with its 95 % interval. All: 0..1, higher is better."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.tasks.absent import Notes, notes
from core.tasks.intervals import Interval, wilson
from core.tasks.scorecard import Score, Scorecard

RESAMPLES = 1000
_MOST_CELLS = 500_000  # images x resamples at once: what is gathered from them then stays in the processor's cache
_EQUAL = 1e-6  # resamples are counted in float32

Floats = NDArray[np.floating[Any]]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LabelScore:
    """One class, seen alone; `n` images show it, and it is predicted where its probability reaches `threshold`.

    What cannot be known is None: average precision and recall without an image of the class, precision without a
    prediction of it, F1 without either. Intervals: F1 by bootstrap over the images, recall by Wilson.
    """

    name: str
    n: int
    threshold: float
    average_precision: float | None
    precision: float | None
    recall: float | None
    recall_low: float | None
    recall_high: float | None
    f1: float | None
    f1_low: float | None
    f1_high: float | None


def average_precision(there: ArrayLike, scores: ArrayLike) -> float | None:
    """`sum((R_k - R_(k-1)) * P_k)` over the thresholds of one class; None where no image shows it.

    Agrees with scikit-learn's `average_precision_score`, equal scores included.
    """
    truth = np.asarray(there, bool)
    if not truth.any():
        return None
    return float(_average_precision(truth, np.asarray(scores, float), np.ones((len(truth), 1)))[0])


def mean_average_precision(there_nc: ArrayLike, scores_nc: ArrayLike) -> float:
    """The mean of the average precisions of the classes that an image shows; 0 where there are none."""
    truth, scores = np.asarray(there_nc, bool), np.asarray(scores_nc, float)
    found = [average_precision(truth[:, c], scores[:, c]) for c in range(truth.shape[1])]
    known = [value for value in found if value is not None]
    return sum(known) / len(known) if known else 0.0


def macro_f1(there_nc: ArrayLike, predicted_nc: ArrayLike) -> float:
    """The mean F1 of the classes that are there or are predicted; 0 where there are none."""
    truth, predicted = np.asarray(there_nc, bool), np.asarray(predicted_nc, bool)
    return float(_macro_f1(truth, predicted, np.ones((len(truth), 1)))[0])


def predicted_labels(probabilities_nc: ArrayLike, thresholds: Sequence[float]) -> Bools:
    """Which classes are predicted (N, C)."""
    return np.asarray(np.asarray(probabilities_nc, float) >= np.asarray(thresholds, float))


def scores(
    there_nc: ArrayLike, probabilities_nc: ArrayLike, thresholds: Sequence[float], seed: int = 0,
    classes: Sequence[str] = (),
) -> Scorecard:  # fmt: skip
    """Mean average precision, macro F1 (percentile bootstrap over the images), and exact match (Wilson).

    Exact match is the share of images all of whose classes are predicted correctly. With the names of `classes`, notes
    say which of them a mean leaves out. Raises `ValueError` for no image.
    """
    truth, probabilities = np.asarray(there_nc, bool), np.asarray(probabilities_nc, float)
    n = len(truth)
    if not n:
        raise ValueError("scores need at least one image")
    answers = predicted_labels(probabilities, thresholds)
    exact = int((answers == truth).all(axis=1).sum())

    def both(drawn: Floats) -> Floats:
        return np.stack([_mean_average_precision(truth, probabilities, drawn), _macro_f1(truth, answers, drawn)])

    precision, f1 = _intervals(both, n, seed)
    absent = notes(classes, truth.any(axis=0), answers.any(axis=0), "labels") if classes else Notes()
    return Scorecard(
        (
            Score(
                "mean_average_precision",
                mean_average_precision(truth, probabilities),
                *precision,
                note=absent.shown,
            ),
            Score("macro_f1", macro_f1(truth, answers), *f1, note=absent.found),
            Score("exact_match", exact / n, *wilson(exact, n)),
        ),
        n,
    )


def label_scores(
    there_nc: ArrayLike, probabilities_nc: ArrayLike, thresholds: Sequence[float], classes: Sequence[str], seed: int = 0
) -> tuple[LabelScore, ...]:
    """Every class by itself, in the order of `classes`. Raises `ValueError` for no image."""
    truth, probabilities = np.asarray(there_nc, bool), np.asarray(probabilities_nc, float)
    if not len(truth):
        raise ValueError("scores need at least one image")
    answers = predicted_labels(probabilities, thresholds)
    f1 = _intervals(lambda drawn: _f1(truth, answers, drawn), len(truth), seed)
    return tuple(
        _label_score(name, truth[:, c], probabilities[:, c], answers[:, c], float(thresholds[c]), f1[c])
        for c, name in enumerate(classes)
    )


def _label_score(
    name: str, truth: Bools, probabilities: Floats, answers: Bools, threshold: float, interval: Interval
) -> LabelScore:
    n, called, right = int(truth.sum()), int(answers.sum()), int((truth & answers).sum())
    recall: Interval | tuple[None, None] = wilson(right, n) if n else (None, None)
    f1: Interval | tuple[None, None] = interval if n + called else (None, None)
    return LabelScore(
        name=name, n=n, threshold=threshold, average_precision=average_precision(truth, probabilities),
        precision=right / called if called else None, recall=right / n if n else None,
        recall_low=recall[0], recall_high=recall[1],
        f1=2 * right / (n + called) if n + called else None, f1_low=f1[0], f1_high=f1[1],
    )  # fmt: skip


def _intervals(statistic: Callable[[Floats], Floats], n: int, seed: int) -> tuple[Interval, ...]:
    """Percentile bootstraps over `n` images, one for each of K numbers, all from the same resamples.

    `statistic` takes how often each image was drawn (N, R) and gives the numbers (K, R).
    """
    generator, most = np.random.default_rng(seed), max(1, _MOST_CELLS // n)
    values = []
    for done in range(0, RESAMPLES, most):
        drawn = generator.multinomial(n, np.full(n, 1 / n), size=min(most, RESAMPLES - done))
        values.append(statistic(np.ascontiguousarray(drawn.T, np.float32)))  # an image's counts stand side by side
    return tuple(_interval(row[~np.isnan(row)], n) for row in np.concatenate(values, axis=1))


def _interval(every: Floats, n: int) -> Interval:
    """Where every resample gives the same, the Wilson interval of the same share of the same number of images takes its
    place: a width of zero would be a lie. Source: Efron and Tibshirani (1993), chapter 13.
    """
    if not len(every) or np.ptp(every) < _EQUAL:
        value = float(every[0]) if len(every) else 0.0
        return wilson(min(max(value, 0.0), 1.0) * n, n)
    low, high = np.quantile(every, (0.025, 0.975))
    return Interval(float(low), float(high))


def _mean_average_precision(truth: Bools, scores: Floats, drawn: Floats) -> Floats:
    """(N, R) -> (R,); a class that a resample has no image of is left out of its mean."""
    each = np.stack([_average_precision(truth[:, c], scores[:, c], drawn) for c in range(truth.shape[1])])
    known = ~np.isnan(each)
    total = np.where(known, each, 0.0).sum(axis=0)
    return np.asarray(np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan))


def _average_precision(truth: Bools, scores: Floats, drawn: Floats) -> Floats:
    """Of one class, each image drawn so often (N, R): (R,), NaN where no drawn image shows it."""
    if not truth.any():
        return np.full(drawn.shape[1], np.nan)
    order = np.argsort(-scores, kind="stable")
    place = np.append(0, np.cumsum(np.diff(scores[order]) != 0))  # equal scores share a threshold
    # recall grows at thresholds of images that show the class: all between two of them is counted together
    ends = np.searchsorted(place, np.unique(place[truth[order]]), side="right")
    order, starts = order[: ends[-1]], np.append(0, ends[:-1])
    counts = drawn[order]
    called = np.cumsum(np.add.reduceat(counts, starts, axis=0), axis=0)
    counts[~truth[order]] = 0
    gained = np.add.reduceat(counts, starts, axis=0)
    right = np.cumsum(gained, axis=0)
    total = right[-1]
    value = (gained * right / np.maximum(called, 1)).sum(axis=0) / np.maximum(total, 1)
    return np.asarray(np.where(total > 0, value, np.nan))


def _macro_f1(truth: Bools, answers: Bools, drawn: Floats) -> Floats:
    each = _f1(truth, answers, drawn)
    known = ~np.isnan(each)
    return np.asarray(np.where(known, each, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1))


def _f1(truth: Bools, answers: Bools, drawn: Floats) -> Floats:
    """(N, R) -> (C, R): `2 TP / (2 TP + FP + FN)`, NaN where a class is neither there nor predicted."""
    right, there, called = (which.T.astype(drawn.dtype) @ drawn for which in (truth & answers, truth, answers))
    both = there + called
    return np.asarray(np.where(both > 0, 2 * right / np.maximum(both, 1), np.nan))
