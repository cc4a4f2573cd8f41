"""Images in what is passed over: found by names and first bytes, within bounds, so that they can be named."""

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.data.decoding import sniff
from core.data.leftovers import junk
from core.data.natural import natural_key

_DOT = "Is hidden, for its name begins with a dot"
HIDDEN_FOLDER = f"{_DOT}. Rename the folder if it is a class."
DOUBTFUL_FOLDER = (
    "Has the name of a folder in which systems keep deleted, lost or temporary files. Rename the folder if it is a "
    "class."
)
LIBRARY = "Is the library of a photo program. Export its images into a folder per class."
OWN_FOLDER = (
    "Has the name of a folder that this program makes in a workspace, and lies in one. Rename it if it is a class, or "
    "move the workspace."
)
_MOST = 20_000  # names that are looked at in what is passed over of a data set; beyond, folders are named unseen
_OPENING = 20  # how many names cost as much as opening a file


@dataclass(slots=True)
class Search:
    """Looks for images in what is passed over, with one budget for a whole data set."""

    left: int = _MOST

    def passed_over(self, entries: Collection["os.DirEntry[str]"]) -> Iterator[tuple[str, str]]:
        """(name, reason) for each junk folder among the `entries` of one folder that holds images and is no known
        leftover, and one for all such files."""
        beside = {entry.name for entry in entries}
        files = []
        for entry in sorted((one for one in entries if junk.is_junk(one.name)), key=lambda one: natural_key(one.name)):
            if junk.is_in_cloud(entry.name):
                continue
            if _is_folder(entry):
                if reason := self._folder(entry, beside):
                    yield entry.name, reason
            elif self._is_image(entry, beside):
                files.append(entry.name)
        if files:
            yield files[0], files_reason(len(files))

    def holds_images(self, folder: Path) -> bool:
        """Whether a folder, or one in it, holds an image. When the budget is used up, it may."""
        waiting = [folder]
        while waiting:
            try:
                with os.scandir(waiting.pop()) as found:
                    entries = [entry for entry in found if not _is_known(entry.name)]
            except OSError:
                continue
            self.left -= len(entries)
            if any(self._is_image(entry, ()) for entry in sorted(entries, key=_by_name) if not _is_folder(entry)):
                return True
            waiting += [Path(entry.path) for entry in entries if _is_folder(entry) and not entry.is_symlink()]
            if self.left < 0:
                return True
        return False

    def _folder(self, entry: "os.DirEntry[str]", beside: Collection[str]) -> str:
        if junk.is_leftover(entry.name, _names(entry.path) if junk.may_be_class(entry.name) else (), beside):
            return ""
        if not self.holds_images(Path(entry.path)):
            return ""
        return folder_reason(entry.name, sum(map(is_called_image, _names(entry.path))))

    def _is_image(self, entry: "os.DirEntry[str]", beside: Collection[str]) -> bool:
        if not is_suspect(entry.name, beside):
            return False
        if is_called_image(entry.name):
            return True
        if self.left < 0 or not sniff.may_be_image(entry.name):
            return False
        self.left -= _OPENING
        return _starts_as_image(entry)


def is_suspect(name: str, beside: Collection[str]) -> bool:
    """Whether a file that is passed over may be an image that somebody misses: no known leftover, and not the other
    half that macOS writes beside a file ('._1.jpg')."""
    return not _is_known(name) and not (name.startswith("._") and name[2:] in beside)


def is_called_image(name: str) -> bool:
    """Whether a file that is passed over is an image by its name; that of '._1.jpg' is another file's."""
    return name.lower().endswith(_SUFFIXES) and not name.startswith("._")


def folder_reason(name: str, count: int) -> str:
    """Why a folder of this name with `count` images right in it was passed over."""
    if junk.is_library(name):
        return LIBRARY
    if junk.is_trash(name) and count:
        images, verb = ("1 image", "is") if count == 1 else (f"{count:,} images", "are")
        return f"Is called like a bin: {images} in it {verb} not read. Rename the folder if it is a class."
    return HIDDEN_FOLDER if name.startswith(".") else DOUBTFUL_FOLDER


def files_reason(count: int) -> str:
    """Why the hidden images of one folder were passed over; the first of them is named."""
    if count == 1:
        return f"{_DOT}. Rename it if it is to be used."
    more = "1 more image" if count == 2 else f"{count - 1:,} more images"
    return f"{_DOT}; so do the names of {more} in this folder. Rename them if they are to be used."


_SUFFIXES = tuple(sniff.IMAGE_SUFFIXES)


def _is_known(name: str) -> bool:
    return junk.is_junk(name) and junk.is_leftover(name)


def _by_name(entry: "os.DirEntry[str]") -> bool:
    """Images by name first: they need not be opened."""
    return not is_called_image(entry.name)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _starts_as_image(entry: "os.DirEntry[str]") -> bool:
    try:
        if not entry.is_file():
            return False
        with open(entry.path, "rb") as file:
            return sniff.is_image(file.read(sniff.HEAD_BYTES))
    except OSError:
        return False


def _names(folder: str) -> Collection[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return ()
