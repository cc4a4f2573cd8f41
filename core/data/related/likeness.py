"""Whether the images of pairs have more to do with each other than with the other images of their folders.

What was turned, cropped, blurred, inverted or coloured anew, and what another camera saw of the same thing, still has
its share of light, contrast and colour: among many pairs these go together, upwards or downwards. Measured on stamps
and on drawn images with 13 kinds of versions, in 8 trials each: of 60 pairs and more all were found; of 20, all of most
kinds and a quarter at least of edges and of levels made equal; of independent images 1 trial in 400.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.near.duplicates import BYTES, SIDE
from core.data.near.scenes import SIDE as FINE

MANY = 60  # pairs that would show it
_FEWEST = 5
_TRIALS = 499
_MOST = 50  # runs that are compared
_RUN = 8  # pairs that follow one another, at least: light may change slowly in all of them
Pair = tuple[int, int]
Place = Any  # what pairs are compared within, such as a class and a folder: classes differ in light, too


def go_together(dataset: Dataset, pairs: Sequence[tuple[Place, Pair]], trials: int = _TRIALS) -> bool:
    """Whether that is so of pairs of indices into `dataset.items`, each with the place that it lies in.

    Where the second ones are dealt anew among those that follow one another, not one of so many trials may be as good.
    """
    runs = _runs([one for one in pairs if all(has_thumbnail(dataset, index) for index in one[1])])
    if sum(map(len, runs)) < _FEWEST:
        return False
    one, other = _sides(dataset, runs)
    ends = np.cumsum([len(run) for run in runs])[:-1]
    found, random = _agreement(one, other), np.random.default_rng(0)
    for _ in range(trials):
        dealt = np.concatenate([random.permutation(run) for run in np.split(np.arange(len(one)), ends)])
        if _agreement(one, other[dealt]) >= found:
            return False
    return True


def strength(dataset: Dataset, pairs: Sequence[tuple[Place, Pair]]) -> float:
    """How much the images of such pairs agree, from 0 on; by chance the number of features by that of pairs."""
    runs = _runs([one for one in pairs if all(has_thumbnail(dataset, index) for index in one[1])])
    return _agreement(*_sides(dataset, runs)) if sum(map(len, runs)) >= _FEWEST else 0.0


def _sides(dataset: Dataset, runs: Sequence[Sequence[Pair]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    one, other = (np.concatenate([_ranked(dataset, [pair[side] for pair in run]) for run in runs]) for side in (0, 1))
    return one, other


def _runs(pairs: Sequence[tuple[Place, Pair]]) -> list[list[Pair]]:
    """Pairs of one place that follow one another, some of them where there are many."""
    places: dict[Place, list[Pair]] = defaultdict(list)
    for place, pair in pairs:
        places[place].append(pair)
    runs = [
        found[count * number // most : count * (number + 1) // most]
        for found in places.values()
        if (count := len(found)) > 1
        for most in [max(1, count // _RUN)]
        for number in range(most)
    ]
    return runs[:: max(1, -(-len(runs) // _MOST))]


def has_thumbnail(dataset: Dataset, index: int) -> bool:
    """Whether it is known what an image looks like."""
    return len(dataset.items[index].thumbnail) == BYTES


def features(dataset: Dataset, index: int) -> NDArray[np.float64]:
    """Numbers that stay or change alike when an image is turned, mirrored or cropped."""
    return _features_of(dataset.items[index].thumbnail)


@lru_cache(maxsize=1 << 13)
def _features_of(thumbnail: bytes) -> NDArray[np.float64]:
    pixels = np.frombuffer(thumbnail, np.uint8).astype(float)
    colours, grey = pixels[: 3 * SIDE**2].reshape(-1, 3), pixels[3 * SIDE**2 :].reshape(FINE, FINE)
    inner = grey[FINE // 4 : -FINE // 4, FINE // 4 : -FINE // 4]
    edges = np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean()
    tint = (colours - colours.mean(axis=1, keepdims=True)).mean(axis=0)
    light = (grey.mean(), np.median(grey), grey.std(), edges, inner.mean() - grey.mean())
    return np.array([*colours.mean(axis=0), *tint[::2], *light])


def _ranked(dataset: Dataset, indices: Sequence[int]) -> NDArray[np.float64]:
    """The ranks of some images by each feature, of mean 0 and variance 1; of equal images 0."""
    values = np.array([features(dataset, index) for index in indices])
    ranks = np.argsort(np.argsort(values, axis=0), axis=0).astype(float)
    ranks[:, np.ptp(values, axis=0) == 0] = 0
    ranks -= ranks.mean(axis=0)
    return np.asarray(ranks / np.maximum(1e-9, ranks.std(axis=0)), float)


def _agreement(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return float((np.mean(one * other, axis=0) ** 2).sum())
