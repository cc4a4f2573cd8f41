"""What this program makes in a workspace, known by its structure: also one that has no database, or none any more."""

import os
import re
from collections.abc import Callable
from pathlib import Path

from core.paths import AUGMENTATIONS, CACHE, COLLECTION, COPIES, DATABASE, DATASETS, OWN, RUNS, SCANS, UNPACKED

_SCAN = re.compile(r"[0-9a-f]{24}\.json")
_RUN = re.compile(r"\d{8}-\d{6}-.+")
_PLAIN = (".json", ".yaml", ".rows", ".safetensors", ".pt")  # settings, features, weights
_DEEP = 3  # folders in folders of such files


def is_own(name: str) -> bool:
    """Whether this program makes a file or folder of that name in its workspace."""
    return name in OWN or name.startswith(DATABASE)


def is_workspace(folder: Path) -> bool:
    """Whether `folder` is a workspace: it holds the database of its runs, or nothing but what is made in one."""
    if os.path.isfile(folder / DATABASE):
        return True
    try:
        with os.scandir(folder) as entries:  # ends at the first other name
            found = [entry.name for entry in entries if _belongs(entry.name)]
    except (OSError, _OtherName):
        return False
    return bool(found) and all(is_made_here(folder / name) for name in found)


def was_workspace(folder: Path) -> bool:
    """Whether images were once read with `folder` as the workspace, and perhaps nothing else was done in it."""
    return os.path.isdir(folder / CACHE / SCANS) and is_made_here(folder / CACHE)


def is_machine_made(folder: Path) -> bool:
    """Whether `folder` was taken out of a workspace and holds no image: its runs, or its cache."""
    return folder.name in (RUNS, CACHE) and bool(listed(folder)) and is_made_here(folder)


def is_made_here(path: Path) -> bool:
    """Whether a file or folder with a name of this program's is its own, by what it holds: a class may be called
    'copies', too."""
    kind = _KINDS.get(path.name)
    if kind is not None:
        return all(kind(path / name) for name in listed(path) if not name.startswith("."))
    return path.name.startswith(DATABASE) or _is_plain(path, _DEEP)


def listed(folder: Path) -> list[str]:
    """The names in a folder; none where it cannot be opened."""
    try:
        return os.listdir(folder)
    except OSError:
        return []


class _OtherName(Exception):
    """A name that this program does not make."""


def _belongs(name: str) -> bool:
    if not is_own(name) and not name.startswith("."):
        raise _OtherName
    return not name.startswith(".")


def _is_scans(path: Path) -> bool:
    return path.name == SCANS and all(_SCAN.fullmatch(name) or name.startswith(".") for name in listed(path))


def _is_data_set(path: Path) -> bool:
    return (path / UNPACKED).is_file() or (path / COLLECTION).is_file()


def _is_run(path: Path) -> bool:
    return path.is_dir() and _RUN.fullmatch(path.name) is not None


def _is_copies(path: Path) -> bool:
    return path.suffix == ".zip" or (path / "manifest.csv").is_file()


def _is_plain(path: Path, deep: int) -> bool:
    if not path.is_dir():
        return path.suffix in _PLAIN
    return deep > 0 and all(_is_plain(path / name, deep - 1) for name in listed(path) if not name.startswith("."))


_KINDS: dict[str, Callable[[Path], bool]] = {
    CACHE: _is_scans, DATASETS: _is_data_set, RUNS: _is_run, COPIES: _is_copies, AUGMENTATIONS: _is_copies,
}  # fmt: skip
