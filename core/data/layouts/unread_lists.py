"""Files beside classes that say more than is read: which images train and test, and what classes are called."""

import re
from collections import Counter
from pathlib import Path

from core.data.layouts.assigned import Layout, listed
from core.data.layouts.case import Case
from core.data.layouts.divided import divide, kind_of_file
from core.data.layouts.flat import labels_of
from core.data.layouts.tables import SUFFIXES, read_table
from core.data.layouts.words import PREDICT, kind_of, part_words, without_part
from core.data.tree import Folder
from core.errors import UnusableDataset
from core.text import short

_SUFFIXES = frozenset((".txt", ".csv", ".tsv", ".lst", ".list", ".json", ".jsonl"))
_HEAD = 1 << 16  # bytes that tell whether a file names images
_NAME = re.compile(r"[^\s,;|\"'/\\\[\]]+")
_NUMBER = re.compile(r"\d+|n\d{8}")  # and synsets of WordNet
_CALLED = re.compile(
    r"(^|[^a-z])(class(es)?|labels?|names?|map(ping)?|categor(y|ies)|words|dict|index|synsets?|data)", re.IGNORECASE
)
_NAMING = frozenset((".txt", ".csv", ".tsv", ".json", ".yaml", ".yml", ".names", ".pbtxt", ".md"))


def note_part_lists(layout: Layout, case: Case) -> None:
    """Say that such lists are not used where the images did not come divided, and how they can be."""
    if any(found.part for found in layout.found):
        return
    stems = {found.path.stem.casefold() for found in layout.found}
    lists = {
        path: kind for path in case.outer.every_file() if path not in _used(layout) and (kind := _divides(path, stems))
    }
    said = labels_of(case) if layout.reading.layout != "csv" else None
    usable = said is not None and said.clear and len(set(said.parts.values())) > 1
    if said is not None and usable:
        lists = {table.path: "all" for table in said.tables}
    if len(set(lists.values())) < 2 and "all" not in lists.values():
        return
    layout.notes.append(
        f"{listed(path.relative_to(case.outer.path).as_posix() for path in lists)} "
        f"{'divides' if len(lists) == 1 else 'divide'} the images as well, which is not used: they are divided anew. "
        f"To keep that division, {_how(layout, usable)}."
    )


def _used(layout: Layout) -> set[Path]:
    """Files of labels that were read."""
    left = {one.name for one in layout.left_out}
    return {path for path in layout.explained if path.is_file() and layout.name(path) not in left}


def _how(layout: Layout, usable: bool) -> str:
    if layout.reading.layout == "csv":
        return "add a column 'split' with train, val or test to the file of labels"
    if usable:
        return "have the labels read from these files (`--layout csv`)"
    return "put the images into the folders train and test, in a folder per class"


def note_parts_in_names(layout: Layout) -> None:
    """Say that names of files in class folders, such as cat/train_01.jpg, which name a part each, do not divide."""
    kinds = Counter(without_part(found.path.stem)[1] for found in layout.found)
    if kinds.get("train") and len(kinds) > 1 and not kinds[None]:
        layout.notes.append(
            f"'{short(layout.found[0].name)}' and the other files are called after parts, which is not used: they are "
            "divided anew. To keep that division, put the images into the folders train and test, in a folder per "
            "class."
        )


def _divides(path: Path, stems: set[str]) -> str:
    """The part of which a file names images, 'all' where its name has several parts, empty for any other file."""
    if path.suffix.lower() not in _SUFFIXES:
        return ""
    if len(part_words(path.stem) - {PREDICT}) > 1:
        return "all"
    kind = kind_of_file(path.stem)
    if kind == PREDICT:
        return ""
    if kind is None:
        return "all" if _has_column_of_parts(path, stems) else ""
    return str(kind) if stems & _stems(_head(path)) else ""


def _has_column_of_parts(path: Path, stems: set[str]) -> bool:
    """Whether a table names images and gives them several parts, or a text does so under the names of parts."""
    if path.suffix.lower() == ".json":
        keys = {kind_of(key) for key in re.findall(r'"([^"]+)"\s*:', _head(path))} - {None, PREDICT}
        return len(keys) > 1 and bool(stems & _stems(_head(path)))
    if path.suffix.lower() not in SUFFIXES:
        return False
    try:
        table = read_table(path)
    except UnusableDataset:
        return False
    kinds = {kind_of(value) for values in table.columns.values() for value in set(values)} - {None, PREDICT}
    return len(kinds) > 1 and bool(stems & _stems(_head(path))) and bool(divide(table, "").column)


def _stems(text: str) -> set[str]:
    names = {name.casefold() for name in _NAME.findall(text)}
    return names | {name.rpartition(".")[0] for name in names}


def _head(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD).decode("utf-8", "replace")
    except OSError:
        return ""


def note_numbered_classes(layout: Layout, top: Folder) -> None:
    """Say that classes go by their numbers where a file beside them may hold their names, which are not read."""
    if not layout.classes or not all(_NUMBER.fullmatch(label) for label in layout.classes):
        return
    used = _used(layout)
    found = [
        path
        for path in top.every_file()
        if path.suffix.lower() in _NAMING and _CALLED.search(path.stem) and path not in used
    ]
    if found:
        layout.notes.append(
            f"The classes are called by numbers. {listed(path.name for path in found[:3])} may hold their names, which "
            "are not read: to see them, call the folders or the labels so."
        )
