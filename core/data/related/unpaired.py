"""Images whose names or folders say that they were made of others, but not of which: 'cat_aug_17', 'augmented/0'."""

import re
from collections import defaultdict
from collections.abc import Container, Iterable
from pathlib import PurePosixPath

from core.data.dataset import Dataset
from core.data.layouts.vocabulary.letters import folded
from core.data.related.affixes import words
from core.data.related.copy_names import ALTERED
from core.data.related.versions import Groups
from core.text import short

_FEWEST = 3  # images of a class that are called so, and of others
_MORE = frozenset(("augs", "flip", "hflip", "vflip", "mirror", "rot", "jitter", "elastic"))
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d{3})")  # beside which 'aug' is a month


def unpaired_notes(dataset: Dataset, unused: Container[int], groups: Groups) -> list[str]:
    """A sentence on such images that stand in no group, where others of their class are called otherwise; as a list of
    one or none. Only for a data set that did not come divided."""
    if dataset.presplit:
        return []
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


def _is_altered(name: str, label: str) -> bool:
    path = PurePosixPath(name)
    own = set(_folded(words(label)))
    found = [*words(path.stem), *(word for folder in path.parts[:-1] for word in words(folder))]
    told = set(_folded(found)) - own - ({"aug"} if _YEAR.search(name) else set())
    return not told.isdisjoint(ALTERED | _MORE)


def _folded(found: Iterable[str]) -> Iterable[str]:
    return map(folded, found)
