"""Which entries of a zip are worth unpacking, and what is passed over though it is an image."""

import zipfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.data import names
from core.data.dataset import LeftOut
from core.data.decoding import sniff
from core.data.leftovers import hidden, junk
from core.data.natural import natural_key
from core.data.zips.entries import Entry

_MOST_OPENED = 500  # entries of which the first bytes are looked at, because their names say nothing
_Path = tuple[str, ...]


@dataclass(slots=True)
class Choice:
    """`wanted` entries, and what was `left_out`: a line per folder, in the order of the entries."""

    wanted: list[Entry]
    left_out: list[LeftOut]


def choose(opened: zipfile.ZipFile, entries: Sequence[Entry]) -> Choice:
    """Drop what systems leave and what is hidden; images in it are named unless it is a known leftover."""
    chooser = _Chooser(opened)
    for entry in entries:
        for depth, part in enumerate(entry.parts):
            chooser.inside[entry.parts[:depth]].add(part)
    wanted = [entry for entry in entries if entry.parts and not chooser.passes_over(entry)]
    return Choice(wanted, chooser.left_out())


@dataclass(slots=True)
class _Chooser:
    opened: zipfile.ZipFile
    inside: dict[_Path, set[str]] = field(default_factory=lambda: defaultdict(set))
    folders: dict[_Path, int] = field(default_factory=dict)  # with the images right in each
    files: dict[_Path, list[str]] = field(default_factory=dict)  # hidden images by their folder
    looked: int = 0

    def passes_over(self, entry: Entry) -> bool:
        """Whether an entry is not unpacked; what is to be named is noted."""
        for depth, part in enumerate(entry.parts):
            is_file = depth == len(entry.parts) - 1 and not entry.is_folder
            above = entry.parts[:depth]
            if not is_file and junk.is_bin(part, self.inside[(*above, part)]):
                return True
            if junk.is_junk(part):
                self._note(entry, above, part, is_file)
                return True
        return False

    def left_out(self) -> list[LeftOut]:
        """The folders, then the files, each by its path in the zip."""
        lines = [(path, hidden.folder_reason(path[-1], count)) for path, count in self.folders.items()]
        lines += [
            ((*above, min(found, key=natural_key)), hidden.files_reason(len(found)))
            for above, found in self.files.items()
        ]
        return [LeftOut(names.shown("/".join(path)), reason) for path, reason in lines]

    def _note(self, entry: Entry, above: _Path, part: str, is_file: bool) -> None:
        if is_file:
            if self._is_image(entry):
                self.files.setdefault(above, []).append(part)
            return
        path = (*above, part)
        known = junk.is_leftover(part, self.inside[path], self.inside[above])
        if known or entry.is_folder:
            return
        if path not in self.folders and self._is_image(entry):
            self.folders[path] = 0
        if path in self.folders and entry.parts[:-1] == path:
            self.folders[path] += hidden.is_called_image(entry.parts[-1])

    def _is_image(self, entry: Entry) -> bool:
        name = entry.parts[-1]
        if not hidden.is_suspect(name, self.inside[entry.parts[:-1]]):
            return False
        if hidden.is_called_image(name):
            return True
        if self.looked >= _MOST_OPENED or not sniff.may_be_image(name):
            return False
        self.looked += 1
        try:
            with self.opened.open(entry.info) as member:
                return sniff.is_image(member.read(sniff.HEAD_BYTES))
        except Exception:  # damaged in any way: it is no image that somebody misses
            return False
