"""A zip's table of contents: opened, and refused as a whole where it is unsafe, before anything is written."""

import io
import re
import stat
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from core.data.dataset import LeftOut
from core.data.decoding import sniff
from core.data.images import MAX_FILE_BYTES
from core.data.zips.entries import UTF8_FLAG, Entry, read_entries, samples_by_class
from core.data.zips.passed_over import choose
from core.errors import UnreadableArchive
from core.text import format_size, short

_LOCAL_HEADER = 30  # bytes before an entry's name, at least
_TABLE_ENTRY = 46  # and in the table
_ENCRYPTED_FLAG = 0x1
_KEPT_FLAGS = ~(UTF8_FLAG >> 8) & 0xFF  # of the second byte
_DRIVE = re.compile(r"[A-Za-z]:(/|$|[^/ ][^/]*$)")  # a drive, or a file of one; "A: round/1.jpg" is a class
_PART = re.compile(r".+\.(zip\.\d{3}|z\d\d)", re.IGNORECASE)
_READ = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_METHODS = {
    1: "Shrink", 6: "Implode", 9: "Deflate64", 20: "Zstandard", 93: "Zstandard", 94: "MP3", 95: "XZ", 96: "JPEG",
    97: "WavPack", 98: "PPMd", 99: "AES encryption",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may cost. Sizes are in bytes after unpacking."""

    total_bytes: int = 4 * 2**30
    entries: int = 50_000
    file_bytes: int = MAX_FILE_BYTES
    ratio: int = 200  # bytes out per byte in; a blank scan grows 700 times and is fine,
    ratio_bytes: int = 2**30  # but not this much of what grows so
    depth: int = 12  # folders in folders


@dataclass(frozen=True, slots=True)
class Contents:
    """What is worth unpacking, sentences on how names were read, and images that were passed over."""

    entries: list[Entry]
    notes: list[str]
    left_out: list[LeftOut]


def open_zip(archive: Path | bytes, whose: str) -> zipfile.ZipFile:
    """Open a zip for reading. Raises `UnreadableArchive`, which says what the file is instead."""
    if split := _split(archive, whose):
        raise UnreadableArchive(split)
    try:
        head = archive[:512] if isinstance(archive, bytes) else _head(archive)
        if not zipfile.is_zipfile(io.BytesIO(archive) if isinstance(archive, bytes) else archive):
            raise UnreadableArchive(_not_a_zip(head, whose))
        try:
            return zipfile.ZipFile(io.BytesIO(archive) if isinstance(archive, bytes) else archive)
        except UnicodeDecodeError:  # marked as UTF-8 and is not
            return _without_marks(archive)
    except UnreadableArchive:
        raise
    except OSError as error:
        raise UnreadableArchive(f"{whose} cannot be read: {error.strerror or error}.") from error
    except Exception as error:  # a damaged table of contents raises anything from struct.error to ValueError
        raise UnreadableArchive(unreadable(error, whose)) from error


def read_contents(opened: zipfile.ZipFile, whose: str, limits: Limits) -> Contents:
    """The entries worth unpacking. Raises `UnreadableArchive` if one of them makes the archive unsafe."""
    infos = opened.infolist()
    if len(infos) > limits.entries:
        raise UnreadableArchive(
            f"{whose} has {len(infos):,} entries; at most {limits.entries:,} are allowed. Split it."
        )
    entries, notes = read_entries(infos, whose)
    for entry in entries:
        _refuse_unsafe(entry, whose)
    refuse_growth(
        sum(info.file_size for info in infos),
        sum(info.file_size for info in infos if grows(info, info.file_size, limits)),
        whose,
        limits,
    )
    _refuse_overlap(infos, whose)
    chosen = choose(opened, entries)
    placed, more = samples_by_class(chosen.wanted, whose)
    _refuse_contradictions(placed, whose)
    return Contents(placed, notes + more, chosen.left_out)


def grows(info: zipfile.ZipInfo, size: int, limits: Limits) -> bool:
    """Whether an entry of `size` bytes is far larger than it was packed."""
    return size > limits.ratio * max(1, info.compress_size)


def refuse_growth(total: int, grown: int, whose: str, limits: Limits) -> None:
    """Raise `UnreadableArchive` for `total` bytes, `grown` of them in entries that grow too much, if that is beyond
    the limits."""
    if grown > limits.ratio_bytes:
        raise UnreadableArchive(
            f"{whose} is unsafe: more than {format_size(limits.ratio_bytes)} of it grow more than {limits.ratio} "
            "times when unpacked (a zip bomb). Nothing was kept."
        )
    if total > limits.total_bytes:
        raise UnreadableArchive(
            f"{whose} holds more than {format_size(limits.total_bytes)}. Nothing was kept. Split it."
        )


def unreadable(error: Exception, whose: str) -> str:
    """The sentence for what zipfile could not read."""
    detail = short(str(error).rstrip("."), 200) or type(error).__name__
    if isinstance(error, MemoryError):
        return (
            f"{whose} needs more memory to unpack than this machine has. Nothing was kept. Pack it as an ordinary zip."
        )
    if isinstance(error, NotImplementedError) or "multiple disks" in detail:
        return (
            f"{whose} is packed in a way that cannot be read here ({detail}). Nothing was kept. Unpack it, and pack it "
            "again as one ordinary zip or choose its folder."
        )
    return f"{whose} is damaged ({detail}). Nothing was kept. Pack it again."


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(512)


def _split(archive: Path | bytes, whose: str) -> str:
    """The sentence for a part of a zip that was cut into several; empty for any other file."""
    beside = isinstance(archive, Path) and any(
        archive.with_suffix(suffix).exists() for suffix in (".z01", ".Z01") if archive.suffix.lower() == ".zip"
    )
    if not beside and not _PART.fullmatch(whose):
        return ""
    return (
        f"{whose} is one part of a zip that was split into several files. Open them together with the program that "
        "split them, such as 7-Zip, unpack them, and choose the folder."
    )


def _not_a_zip(head: bytes, whose: str) -> str:
    if not head:
        return f"{whose} is empty (0 bytes). Copy or download it again."
    if head.startswith(b"PK"):
        return f"{whose} is a zip that is cut off or damaged. Copy or download it again."
    if kind := sniff.archive_kind(head):
        return f"{whose} is {kind}, not a zip. Unpack it and choose its folder, or pack the class folders as a zip."
    what = "an image" if sniff.is_image(head) else sniff.describe(head)
    return f"{whose} is {what}, not a zip that can be opened. Pack the class folders as a zip."


def _without_marks(archive: Path | bytes) -> zipfile.ZipFile:
    """A zip whose names are marked as UTF-8 though they are not: they are read as if nothing marked them."""
    file: IO[bytes] = _Unmarked(archive) if isinstance(archive, bytes) else _Unmarked(archive.read_bytes())
    return zipfile.ZipFile(file)


class _Unmarked(io.BytesIO):
    """A zip's bytes, with the UTF-8 flag of every entry cleared where zipfile reads its table and its headers."""

    def read(self, size: int | None = -1, /) -> bytes:
        content = super().read(size)
        if size == _LOCAL_HEADER and content.startswith(b"PK\x03\x04"):
            return content[:7] + bytes([content[7] & _KEPT_FLAGS]) + content[8:]
        if not content.startswith(b"PK\x01\x02"):
            return content
        table, at = bytearray(content), 0
        while table[at : at + 4] == b"PK\x01\x02" and at + _TABLE_ENTRY <= len(table):
            table[at + 9] &= _KEPT_FLAGS
            sizes = (int.from_bytes(table[at + place : at + place + 2], "little") for place in (28, 30, 32))
            at += _TABLE_ENTRY + sum(sizes)
        return bytes(table)


def _refuse_unsafe(entry: Entry, whose: str) -> None:
    name, info = entry.name, entry.info
    shown = f"'{short(name)}'"
    if "\0" in name:
        raise UnreadableArchive(
            f"{whose} is unsafe: its entry {shown} has a zero byte. Nothing was unpacked. "
            "Rename it, and pack the files again."
        )
    if name.startswith("/") or _DRIVE.match(name) or ".." in name.split("/"):
        raise UnreadableArchive(
            f"{whose} is unsafe: its entry {shown} points out of the folder. Nothing was unpacked. Pack it again from "
            "inside the folder that holds the class folders."
        )
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise UnreadableArchive(
            f"{whose} is unsafe: its entry {shown} is a link or a device. Nothing was unpacked. "
            "Pack the files themselves."
        )
    if info.flag_bits & _ENCRYPTED_FLAG:
        raise UnreadableArchive(f"{whose} is encrypted. Pack it again without a password.")
    if info.compress_type not in _READ:
        method = _METHODS.get(info.compress_type, f"method {info.compress_type}")
        raise UnreadableArchive(
            f"{whose} is packed with {method}, which cannot be read here. Unpack it and choose its folder, or pack it "
            "again with the usual method, Deflate."
        )


def _refuse_overlap(infos: Sequence[zipfile.ZipInfo], whose: str) -> None:
    """Entries that share bytes are how a small file pretends to hold petabytes (CVE-2024-0450)."""
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise UnreadableArchive(f"{whose} is unsafe: its entries overlap. Nothing was unpacked. Pack it again.")
        end = info.header_offset + _LOCAL_HEADER + info.compress_size


def _refuse_contradictions(entries: Sequence[Entry], whose: str) -> None:
    folders = {entry.parts[:depth] for entry in entries for depth in range(1, len(entry.parts))}
    files = {entry.parts for entry in entries if not entry.is_folder}
    if both := folders & files:
        raise UnreadableArchive(
            f"{whose} contradicts itself: '{short('/'.join(min(both)))}' is a file and a folder. Pack it again."
        )
