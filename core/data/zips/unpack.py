"""Unpacking a zip from anywhere: all of it within limits, or none of it.

Everything that the table of contents can tell is checked before anything is written (`contents`); then bytes are
counted as they come out, because the table can lie. Only zip is opened.
"""

import os
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from core.data import names
from core.data.dataset import LeftOut
from core.data.decoding import sniff
from core.data.zips.contents import Contents, Limits, grows, open_zip, read_contents, refuse_growth, unreadable
from core.data.zips.entries import Entry
from core.errors import UnreadableArchive
from core.files import TEMPORARY_PREFIX, hold_folder, let_go, storage_failed, write_json
from core.paths import UNPACKED
from core.text import counted, format_size, short

__all__ = ["MANIFEST", "Limits", "unpack"]

# What was left out, notes, labels of folders that are called otherwise here, and what every part of a path was called
MANIFEST = UNPACKED
_CHUNK = 1 << 18
_STALE_AFTER_S = 3600.0


@dataclass(slots=True)
class _Unpacked:
    """What came out so far: bytes, how many of them grew too much, images, and what the manifest will say."""

    bytes: int = 0
    grown: int = 0
    images: int = 0
    left_out: list[LeftOut] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def unpack(
    archive: Path | bytes, into: Path, limits: Limits | None = None, whose: str | None = None
) -> tuple[LeftOut, ...]:
    """Unpack a zip into the new folder `into`, and return what was left out (also kept in `into`/`MANIFEST`).

    `whose` is what messages call the archive: its file name, if nothing else is given. Raises `UnreadableArchive` (not
    a zip, damaged, encrypted, unsafe, too large, without images) or `StorageFailed`; then nothing remains. Names that
    no file system takes are replaced; folders keep theirs as a label in the manifest.
    """
    bounds = limits or Limits()
    called = names.shown(whose or ("The zip" if isinstance(archive, bytes) else archive.name))
    with closing(open_zip(archive, called)) as opened:
        contents = read_contents(opened, called, bounds)
        try:
            into.parent.mkdir(parents=True, exist_ok=True)
            _sweep(into.parent)
            temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX, dir=into.parent))
            held = hold_folder(temporary)  # other programs sweep what nobody holds
        except OSError as error:
            raise storage_failed(into, error) from error
        try:
            left_out = _extract(opened, contents, temporary, bounds, called)
            _settle(temporary, into)
            return left_out
        except OSError as error:
            raise storage_failed(into, error) from error
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
            let_go(held)


def _extract(
    opened: zipfile.ZipFile, contents: Contents, into: Path, limits: Limits, whose: str
) -> tuple[LeftOut, ...]:
    so_far = _Unpacked(left_out=list(contents.left_out))
    for entry in contents.entries:
        safe = [names.path_part(part) for part in entry.parts]
        folders = entry.parts if entry.is_folder else entry.parts[:-1]
        so_far.labels |= {part: label for part, label in zip(safe, folders, strict=False) if part != label}
        so_far.names |= {part: name for part, name in zip(safe, entry.parts, strict=True) if part != name}
        target = into.joinpath(*safe)
        reason = _why_not(entry, target, limits)
        if not reason and entry.is_folder:
            target.mkdir(parents=True, exist_ok=True)
        elif not reason:
            target.parent.mkdir(parents=True, exist_ok=True)
            reason = _nested(target, _copy(opened, entry.info, target, so_far, limits, whose))
        if reason:
            so_far.left_out.append(LeftOut(names.shown("/".join(entry.parts)), reason))
    if not so_far.images:
        raise UnreadableArchive(_without_images(so_far.left_out, whose))
    manifest = {
        "left_out": [[item.name, item.reason] for item in so_far.left_out], "labels": so_far.labels,
        "names": so_far.names, "notes": contents.notes,
    }  # fmt: skip
    write_json(into / MANIFEST, manifest)
    return tuple(so_far.left_out)


def _without_images(left_out: list[LeftOut], whose: str) -> str:
    """The sentence for an archive without an image that was unpacked; what was left out may be the reason."""
    first = f" {short(left_out[0].name)}: {left_out[0].reason}" if left_out else ""
    more = f" {counted(len(left_out) - 1, 'more file')} left out." if len(left_out) > 1 else ""
    what = "has no images that can be used" if left_out else "has no images inside"
    return f"{whose} {what}.{first}{more} Pack a folder of images per class, and choose that zip."


def _why_not(entry: Entry, target: Path, limits: Limits) -> str | None:
    if len(entry.parts) > limits.depth:
        return f"Lies more than {limits.depth} folders deep."
    if entry.info.file_size > limits.file_bytes:
        return f"Takes more than {format_size(limits.file_bytes)}."
    if not entry.is_folder and target.exists():
        return "The zip has this name twice; the first one is used."
    return None


def _nested(target: Path, head: bytes) -> str | None:
    """An archive in the archive is removed again, with a reason."""
    kind = sniff.archive_kind(head)
    if kind is None:
        return None
    target.unlink()
    return f"Is {kind}. Archives inside archives are not opened: unpack it first."


def _copy(
    opened: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, so_far: _Unpacked, limits: Limits, whose: str
) -> bytes:
    """Write one entry and count it; returns its first bytes."""
    size, head = 0, b""
    with target.open("xb") as file:
        for chunk in _chunks(opened, info, whose):
            head = head or chunk[:512]
            size += len(chunk)
            grown = size if grows(info, size, limits) else 0
            refuse_growth(so_far.bytes + size, so_far.grown + grown, whose, limits)
            file.write(chunk)
    so_far.bytes += size
    so_far.grown += size if grows(info, size, limits) else 0
    so_far.images += sniff.is_image(head)
    return head


def _chunks(opened: zipfile.ZipFile, info: zipfile.ZipInfo, whose: str) -> Iterator[bytes]:
    """The entry's bytes. Every failure to read becomes `UnreadableArchive`."""
    try:
        with opened.open(info) as member:
            yield from _read_on(member)
    except Exception as error:  # zlib.error, BadZipFile, EOFError, NotImplementedError ...: all mean "cannot be read"
        raise UnreadableArchive(unreadable(error, whose)) from error


def _read_on(member: IO[bytes]) -> Iterator[bytes]:
    while chunk := member.read(_CHUNK):
        yield chunk


def _settle(temporary: Path, into: Path) -> None:
    temporary.chmod(0o755)  # mkdtemp makes it private
    try:
        os.rename(temporary, into)
    except OSError:
        if not into.is_dir():  # otherwise somebody unpacked it at the same moment
            raise


def _sweep(folder: Path) -> None:
    """Remove what a killed process left half unpacked."""
    for stale in folder.glob(f"{TEMPORARY_PREFIX}*"):
        if stale.is_dir() and time.time() - stale.stat().st_mtime > _STALE_AFTER_S:
            shutil.rmtree(stale, ignore_errors=True)
