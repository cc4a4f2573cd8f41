"""Folders that may hold versions of the same images: those of one class whose paths differ in one place.

'left/cat' and 'right/cat', 'cat/full' and 'cat/crop', 'cat' and 'cat/runs/detect/exp'. What they differ in is the role
of a folder, and what is true of a role is so in all classes.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import PurePosixPath

from core.data.dataset import Dataset
from core.data.layouts.words import is_fold, is_generic, is_group, kind_of

Place = tuple[int, str]  # labels and folder
Role = tuple[str, ...]  # folders
Roles = tuple[Role, Role]
_MOST = 12  # roles of one kind: more are those of subjects or images
_MOST_PAIRS = 200  # of roles that are compared
_FEWEST = 3  # images of the smaller side
_KNOWN = 0.5  # of them
_OWN = "\0"  # stands for the folder of a class


def places_of(dataset: Dataset, unused: Container[int]) -> dict[Place, dict[str, int]]:
    """The images of each folder of each class by their names in lower case without endings."""
    places: dict[Place, dict[str, int]] = defaultdict(dict)
    for index, item in enumerate(dataset.items):
        if index not in unused:
            folder, _, name = item.name.rpartition("/")
            places[dataset.kinds[index], folder or "."].setdefault((name.rpartition(".")[0] or name).casefold(), index)
    return dict(places)


def role_pairs(dataset: Dataset, places: Mapping[Place, Mapping[str, int]]) -> dict[Roles, list[tuple[Place, Place]]]:
    """The folders that differ in nothing but their roles, by these; those with most images first."""
    labels = {dataset.kinds[index]: dataset.label_of(item) for index, item in enumerate(dataset.items)}
    kinds: dict[tuple[int, Role, Role], dict[Role, Place]] = defaultdict(dict)
    for place in places:
        for start, role, end in _cut(_folders(place, labels[place[0]])):
            kinds[place[0], start, end][role] = place
    found: dict[Roles, list[tuple[Place, Place]]] = defaultdict(list)
    presplit = dataset.presplit
    for roles in kinds.values():
        for one, other in combinations(sorted(roles), 2) if 1 < len(roles) <= _MOST else ():
            if presplit and any(map(kind_of, (*one, *other))):
                continue  # see `across_parts`
            if not one or (one[0] != other[0] and one[-1] != other[-1]):
                found[one, other].append((roles[one], roles[other]))
    sizes = {
        roles: sum(min(len(places[one]), len(places[other])) for one, other in pairs) for roles, pairs in found.items()
    }
    largest = sorted(found, key=lambda roles: (-sizes[roles], roles))[:_MOST_PAIRS]
    return {roles: found[roles] for roles in largest}


def _folders(place: Place, label: str) -> Role:
    parts = PurePosixPath(place[1]).parts
    return tuple(_OWN if part.casefold() == label.casefold() else part.casefold() for part in parts)


def _cut(folders: Role) -> Iterator[tuple[Role, Role, Role]]:
    """A path in three, of which the middle may be empty, in all ways."""
    for start in range(len(folders) + 1):
        for end in range(start, len(folders) + 1):
            yield folders[:start], folders[start:end], folders[end:]


def may_count_anew(roles: Roles) -> bool:
    """Whether two folders are called like batches of images of which each is counted for itself: 'session 1' and
    'session 2', 'fold1' and 'fold2', 'train' and 'test'."""
    return all(role and _is_lot(role) for role in roles)


def _is_lot(role: Iterable[str]) -> bool:
    return any(not is_generic(name) and (is_group(name) or is_fold(name) or kind_of(name) is not None) for name in role)


def are_known(
    places: Mapping[Place, Mapping[str, int]], pairs: Sequence[tuple[Place, Place]], number: Mapping[int, int]
) -> bool:
    """Whether it is known of most images of the smaller side what they go with on the other one, or these are too few
    to ask; `number` is that of the group of an image."""
    known = fewer = 0
    for one, other in pairs:
        sides = sorted((list(places[one].values()), list(places[other].values())), key=len)
        there = {number[index] for index in sides[1] if index in number}
        known += sum(number.get(index) in there for index in sides[0])
        fewer += len(sides[0])
    return fewer < _FEWEST or known >= _KNOWN * fewer
