"""Notes on files beside the classes that are not used: train/test lists and class names."""

import re
from collections import Counter
from pathlib import Path

from core.data.layouts.assigned import Layout, listed
from core.data.layouts.case import Case
from core.data.layouts.divided import divide, is_fold_column, kind_of_file
from core.data.layouts.flat import labels_of
from core.data.layouts.tables import SUFFIXES, read_table
from core.data.layouts.words import PREDICT, kind_of, part_words, without_part
from core.data.text_files import head
from core.data.tree import Folder
from core.errors import UnusableDataset
from core.text import short
from core.wording import as_reading

_SUFFIXES = frozenset((".txt", ".csv", ".tsv", ".lst", ".list", ".json", ".jsonl"))
_NAME = re.compile(r"[^\s,;|\"'/\\\[\]]+")
_NUMBER = re.compile(r"\d+|n\d{8}")  # and synsets of WordNet
_NAME_FILE = re.compile(
    r"(^|[^a-z])(class(es)?|labels?|names?|map(ping)?|categor(y|ies)|words|dict|index|synsets?|data)", re.IGNORECASE
)
_NAME_SUFFIXES = frozenset((".txt", ".csv", ".tsv", ".json", ".yaml", ".yml", ".names", ".pbtxt", ".md"))


def note_part_lists(layout: Layout, case: Case) -> None:
    """Note train/test lists that are not used, and how to use them."""
    if any(name_files.part for name_files in layout.found):
        return
    stems = {name_files.path.stem.casefold() for name_files in layout.found}
    lists = {
        path: kind
        for path in case.everything.every_file()
        if path not in _used(layout) and (kind := _listed_part(path, stems))
    }
    labelled = labels_of(case) if layout.reading.layout != "csv" else None
    usable = labelled is not None and labelled.clear and len(set(labelled.parts.values())) > 1
    if labelled is not None and usable:
        lists = {table.path: "all" for table in labelled.tables}
    if len(set(lists.values())) < 2 and "all" not in lists.values():
        return
    layout.notes.append(
        f"{listed(path.relative_to(case.outer.path).as_posix() for path in lists)} "
        f"{'divides' if len(lists) == 1 else 'divide'} the images as well, which is not used: they are divided anew. "
        f"To keep that division, {_how_to_use(layout, usable)}."
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
    kinds = Counter(without_part(name_files.path.stem)[1] for name_files in layout.found)
    if kinds.get("train") and len(kinds) > 1 and not kinds[None]:
        layout.notes.append(
            f"'{short(layout.found[0].name)}' and the other files are called after parts, which is not used: they "
            "are divided anew. To keep that division, put the images into the folders train and test, in a folder per "
            "class."
        )


def _listed_part(path: Path, stems: set[str]) -> str:
    """The part whose images a file lists, 'all' for several parts, empty for any other file."""
    if path.suffix.lower() not in _SUFFIXES:
        return ""
    if len(part_words(path.stem) - {PREDICT}) > 1:
        return "all"
    kind = kind_of_file(path.stem)
    if kind == PREDICT:
        return ""
    if kind is None:
        return "all" if _has_column_of_parts(path, stems) else ""
    return str(kind) if stems & _stems(head(path)) else ""


def _has_column_of_parts(path: Path, stems: set[str]) -> bool:
    """Whether a table or text lists images of several parts."""
    if path.suffix.lower() == ".json":
        keys = {kind_of(key) for key in re.findall(r'"([^"]+)"\s*:', head(path))} - {None, PREDICT}
        return len(keys) > 1 and bool(stems & _stems(head(path)))
    if path.suffix.lower() not in SUFFIXES:
        return False
    try:
        table = read_table(path)
    except UnusableDataset:
        return False
    if any(is_fold_column(name, values) for name, values in table.columns.items()):
        return bool(stems & _stems(head(path)))
    kinds = {kind_of(value) for values in table.columns.values() for value in set(values)} - {None, PREDICT}
    return len(kinds) > 1 and bool(stems & _stems(head(path))) and bool(divide(table, "").column)


def _stems(text: str) -> set[str]:
    names = {name.casefold() for name in _NAME.findall(text)}
    return names | {name.rpartition(".")[0] for name in names}


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
