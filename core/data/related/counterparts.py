"""Images of one class in different folders whose names agree, whatever the folders are called: 'left/cat/L_001' and
'right/cat/R_001', 'cat/1' and 'cat/aug/1_0_4521'. They are versions of one image, or each folder counts for itself.

Where names only count, the images decide if there are enough of them (see `likeness`). Where nothing does, the images
are kept together: that takes nothing from the data, unless too few groups were left to be divided.
"""

from collections import Counter, defaultdict
from collections.abc import Container, Sequence
from pathlib import PurePosixPath

from core.data.dataset import Dataset
from core.data.related.agreeing import Agreement, agreement
from core.data.related.likeness import MANY, go_together
from core.data.related.own_folders import groups_of_own_folders
from core.data.related.roles import Roles, are_known, may_count_anew, places_of, role_pairs
from core.data.related.shifted import shifted
from core.data.related.versions import TOGETHER, Groups, group_numbers, joined, not_among
from core.text import short

_FEWEST_UNITS = 5  # of a class, for training, validation and test


def counterpart_groups(
    dataset: Dataset, unused: Container[int] = (), known: Groups = (), dealt: bool = True, shift: bool = True
) -> tuple[Groups, list[str]]:
    """Such images, and notes on them; without those that are together in `known`. `dealt`: they are kept together, and
    the notes say so. `shift`: also those of folders of which one began a little later (see `shifted`)."""
    own, notes = groups_of_own_folders(dataset, unused, known, dealt)
    known = joined(known, own)
    of_images = {index for group in own for index in group}
    certain, doubtful = _found(
        dataset, {n for n in range(len(dataset.items)) if n in unused or n in of_images}, shift, known
    )
    sure = not_among(joined(certain), known)
    maybe = not_among(joined(doubtful), joined(known, sure))
    kept, lost = _affordable(dataset, joined(known, sure), maybe) if dealt else (maybe, ())
    together = joined(sure, kept) if kept else sure
    notes += _note(dataset, together, TOGETHER if dealt else "they may be versions")
    notes += _note(dataset, lost, "too few groups would be left to divide, so that they are not kept together")
    return (*own, *together), notes


def _found(dataset: Dataset, unused: Container[int], shift: bool, known: Groups) -> tuple[Groups, Groups]:
    """The groups that images or names are sure of, and others."""
    places = places_of(dataset, unused)
    number = group_numbers(known)
    certain: list[tuple[int, ...]] = []
    doubtful: list[tuple[int, ...]] = []
    for roles, pairs in role_pairs(dataset, places).items():
        sides = [(places[one], places[other]) for one, other in pairs]
        found = agreement(sides)
        groups = [group for some in found.groups for group in some] if found else []
        if found and go_together(dataset, [(n, (g[0], g[-1])) for n, some in enumerate(found.groups) for g in some]):
            certain += groups
        elif shift and not are_known(places, pairs, number) and (moved := shifted(dataset, sides)):
            certain += [group for some in moved for group in some]
        elif found and _believed(found, roles, len(groups)):
            (doubtful if found.counted else certain).extend(groups)
    return tuple(certain), tuple(doubtful)


def _believed(found: Agreement, roles: Roles, count: int) -> bool:
    """Whether names are believed that the images do not confirm."""
    return not found.doubtful and not may_count_anew(roles) and (not found.counted or count < MANY)


def _affordable(dataset: Dataset, known: Groups, groups: Groups) -> tuple[Groups, Groups]:
    """The groups of classes that can still be divided with them, and those of others."""
    few = {kind for kind, count in _units(dataset, joined(known, groups)).items() if count < _FEWEST_UNITS}
    kept = tuple(group for group in groups if dataset.kinds[group[0]] not in few)
    return kept, tuple(group for group in groups if dataset.kinds[group[0]] in few)


def _units(dataset: Dataset, groups: Groups) -> Counter[int]:
    units = Counter(dataset.kinds)
    for group in groups:
        units[dataset.kinds[group[0]]] -= len(group) - 1
    return units


def _note(dataset: Dataset, groups: Groups, kept: str) -> list[str]:
    if not groups:
        return []
    one, other = _example(dataset, groups[0])
    return [
        f"{sum(map(len, groups)):,} images of one class have names that agree in several folders, such as "
        f"'{short(one)}' and '{short(other)}'; {kept}. If they have nothing to do with one another, give them names of "
        "their own."
    ]


def _example(dataset: Dataset, group: Sequence[int]) -> tuple[str, str]:
    """Names of two images of a group, of different folders."""
    folders: dict[str, str] = defaultdict(str)
    for index in group:
        name = dataset.items[index].name
        folders[str(PurePosixPath(name).parent)] = folders[str(PurePosixPath(name).parent)] or name
    one, other = list(folders.values())[:2]
    return one, other
