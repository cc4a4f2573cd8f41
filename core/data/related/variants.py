"""Variants of one image in folders that hold the same classes: 'color/cat/1.jpg' and 'segmented/cat/1_masked.jpg'.

Only who reads the inner folders as classes has said that the outer ones are none.
"""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping
from itertools import permutations
from pathlib import PurePosixPath

from core.data.dataset import Dataset
from core.data.layouts.words import is_fold, is_group, kind_of
from core.data.related.affixes import cuts
from core.data.related.versions import TOGETHER, Groups, joined, origins
from core.text import short

_FEWEST = 3  # names that two folders have in common
_ENOUGH = 0.5  # share of the names of a folder that are those of another one
_MOST = 12  # folders that are compared
_Place = tuple[int, str]  # labels, and the path between the outer folder and the file
_Files = dict[_Place, dict[str, int]]
_Pair = tuple[int, int]


def variant_groups(
    dataset: Dataset, unused: Container[int] = (), known: Groups = (), dealt: bool = True
) -> tuple[Groups, list[str]]:
    """Images of one class and name in several outer folders, and a note on them; without those together in `known`.

    A name may have more in one of the folders, as '_masked', where that is so of half of its files. `dealt`: they are
    kept together, and the note says so. Folders of parts, folds, days or persons are no variants.
    """
    if dataset.reading.layout not in ("inner", "innermost"):
        return (), []
    folders = _outer_folders(dataset, unused)
    if not 1 < len(folders) <= _MOST:
        return (), []
    pairs = [pair for one, other in permutations(folders.values(), 2) for pair in _pairs(one, other)]
    together = {index: number for number, group in enumerate(known) for index in group}
    groups = tuple(
        group
        for group in joined(tuple(pairs))
        if len({together.get(index, -1 - index) for index in group}) > 1  # more than is known
    )
    return groups, _notes(dataset, groups, dealt)


def _outer_folders(dataset: Dataset, unused: Container[int]) -> dict[str, _Files]:
    """The names of the files of each outer folder, by class and place within it."""
    folders: dict[str, _Files] = defaultdict(lambda: defaultdict(dict))
    for index, item in enumerate(dataset.items):
        path = PurePosixPath(item.name)
        places = [part for part in path.parts[:-1] if not (item.part and kind_of(part))]
        if index in unused or len(places) < 2 or is_fold(places[0]) or is_group(places[0]) or kind_of(places[0]):
            continue
        place = (dataset.kinds[index], "/".join((item.part or "", *places[1:])).casefold())
        folders[places[0]][place].setdefault(path.stem.casefold(), index)
    return folders


def _pairs(made: Mapping[_Place, Mapping[str, int]], bases: Mapping[_Place, Mapping[str, int]]) -> list[_Pair]:
    """The files of one folder with those of another after which they are called."""
    total = min(sum(map(len, made.values())), sum(map(len, bases.values())))
    same = [
        (bases[place][stem], index)
        for place, stems in made.items()
        for stem, index in stems.items()
        if stem in bases.get(place, ())
    ]
    names = {stem for stems in made.values() for stem in stems}
    if len(same) >= max(_FEWEST, _ENOUGH * total) and len(names) >= _FEWEST:  # not 'img.png' in every folder
        return same
    return _named_after(made, bases) or _of_one_origin(made, bases)


def _of_one_origin(made: Mapping[_Place, Mapping[str, int]], bases: Mapping[_Place, Mapping[str, int]]) -> list[_Pair]:
    """Those that a tool has given another name, where it tells of which one of the other folder they were made."""
    found = []
    for place, stems in made.items():
        plain: dict[str, list[int]] = defaultdict(list)
        for stem, index in bases.get(place, {}).items():
            plain[origins(stem)[0]].append(index)
        for stem, index in stems.items():
            owner = next((owners for name in origins(stem) if (owners := plain.get(name))), [])
            found += [(owner[0], index)] if len(owner) == 1 else []
    return found if len(found) >= max(_FEWEST, _ENOUGH * sum(map(len, made.values()))) else []


def _named_after(made: Mapping[_Place, Mapping[str, int]], bases: Mapping[_Place, Mapping[str, int]]) -> list[_Pair]:
    kinds: dict[tuple[str, ...], dict[int, int]] = defaultdict(dict)
    for place, stems in made.items():
        for stem, index in stems.items():
            for words, base in _bases(stem, bases.get(place, {})):
                kinds[words].setdefault(index, base)
    words, _ = Counter({words: len(found) for words, found in kinds.items()}).most_common(1)[0] if kinds else ((), 0)
    found = kinds.get(words, {})
    enough = len(found) >= max(_FEWEST, _ENOUGH * sum(map(len, made.values())))
    return [(base, index) for index, base in found.items()] if enough else []


def _bases(stem: str, known: Mapping[str, int]) -> Iterable[tuple[tuple[str, ...], int]]:
    return [(tuple(affix.words), known[base]) for base, affix in cuts(stem) if base in known and affix.words]


def _notes(dataset: Dataset, groups: Groups, dealt: bool) -> list[str]:
    if not groups:
        return []
    one, other = (dataset.items[index].name for index in groups[0][:2])
    kept = TOGETHER if dealt else "they may be variants of one image"
    return [
        f"{sum(map(len, groups)):,} images of one class have the same name in several folders, such as '{short(one)}' "
        f"and '{short(other)}'; {kept}. If they have nothing to do with one another, give them names of their own."
    ]
