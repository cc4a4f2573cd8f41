"""Images of one folder of which two in a row show the same thing: the thermal and the visible image that a camera
saves under consecutive numbers, 'FLIR0001' and 'FLIR0002'."""

import re
from collections import defaultdict
from collections.abc import Container, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.near.duplicates import SIDE
from core.data.related.likeness import Pair, features, go_together, has_thumbnail
from core.data.related.roles import Place, places_of
from core.data.related.versions import Groups, not_among
from core.text import short

_FEWEST, _FEWEST_TURNS = 10, 12  # pairs
_ENOUGH = 0.8  # of the images called so
_APART = 0.95  # of the images whose appearance shows the kind
_TRIALS = 4999
_COUNTED = re.compile(r"(?P<way>.*?)(?P<number>\d{1,9})(?P<end>\D*)")
_Placed = tuple[Place, Pair]


class _Way(NamedTuple):
    """Images by their numbers that are called in one way in one folder."""

    place: Place
    numbered: dict[int, int]

    def pairs(self, parity: int) -> list[_Placed]:
        """The images of such numbers with the next ones."""
        by = self.numbered
        return [(self.place, (by[n], by[n + 1])) for n in sorted(by) if n % 2 == parity and n + 1 in by]


def alternating_groups(
    dataset: Dataset, unused: Container[int] = (), known: Groups = (), dealt: bool = True
) -> tuple[Groups, list[str]]:
    """Such pairs, and a note on them; without those that are together in `known`. `dealt`: they are kept together, and
    the note says so.

    The two of a pair must have to do with each other where those between the pairs have not, or be of two kinds by
    their appearance that alternate.
    """
    found = [pair for ways in _ways(dataset, unused) for pair in _of(dataset, ways)]
    groups = not_among(found, known)
    if not groups:
        return (), []
    one, other = (dataset.items[index].name for index in groups[0])
    kept = "each pair stays in one part of the split" if dealt else "they may show the same"
    return groups, [
        f"{2 * len(groups):,} images with consecutive numbers go together in pairs by what they look like, such as "
        f"'{short(one)}' and '{short(other)}'; {kept}."
    ]


def _ways(dataset: Dataset, unused: Container[int]) -> list[list[_Way]]:
    """For each way of being called all folders that have it."""
    found: dict[tuple[str, str], dict[Place, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    for place, names in places_of(dataset, unused).items():
        label = dataset.label_of(dataset.items[next(iter(names.values()))]).casefold()
        for stem, index in names.items():
            if counted := _COUNTED.fullmatch(stem.replace(label, "\0")):
                found[counted["way"], counted["end"]][place].setdefault(int(counted["number"]), index)
    return [[_Way(place, numbered) for place, numbered in places.items()] for places in found.values()]


def _of(dataset: Dataset, ways: Sequence[_Way]) -> list[Pair]:
    """The pairs of all folders, or where these do not agree, of each for itself."""
    if together := _paired(dataset, ways):
        return together
    return [pair for way in ways for pair in _paired(dataset, [way])] if len(ways) > 1 else []


def _paired(dataset: Dataset, ways: Sequence[_Way]) -> list[Pair]:
    count = sum(len(way.numbered) for way in ways)
    both = [[pair for way in ways for pair in way.pairs(parity)] for parity in (1, 0)]
    enough = [pairs for pairs in both if len(pairs) >= max(_FEWEST, _ENOUGH * count / 2)]
    found = [pairs for pairs in enough if go_together(dataset, pairs, _TRIALS)]
    if len(found) == 2:  # a series of images that change slowly
        return []
    if not found and enough and _take_turns(dataset, enough[0]):
        found = [max(enough, key=len)]
    return [pair for pairs in found for _, pair in pairs]


def _take_turns(dataset: Dataset, pairs: Sequence[_Placed]) -> bool:
    """Whether one number tells the first images of nearly all pairs from the second ones."""
    used = [pair for _, pair in pairs if all(has_thumbnail(dataset, index) for index in pair)]
    if len(used) < _FEWEST_TURNS:
        return False
    one, other = (np.array([_look(dataset, pair[side]) for pair in used]) for side in (0, 1))
    both = np.sort(np.concatenate([one, other]), axis=0)
    middle = (both[len(used) - 1] + both[len(used)]) / 2
    above = ((one > middle).mean(axis=0) + (other < middle).mean(axis=0)) / 2
    below = ((one < middle).mean(axis=0) + (other > middle).mean(axis=0)) / 2
    return bool(max(above.max(), below.max()) >= _APART)


def _look(dataset: Dataset, index: int) -> NDArray[np.float64]:
    """The numbers of `features`, and how far colours are from grey."""
    colours = np.frombuffer(dataset.items[index].thumbnail, np.uint8)[: 3 * SIDE**2].reshape(-1, 3).astype(float)
    return np.append(features(dataset, index), np.ptp(colours, axis=1).mean())
