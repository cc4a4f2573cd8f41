"""Unpacking a zip from anywhere: all of it within limits, or none of it.

Everything that the table of contents can tell is checked before anything is written; then bytes are counted as they
come out, because the table can lie. Only zip is opened.
"""

import os
import re
import shutil
import stat
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

from core.data import names, sniff
from core.data.dataset import LeftOut
from core.data.images import MAX_FILE_BYTES
from core.errors import UnreadableArchive
from core.files import TEMPORARY_PREFIX, storage_failed, write_json

MANIFEST = ".unpacked.json"  # what was left out, and the labels of folders whose names no file system would take
_CHUNK = 1 << 18
_RATIO_FROM = 1 << 20  # bytes: small files may be as compressible as they like
_STALE_AFTER_S = 3600.0
_LOCAL_HEADER = 30  # bytes before an entry's name, at least
_UTF8_FLAG, _ENCRYPTED_FLAG = 0x800, 0x1


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may cost. Sizes are in bytes after unpacking."""

    total_bytes: int = 4 * 2**30
    entries: int = 50_000
    file_bytes: int = MAX_FILE_BYTES
    ratio: int = 200  # bytes out per byte in
    depth: int = 12  # folders in folders


@dataclass(frozen=True, slots=True)
class _Member:
    info: zipfile.ZipInfo
    parts: tuple[str, ...]


def unpack(archive: Path | bytes, into: Path, limits: Limits | None = None) -> tuple[LeftOut, ...]:
    """Unpack a zip into the new folder `into`, and return what was left out (also kept in `into`/`MANIFEST`).

    Raises `UnreadableArchive` (not a zip, damaged, encrypted, unsafe, too large, without pictures) or `StorageFailed`;
    then nothing remains. Names that no file system takes are replaced; folders keep theirs as a label in the manifest.
    """
    bounds = limits or Limits()
    with closing(_open(archive)) as opened:
        members = _plan(opened, bounds)
        try:
            into.parent.mkdir(parents=True, exist_ok=True)
            _sweep(into.parent)
            temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX, dir=into.parent))
        except OSError as error:
            raise storage_failed(into, error) from error
        try:
            left_out = _extract(opened, members, temporary, bounds)
            _settle(temporary, into)
            return left_out
        except OSError as error:
            raise storage_failed(into, error) from error
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _open(archive: Path | bytes) -> zipfile.ZipFile:
    try:
        head = archive[:512] if isinstance(archive, bytes) else _head(archive)
        if not zipfile.is_zipfile(BytesIO(archive) if isinstance(archive, bytes) else archive):
            what = "a picture" if sniff.is_image(head) else sniff.describe(head)
            kind = "a zip that is cut off or damaged" if what == "a zip archive" else what
            raise UnreadableArchive(
                f"The file is {kind}, not a zip that can be opened. Pack the class folders as a zip."
            )
        return zipfile.ZipFile(BytesIO(archive) if isinstance(archive, bytes) else archive)
    except UnreadableArchive:
        raise
    except OSError as error:
        raise UnreadableArchive(f"The archive cannot be read: {error.strerror or error}.") from error
    except Exception as error:  # a damaged table of contents raises anything from struct.error to ValueError
        raise UnreadableArchive(_damaged(error)) from error


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(512)


def _plan(opened: zipfile.ZipFile, limits: Limits) -> list[_Member]:
    """The members worth unpacking. Raises `UnreadableArchive` if one of them makes the archive unsafe."""
    infos = opened.infolist()
    if len(infos) > limits.entries:
        raise UnreadableArchive(
            f"The zip has {len(infos):,} entries; at most {limits.entries:,} are allowed. Split it."
        )
    for info in infos:
        _refuse_unsafe(info)
    if sum(info.file_size for info in infos) > limits.total_bytes:
        raise UnreadableArchive(_too_large(limits))
    _refuse_overlap(infos)
    members = [_Member(info, _parts(info)) for info in infos]
    wanted = [member for member in members if member.parts and not any(map(names.is_junk, member.parts))]
    _refuse_contradictions(wanted)
    return wanted


def _refuse_unsafe(info: zipfile.ZipInfo) -> None:
    name = _name(info)
    shown = f"'{name[:80]}'"
    if "\0" in info.orig_filename or name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
        raise UnreadableArchive(f"The zip is unsafe: its entry {shown} points out of the folder. Nothing was unpacked.")
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise UnreadableArchive(f"The zip is unsafe: its entry {shown} is a link or a device. Nothing was unpacked.")
    if info.flag_bits & _ENCRYPTED_FLAG:
        raise UnreadableArchive("The zip is encrypted. Pack it again without a password.")


def _refuse_overlap(infos: list[zipfile.ZipInfo]) -> None:
    """Entries that share bytes are how a small file pretends to hold petabytes (CVE-2024-0450)."""
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise UnreadableArchive("The zip is unsafe: its entries overlap. Nothing was unpacked. Pack it again.")
        end = info.header_offset + _LOCAL_HEADER + info.compress_size


def _refuse_contradictions(members: list[_Member]) -> None:
    folders = {member.parts[:depth] for member in members for depth in range(1, len(member.parts))}
    files = {member.parts for member in members if not member.info.is_dir()}
    if both := folders & files:
        raise UnreadableArchive(f"The zip contradicts itself: '{'/'.join(min(both))}' is a file and a folder.")


def _name(info: zipfile.ZipInfo) -> str:
    """The entry's name with slashes. Some packers write UTF-8 without saying so; zipfile then reads it as cp437."""
    name = info.filename
    if not info.flag_bits & _UTF8_FLAG:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.filename
    return name.replace("\\", "/")


def _parts(info: zipfile.ZipInfo) -> tuple[str, ...]:
    return tuple(part for part in _name(info).split("/") if part not in ("", "."))


def _extract(opened: zipfile.ZipFile, members: list[_Member], into: Path, limits: Limits) -> tuple[LeftOut, ...]:
    left_out: list[LeftOut] = []
    labels: dict[str, str] = {}
    total = pictures = 0
    for member in members:
        safe = [names.path_part(part) for part in member.parts]
        folders = member.parts if member.info.is_dir() else member.parts[:-1]
        labels |= {part: label for part, label in zip(safe, folders, strict=False) if part != label}
        target = into.joinpath(*safe)
        reason = _why_not(member, target, limits)
        if not reason and member.info.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        elif not reason:
            target.parent.mkdir(parents=True, exist_ok=True)
            size, head = _copy(opened, member.info, target, limits.total_bytes - total, limits)
            total += size
            pictures += sniff.is_image(head)
            reason = _nested(target, head)
        if reason:
            left_out.append(LeftOut(names.shown("/".join(member.parts)), reason))
    if not pictures:
        raise UnreadableArchive(
            "The zip has no pictures inside. Pack a folder of pictures per class, and choose that zip."
        )
    write_json(into / MANIFEST, {"left_out": [[item.name, item.reason] for item in left_out], "labels": labels})
    return tuple(left_out)


def _why_not(member: _Member, target: Path, limits: Limits) -> str | None:
    if len(member.parts) > limits.depth:
        return f"Lies more than {limits.depth} folders deep."
    if member.info.file_size > limits.file_bytes:
        return f"Takes more than {limits.file_bytes // 2**20} MB."
    if not member.info.is_dir() and target.exists():
        return "The zip has this name twice; the first one is used."
    return None


def _nested(target: Path, head: bytes) -> str | None:
    """An archive in the archive is removed again, with a reason."""
    kind = sniff.archive_kind(head)
    if kind is None:
        return None
    target.unlink()
    return f"Is {kind}. Archives inside archives are not opened: unpack it first."


def _copy(opened: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, room: int, limits: Limits) -> tuple[int, bytes]:
    """Write one member; returns its size and first bytes. `room` is how many bytes the archive may still give."""
    size, head = 0, b""
    with target.open("xb") as file:
        for chunk in _chunks(opened, info):
            head = head or chunk[:512]
            size += len(chunk)
            if size > room:
                raise UnreadableArchive(_too_large(limits))
            if size > _RATIO_FROM and size > limits.ratio * max(1, info.compress_size):
                raise UnreadableArchive(
                    f"The zip is unsafe: '{_name(info)[:80]}' grows more than {limits.ratio} times when unpacked "
                    "(a zip bomb). Nothing was kept."
                )
            file.write(chunk)
    return size, head


def _chunks(opened: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member's bytes. Every failure to read becomes `UnreadableArchive`."""
    try:
        with opened.open(info) as member:
            yield from _read_on(member)
    except Exception as error:  # zlib.error, BadZipFile, EOFError, NotImplementedError ...: all mean "cannot be read"
        raise UnreadableArchive(_damaged(error)) from error


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


def _damaged(error: Exception) -> str:
    detail = str(error).rstrip(".") or type(error).__name__
    return f"The zip is damaged or packed in a way that cannot be read ({detail}). Nothing was kept. Pack it again."


def _too_large(limits: Limits) -> str:
    return f"The zip holds more than {limits.total_bytes / 2**20:,.0f} MB. Nothing was kept. Split it."
