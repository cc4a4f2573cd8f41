"""Decode every file of a layout once, in threads, and cache the outcome until the file changes."""

import base64
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any

from numpy import uint8
from numpy.typing import NDArray

from core.data.images import decode
from core.data.layout import Found
from core.data.look import Look, look_of
from core.data.near.duplicates import thumbnail
from core.data.scale import Finer, Range, common_range, fills_little, little_notes
from core.errors import StorageFailed, UnreadableImage
from core.files import atomic_write, dump_json
from core.paths import CACHE, SCANS
from core.text import short

Progress = Callable[[int, int], None]
Keep = Callable[[str, NDArray[uint8]], None]
_DECODERS = ("pillow", "pillow-heif", "simplejpeg", "tifffile", "imagecodecs")
_VERSION = " ".join(("11", *(f"{name} {version(name)}" for name in _DECODERS)))  # other versions may give other pixels
_THREADS = min(4, os.cpu_count() or 1)  # a decoded image may take 200 MB


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of decoding a file. `reason` is set if it could not be decoded; other fields are empty then.

    `finer` describes numbers that 256 grey levels cannot hold, `scaled` is the common scale that the file was decoded
    with if it needs one, `look` whether it looks like a mask.
    """

    reason: str | None = None
    width: int = 0
    height: int = 0
    digest: str = ""
    notes: tuple[str, ...] = ()
    thumbnail: bytes = b""
    finer: Finer | None = None
    scaled: Range | None = None
    look: Look = ""

    @property
    def values(self) -> Range | None:
        """The image's own range where it needs the scale of its set."""
        return self.finer.values if self.finer else None


@dataclass(frozen=True, slots=True)
class Scan:
    """Outcomes in the order of the files."""

    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...] = ()


def pixel_digest(pixels: NDArray[uint8]) -> str:
    """Hex SHA-256 of an image's shape and pixels."""
    content = hashlib.sha256(repr(pixels.shape).encode())
    content.update(pixels.tobytes())
    return content.hexdigest()


def scan(
    found: Sequence[Found], root: Path, workspace: Path, progress: Progress | None = None, keep: Keep | None = None
) -> Scan:
    """Decode each file, or take the outcome from the cache in `workspace`, keyed by path, size and modification time.

    `keep` is given the digest and the pixels of each image that is decoded, as they will be used; any thread calls it.

    `progress(done, total)` is called from the calling thread; what it raises ends the scan, and what was decoded until
    then is kept. If the workspace cannot be written, a note says that the
    files will be decoded again next time.
    """
    folder_digest = hashlib.sha256(str(root).encode("utf-8", "surrogateescape")).hexdigest()[:24]
    cache_file = workspace / CACHE / SCANS / f"{folder_digest}.json"
    cached = _load_cache(cache_file)
    keys = [_key(item) for item in found]
    outcomes = {index: cached[key] for index, key in enumerate(keys) if key in cached}
    missing = [index for index in range(len(found)) if index not in outcomes]
    if progress:
        progress(len(outcomes), len(found))
    try:
        new = _outcomes([(index, found[index].path, None) for index in missing], keep)
        for done, (index, outcome) in enumerate(new, 1):
            outcomes[index] = outcome
            if progress:
                progress(len(found) - len(missing) + done, len(found))
    except BaseException:  # such as Ctrl-C, or another page: the next time goes on from here
        _save_cache(cache_file, {keys[index]: one for index, one in outcomes.items() if keys[index]})
        raise
    scale = common_range(outcome.values for outcome in outcomes.values())
    rescaled = [index for index, one in outcomes.items() if one.values and one.scaled != scale]
    outcomes |= _outcomes([(index, found[index].path, scale) for index in rescaled], keep)
    ordered = tuple(outcomes[index] for index in range(len(found)))
    notes = _scale_notes(sum(one.values is not None for one in ordered), scale)
    notes += _extreme_notes([(one.name, outcome.finer) for one, outcome in zip(found, ordered, strict=True)], scale)
    if missing or rescaled or len(cached) != len(found):
        notes += _save_cache(cache_file, {key: one for key, one in zip(keys, ordered, strict=True) if key})
    return Scan(ordered, notes)


def _outcomes(tasks: Sequence[tuple[int, Path, Range | None]], keep: Keep | None) -> Iterator[tuple[int, Outcome]]:
    """(index, outcome) of each (index, path, scale), in any order, decoded in threads."""
    # not concurrent.futures, which shuts down before a training is notified that the process ends
    with ThreadPool(_THREADS) as pool:
        yield from pool.imap_unordered(lambda one: (one[0], _outcome(one[1], one[2], keep)), tasks)


def _scale_notes(count: int, scale: Range | None) -> tuple[str, ...]:
    if scale is None:
        return ()
    subject = "1 image has" if count == 1 else f"{count:,} images have"
    return (
        f"{subject} fractions, signed or 32-bit numbers, whose format does not say what white is. One scale for all of "
        f"them: {scale[0]:g} became black and {scale[1]:g} white. The trained model keeps it.",
    )


def _extreme_notes(numbers: Sequence[tuple[str, Finer | None]], scale: Range | None) -> tuple[str, ...]:
    """A note where the common scale leaves hardly anything of some images, with the file that made it so wide."""
    known = [(name, one, one.values, one.bulk) for name, one in numbers if one and one.values and one.bulk]
    usual = [bulk for _, one, _, bulk in known if fills_little(one, scale)]
    if scale is None or not usual:
        return ()
    low, high = min(bulk[0] for bulk in usual), max(bulk[1] for bulk in usual)
    upwards = scale[1] / 2 - high / 2 >= low / 2 - scale[0] / 2
    extremes = {name: values[upwards] for name, _, values, _ in known}
    beyond = {name: own / 2 - high / 2 if upwards else low / 2 - own / 2 for name, own in extremes.items()}
    name = max(beyond, key=lambda one: beyond[one])
    more = sum(one > 0 and 2 * one >= beyond[name] for one in beyond.values()) - (beyond[name] > 0)
    others = f" and {more:,} more" if more > 0 else ""
    which = "1 image fills" if len(usual) == 1 else f"{len(usual):,} images fill"
    return (
        f"{which} less than a tenth of this scale, so that hardly anything can be seen there. It is as wide as it is "
        f"because of '{short(name)}'{others}, with the value {extremes[name]:g}. If that is a faulty pixel or a mark "
        "of missing values, replace it (by NaN, or a value of the image); if images are in different units, convert "
        "them to one.",
    )


def _key(found: Found) -> str:
    """Path, size and modification time; empty for an inaccessible file, which is not cached."""
    try:
        status = found.path.stat()
    except OSError:
        return ""
    return f"{found.name}|{status.st_size}|{status.st_mtime_ns}"


def _outcome(path: Path, scale: Range | None, keep: Keep | None) -> Outcome:
    try:
        image = decode(path, scale)
    except UnreadableImage as error:
        return Outcome(reason=str(error))
    height, width = image.pixels.shape[:2]
    digest = pixel_digest(image.pixels)
    if keep and (scale or not image.values):  # else it is decoded once more, with the scale of all
        keep(digest, image.pixels)
    set_notes = little_notes(image.finer, scale)
    notes = tuple(note for note in image.notes if note not in set_notes)
    return Outcome(
        None, width, height, digest, notes, thumbnail(image.pixels), image.finer,
        scale if image.values else None, look_of(image.pixels),
    )  # fmt: skip


def _load_cache(cache_file: Path) -> dict[str, Outcome]:
    """Outcomes by key. The file has a line with the version and one for each image: all as one text would take 1 GB."""
    try:
        with cache_file.open(encoding="utf-8") as lines:
            if json.loads(next(lines))["version"] != _VERSION:
                return {}
            return {stored.pop("key"): _outcome_from(stored) for stored in map(json.loads, lines)}
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        StopIteration,
    ):  # missing or damaged: decode again
        return {}


def _outcome_from(values: dict[str, Any]) -> Outcome:
    read: dict[str, Any] = {"notes": tuple(values["notes"]), "thumbnail": base64.b64decode(values["thumbnail"])}
    if values["scaled"] is not None:
        read["scaled"] = tuple(values["scaled"])
    if (numbers := values["finer"]) is not None:
        ranges = {name: tuple(numbers[name]) for name in ("values", "bulk") if numbers[name] is not None}
        read["finer"] = Finer(**numbers | ranges)
    return Outcome(**values | read)


def _save_cache(cache_file: Path, outcomes: dict[str, Outcome]) -> tuple[str, ...]:
    try:
        with atomic_write(cache_file) as file:
            file.write(dump_json({"version": _VERSION}).encode() + b"\n")
            for key, outcome in outcomes.items():
                thumbnail = base64.b64encode(outcome.thumbnail).decode()
                stored = {"key": key} | asdict(outcome) | {"thumbnail": thumbnail}
                file.write(dump_json(stored).encode() + b"\n")
    except StorageFailed as error:
        return (f"The images will be read anew the next time, because this could not be kept: {error}",)
    return ()
