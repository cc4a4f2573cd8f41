"""Notes on files beside the classes that are not used: train/test lists and class names."""

import re
from pathlib import Path

from core.data.layouts.assigned import Layout, listed
from core.data.layouts.beside.forms import is_form
from core.data.layouts.case import Case
from core.data.layouts.divided import kind_of_file
from core.data.layouts.flat import labels_of
from core.data.layouts.undivided.listing import LISTS, Labels, listed_part, names_some
from core.data.layouts.words import without_part
from core.data.tree import Folder
from core.text import short
from core.wording import as_reading

_MOST = 60  # files whose names of images are looked for
_NUMBER = re.compile(r"\d+|n\d{8}")  # and synsets of WordNet
_NAME_FILE = re.compile(
    r"(^|[^a-z])(class(es)?|labels?|names?|map(ping)?|categor(y|ies)|words|dict|index|synsets?|data)", re.IGNORECASE
)
_NAME_SUFFIXES = frozenset((".txt", ".csv", ".tsv", ".json", ".yaml", ".yml", ".names", ".pbtxt", ".md"))


def note_part_lists(layout: Layout, case: Case) -> None:
    """Note files that list the images of parts, or some of the images, and are not used, and how to use them."""
    labels = {found.path.stem.casefold(): found.label for found in layout.found}
    files = _unused(layout, case, labels)
    if any(found.part for found in layout.found):
        _note_other_tables(layout, case, files, labels)
        return
    lists = {path: kind for path in files if (kind := listed_part(path, labels))}
    labelled = labels_of(case) if layout.reading.layout != "csv" else None
    usable = labelled is not None and labelled.clear and len(set(labelled.parts.values())) > 1
    if labelled is not None and usable:
        lists = {table.path: "all" for table in labelled.tables}
    if len(set(lists.values())) < 2 and "all" not in lists.values():
        _note_some(layout, case, files, labels)
        return
    layout.notes.append(
        f"{listed(path.relative_to(case.outer.path).as_posix() for path in lists)} "
        f"{'divides' if len(lists) == 1 else 'divide'} the images as well, which is not used: they are divided anew. "
        f"To keep that division, {_how_to_use(layout, usable)}."
    )


def _unused(layout: Layout, case: Case, labels: Labels) -> list[Path]:
    """Files that may be lists and were not read, apart from those that belong to one image each."""
    used = _used(layout)
    return [
        path
        for path in case.everything.every_file()
        if path.suffix.lower() in LISTS
        and path not in used
        and (path.stem.casefold() not in labels or kind_of_file(path.stem))
    ]


def _note_some(layout: Layout, case: Case, files: list[Path], labels: Labels) -> None:
    """Note lists of some of the images, whatever they are called, that no other note names."""
    told = " ".join(layout.notes)
    some = {
        path: count
        for path in files[:_MOST]
        if f"'{path.name}'" not in told and not is_form(path) and (count := names_some(path, labels))
    }
    if not some:
        return
    which = listed(path.relative_to(case.outer.path).as_posix() for path in some)
    verb, it = ("names", "it says") if len(some) == 1 else ("name", "they say")
    counts = " and ".join(f"{count:,}" for count in list(some.values())[:3])
    layout.notes.append(
        f"{which} {verb} {counts} of the {len(labels):,} images, which is not used: they are divided anew. If {it} how "
        f"they are divided, {_how_to_use(layout, False)}."
    )


def _note_other_tables(layout: Layout, case: Case, files: list[Path], labels: Labels) -> None:
    """Note tables of a part that the images do not have, where other tables divide them."""
    kinds = {found.part for found in layout.found}
    others = [path for path in files if listed_part(path, labels) in {"train", "val", "test"} - kinds]
    if layout.columns and others:
        layout.notes.append(
            f"{listed(path.relative_to(case.outer.path).as_posix() for path in others)} "
            f"{'divides' if len(others) == 1 else 'divide'} the images in another way, which is not used. To keep that "
            "division, put one table of all images there, with a column 'split'."
        )


def _used(layout: Layout) -> set[Path]:
    """Tables that were read."""
    left_out_names = {one.name for one in layout.left_out}
    return {path for path in layout.explained if path.is_file() and layout.name(path) not in left_out_names}


def _how_to_use(layout: Layout, usable: bool) -> str:
    if layout.reading.layout == "csv":
        return "add a column 'split' with train, val or test to the file of labels"
    if usable:
        return f"have the labels read from these files ({as_reading(layout='csv')})"
    return "put the images into the folders train and test, in a folder per class"


def note_parts_in_names(layout: Layout) -> None:
    """Note that parts in file names within class folders, such as cat/train_01.jpg, are not used."""
    kinds = set[str]()
    for found in layout.found:
        kind = without_part(found.path.stem)[1]
        if kind is None:  # nearly always the first one: files are many
            return
        kinds.add(kind)
    if "train" in kinds and len(kinds) > 1:
        layout.notes.append(
            f"'{short(layout.found[0].name)}' and the other files are called after parts, which is not used: they "
            "are divided anew. To keep that division, put the images into the folders train and test, in a folder per "
            "class."
        )


def note_numbered_classes(layout: Layout, top: Folder) -> None:
    """Note that classes have numbers for names if a file beside them may hold their real names."""
    if not layout.classes or not all(_NUMBER.fullmatch(label) for label in layout.classes):
        return
    used = _used(layout)
    name_files = [
        path
        for path in top.every_file()
        if path.suffix.lower() in _NAME_SUFFIXES and _NAME_FILE.search(path.stem) and path not in used
    ]
    if name_files:
        layout.notes.append(
            f"The classes are called by numbers. {listed(path.name for path in name_files[:3])} may hold their names, "
            "which are not read: to see them, call the folders or the labels so."
        )
