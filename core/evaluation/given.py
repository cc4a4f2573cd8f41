"""What a model is asked about: files and folders, or bytes from a page, as one stream of files in natural order."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.data import junk, names
from core.data.decoding import sniff
from core.data.natural import natural_key

_NO_IMAGE = "Is no image: it is {kind}."


@dataclass(frozen=True, slots=True)
class Given:
    """One file, by its name (a path may hold bytes that are no text); `content` gives its path or bytes.

    With a `reason` it is not read at all. `wanted` False: it lay in a folder and is no image, so nobody asked for it.
    """

    name: str
    content: Callable[[], bytes | Path]
    reason: str = ""
    wanted: bool = True


def files_of(paths: Iterable[Path]) -> Iterator[Given]:
    """The files that are meant by `paths`, those of a folder nested and in natural order, without what systems leave.

    A file of a folder that is no image comes with the reason and as not `wanted`. Links are followed where they lead
    to a place inside the folder; each folder is entered once. One that is named itself is always wanted.
    """
    for path in paths:
        if _is_folder(path):
            yield from _below(path)
        else:
            yield _asked(path)


def _asked(path: Path) -> Given:
    return Given(str(path), lambda: path)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # a name that no file can have: reading it says why
        return False


def _below(folder: Path) -> Iterator[Given]:
    root, waiting, entered = folder.resolve(), [folder], set[Path]()
    while waiting:
        here = waiting.pop()
        if here.resolve() in entered:
            continue
        entered.add(here.resolve())
        try:
            every = sorted(os.scandir(here), key=_order)
        except OSError as error:
            yield _refused(here, f"The folder cannot be opened: {error.strerror or error}.")
            continue
        inside = []
        for entry in every:
            path = Path(entry.path)
            if junk.is_in_cloud(entry.name):
                yield _refused(path, junk.IN_CLOUD)
            elif junk.is_junk(entry.name):
                continue
            elif reason := _left_out(path, root):
                yield _refused(path, reason)
            elif path.is_dir():
                inside += [] if junk.is_machinery(path, None) else [path]
            else:
                yield _file(path)
        waiting += reversed(inside)


def _order(entry: "os.DirEntry[str]") -> Any:
    return natural_key(names.shown(entry.name))


def _left_out(path: Path, root: Path) -> str:
    """Why an entry of a folder is not opened; empty: it is."""
    try:
        if path.is_symlink() and not path.resolve(strict=True).is_relative_to(root):
            return "Is a link that leaves the folder. Name the place it leads to as well, or copy the files into it."
        mode = path.stat().st_mode
        return "" if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else "Is not a regular file."
    except (OSError, RuntimeError) as error:  # a link to itself
        return f"Cannot be opened: {getattr(error, 'strerror', None) or error}."


def _file(path: Path) -> Given:
    """A file of a folder: what looks like an image, by name or first bytes, is wanted."""
    if path.suffix.lower() in sniff.IMAGE_SUFFIXES:
        return _asked(path)
    try:
        with path.open("rb") as file:
            head = file.read(sniff.HEAD_BYTES)
    except OSError as error:
        return _refused(path, f"The file cannot be read: {error.strerror or error}.")
    if sniff.is_image(head):
        return _asked(path)
    kind = sniff.describe(head) if head else "an empty file"
    return Given(str(path), lambda: path, _NO_IMAGE.format(kind=kind), wanted=False)


def _refused(path: Path, reason: str) -> Given:
    return Given(str(path), lambda: path, reason)
