"""From trainings with and without to a measured effect, and whether a light agrees with it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tests.benchmarks.accuracy import corrected

HARMLESS = -0.03  # a green light promises that no more accuracy than this is lost
RESAMPLES = 4000
Right = Mapping[str, bool]  # by test image: was it named rightly?


@dataclass(frozen=True)
class Effect:
    """Accuracy with the augmentation minus without, and its 95 % interval: the wider of two.

    One is a bootstrap over test images of the difference averaged over trainings, the other Student's over trainings.
    """

    mean: float
    low: float
    high: float
    trials: int
    images: int


def effect(without: Mapping[int, Right], with_it: Mapping[int, Right], test_to_train: float) -> Effect | None:
    """The effect over the trials that both have; None for fewer than two.

    `test_to_train` is 0 where each trial has training images of its own, else as in `corrected`.
    """
    both = [trial for trial in with_it if trial in without]
    if len(both) < 2:
        return None
    differences: dict[str, list[int]] = {}
    for trial in both:
        for image, right in with_it[trial].items():
            differences.setdefault(image, []).append(int(right) - int(without[trial][image]))
    per_trial = [_share(with_it[trial]) - _share(without[trial]) for trial in both]
    student = corrected(per_trial, test_to_train)
    images_n = np.array([np.mean(own) for own in differences.values()])
    low, high = _bootstrap(images_n)
    if student.high - student.low > high - low:
        low, high = student.low, student.high
    return Effect(float(np.mean(per_trial)), low, high, len(both), len(images_n))


def light(lights: Sequence[str]) -> str:
    """The light of most trials; of equally many the more careful one."""
    counts, order = Counter(lights), ("unknown", "green", "amber", "red")
    return max(counts, key=lambda one: (counts[one], order.index(one)))


def agrees(shown: str, found: Effect) -> bool | None:
    """Whether the light told the truth; None for amber and unknown, which promise nothing."""
    if shown == "red":
        return found.high < 0
    return found.low > HARMLESS if shown == "green" else None


def _share(right: Right) -> float:
    return float(np.mean(list(right.values())))


def _bootstrap(values_n: np.ndarray) -> tuple[float, float]:
    drawn = np.random.default_rng(0).integers(0, len(values_n), (RESAMPLES, len(values_n)))
    low, high = np.percentile(values_n[drawn].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)
