"""Whether one image lies in several folders, before any is decoded."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from core.data.tree import Folder

_MOST = 20_000  # files looked at
_HEAD = 1 << 16  # bytes that are compared of files of one size


def lie_in_several(folders: Iterable[Folder]) -> bool:
    """Whether a file of one folder has the same size and the same beginning as one of another folder."""
    sizes: dict[int, dict[int, Path]] = defaultdict(dict)
    every = ((place, path) for place, folder in enumerate(folders) for path in folder.every_image())
    for place, path in islice(every, _MOST):
        try:
            size = path.stat().st_size
        except OSError:
            continue
        others = sizes[size]
        if size and any(at != place and _head(path) == _head(other) for at, other in others.items()):
            return True
        others.setdefault(place, path)
    return False


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return hashlib.sha256(file.read(_HEAD)).digest()
    except OSError:
        return str(path).encode()
