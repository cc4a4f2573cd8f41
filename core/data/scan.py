"""Decoding every file of a layout once, in threads, and remembering the outcome until a file changes."""

import base64
import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any

import PIL
from numpy import uint8
from numpy.typing import NDArray

from core.data.duplicates import thumbnail
from core.data.images import decode
from core.data.layout import Found
from core.errors import StorageFailed, UnreadableImage
from core.files import write_json

Progress = Callable[[int, int], None]
_VERSION = f"1 Pillow {PIL.__version__}"  # another decoder may give other pixels
_THREADS = min(4, os.cpu_count() or 1)  # a decoded picture may take 200 MB


@dataclass(frozen=True, slots=True)
class Outcome:
    """What decoding a file gave. `reason` is set where it could not be decoded; the rest is empty then."""

    reason: str | None = None
    width: int = 0
    height: int = 0
    digest: str = ""
    notes: tuple[str, ...] = ()
    thumbnail: bytes = b""


@dataclass(frozen=True, slots=True)
class Scan:
    """Outcomes in the order of the files."""

    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...] = ()


def pixel_digest(pixels: NDArray[uint8]) -> str:
    """Hex SHA-256 of a picture's shape and pixels."""
    content = hashlib.sha256(repr(pixels.shape).encode())
    content.update(pixels.tobytes())
    return content.hexdigest()


def scan(found: Sequence[Found], root: Path, workspace: Path, progress: Progress | None = None) -> Scan:
    """Decode each file, or recall it from `workspace`, where outcomes are kept by path, size and time of change.

    `progress(done, total)` is called from the calling thread. A workspace that cannot be written is no obstacle: the
    outcomes are right, a note says that they will be worked out anew the next time.
    """
    place = hashlib.sha256(str(root).encode("utf-8", "surrogateescape")).hexdigest()[:24]
    memory = workspace / "cache" / "scans" / f"{place}.json"
    known = _recall(memory)
    keys = [_key(item) for item in found]
    outcomes = {index: known[key] for index, key in enumerate(keys) if key in known}
    missing = [index for index in range(len(found)) if index not in outcomes]
    if progress:
        progress(len(outcomes), len(found))
    # not concurrent.futures, which closes down before a training is told that the process ends
    with ThreadPool(_THREADS) as pool:
        for index, outcome in pool.imap_unordered(lambda index: (index, _outcome(found[index].path)), missing):
            outcomes[index] = outcome
            if progress:
                progress(len(outcomes), len(found))
    ordered = tuple(outcomes[index] for index in range(len(found)))
    if missing or len(known) != len(found):
        return Scan(ordered, _remember(memory, {key: one for key, one in zip(keys, ordered, strict=True) if key}))
    return Scan(ordered)


def _key(found: Found) -> str:
    """Path, size and time of change; empty for a file that cannot be looked at, which is never remembered."""
    try:
        status = found.path.stat()
    except OSError:
        return ""
    return f"{found.name}|{status.st_size}|{status.st_mtime_ns}"


def _outcome(path: Path) -> Outcome:
    try:
        picture = decode(path)
    except UnreadableImage as error:
        return Outcome(reason=str(error))
    height, width = picture.pixels.shape[:2]
    return Outcome(None, width, height, pixel_digest(picture.pixels), picture.notes, thumbnail(picture.pixels))


def _recall(memory: Path) -> dict[str, Outcome]:
    try:
        stored = json.loads(memory.read_text(encoding="utf-8"))
        if stored["version"] != _VERSION:
            return {}
        return {key: _outcome_from(values) for key, values in stored["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # none yet, or damaged: decode again
        return {}


def _outcome_from(values: dict[str, Any]) -> Outcome:
    return Outcome(**values | {"notes": tuple(values["notes"]), "thumbnail": base64.b64decode(values["thumbnail"])})


def _remember(memory: Path, outcomes: dict[str, Outcome]) -> tuple[str, ...]:
    files = {
        key: asdict(outcome) | {"thumbnail": base64.b64encode(outcome.thumbnail).decode()}
        for key, outcome in outcomes.items()
    }
    try:
        write_json(memory, {"version": _VERSION, "files": files})
    except StorageFailed as error:
        return (f"The pictures will be read anew the next time, because this could not be kept: {error}",)
    return ()
