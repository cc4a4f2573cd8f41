"""Versions of one image in several parts of a data set that came divided, as where it was augmented before: told only,
as the parts are kept."""

import unicodedata
from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from core.data.dataset import Dataset, Item
from core.data.layouts.vocabulary.letters import fold
from core.data.layouts.words import is_generic, kind_of
from core.data.related.affixes import is_count, tokens
from core.data.related.companions import companion_groups
from core.data.related.counterparts import counterpart_groups
from core.data.related.families import family_groups
from core.data.related.likeness import MANY, go_together
from core.data.related.stems import stem_groups
from core.data.related.versions import Groups, joined, version_groups
from core.text import short

_FEWEST = 3  # groups
_TELLING = 12  # digits and letters of a name that is there once in the world
_TELLING_NUMBER = 8  # digits of a number that nothing counts up to, as a date


def across_parts_notes(dataset: Dataset, unused: Container[int] = ()) -> list[str]:
    """A sentence where images in different parts are versions of one image by their names, as a list of one or none.

    Names that several parts have, as where each counts for itself, tell it only where their images do.
    """
    if not dataset.presplit:
        return []
    merged = replace(dataset, items=tuple(map(_without_part, dataset.items)))
    same = _same_names(merged, dataset.items, unused)
    several = {index for group in same for index in group}
    others = {index for index in range(len(dataset.items)) if index in unused or index in several}
    groups = [*_told_by_images(dataset, same), *_told_by_names(dataset, merged, others)]
    if len(groups) < _FEWEST:
        return []
    one, other = (dataset.items[index].name for index in _example(dataset, groups[0]))
    return [
        f"{sum(map(len, groups)):,} images in different parts are called like versions of one another, such as "
        f"'{short(one)}' and '{short(other)}': if they are, the scores will be too good. Put all versions of an image "
        "into one part, or take those out of validation and test that were made of training images."
    ]


def _without_part(item: Item) -> Item:
    path = PurePosixPath(item.name)
    folders = [_tidy(name) for name in path.parts[:-1] if not item.part or kind_of(name) != item.part]
    return replace(item, name=str(PurePosixPath(*folders, path.name)), part=None)


def _tidy(name: str) -> str:
    """A folder's name, whichever way a system writes its letters: 'Küche' in one or in two characters, 'dog '."""
    return unicodedata.normalize("NFC", name).strip().casefold()


def _same_names(merged: Dataset, items: Sequence[Item], unused: Container[int]) -> list[tuple[int, ...]]:
    """The images of each name that several parts have."""
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    for index, item in enumerate(merged.items):
        if index not in unused:
            found[merged.kinds[index], str(PurePosixPath(item.name).with_suffix("")).casefold()].append(index)
    return [tuple(group) for group in found.values() if len({items[index].part for index in group}) > 1]


def _told_by_images(dataset: Dataset, same: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """The groups of one name whose images go together, or whose names nobody gives twice."""
    pairs = [_example(dataset, group) for group in same]
    if go_together(dataset, [(dataset.kinds[pair[0]], pair) for pair in pairs]):
        return list(same)
    return [group for group in same if _is_telling(PurePosixPath(dataset.items[group[0]].name).stem)]


def _is_telling(stem: str) -> bool:
    return sum(map(str.isalnum, stem)) >= _TELLING and any(map(str.isdigit, stem)) and not stem.isdecimal()


def _told_by_names(dataset: Dataset, merged: Dataset, unused: Container[int]) -> list[tuple[int, ...]]:
    groups: Groups = version_groups(merged, unused)
    for find in (companion_groups, stem_groups, counterpart_groups, family_groups):
        groups = joined(groups, find(merged, unused, groups, False)[0])
    across = [group for group in groups if len({dataset.items[index].part for index in group}) > 1]
    counted = [group for group in across if all(_is_counted(dataset, index) for index in group)]
    if counted and not go_together(dataset, [(dataset.kinds[g[0]], _example(dataset, g)) for g in counted]):
        across = [group for group in across if group not in counted]
    stems = [PurePosixPath(dataset.items[group[0]].name).stem for group in across]
    pairs = [(dataset.kinds[group[0]], _example(dataset, group)) for group in across]
    if len(across) >= MANY and is_count(stems) and not go_together(dataset, pairs):
        return []
    return across


def _is_counted(dataset: Dataset, index: int) -> bool:
    """Whether a name has nothing but short numbers, the words for a part, an image or the class: 'val_1', 'testCat07'
    in the class 'cat'."""
    item = dataset.items[index]
    stem = fold(PurePosixPath(item.name).stem)
    labels = sorted((fold(dataset.classes[label]) for label in item.classes), key=len, reverse=True)
    for label in labels:
        stem = stem.replace(label, " ") if label else stem
    rest = [token for token in tokens(stem) if token[0].isalnum()]
    rest = [token for token in rest if not (kind_of(token) or is_generic(token))]
    return all(token.isdigit() and len(token) < _TELLING_NUMBER for token in rest)


def _example(dataset: Dataset, group: Sequence[int]) -> tuple[int, int]:
    """Two images of different parts."""
    other = next(index for index in group if dataset.items[index].part != dataset.items[group[0]].part)
    return group[0], other
