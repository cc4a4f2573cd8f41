"""Which file of a folder belongs to which class, before any file is opened."""

import json
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.data import names
from core.data.archive import MANIFEST
from core.data.dataset import LeftOut, Part
from core.data.encodings import decode_file_names
from core.data.formats import IMAGE_SUFFIXES
from core.errors import DatasetNotFound, UnusableDataset

LABELS = "classes.json"  # {folder name: label}, for labels that no file system would take
MAX_FILES = 100_000

PARTS: dict[str, Part] = {
    "train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val", "test": "test",
    "testing": "test",
}  # fmt: skip
_ABOUT = re.compile(
    r"(readme|licen[cs]e|copying|notice|copyright|authors|changelog)(\..*)?|classes\.json", re.IGNORECASE
)
_WRAPPERS = 5  # folders that hold nothing but one folder


@dataclass(frozen=True, slots=True)
class Found:
    """A file that should be a picture of class `label`."""

    path: Path
    name: str
    label: str
    part: Part | None


@dataclass(slots=True)
class Layout:
    """A folder's classes and files. `root` is the folder whose sub-folders are the classes or the parts."""

    root: Path
    classes: set[str] = field(default_factory=set)
    found: list[Found] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    called: dict[str, str] = field(default_factory=dict)  # what people call folders and files with other names on disk

    def leave_out(self, path: Path, reason: str) -> None:
        """Name a file that is not used."""
        self.left_out.append(LeftOut(self.name(path), reason))

    def name(self, path: Path) -> str:
        """The path below the root as text, with slashes, as it was called before it was unpacked."""
        return names.shown("/".join(self.called.get(part, part) for part in path.relative_to(self.root).parts))


def read_layout(folder: Path) -> Layout:
    """Assign the files below `folder` to classes and parts.

    Raises `DatasetNotFound` when the folder cannot be opened, `UnusableDataset` when it holds no class folders or more
    than `MAX_FILES` files.
    """
    root, labels, notes = _enter(folder)
    decoded, guessed = _decoded(root)
    labels = decoded | labels
    manifest = _manifest(folder)
    layout = Layout(root, notes=[*manifest.get("notes", []), *notes, *guessed])
    layout.called = manifest.get("names", {}) | _unambiguous(decoded, root)
    layout.left_out.extend(_left_out_before(folder))
    parts = _part_folders(root, labels)
    if parts:
        _read_parts(layout, parts, labels)
    else:
        _read_classes(layout, root, None, labels)
    _name_loose(layout, [path for path, _ in parts])
    if not layout.classes:
        raise UnusableDataset(_no_classes(folder, root))
    return layout


def class_labels(folder: Path) -> dict[str, str]:
    """The labels that `classes.json` in `folder` gives to its sub-folders; empty without such a file, or when it says
    something else, as other programs' files of that name do."""
    values = read_json(folder / LABELS)
    good = isinstance(values, dict) and all(isinstance(label, str) and label.strip() for label in values.values())
    return {key: names.label(label) for key, label in values.items()} if good else {}


def _enter(folder: Path) -> tuple[Path, dict[str, str], list[str]]:
    """Step into folders that only wrap another one. Returns the root, labels of folder names, notes."""
    root, notes = folder, []
    unpacked, labels = _manifest(folder).get("labels", {}), class_labels(folder)
    for _ in range(_WRAPPERS):
        inner = _folders(root)
        wraps = len(inner) == 1 and inner[0].name not in labels and not _pictures(root) and _folders(inner[0])
        if not wraps:
            break
        root = inner[0]
        name = names.shown(unpacked.get(root.name, root.name))
        notes.append(f"The class folders lie in '{name}'.")
        labels |= class_labels(root)
    return root, unpacked | labels, notes


def _decoded(root: Path) -> tuple[dict[str, str], list[str]]:
    """What folders that could hold a class are called, where their names on disk are no UTF-8, and a note on it."""
    inner = _folders(root)
    found = [path.name for folder in (root, *inner) for path in (inner if folder is root else _folders(folder))]
    return (
        decode_file_names(dict.fromkeys(found), f"The folder '{names.shown(root.name)}'")
        if not _is_text(found)
        else ({}, [])
    )


def _unambiguous(decoded: dict[str, str], root: Path) -> dict[str, str]:
    """Without those that another folder is called as well: two files never have the same path."""
    taken = {path.name for folder in (root, *_folders(root)) for path in _folders(folder)}
    return {name: text for name, text in decoded.items() if text not in taken}


def _is_text(found: list[str]) -> bool:
    return all(name.isascii() or name.encode("utf-8", "replace").decode() == name for name in found)


def _part_folders(root: Path, labels: dict[str, str]) -> list[tuple[Path, Part]]:
    """The train, val and test folders, if the data set comes divided: two parts at least, one with class folders.

    A class may be called 'train' (beside 'bus' and 'car') and is not mistaken for a part.
    """
    parts = [
        (path, PARTS[path.name.lower()])
        for path in _folders(root)
        if path.name.lower() in PARTS and path.name not in labels
    ]
    divided = len({part for _, part in parts}) > 1 and any(_folders(path) for path, _ in parts)
    return parts if divided else []


def _read_parts(layout: Layout, parts: list[tuple[Path, Part]], labels: dict[str, str]) -> None:
    for path, part in parts:
        _read_classes(layout, path, part, labels)
        for loose in _pictures(path):
            layout.leave_out(loose, "Has no class: it does not lie in a class folder.")
    trained = {part: {found.label for found in layout.found if found.part == part} for _, part in parts}
    known = {_label(path, labels) for folder, part in parts if part == "train" for path in _folders(folder)}
    _drop_untrained(layout, known)
    for part in ("val", "test"):
        for missing in sorted(known - trained.get(part, known)):
            layout.notes.append(f"Class '{missing}' has no pictures in the {part} folder.")


def _drop_untrained(layout: Layout, known: set[str]) -> None:
    """A class that occurs only in val or test cannot be learned: its pictures are left out, and said so."""
    if not known:  # no train folder at all: the audit says so
        return
    for label in sorted(layout.classes - known):
        layout.notes.append(f"Class '{label}' is not in the train folder; its pictures are left out.")
    for found in layout.found:
        if found.label not in known:
            layout.left_out.append(LeftOut(found.name, f"Class '{found.label}' has no folder in train."))
    layout.found = [found for found in layout.found if found.label in known]
    layout.classes &= known


def _read_classes(layout: Layout, folder: Path, part: Part | None, labels: dict[str, str]) -> None:
    folders: dict[str, str] = {}
    for path in _folders(folder):
        label = _label(path, labels)
        if label in folders:
            layout.notes.append(f"Two folders are called '{label}' (written differently); they are one class.")
        folders[label] = path.name
        layout.classes.add(label)
        for file in _files(path, layout):
            layout.found.append(Found(file, layout.name(file), label, part))
            if len(layout.found) > MAX_FILES:
                raise UnusableDataset(
                    f"{layout.root} holds more than {MAX_FILES:,} files. Choose the folder of the class folders."
                )


def _label(folder: Path, labels: dict[str, str]) -> str:
    return names.label(labels.get(folder.name, folder.name))


def _files(folder: Path, layout: Layout) -> Iterator[Path]:
    """Regular files below `folder` in a fixed order. Links to folders are not followed, nor links that lead out."""

    def unreadable(error: OSError) -> None:
        layout.leave_out(Path(error.filename), f"The folder cannot be opened: {error.strerror}.")

    for place, folders, files in os.walk(folder, onerror=unreadable):
        for name in folders:
            if (Path(place) / name).is_symlink():
                layout.leave_out(Path(place) / name, "Is a link to a folder; links to folders are not followed.")
        folders[:] = sorted(name for name in folders if not names.is_junk(name))
        for name in sorted(files):
            path = Path(place) / name
            if names.is_junk(name):
                continue
            if reason := _not_a_file(path, layout.root):
                layout.leave_out(path, reason)
            else:
                yield path


def _not_a_file(path: Path, root: Path) -> str | None:
    try:
        if path.is_symlink() and not path.resolve(strict=True).is_relative_to(root.resolve()):
            return "Is a link that leaves the folder; such links are not followed."
        return None if stat.S_ISREG(path.stat().st_mode) else "Is not a regular file."
    except OSError as error:
        return f"Cannot be opened: {error.strerror or error}."


def _name_loose(layout: Layout, parts: list[Path]) -> None:
    """Name what lies at the root without belonging to a class; notes about the data set are no candidates."""
    reason = "Lies outside train, val and test." if parts else "Lies beside the class folders, so that it has no class."
    for path in sorted(layout.root.iterdir()):
        if names.is_junk(path.name) or _ABOUT.fullmatch(path.name) or path in parts:
            continue
        if path.is_symlink() and path.is_dir():
            layout.leave_out(path, "Is a link to a folder; links to folders are not followed.")
        elif path.is_file() or parts:
            layout.leave_out(path, reason)


def _folders(folder: Path) -> list[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise DatasetNotFound(f"The folder {folder} cannot be opened: {error.strerror or error}.") from error
    return [path for path in entries if not names.is_junk(path.name) and not path.is_symlink() and path.is_dir()]


def _pictures(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file()]


def _left_out_before(folder: Path) -> list[LeftOut]:
    """What unpacking left out."""
    return [LeftOut(name, reason) for name, reason in _manifest(folder).get("left_out", [])]


def _manifest(folder: Path) -> dict[str, Any]:
    values = read_json(folder / MANIFEST)
    return values if isinstance(values, dict) else {}


def read_json(path: Path) -> Any:
    """A JSON file's value; None where none can be read, because anybody may have put another file there."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _no_classes(folder: Path, root: Path) -> str:
    wanted = (
        f"Put the pictures of each class into a folder of its own, such as {folder.name}/cat and {folder.name}/dog."
    )
    if _pictures(root):
        return f"{folder} holds pictures but no class folders. {wanted}"
    return f"{folder} holds no class folders with pictures. {wanted}"
