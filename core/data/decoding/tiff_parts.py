"""The strips and tiles of a TIFF: whether each is all there. The codecs fill what is missing in silence."""

from collections.abc import Callable
from typing import Any

from core.data.decoding import jpeg
from core.data.decoding.decoded import damaged, unsupported

_NONE, _RLE, _FAX3, _FAX4, _LZW, _JPEG, _DEFLATE, _PACKBITS, _OLD_DEFLATE = 1, 2, 3, 4, 5, 7, 8, 32773, 32946
_ZSTD, _OLD_ZSTD = 50000, 34926
_COUNTED = (_NONE, _LZW, _DEFLATE, _OLD_DEFLATE, _PACKBITS)  # they give as many bytes as there are in them
_TABLES = 347  # the tag of what all JPEG parts share
_CUT = "a part of its pixels is not in the file"


def check_parts(page: Any, data: bytes) -> None:
    """Refuse a page of which a strip or tile is missing or cut, or of a compression for which that cannot be told."""
    code = int(page.compression)
    if code not in _COUNTED and code not in _CHECKS:
        name = getattr(page.compression, "name", code)
        raise unsupported(f"It is a TIFF with the compression {name}", "Save it without compression, or as a PNG.")
    if not page.dataoffsets or len(page.dataoffsets) != len(page.databytecounts):
        raise damaged("it does not say where its pixels are")
    for offset, length in zip(page.dataoffsets, page.databytecounts, strict=True):
        if offset <= 0 or length <= 0 or offset + length > len(data):
            raise damaged(_CUT)
        if code in _CHECKS:
            _CHECKS[code](page, data[offset : offset + length])


def _check_jpeg(page: Any, part: bytes) -> None:
    tables = page.tags.valueof(_TABLES)
    jpeg.check_whole(part if not tables else part[:2] + tables[2:].removesuffix(b"\xff\xd9") + part[2:])


def _check_fax(_page: Any, part: bytes) -> None:
    if part.endswith(bytes(16)):  # no code of a fax begins with so many zeros
        raise damaged(_CUT)


def _check_zstd(_page: Any, part: bytes) -> None:
    """Walk the blocks of a frame (RFC 8878, section 3.1.1) up to the last one."""
    if part[:4] != b"\x28\xb5\x2f\xfd" or len(part) < 6:
        raise damaged(_CUT)
    flags = part[4]
    single = flags >> 5 & 1
    place = 5 + (1 - single) + (0, 1, 2, 4)[flags & 3] + ((1 if single else 0), 2, 4, 8)[flags >> 6]
    last = 0
    while not last:
        block = int.from_bytes(part[place : place + 3], "little")
        last, kind, size = block & 1, block >> 1 & 3, block >> 3
        place += 3 + (1 if kind == 1 else size)
        if place > len(part) or (not size and not last):
            raise damaged(_CUT)


_CHECKS: dict[int, Callable[[Any, bytes], None]] = {
    _JPEG: _check_jpeg,
    **dict.fromkeys((_RLE, _FAX3, _FAX4), _check_fax),
    **dict.fromkeys((_ZSTD, _OLD_ZSTD), _check_zstd),
}
