"""Names that share their numbers, whatever words stand around them: 'img_007' and 'tumour-007b'."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations

_HASH = re.compile(r"(?<![^\W_])(?=[0-9a-f]*\d)(?=[0-9]*[a-f])[0-9a-f]{8,}(?![^\W_])")
_NUMBER = re.compile(r"\d+")
_LONGEST = 9  # digits of a number that counts
_MOST = 8  # numbers in a name
_ENOUGH = 0.8  # of the names of a kind have the numbers of another kind
_MANY = 0.5  # of those of the other kind are theirs: a few names that count have the numbers of any others

Numbers = tuple[int, ...]


def kinds_of_names(stems: Mapping[int, str]) -> list[dict[int, Numbers]]:
    """The names sorted by the words in them, each with its numbers; without those that all of a kind have. The digits
    of a hash, as exports add one to each name, are none."""
    kinds: dict[str, dict[int, Numbers]] = defaultdict(dict)
    for index, stem in stems.items():
        bare = _HASH.sub("", stem.casefold())
        found = _NUMBER.findall(bare)
        if found and len(found) <= _MOST and all(len(number) <= _LONGEST for number in found):
            kinds[_NUMBER.sub("0", bare)][index] = tuple(map(int, found))
    return [_that_differ(numbers) for numbers in kinds.values()]


def _that_differ(numbers: dict[int, Numbers]) -> dict[int, Numbers]:
    """Each name's numbers without the places where all have the same one; of a single name all."""
    places = [place for place, values in enumerate(zip(*numbers.values(), strict=True)) if len(set(values)) > 1]
    return {index: tuple(found[place] for place in places) or found for index, found in numbers.items()}


class Numbered:
    """Kinds of names by their numbers. Where every name has words of its own there are as many kinds as names: only
    those that share numbers are compared."""

    def __init__(self, kinds: Iterable[Mapping[int, Numbers]]) -> None:
        different: dict[tuple[int, frozenset[Numbers]], Mapping[int, Numbers]] = {}
        for kind in kinds:
            different.setdefault((len(kind), frozenset(kind.values())), kind)  # of equal ones the first one fits
        self._kinds = list(different.values())
        self._holding: dict[Numbers, list[int]] = defaultdict(list)
        for place, (_, held) in enumerate(different):
            for numbers in held:
                self._holding[numbers].append(place)
        self._lengths = sorted({len(numbers) for numbers in self._holding})

    def same(self, made: Mapping[int, Numbers]) -> dict[int, int]:
        """For the names of one kind those of the kind with the same numbers, where nearly all have one, and these are
        many; empty where none fits. A name may have more numbers, as where an image has several masks."""
        best: dict[int, int] = {}
        for place in self._candidates(made):
            kind = self._kinds[place]
            by_numbers = {numbers: index for index, numbers in kind.items()}
            length, own = (len(next(iter(each.values()))) for each in (kind, made))
            for places in combinations(range(own), length):
                keys = {index: tuple(found[place] for place in places) for index, found in made.items()}
                pairs = {index: by_numbers[key] for index, key in keys.items() if key in by_numbers}
                many = len(set(pairs.values())) >= _MANY * len(kind)
                if many and len(pairs) >= max(_ENOUGH * len(made), len(best) + 1):
                    best = pairs
            if len(best) == len(made):
                break
        return best

    def _candidates(self, made: Mapping[int, Numbers]) -> list[int]:
        """The kinds that may fit, in order: neither much larger, nor without the numbers of any of as many names as
        may be left over, and one more."""
        tried = list(made.values())[: int((1 - _ENOUGH) * len(made)) + 2]
        parts = {part for found in tried for length in self._lengths for part in combinations(found, length)}
        places = {place for part in parts for place in self._holding.get(part, ())}
        return sorted(place for place in places if _MANY * len(self._kinds[place]) <= len(made))
