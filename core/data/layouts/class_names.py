"""Files that may hold what classes are called that have numbers for names."""

import re

from core.data.layouts.assigned import Layout, listed
from core.data.tree import Folder

_NUMBER = re.compile(r"\d+|n\d{8}")  # and synsets of WordNet
_CALLED = re.compile(
    r"(^|[^a-z])(class(es)?|labels?|names?|map(ping)?|categor(y|ies)|words|dict|index|synsets?|data)", re.IGNORECASE
)
_SUFFIXES = frozenset((".txt", ".csv", ".tsv", ".json", ".yaml", ".yml", ".names", ".pbtxt", ".md"))


def note_numbered_classes(layout: Layout, top: Folder) -> None:
    """Say that classes go by their numbers where a file beside them may hold their names, which are not read."""
    if not layout.classes or not all(_NUMBER.fullmatch(label) for label in layout.classes):
        return
    used = {path for path in layout.explained if path.is_file()}
    left = {one.name for one in layout.left_out}
    found = [
        path
        for path in top.every_file()
        if path.suffix.lower() in _SUFFIXES
        and _CALLED.search(path.stem)
        and (path not in used or layout.name(path) in left)
    ]
    if found:
        layout.notes.append(
            f"The classes are called by numbers. {listed(path.name for path in found[:3])} may hold their names, which "
            "are not read: to see them, call the folders or the labels so."
        )
