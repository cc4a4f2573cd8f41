"""Finding the image that a row of a table means."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import unquote

from core.data import names
from core.data.layouts.words import Kind, kind_of

# Label Studio puts a number before the name of an image that was uploaded to it
_UPLOADED = re.compile(r"(.*/)?upload/(\d+/)?[0-9a-f]{8}-(?P<name>[^/]+)")


class ImageIndex:
    """Images by path, name, and name without its ending."""

    def __init__(self, images: Iterable[Path], root: Path) -> None:
        self.root = root
        self._parts: dict[Path, tuple[str, ...]] = {}
        self._named: dict[str, list[Path]] = defaultdict(list)
        self._stems: dict[str, list[Path]] = defaultdict(list)
        self._numbers: dict[str, list[Path]] = defaultdict(list)  # a table drops the zeros before a number
        self._ends: dict[int, dict[tuple[str, ...], list[Path]]] = {}  # images of one name by the folders above them
        for path in images:
            parts = tuple(_same(part) for part in path.relative_to(root).parts)
            self._parts[path] = parts
            self._named[parts[-1]].append(path)
            self._stems[_stem(parts[-1])].append(path)
            if _stem(parts[-1]).isdigit():
                self._numbers[_stem(parts[-1]).lstrip("0") or "0"].append(path)

    def __len__(self) -> int:
        return len(self._parts)

    def __iter__(self) -> Iterable[Path]:
        return iter(self._parts)

    def find(self, text: str) -> Sequence[Path]:
        """The images that `text` may mean: those whose path ends like it, with or without the ending of its name, the
        zeros before its number, or what an address on the web adds to it."""
        if found := self._ending_like(text):
            return found
        if "%" in text or "?" in text:
            return self._ending_like(unquote(text.partition("?")[0]))
        if uploaded := _UPLOADED.fullmatch(text.strip()):
            return self._ending_like(uploaded["name"])
        number = text.strip().removesuffix(".0")
        return self._numbers.get(number.lstrip("0") or "0", ()) if number.isdigit() else ()

    def _ending_like(self, text: str) -> Sequence[Path]:
        parts = [part for part in _same(text).replace("\\", "/").split("/") if part not in ("", ".", "..")]
        if not parts:
            return ()
        name = parts[-1]
        found = self._named.get(name) or self._stems.get(name) or self._stems.get(_stem(name)) or ()
        return found if len(found) < 2 or len(parts) < 2 else self._nearest(found, tuple(parts[:-1]))

    def _nearest(self, found: Sequence[Path], folders: tuple[str, ...]) -> Sequence[Path]:
        """Of images with the same name those with most of the same folders right above them."""
        ends = self._ends.get(id(found))  # a list of this index, which lives as long
        if ends is None:
            ends = self._ends[id(found)] = defaultdict(list)
            for path in found:
                above = self._parts[path][:-1]
                for start in range(len(above) + 1):
                    ends[above[start:]].append(path)
        return next(paths for start in range(len(folders) + 1) if (paths := ends.get(folders[start:])))


def nearest(paths: Sequence[Path], folder: Path, part: Kind | None) -> Sequence[Path]:
    """Of images with the same name, prefer those below the table's folder and in the folder of the row's part."""
    for preferred in (
        [path for path in paths if path.is_relative_to(folder)],
        [path for path in paths if part and any(kind_of(folder.name) == part for folder in path.parents)],
    ):
        if len(paths) > 1 and preferred:
            paths = preferred
    return paths


def _same(text: str) -> str:
    return unicodedata.normalize("NFC", names.shown(text.strip())).casefold()


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name
