"""The images of which some class is predicted wrongly."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.tasks.multilabel.scores import predicted_labels


@dataclass(frozen=True, slots=True)
class LabelMistake:
    """Image `index`: classes that it shows and the model does not predict (`missed`), and the other way (`added`).

    `surprise` is the largest distance of a wrong probability from its threshold, 0..1.
    """

    index: int
    missed: tuple[int, ...]
    added: tuple[int, ...]
    surprise: float


def label_mistakes(
    there_nc: ArrayLike, probabilities_nc: ArrayLike, thresholds: Sequence[float]
) -> tuple[LabelMistake, ...]:
    """Every image with a wrong answer, the most surprising first; equal ones stay in the order of the images."""
    truth, probabilities = np.asarray(there_nc, bool), np.asarray(probabilities_nc, float)
    answers = predicted_labels(probabilities, thresholds)
    wrong = answers != truth
    surprise = np.where(wrong, np.abs(probabilities - np.asarray(thresholds, float)), -1.0).max(axis=1, initial=-1.0)
    rows = np.flatnonzero(wrong.any(axis=1))
    order = rows[np.argsort(-surprise[rows], kind="stable")]
    return tuple(
        LabelMistake(int(i), _indices(truth[i] & ~answers[i]), _indices(answers[i] & ~truth[i]), float(surprise[i]))
        for i in order
    )


def _indices(chosen: np.ndarray) -> tuple[int, ...]:
    return tuple(int(index) for index in np.flatnonzero(chosen))
