"""Images of folders that follow one another in the same order, of which one may have begun a few images later: the
frames of two cameras whose counters or clocks differ. Only pixels tell it."""

from collections.abc import Sequence

from core.data.dataset import Dataset
from core.data.natural import natural_key
from core.data.related.agreeing import Sides
from core.data.related.likeness import go_together, strength

_SHIFTS = (0, 1, -1, 2, -2)  # images by which one begins later
_TRIALS = 4999  # as several shifts are tried
_CLEARLY, _STRONG = 2.0, 1.2  # times as strong as in any other shift, and how strong at least
_Groups = list[list[tuple[int, ...]]]


def shifted(dataset: Dataset, sides: Sequence[Sides]) -> _Groups | None:
    """Of each pair of folders the images of one place in the order of their names, in the one shift in which they go
    together clearly; None where they do in none or in several, or where folders differ by more images than that."""
    ordered = [[[names[stem] for stem in sorted(names, key=natural_key)] for names in each] for each in sides]
    most = max(map(abs, _SHIFTS))
    if any(abs(len(one) - len(other)) > most for one, other in ordered):
        return None
    found = [_groups(ordered, shift) for shift in _SHIFTS]
    told = sorted(((strength(dataset, _pairs(groups)), groups) for groups in found), key=lambda one: -one[0])
    (best, groups), (second, _) = told[:2]
    if best < max(_STRONG, _CLEARLY * second):  # a series of images that change slowly, or of others
        return None
    return groups if go_together(dataset, _pairs(groups), _TRIALS) else None


def _groups(ordered: Sequence[Sequence[list[int]]], shift: int) -> _Groups:
    return [list(zip(one[max(0, -shift) :], other[max(0, shift) :], strict=False)) for one, other in ordered]


def _pairs(groups: _Groups) -> list[tuple[int, tuple[int, int]]]:
    return [(place, (pair[0], pair[1])) for place, some in enumerate(groups) for pair in some]
