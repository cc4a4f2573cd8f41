"""What a file is by its first bytes, so that a refusal can say what it was instead of an image."""

import struct
from pathlib import Path

from core.data.decoding.formats import ALLOWED, BY_NAME, FORMATS, IMAGE_SUFFIXES, MARKUP, REFUSED, VIDEO, Format

__all__ = [
    "ALLOWED", "HEAD_BYTES", "IMAGE_SUFFIXES", "archive_kind", "describe", "format_of", "is_image", "looks_like_image",
    "may_be_image", "way_out",
]  # fmt: skip

HEAD_BYTES = 512  # enough for every question here
_ARCHIVES = {
    b"PK\x03\x04": "a zip archive",
    b"PK\x05\x06": "an empty zip archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!": "a rar archive",
    b"\x1f\x8b": "a gzip file",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ\0": "an xz file",
}
_HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1", b"mif2", b"miaf")
_AVIF = (b"avif", b"avis")
_POINTER = (
    "a small text of Git LFS or git-annex that stands for a file",
    "Download the files themselves, with `git lfs pull` or `git annex get`.",
)
_ZEROS = ("nothing but zeros where it begins", "It was not copied or downloaded to its end: get it again.")
_UNPACK = "Unpack it, and give its images."
_TGA_BITS = {1: (8,), 2: (16, 24, 32), 3: (8, 16), 9: (8,), 10: (16, 24, 32), 11: (8, 16)}

_NO_IMAGES = frozenset(
    (".txt", ".csv", ".tsv", ".json", ".jsonl", ".xml", ".yaml", ".yml", ".md", ".html", ".py", ".ipynb", ".pdf",
     ".zip", ".log", ".xlsx", ".xls", ".ini", ".cfg", ".toml", ".names", ".db", ".mat", ".npy", ".npz", ".pt")
)  # fmt: skip


def looks_like_image(path: Path) -> bool:
    """Whether a file is an image by its name, or by its first bytes where the name has no known ending."""
    if path.suffix.lower() in IMAGE_SUFFIXES:
        return True
    if not may_be_image(path.name):
        return False
    try:
        with path.open("rb") as file:
            return is_image(file.read(HEAD_BYTES))
    except OSError:
        return False


def may_be_image(name: str) -> bool:
    """Whether a file of that name is worth opening: it does not end as text, tables or archives do."""
    return Path(name).suffix.lower() not in _NO_IMAGES


def is_image(head: bytes) -> bool:
    """Whether the first bytes are those of an allowed image format (the rest may still be damaged)."""
    return format_of(head) is not None


def format_of(head: bytes) -> Format | None:
    """The allowed format of a file with these first bytes, whatever its name; None for every other file."""
    if head[4:8] == b"ftyp":
        return _of_brands(head)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return BY_NAME["WebP"]
    found = next((one for one in FORMATS if one.starts and head.startswith(one.starts)), None)
    return found or (BY_NAME["TGA"] if _is_tga(head) else None)


def archive_kind(head: bytes) -> str | None:
    """'a zip archive' and so on, or None when the first bytes are not those of an archive. Needs 262 bytes for tar."""
    if head[257:262] == b"ustar":
        return "a tar archive"
    return next((kind for magic, kind in _ARCHIVES.items() if head.startswith(magic)), None)


def describe(head: bytes) -> str:
    """A noun phrase for a file that is no allowed image, from its first bytes."""
    return _known(head)[0]


def way_out(head: bytes) -> str:
    """What to do with such a file, as a sentence."""
    return _known(head)[1]


def _known(head: bytes) -> tuple[str, str]:
    archive = archive_kind(head)
    if archive:
        return archive, _UNPACK
    for (place, magic), known in REFUSED.items():
        if head[place : place + len(magic)] == magic:
            return known
    if head[4:8] == b"ftyp":
        return VIDEO
    if head.startswith((b"version https://git-lfs", b"/annex/objects/")):
        return _POINTER
    if head and not any(head):
        return _ZEROS
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:64].lower()
    if start.startswith((b"<svg", b"<?xml", b"<!doctype", b"<html", b"<head", b"<!--")):
        return MARKUP
    what = "text" if _is_text(head[:256]) else "in no known image format"
    return what, f"Allowed are {ALLOWED}: save it as one of these."


def _of_brands(head: bytes) -> Format | None:
    """By the brands of an ISO media file (ISO/IEC 14496-12): the major one first, then the compatible ones."""
    size = max(16, min(int.from_bytes(head[:4], "big"), len(head)))
    brands = [head[8:12], *(head[place : place + 4] for place in range(16, size, 4))]
    if any(brand in _AVIF for brand in brands):
        return BY_NAME["AVIF"]
    return BY_NAME["HEIC"] if any(brand in _HEIF for brand in brands) else None


def _is_tga(head: bytes) -> bool:
    """TGA has no magic number: every field of its header must make sense."""
    if len(head) < 18:
        return False
    mapped, kind, first, length, depth, _, _, width, height, bits, flags = struct.unpack("<xBBHHBHHHHBB", head[:18])
    if bits not in _TGA_BITS.get(kind, ()) or not width or not height or flags & 0xC0:
        return False
    if kind in (1, 9):
        return bool(mapped == 1 and depth in (15, 16, 24, 32) and 0 < first + length <= 256)
    return bool(mapped == 0 and not (first or length or depth))


def _is_text(head: bytes) -> bool:
    return all(byte >= 32 or byte in b"\t\r\n\f" for byte in head)
