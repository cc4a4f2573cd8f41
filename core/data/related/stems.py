"""Images that share a stem and differ in a word behind it: 'leaf01_original' and 'leaf01_cropped', 'eye7_a', 'eye7_b'.

None of them has the plain name, and the words are a small set in all of a folder.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping
from pathlib import PurePosixPath

from core.data.dataset import Dataset
from core.data.layouts.assigned import listed
from core.data.related.versions import TOGETHER, Groups
from core.text import short

_ENDED = re.compile(
    r"(?P<stem>.*[^\W_])(?:[ _.-]*\((?P<inside>[^\W\d_]+\d?)\)|[ _.-]+(?P<word>[^\W\d_]+\d?)|(?<=\d)(?P<letter>[a-z]))",
    re.IGNORECASE,
)
_FEWEST = 3  # stems
_MOST = 6  # words
_ENOUGH = 0.5  # share of the stems that have a word, and of the files of a folder that have one of the words
_Stems = dict[str, dict[str, int]]  # the files of each stem by their word


def stem_groups(
    dataset: Dataset, unused: Container[int] = (), known: Groups = (), dealt: bool = True
) -> tuple[Groups, list[str]]:
    """Images of one class that share a stem, and a note on them; without those that are together in `known`.

    `dealt`: they are kept together, and the note says so.
    """
    together = {index: number for number, group in enumerate(known) for index in group}
    groups = []
    endings: set[str] = set()
    for stems in _places(dataset, unused):
        for files in stems.values():
            for members in _by_kind(dataset, files).values():
                if len({together.get(index, -1 - index) for index in members.values()}) > 1:
                    groups.append(tuple(sorted(members.values())))
                    endings |= set(members)
    if not groups:
        return (), []
    one, other = (dataset.items[index].name for index in groups[0][:2])
    kept = TOGETHER if dealt else "they may show one object"
    return tuple(groups), [
        f"{sum(map(len, groups)):,} images share their names but for {listed(sorted(endings))} at the end, such as "
        f"'{short(one)}' and '{short(other)}'; {kept}. If some are no images of their own, such as masks, move them "
        "out of the class folders; if they show different objects, give them other names."
    ]


def stems_of_several_classes(dataset: Dataset) -> dict[int, str]:
    """Images of different classes that share a stem, as two eyes of one patient do, with a name for what they share."""
    shared: dict[int, str] = {}
    for number, stems in enumerate(_places(dataset, ())):
        for stem, files in stems.items():
            if len(_by_kind(dataset, files)) > 1:
                shared |= dict.fromkeys(files.values(), f"{number}/{stem}")
    return shared


def _by_kind(dataset: Dataset, files: Mapping[str, int]) -> dict[int, dict[str, int]]:
    kinds: dict[int, dict[str, int]] = defaultdict(dict)
    for word, index in files.items():
        kinds[dataset.kinds[index]][word] = index
    return kinds


def _places(dataset: Dataset, unused: Container[int]) -> Iterable[_Stems]:
    """The stems of each folder, or of all together where no name is there twice, if their words are a small set."""
    paths = {index: PurePosixPath(item.name) for index, item in enumerate(dataset.items) if index not in unused}
    unique = len({path.stem.casefold() for path in paths.values()}) == len(paths)
    places: dict[str, dict[str, int]] = defaultdict(dict)
    for index, path in paths.items():
        places["" if unique else str(path.parent)].setdefault(path.stem.casefold(), index)
    return [stems for names in places.values() if (stems := _stems(dataset, names))]


def _stems(dataset: Dataset, names: Mapping[str, int]) -> _Stems:
    """The stems of a folder's files with the words behind them; empty where these are no small set of words that come
    together, or where a word is that of a class."""
    ended: _Stems = defaultdict(dict)
    for name, index in names.items():
        if found := _ENDED.fullmatch(name):
            ended[found["stem"]][(found["inside"] or found["word"] or found["letter"])] = index
    counts = Counter(word for files in ended.values() for word in files)
    most = max(counts.values(), default=0)
    words = {word for word, count in counts.items() if count >= _ENOUGH * most}
    stems = {stem: kept for stem, files in ended.items() if (kept := {w: i for w, i in files.items() if w in words})}
    several = {stem: files for stem, files in stems.items() if len(files) > 1}
    if not 2 <= len(words) <= _MOST or len(several) < max(_FEWEST, _ENOUGH * len(stems)):
        return {}
    if any(counts[word] < _ENOUGH * len(stems) for word in words):
        return {}
    if sum(map(len, stems.values())) < _ENOUGH * len(names) or _words_are_classes(dataset, stems):
        return {}
    return several


def _words_are_classes(dataset: Dataset, stems: _Stems) -> bool:
    """Whether each word stands in one class alone, and not all in the same."""
    kinds: dict[str, set[int]] = defaultdict(set)
    for files in stems.values():
        for word, index in files.items():
            kinds[word].add(dataset.kinds[index])
    return all(len(found) == 1 for found in kinds.values()) and len(set.union(*kinds.values())) > 1
