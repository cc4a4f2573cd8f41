"""Folders that are called after how a data set was divided, not after what they show."""

from collections.abc import Sequence

from core.data.layouts.asking.questions import FILENAMES, FOLDERS, INNER, one_folder_options, with_or_without
from core.data.layouts.assigned import listed
from core.data.layouts.case import Case, unwrap
from core.data.layouts.shares import divide_a_set
from core.data.layouts.words import PREDICT, Kind, kind_of
from core.text import short


def ask_about_divisions(case: Case) -> None:
    """Raise `UnclearLayout` if the folders are called like parts of one data set by shares, such as 'ds_80' and
    'ds_20', or by words that mean parts together, such as 'source' and 'target'."""
    full = case.root.full
    if case.named or len(full) < 2 or not divide_a_set({folder.name: folder.image_count for folder in full}):
        return
    raise case.ask(
        f"The folders {listed(folder.name for folder in full)} are called like parts of one data set, not after what "
        "they show. If they are no classes, put the images of each class into a folder of its own, within train, val "
        "and test to keep that division, or add a file labels.csv with the columns file, label and split.",
        [
            *([INNER] if all(unwrap(folder).full for folder in full) else []),
            FILENAMES,
            *one_folder_options(case, full),
            FOLDERS,
        ],
    )


def ask_about_another_set(case: Case) -> None:
    """Raise if a folder beside others holds nothing but parts without class folders, which none of the others does:
    'export/train' and 'export/test' beside 'cat' and 'dog'."""
    full = case.root.full
    inner = {folder.path: [kind_of(one.name) for one in unwrap(folder).full] for folder in full}
    divided = [folder for folder in full if not folder.images and len(_parts(inner[folder.path])) > 1]
    apart = {folder.path for folder in divided}
    others = [kinds for path, kinds in inner.items() if path not in apart]
    if case.named or len(divided) != 1 or len(others) < 2 or any(set(kinds) - {None} for kinds in others):
        return
    raise case.ask(
        f"The folder '{short(divided[0].name)}' holds {listed(one.name for one in unwrap(divided[0]).full)}, which are "
        "called like parts: a data set of its own, no class as those beside it.",
        [*with_or_without(case, divided[0])[::-1], FOLDERS],
    )


def _parts(kinds: Sequence[Kind | None]) -> set[Kind | None]:
    """The different parts, if there is nothing else."""
    return set() if {None, PREDICT} & set(kinds) else set(kinds)
