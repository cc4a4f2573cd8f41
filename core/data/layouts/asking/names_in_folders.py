"""Folders whose file names give classes, so that the folders themselves are perhaps parts or groups."""

from collections.abc import Collection, Sequence
from pathlib import Path

from core.data.layouts.asking.numbered_folders import are_numbered
from core.data.layouts.asking.questions import FILENAMES, FOLDERS
from core.data.layouts.assigned import listed
from core.data.layouts.case import Case
from core.data.layouts.filenames import are_nameless, labels_by_name
from core.data.layouts.vocabulary.groups import VIEWS
from core.data.layouts.vocabulary.letters import folded
from core.data.layouts.words import is_generic, is_group, is_unlikely_class, kind_of
from core.data.tree import Folder


def ask_about_file_names(case: Case, full: Sequence[Folder]) -> None:
    """Raise if the file names of every flat folder give the same classes, or one each in folders that are only
    numbered or dated; folders of bare numbers may lie beside."""
    named = [(folder, images) for folder in full if not are_nameless(images := list(folder.every_image()))]
    labels = _labels_of([images for _, images in named])
    if not named or not all(labels):
        return
    if all(len(found) == 1 for found in labels):
        _ask_about_groups(case, [folder for folder, _ in named], set.union(*labels))
        return
    others = [folder for folder in full if all(folder is not one for one, _ in named)]
    if len(named) == 1 and not (
        _holds_all(named[0][0]) and (len(others) == 1 or all(is_unlikely_class(f.name) for f in others))
    ):
        return  # a class with kinds of its own
    shared, every = set.intersection(*labels), set.union(*labels)
    telling = [label for label in sorted(shared) if folded(label) not in VIEWS]
    if len(telling) < 2 or 2 * len(shared) < len(every):
        return
    where = "in the folder" if len(named) == 1 else "in each of the folders"
    raise case.ask(
        f"The files {where} {listed(folder.name for folder, _ in named)} are called after the same classes "
        f"({listed(telling)}), so that either the file names or the folders may be the classes.",
        [FILENAMES, FOLDERS],
    )


def _ask_about_groups(case: Case, folders: Sequence[Folder], labels: Collection[str]) -> None:
    folder_names = [folder.name for folder in folders]
    if (
        len(labels) > 1
        and not are_numbered(labels)
        and (are_numbered(folder_names) or all(map(is_group, folder_names)))
    ):
        raise case.ask(
            f"The folders {listed(folder_names)} are only numbered or dated, and the files in each are called after a "
            f"single class ({listed(sorted(labels))}), so that either the file names or the folders may be the "
            "classes.",
            [FILENAMES, FOLDERS],
        )


def _labels_of(folders: Sequence[Sequence[Path]]) -> list[set[str]]:
    """The classes in the file names of each folder, by one pattern where that gives two images of each on average."""
    together = labels_by_name([path for images in folders for path in images]) or {}
    labels = [{together[path] for path in images if together} for images in folders]
    if together and all(2 * len(found) <= len(images) for found, images in zip(labels, folders, strict=True)):
        return labels
    return [set((labels_by_name(images) or {}).values()) for images in folders]


def _holds_all(folder: Folder) -> bool:
    """Whether a folder's name is that of a part or of images, not of a class."""
    return kind_of(folder.name) is not None or is_generic(folder.name)
