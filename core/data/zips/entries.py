"""What a zip's table of contents calls its entries: the names that people gave, from bytes of many ages.

First the Unicode path field, then the UTF-8 flag, then UTF-8 that is not marked, then a guess over all names together;
what is left keeps its bytes. Bytes are decoded before anything looks for slashes, because in East Asian encodings the
second byte of a character may be a backslash.
"""

import re
import stat
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.data.encodings import as_utf8, decode_all
from core.text import short

UTF8_FLAG = 0x800
_UNICODE_PATH = 0x7075  # of Info-ZIP: version, checksum of the other name, this one in UTF-8
_DOS_FOLDER = 0x10
_SAMPLE = re.compile(r"\d+-(?P<label>.+)-\d+\.(jpe?g|png|webp|bmp)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry and its name with slashes. `parts` say where it goes: folders, then the file."""

    info: zipfile.ZipInfo
    name: str
    parts: tuple[str, ...]
    is_folder: bool


def read_entries(infos: Sequence[zipfile.ZipInfo], whose: str) -> tuple[list[Entry], list[str]]:
    """All entries with their names, and notes on names that had to be guessed. `whose` is the archive's own name."""
    raw = [_raw(info) for info in infos]
    marked = [_marked(info, name) for info, name in zip(infos, raw, strict=True)]
    unmarked = list(dict.fromkeys(name for name, text in zip(raw, marked, strict=True) if text is None))
    texts, notes = decode_all(unmarked, whose)
    read = [texts[name] if text is None else text for name, text in zip(raw, marked, strict=True)]
    return [_entry(info, name) for info, name in zip(infos, read, strict=True)], notes


def samples_by_class(entries: Sequence[Entry], whose: str) -> tuple[list[Entry], list[str]]:
    """The samples of a Teachable Machine project (`0-disc-7.jpg` and so on, beside `manifest.json`), each in a folder
    of its class; other archives' entries as they are."""
    samples = {entry.name: match for entry in entries if (match := _SAMPLE.fullmatch(entry.name))}
    others = {entry.name for entry in entries} - samples.keys()
    if not samples or others != {"manifest.json"}:
        return list(entries), []
    placed = [
        replace(entry, parts=(samples[entry.name]["label"], entry.name)) for entry in entries if entry.name in samples
    ]
    classes = list(dict.fromkeys(entry.parts[0] for entry in placed))
    listed = ", ".join(short(name, 40) for name in classes[:10]) + (" and more" if len(classes) > 10 else "")
    note = (
        f"{whose} is a Teachable Machine project: its {len(placed)} samples are used, with the classes in their names "
        f"({listed}). Its trained model is not."
    )
    return placed, [note]


def _raw(info: zipfile.ZipInfo) -> bytes:
    """The name's bytes, which zipfile took for code page 437 or UTF-8."""
    return info.orig_filename.encode("utf-8" if info.flag_bits & UTF8_FLAG else "cp437")


def _marked(info: zipfile.ZipInfo, raw: bytes) -> str | None:
    if raw.isascii() or info.flag_bits & UTF8_FLAG:
        return _unicode_path(info.extra, raw) or raw.decode("utf-8")
    return _unicode_path(info.extra, raw)


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """The name in the Unicode path field, if it belongs to the name `raw` (somebody may have renamed the entry)."""
    while len(extra) >= 4:
        kind, size = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == _UNICODE_PATH and field[:1] == b"\x01" and len(field) > 5:
            belongs = int.from_bytes(field[1:5], "little") == zlib.crc32(raw)
            return as_utf8(field[5:]) if belongs else None
    return None


def _entry(info: zipfile.ZipInfo, name: str) -> Entry:
    slashed = name.replace("\\", "/")
    parts = tuple(part for part in slashed.split("/") if part not in ("", "."))
    by_mode = stat.S_ISDIR(info.external_attr >> 16) or (info.external_attr & _DOS_FOLDER and not info.file_size)
    return Entry(info, slashed, parts, slashed.endswith("/") or bool(by_mode))
