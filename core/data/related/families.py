"""Images of one folder that are called in two ways with the same numbers, or as many of them in the same order, and
that go together by their pixels: 'image_7' and 'predictions_7', 'IMG_0007' and 'aug_6_4711'."""

import re
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from core.data.dataset import Dataset
from core.data.layouts.masked.numbers import Numbered, Numbers, kinds_of_names
from core.data.related.agreeing import in_order
from core.data.related.likeness import go_together
from core.data.related.roles import Place, places_of
from core.data.related.versions import TOGETHER, Groups, joined, not_among
from core.text import short

_FEWEST = 3  # images called in one way
_MOST = 6  # ways in a folder
_MOST_PAIRS = 100  # of ways that are compared
_FEW = 12  # pairs that may be too few to go together, where their numbers are the same
_DIGITS = re.compile(r"\d+")

_Family = dict[int, Numbers]


class _Sides(NamedTuple):
    place: Place
    one: _Family
    other: _Family


def family_groups(
    dataset: Dataset, unused: Container[int] = (), known: Groups = (), dealt: bool = True
) -> tuple[Groups, list[str]]:
    """Such images, and a note on them; without those that are together in `known`. `dealt`: they are kept together, and
    the note says so."""
    found = [group for sides in _ways(dataset, unused) for group in _of(dataset, sides)]
    groups = not_among(joined(tuple(found)), known)
    if not groups:
        return (), []
    one, other = (dataset.items[index].name for index in groups[0][:2])
    kept = TOGETHER if dealt else "they may show the same"
    return groups, [
        f"{sum(map(len, groups)):,} images are called in two ways with the same numbers or order and may be versions "
        f"of one image, such as '{short(one)}' and '{short(other)}'; {kept}."
    ]


def _ways(dataset: Dataset, unused: Container[int]) -> list[list[_Sides]]:
    """For two ways of being called all folders that have both."""
    labels = {dataset.kinds[index]: dataset.label_of(item).casefold() for index, item in enumerate(dataset.items)}
    found: dict[tuple[str, str], list[_Sides]] = defaultdict(list)
    for place, names in places_of(dataset, unused).items():
        families = dict(_families(names, labels[place[0]]))
        for one, other in combinations(sorted(families), 2) if len(families) <= _MOST else ():
            found[one, other].append(_Sides(place, families[one], families[other]))
    return list(found.values())[:_MOST_PAIRS]


def _families(names: Mapping[str, int], label: str) -> Iterator[tuple[str, _Family]]:
    ways: dict[str, dict[int, str]] = defaultdict(dict)
    for stem, index in names.items():
        ways[_DIGITS.sub("0", stem.replace(label, "\0"))][index] = stem
    for way, stems in ways.items():
        if len(stems) >= _FEWEST and len(found := kinds_of_names(stems)) == 1:
            yield way, found[0]


def _of(dataset: Dataset, ways: Sequence[_Sides]) -> list[tuple[int, ...]]:
    by_number = [(sides.place, group) for sides in ways for group in _same_numbers(sides)]
    by_order = [
        (place, group)
        for place, one, other in ways
        for group in in_order(sorted(one, key=lambda n: one[n]), sorted(other, key=lambda n: other[n]))
    ]
    for groups in (by_number, by_order):
        if go_together(dataset, [(place, (group[0], group[-1])) for place, group in groups]):
            return [group for _, group in groups]
    exact = all(sorted(sides.one.values()) == sorted(sides.other.values()) for sides in ways)
    return [group for _, group in by_number] if exact and len(by_number) < _FEW else []


def _same_numbers(sides: _Sides) -> list[tuple[int, ...]]:
    pairs = max(Numbered([sides.other]).same(sides.one), Numbered([sides.one]).same(sides.other), key=len)
    return list(joined(tuple((base, made) for made, base in pairs.items())))
