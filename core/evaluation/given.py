"""Inputs for prediction: files and folders, or uploaded bytes, as one stream of files in natural order."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.data import names
from core.data.decoding import sniff
from core.data.leftovers import junk
from core.data.leftovers.hidden import Search
from core.data.natural import natural_key

_NO_IMAGE = "Is no image: it is {kind}."


@dataclass(frozen=True, slots=True)
class Given:
    """One file with its name; `content` returns its path or bytes.

    With a `reason` it is not read. `wanted` False: a non-image file in a folder, not requested explicitly.
    `hidden`: not wanted either, but it stands for images that were passed over, which must be reported.
    """

    name: str
    content: Callable[[], bytes | Path]
    reason: str = ""
    wanted: bool = True
    hidden: bool = False


def files_of(paths: Iterable[Path]) -> Iterator[Given]:
    """The files of `paths`; folders are listed recursively in natural order, without system files.

    Non-image files in folders have a reason and are not `wanted`. Links are followed if they stay inside the folder;
    each folder is visited once. Explicitly named files are always wanted.
    """
    for path in paths:
        if _is_folder(path):
            yield from _files_below(path)
        else:
            yield _wanted(path)


def _wanted(path: Path) -> Given:
    return Given(str(path), lambda: path)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # an invalid file name: reported when it is read
        return False


def _files_below(folder: Path) -> Iterator[Given]:
    root, pending, visited = folder.resolve(), [folder], set[Path]()
    search = Search()
    while pending:
        here = pending.pop()
        if here.resolve() in visited:
            continue
        visited.add(here.resolve())
        try:
            entries = sorted(os.scandir(here), key=_order)
        except OSError as error:
            yield _refused(here, f"The folder cannot be opened: {error.strerror or error}.")
            continue
        for name, reason in search.passed_over(entries):
            yield _passed_over(here / name, reason)
        subfolders = []
        for entry in entries:
            path = Path(entry.path)
            if junk.is_in_cloud(entry.name):
                yield _refused(path, junk.IN_CLOUD)
            elif junk.is_junk(entry.name):
                continue
            elif reason := _left_out(path, root):
                yield _refused(path, reason)
            elif path.is_dir():
                subfolders += [] if junk.is_machinery(path, None) else [path]
            else:
                yield _file(path)
        pending += reversed(subfolders)


def _order(entry: "os.DirEntry[str]") -> Any:
    return natural_key(names.shown(entry.name))


def _left_out(path: Path, root: Path) -> str:
    """Why an entry of a folder is left out; empty if it is not."""
    try:
        if path.is_symlink() and not path.resolve(strict=True).is_relative_to(root):
            return "Is a link that leaves the folder. Name the place it leads to as well, or copy the files into it."
        mode = path.stat().st_mode
        return "" if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else "Is not a regular file."
    except (OSError, RuntimeError) as error:  # a link to itself
        return f"Cannot be opened: {getattr(error, 'strerror', None) or error}."


def _file(path: Path) -> Given:
    """A file in a folder; wanted if it looks like an image by name or first bytes."""
    if path.suffix.lower() in sniff.IMAGE_SUFFIXES:
        return _wanted(path)
    try:
        with path.open("rb") as file:
            head = file.read(sniff.HEAD_BYTES)
    except OSError as error:
        return _refused(path, f"The file cannot be read: {error.strerror or error}.")
    if sniff.is_image(head):
        return _wanted(path)
    kind = sniff.describe(head) if head else "an empty file"
    return Given(str(path), lambda: path, _NO_IMAGE.format(kind=kind), wanted=False)


def _passed_over(path: Path, reason: str) -> Given:
    return Given(str(path), lambda: path, reason, wanted=False, hidden=True)


def _refused(path: Path, reason: str) -> Given:
    return Given(str(path), lambda: path, reason)
