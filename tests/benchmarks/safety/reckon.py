"""From trainings with and without to a measured effect, and whether a light agrees with it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tests.benchmarks.accuracy import corrected

HARMLESS = -0.03  # a green light promises that no more accuracy than this is lost
RESAMPLES = 4000
Right = Mapping[str, bool]  # by test image: was it correctly classified?


@dataclass(frozen=True)
class Effect:
    """Accuracy with the augmentation minus without, and its 95 % interval: a bootstrap over trainings and test images.

    `t_low`, `t_high`: Student's over trainings alone. It is symmetric: one training that fails without augmentation, as
    happens with few images, then speaks as loudly against the augmentation as for it.
    """

    mean: float
    low: float
    high: float
    t_low: float
    t_high: float
    trials: int
    images: int


def effect(without: Mapping[int, Right], with_it: Mapping[int, Right], test_to_train: float) -> Effect | None:
    """The effect over the trials that both have; None for fewer than two.

    `test_to_train` is 0 where each trial has training images of its own, else as in `corrected`.
    """
    both = [trial for trial in with_it if trial in without]
    if len(both) < 2:
        return None
    place = {image: n for n, image in enumerate(sorted({image for trial in both for image in with_it[trial]}))}
    differences_tn = np.full((len(both), len(place)), np.nan)  # a fold tests only its own images
    for row, trial in enumerate(both):
        for image, right in with_it[trial].items():
            differences_tn[row, place[image]] = int(right) - int(without[trial][image])
    per_trial = np.nanmean(differences_tn, axis=1)
    student = corrected(per_trial.tolist(), test_to_train)
    low, high = _bootstrap(differences_tn)
    return Effect(float(per_trial.mean()), low, high, student.low, student.high, len(both), len(place))


def light(lights: Sequence[str]) -> str:
    """The light of most trials; of equally many the more careful one."""
    counts, order = Counter(lights), ("unknown", "green", "amber", "red")
    return max(counts, key=lambda one: (counts[one], order.index(one)))


def agrees(shown: str, found: Effect) -> bool | None:
    """Whether the light told the truth; None for amber and unknown, which promise nothing."""
    if shown == "red":
        return found.high < 0
    return found.low > HARMLESS if shown == "green" else None


def _bootstrap(differences_tn: np.ndarray) -> tuple[float, float]:
    """Trainings and images are drawn anew, apart from each other: every training is tested with the same images."""
    drawn, (trials, images) = np.random.default_rng(0), differences_tn.shape
    draws = (
        differences_tn[drawn.integers(0, trials, trials)][:, drawn.integers(0, images, images)]
        for _ in range(RESAMPLES)
    )
    means = [np.nanmean(found) for found in draws if not np.isnan(found).all()]
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)
