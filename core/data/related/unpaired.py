"""Images whose names or folders say that they were made of others, but not of which: 'cat_aug_17', 'augmented/0'."""

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from pathlib import PurePosixPath

from core.data.dataset import Dataset
from core.data.layouts.vocabulary.letters import folded
from core.data.related.affixes import words
from core.data.related.copy_names import ALTERED
from core.data.related.versions import Groups
from core.text import short

_FEWEST = 3  # images of a class that are called so, and of others
_FEWEST_GENERATED = 6
_GENERATED = re.compile(r"(?P<start>(?:.*_)?0)_(?P<number>\d{1,8})")  # as Keras writes what it makes of single images
_MORE = frozenset(("augs", "flip", "hflip", "vflip", "mirror", "rot", "jitter", "elastic"))
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d{3})")  # beside which 'aug' is a month


def unpaired_notes(dataset: Dataset, unused: Container[int], groups: Groups) -> list[str]:
    """Sentences on such images, none for a data set that came divided: on those that stand in no group, where others
    of their class are called otherwise, and on classes that hold nothing but such copies."""
    if dataset.presplit:
        return []
    return [*_beside_others(dataset, unused, groups), *_alone(dataset, unused)]


def _beside_others(dataset: Dataset, unused: Container[int], groups: Groups) -> list[str]:
    grouped = {index for group in groups for index in group}
    called: dict[int, list[int]] = defaultdict(list)
    others: dict[int, int] = defaultdict(int)
    for index, item in enumerate(dataset.items):
        if index not in unused:
            if _is_altered(item.name, dataset.label_of(item)):
                called[dataset.kinds[index]].append(index)
            else:
                others[dataset.kinds[index]] += 1
    found = [
        index
        for kind, indices in called.items()
        if min(len(indices), others[kind]) >= _FEWEST
        for index in indices
        if index not in grouped
    ]
    if len(found) < _FEWEST:
        return []
    return [
        f"{len(found):,} images are called as if they were made of others, such as "
        f"'{short(dataset.items[found[0]].name)}', but not of which. If they are, versions of one image are in several "
        "parts, and the scores will be too good: take them out, as images are augmented anew in training, or divide "
        "the data set before."
    ]


def _alone(dataset: Dataset, unused: Container[int]) -> list[str]:
    """Of all that a class holds: names as programs give to copies of single images, with a number at random."""
    classes: dict[int, list[str]] = defaultdict(list)
    for index, item in enumerate(dataset.items):
        if index not in unused:
            classes[dataset.kinds[index]].append(item.name)
    found = [members for members in classes.values() if _are_generated(members)]
    if not found:
        return []
    return [
        f"{sum(map(len, found)):,} images are called as programs call altered copies, such as '{short(found[0][0])}', "
        "with a number at random. If they are, copies of one image are in several parts, and the scores will be too "
        "good: use the images that they were made of, as images are augmented anew in training."
    ]


def _are_generated(members: Sequence[str]) -> bool:
    matches = [_GENERATED.fullmatch(PurePosixPath(name).stem) for name in members]
    numbers = {int(match["number"]) for match in matches if match}
    one = len({match["start"] for match in matches if match}) == 1
    return one and all(matches) and len(numbers) >= _FEWEST_GENERATED and max(numbers) > 4 * len(numbers)


def _is_altered(name: str, label: str) -> bool:
    path = PurePosixPath(name)
    own = set(_folded(words(label)))
    found = [*words(path.stem), *(word for folder in path.parts[:-1] for word in words(folder))]
    told = set(_folded(found)) - own - ({"aug"} if _YEAR.search(name) else set())
    return not told.isdisjoint(ALTERED | _MORE)


def _folded(found: Iterable[str]) -> Iterable[str]:
    return map(folded, found)
