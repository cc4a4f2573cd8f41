"""Writing files so that a crash leaves either the old content or the new, never half of one."""

import errno
import json
import math
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from core.errors import StorageFailed

TEMPORARY_PREFIX = ".tmp-"
_RESERVED = {"con", "prn", "aux", "nul", *(f"{n}{i}" for n in ("com", "lpt") for i in range(1, 10))}


@contextmanager
def atomic_write(path: Path) -> Iterator[IO[bytes]]:
    """Yield a binary file that takes `path`'s place when the block ends, and vanishes when the block fails.

    Temporary name, sync, rename, sync of the folder. Raises `StorageFailed` when the disk is full or not writable.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=TEMPORARY_PREFIX, dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
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


def storage_failed(path: Path, error: OSError) -> StorageFailed:
    """The error to show when `path` could not be written."""
    if error.errno == errno.ENOSPC:
        return StorageFailed(f"The disk is full: {path.name} could not be saved in {path.parent}. Free some space.")
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return StorageFailed(
            f"{path.parent} is not writable: {path.name} could not be saved. Choose another workspace."
        )
    return StorageFailed(f"{path.name} could not be saved in {path.parent}: {error.strerror or error}.")


def write_bytes(path: Path, content: bytes) -> None:
    """Replace `path` with `content`, atomically."""
    with atomic_write(path) as file:
        file.write(content)


def write_text(path: Path, content: str) -> None:
    """Replace `path` with UTF-8 text, atomically."""
    write_bytes(path, content.encode())


def write_json(path: Path, value: Any) -> None:
    """Replace `path` with JSON, atomically."""
    write_text(path, dump_json(value, indent=2))


def dump_json(value: Any, indent: int | None = None) -> str:
    """JSON text that every reader accepts: NaN and infinities become null.

    In ASCII, because a path may hold bytes that are no text, and those come back only as escapes.
    """
    return json.dumps(_finite(value), indent=indent, allow_nan=False)


def sweep_temporary(folder: Path) -> int:
    """Remove what interrupted writes left in `folder`, and return how many files that were."""
    stale = list(folder.rglob(f"{TEMPORARY_PREFIX}*")) if folder.is_dir() else []
    for path in stale:
        if path.is_file():
            path.unlink(missing_ok=True)
    return len(stale)


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
