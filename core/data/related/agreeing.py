"""How the names of two folders agree: as they are, but for what all names of a folder have, or by what a tool added."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from core.data.natural import natural_key
from core.data.related.affixes import NEARLY_ALL, bare_parts, is_count, tokens
from core.data.related.versions import origins

Names = Mapping[str, int]  # an image by its name without ending, in lower case
Sides = tuple[Names, Names]  # of two folders whose images may be versions of each other
_Keys = dict[str, list[int]]
_Common = dict[str, tuple[list[int], list[int]]]  # by key those of either folder
_FEWEST = 3  # images that agree
_ENOUGH = 0.5  # share of the folder with fewer images
_TIMES = 8  # images made of one
_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
_SHORTEST = 5  # letters and digits of a name by which a longer one may be called
_LONGEST = 60  # tokens


class Agreement(NamedTuple):
    """`groups`: of each pair of folders the images of one name. `counted`: the names only count; `doubtful`: it takes
    more than the names to believe them."""

    groups: list[list[tuple[int, ...]]]
    counted: bool
    doubtful: bool


def agreement(sides: Sequence[Sides]) -> Agreement | None:
    """How the names of several pairs of folders agree, in the same way in all of them; None where most do not."""
    for keys_of, least, sure in _WAYS:
        found = [_common(keys_of(one, other), keys_of(other, one)) for one, other in sides]
        together = [{key: (*left, *right) for key, (left, right) in common.items()} for common in found]
        share = max(_share(sides, found, side) for side in (0, 1))
        if len({key for common in together for key in common}) >= _FEWEST and share >= least:
            counted = all(is_count(list(common)) for common in together if common)
            groups = [list(common.values()) for common in together]
            return Agreement(groups, counted, doubtful=share < sure)
    return _in_order(sides)


def _share(sides: Sequence[Sides], found: Sequence[_Common], side: int) -> float:
    """Which share of the images of one of both sides have a counterpart."""
    return sum(len(both[side]) for common in found for both in common.values()) / sum(len(each[side]) for each in sides)


def _common(one: _Keys, other: _Keys) -> _Common:
    """The images of each key that both have, unless several of both have it."""
    return {
        key: (left, right)
        for key, left in one.items()
        if (right := other.get(key)) and min(len(left), len(right)) == 1 and set(left).isdisjoint(right)
    }


def _in_order(sides: Sequence[Sides]) -> Agreement | None:
    """The images of folders in the order of their names, which says little."""
    ordered = [[[names[stem] for stem in sorted(names, key=natural_key)] for names in each] for each in sides]
    groups = [in_order(one, other) for one, other in ordered]
    return Agreement(groups, counted=True, doubtful=True) if all(groups) and sum(map(len, groups)) >= _FEWEST else None


def in_order(one: Sequence[int], other: Sequence[int]) -> list[tuple[int, ...]]:
    """Each of the images of which there are fewer with the next one, or the next few, of the others; empty where these
    are not so many times as many."""
    fewer, more = sorted((one, other), key=len)
    times, rest = divmod(len(more), max(1, len(fewer)))
    if rest or times > _TIMES:
        return []
    return [(index, *more[times * place : times * (place + 1)]) for place, index in enumerate(fewer)]


def _keyed(pairs: Iterable[tuple[str, int]]) -> _Keys:
    keys: _Keys = defaultdict(list)
    for key, index in pairs:
        if key:
            keys[_ZEROS.sub("", key)].append(index)
    return keys


def _plain(names: Names, _: Names) -> _Keys:
    return _keyed(names.items())


def _bare(names: Names, _: Names) -> _Keys:
    """By what differs within the folder: '12' for 'rgb_0012_left'."""
    stems = list(names)
    return _keyed(zip(bare_parts(stems), (names[stem] for stem in stems), strict=True)) if len(stems) > 1 else {}


def _made_of(names: Names, _: Names) -> _Keys:
    """By what a tool made an image of: 'cat05' for 'cat05_0_4521' and 'cat05_jpg.rf.3f2a…'."""
    return _keyed((origins(stem)[-1], index) for stem, index in names.items())


def _called_after(names: Names, others: Names) -> _Keys:
    """By the longest name of the other folder within a name, between its words and numbers."""
    known: dict[int, set[str]] = defaultdict(set)  # by the number of their tokens
    for other in others:
        if sum(map(str.isalnum, other)) >= _SHORTEST and any(map(str.isdigit, other)):
            known[len(tokens(other))].add(other)
    return _keyed((_within(stem, known), index) for stem, index in names.items())


def _within(stem: str, known: Mapping[int, set[str]]) -> str:
    parts = tokens(stem)[:_LONGEST]
    for length in sorted(known, reverse=True):
        for start in range(len(parts) - length + 1):
            if (run := "".join(parts[start : start + length])) in known[length]:
                return run
    return stem


_Way = tuple[Callable[[Names, Names], _Keys], float, float]  # the share that is enough, and that which is sure
_WAYS: tuple[_Way, ...] = (
    (_plain, _ENOUGH, _ENOUGH),
    (_made_of, _ENOUGH, _ENOUGH),
    (_called_after, _ENOUGH, _ENOUGH),
    (_bare, _ENOUGH, NEARLY_ALL),
)
