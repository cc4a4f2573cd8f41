"""Folders of one image each, called after one beside them ('cat/IMG_0001/3.png' of 'cat/IMG_0001.jpg') or with files
of the same names ('cat/0001/rgb.png', 'cat/0001/depth.png'); and versions of an image that differ in when they were
kept: 'IMG_0001 (2022_03_04 10_11_12 UTC).jpg'.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Container, Mapping
from pathlib import PurePosixPath

from core.data.dataset import Dataset
from core.data.related.affixes import called_after, is_count
from core.data.related.roles import Place, places_of
from core.data.related.versions import TOGETHER, Groups, joined, not_among
from core.text import short

_Places = Mapping[Place, Mapping[str, int]]
_FEWEST = 3  # folders
_ENOUGH = 0.5  # of the folders there
_FEWEST_ALIKE, _MOST_FILES = 5, 6  # folders, and images in each of them
_KEPT = re.compile(
    r"(?P<name>.+?)[ _.-]*[(\[{](?:19|20)\d\d[ _.-]?\d\d[ _.-]?\d\d[ _.t-]*\d\d[ _.:-]?\d\d(?:[ _.:-]?\d\d)?"
    r"(?: ?(?:utc|gmt|z))?[)\]}]"
)


def groups_of_own_folders(
    dataset: Dataset, unused: Container[int] = (), known: Groups = (), dealt: bool = True
) -> tuple[Groups, list[str]]:
    """Such groups, and a note on each of the three kinds; without those that are together in `known`."""
    places = places_of(dataset, unused)
    groups: list[tuple[int, ...]] = []
    notes = []
    for found, what in (
        (_in_folders(places), "lie in folders called after another image"),
        (_of_same_files(places), "lie in folders that hold files of the same names"),
        (_at_times(places), "are called like versions of one image kept at different times"),
    ):
        new = not_among(found, known)
        if new:
            one, other = (dataset.items[index].name for index in new[0][:2])
            kept = TOGETHER if dealt else "they may show the same"
            notes.append(f"{sum(map(len, new)):,} images {what}, such as '{short(one)}' and '{short(other)}'; {kept}.")
            groups += new
    return joined(tuple(groups)), notes


def _in_folders(places: _Places) -> list[tuple[int, ...]]:
    above = {(label, folder): str(PurePosixPath(folder).parent) for label, folder in places if folder != "."}
    owners = {}
    for (label, folder), upper in above.items():
        images = places.get((label, upper), {})
        if name := called_after(PurePosixPath(folder).name, images):
            owners[label, folder] = images[name]
    all_there = Counter((label, upper) for (label, _), upper in above.items())
    owned = Counter((label, above[label, folder]) for label, folder in owners)
    enough = {place for place, count in owned.items() if count >= max(_FEWEST, _ENOUGH * all_there[place])}
    return [
        (owner, *places[label, folder].values())
        for (label, folder), owner in owners.items()
        if (label, above[label, folder]) in enough
    ]


def _of_same_files(places: _Places) -> list[tuple[int, ...]]:
    """The images of each folder, where most of a class hold the same few names that do not count."""
    kinds: dict[tuple[int, frozenset[str]], list[tuple[int, ...]]] = defaultdict(list)
    folders: Counter[int] = Counter()
    for (label, _), names in places.items():
        folders[label] += 1
        if 1 < len(names) <= _MOST_FILES and not is_count(names):
            kinds[label, frozenset(names)].append(tuple(names.values()))
    return [
        group
        for (label, _), groups in kinds.items()
        if len(groups) >= max(_FEWEST_ALIKE, _ENOUGH * folders[label])
        for group in groups
    ]


def _at_times(places: _Places) -> list[tuple[int, ...]]:
    found: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    for place, names in places.items():
        for name, index in names.items():
            kept = _KEPT.fullmatch(name)
            found[*place, kept["name"] if kept else name].append(index)
    return [tuple(indices) for indices in found.values() if len(indices) > 1]
