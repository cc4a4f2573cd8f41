"""Writing files so that a crash leaves either the old content or the new, never half of one."""

import errno
import json
import math
import os
import re
import shutil
import tempfile
import time
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from core.errors import InvalidInput, StorageFailed
from core.text import short, short_path

TEMPORARY_PREFIX = ".tmp-"
LONGEST_PATH = 4096  # characters: no system takes a longer one, and no form or description either
Identity = tuple[int, int]  # device and number of a file or folder; while it is held open no other one gets them
FRESH_S = 2.0  # between making a temporary file and locking it passes a thousandth of that
_RESERVED = {"con", "prn", "aux", "nul", *(f"{n}{i}" for n in ("com", "lpt") for i in range(1, 10))}


@contextmanager
def atomic_write(path: Path, *, make_folder: bool = True) -> Iterator[IO[bytes]]:
    """Yield a binary file that takes `path`'s place when the block ends, and vanishes when the block fails.

    Temporary name, sync, rename, sync of the folder; not `make_folder`: the folder must be there. Raises
    `StorageFailed` when the disk is full or not writable.
    """
    temporary: Path | None = None
    try:
        if make_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=TEMPORARY_PREFIX, dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            _hold(handle)
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        _sync_folder(path.parent)
    except OSError as error:
        raise storage_failed(path, error) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def own_path(given: str | Path) -> Path:
    """A path as a user writes it, `~` and `~name` included. Raises `InvalidInput` where nobody has that name."""
    try:
        return Path(given).expanduser()
    except RuntimeError as error:
        raise InvalidInput(f"There is no home folder for '{short(str(given))}'. Write the whole path.") from error


def identity(path: Path) -> Identity | None:
    """Which file or folder lies under this name now; None where nothing does."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def hold_folder(folder: Path) -> int | None:
    """Keep a folder open, so that its identity stays its own after it is deleted; a temporary one is locked, too.

    None on Windows, where it cannot be opened.
    """
    if os.name == "nt":
        return None
    handle = os.open(folder, os.O_RDONLY)
    if folder.name.startswith(TEMPORARY_PREFIX):
        _hold(handle)
    return handle


def let_go(held: int | None) -> None:
    """Close what `hold_folder` opened."""
    if held is not None:
        os.close(held)


def allow_many_handles(most: int = 65536) -> None:
    """Let this process open as many files as the system allows it: many start with a limit of 256 or 1024."""
    if os.name == "nt":  # has no such limit
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most if hard == resource.RLIM_INFINITY else min(hard, most)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):  # macOS refuses more than a limit that it does not tell
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def storage_failed(path: Path, error: OSError) -> StorageFailed:
    """The error to show when `path` could not be written."""
    name, folder = short(path.name), short_path(path.parent)
    if error.errno == errno.ENOSPC:
        return StorageFailed(f"The disk is full: {name} could not be saved in {folder}. Free some space.")
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return StorageFailed(f"{folder} is not writable: {name} could not be saved. Choose another workspace.")
    if error.errno == errno.ENOENT:
        return StorageFailed(f"{name} could not be saved: the folder {folder} was deleted or moved.")
    return StorageFailed(f"{name} could not be saved in {folder}: {error.strerror or error}.")


def make_newest(path: Path, others: Iterable[Path]) -> None:
    """Give a file that was just used a time behind those of `others`, also where the clock was set back.

    For folders in which the newest file counts and the oldest ones go.
    """
    with suppress(OSError):  # it, or one of them, is gone
        os.utime(path)
        newest = max((other.stat().st_mtime_ns for other in others if other != path), default=0)
        if path.stat().st_mtime_ns <= newest:
            os.utime(path, ns=(newest + 1_000_000, newest + 1_000_000))


def write_bytes(path: Path, content: bytes | memoryview, *, make_folder: bool = True) -> None:
    """Replace `path` with `content`, as `atomic_write` does."""
    with atomic_write(path, make_folder=make_folder) as file:
        file.write(content)


def write_text(path: Path, content: str, *, make_folder: bool = True) -> None:
    """Replace `path` with UTF-8 text, as `atomic_write` does."""
    write_bytes(path, content.encode(), make_folder=make_folder)


def write_json(path: Path, value: Any) -> None:
    """Replace `path` with JSON, atomically."""
    write_text(path, dump_json(value, indent=2))


def dump_json(value: Any, indent: int | None = None) -> str:
    """JSON text that every reader accepts: NaN and infinities become null.

    In ASCII, because a path may hold bytes that are no text, and those come back only as escapes.
    """
    return json.dumps(_finite(value), indent=indent, allow_nan=False)


def sweep_temporary(folder: Path) -> int:
    """Remove what interrupted writes left in a folder that is ours alone, and return how many files that were."""
    stale = list(folder.rglob(f"{TEMPORARY_PREFIX}*")) if folder.is_dir() else []
    for path in stale:
        if path.is_file():
            path.unlink(missing_ok=True)
    return len(stale)


def sweep_abandoned(root: Path) -> int:
    """Remove temporary files and folders anywhere below `root` that no program is at work on; how many that were."""
    swept = 0
    for place, folders, names in os.walk(root):
        found = [name for name in [*folders, *names] if name.startswith(TEMPORARY_PREFIX)]
        folders[:] = [name for name in folders if not name.startswith(TEMPORARY_PREFIX)]
        for path in (Path(place, name) for name in found):
            if _abandoned(path):
                with suppress(OSError):  # it only takes room: the next start tries again
                    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
                swept += 1
    return swept


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Yield a folder to fill, which becomes `target` when the block ends and vanishes when the block fails.

    Raises `StorageFailed`, also when `target` is there already.
    """
    held = temporary = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX, dir=target.parent))
        held = hold_folder(temporary)
        inner = temporary / "whole"  # mkdtemp makes a private folder, and this one lasts
        inner.mkdir()
        yield inner
        inner.rename(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise storage_failed(target, error) from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
        let_go(held)


def _abandoned(path: Path) -> bool:
    """Whether nobody holds it. A lock tells, except in the moment between making and locking."""
    try:
        fresh = abs(time.time() - path.lstat().st_mtime) < FRESH_S
        if fresh or os.name == "nt":  # where nothing that is open can be deleted
            return not fresh
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        return _hold(handle)
    finally:
        os.close(handle)


def _hold(handle: int) -> bool:
    """Lock an open file or folder for as long as it is open; false when another program has."""
    if os.name == "nt":
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # held, or a file system without locks, where nobody can tell
        return False
    return True


def folder_bytes(folder: Path) -> int:
    """Bytes that the files below `folder` take."""
    return sum(size_bytes(path) for path in folder.rglob("*") if path.is_file())


def size_bytes(path: Path) -> int:
    """Size of a file; 0 for one that somebody else has just deleted."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def slug(name: str, longest: int = 48) -> str:
    """A name that is safe for a file on every system; the readable part of `name`, or `x` if nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:longest].strip("-")
    return f"x-{words}".strip("-") if not words or words in _RESERVED else words


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder; its rename is durable by itself
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
