"""Which file of a folder belongs to which class, before any image is decoded, but for a few that may be masks."""

from pathlib import Path
from typing import Any

from core.data import names
from core.data.dataset import LeftOut, Part
from core.data.encodings import decode_file_names
from core.data.layouts.asking.crossed import note_added, note_crossed
from core.data.layouts.assigned import LABELS, Found, Layout, class_labels, listed, read_json
from core.data.layouts.beside.opposites import labels_as_things
from core.data.layouts.case import Case, no_classes, take_labels, unwrap_root
from core.data.layouts.containers import other_files, unread_labels
from core.data.layouts.decide import choices, read_case
from core.data.layouts.masked.folders import set_aside
from core.data.layouts.masked.pairs import note_pairs
from core.data.layouts.unread_lists import note_numbered_classes, note_part_lists
from core.data.leftovers import own
from core.data.text_files import list_in, named_texts_in, texts_in
from core.data.tree import MAX_FILES, Folder, read_tree
from core.data.zips.unpack import MANIFEST
from core.errors import LayoutChoice, UnusableDataset
from core.experiment import Reading
from core.text import short

__all__ = [
    "LABELS", "MAX_FILES", "PARTS", "Found", "Layout", "class_labels", "layout_choices", "read_json", "read_layout",
]  # fmt: skip

PARTS: dict[str, Part] = {
    "train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val", "test": "test",
    "testing": "test",
}  # fmt: skip


def read_layout(folder: Path, reading: Reading | None = None, workspace: Path | None = None) -> Layout:
    """Assign the files below `folder` to classes and parts.

    `reading` says how where the folder itself does not. `workspace`, the one in use, is never a class.
    Raises `DatasetNotFound` when the folder cannot be opened, `UnclearLayout` when it can be read in several ways, and
    `UnusableDataset` when it holds no classes, is the export of another task, or has more than `MAX_FILES` files.
    """
    case = _case(folder, workspace)
    layout = read_case(case, reading or Reading())
    if not layout.classes:
        raise no_classes(case, unread_labels(case.outer), other_files(case.outer))
    if not layout.columns:  # a file of labels says what it means
        note_pairs(layout)
        if reading is None or reading.layout == "auto":
            note_added(layout)
            note_crossed(layout)
    layout.multilabel |= (reading or Reading()).task == "multilabel"
    if reading is not None and reading.unused:  # from a file of before this was refused
        fields = listed(name.replace("_", " ") for name in reading.unused)
        layout.notes.append(f"The layout '{short(reading.layout)}' reads no file of labels: {fields} had no effect.")
    layout.note_twins()
    note_part_lists(layout, case)
    note_numbered_classes(layout, case.outer)
    return layout


def layout_choices(folder: Path, workspace: Path | None = None) -> tuple[LayoutChoice, ...]:
    """Every way in which a folder can be read, for whoever wants another one than was found. Raises `DatasetNotFound`,
    `UnusableDataset`."""
    return choices(_case(folder, workspace))


def _case(folder: Path, workspace: Path | None) -> Case:
    tree = read_tree(folder, workspace)
    if own.is_workspace(folder) and not tree.top.image_count:
        raise UnusableDataset(f"{folder} is a workspace of this program, not a data set. Choose a folder of images.")
    manifest, (decoded, guessed) = _manifest(folder), _decoded(tree.top)
    case = Case(tree.top, tree.top, Reading(), read_case)
    told = [texts_in(one) for one in list_in(manifest.get("left_out"))]
    case.left_out = [*(LeftOut(*one) for one in told if len(one) == 2), *tree.left_out]
    case.labels = decoded | named_texts_in(manifest.get("labels"))
    case.called = named_texts_in(manifest.get("names")) | _unambiguous(decoded, tree.top)
    case.notes = [*texts_in(manifest.get("notes")), *guessed]
    case.given |= set(labels_as_things(tree.top))
    take_labels(case, folder)
    unwrap_root(case)
    set_aside(case)
    return case


def _decoded(top: Folder) -> tuple[dict[str, str], list[str]]:
    """What folders are called whose names on disk are no UTF-8, and a note on it."""
    found = dict.fromkeys(folder.path.name for folder in top.every_folder() if folder is not top)
    if all(name.isascii() or name.encode("utf-8", "replace").decode() == name for name in found):
        return {}, []
    return decode_file_names(found, f"The folder '{names.shown(top.path.name)}'")


def _unambiguous(decoded: dict[str, str], top: Folder) -> dict[str, str]:
    """Without those that another folder is called as well: two files never have the same path."""
    taken = {folder.path.name for folder in top.every_folder()}
    return {name: text for name, text in decoded.items() if text not in taken}


def _manifest(folder: Path) -> dict[str, Any]:
    values = read_json(folder / MANIFEST)
    return values if isinstance(values, dict) else {}
