"""JPEG 2000 (ITU-T T.800, annex A). OpenJPEG makes what it can of a file that is cut, and Pillow lets the brightest of
more than 8 bits become black: the code stream is checked part by part, and deep colours are unpacked here.
"""

import re
from dataclasses import dataclass
from io import BytesIO

import imagecodecs
import numpy as np
from PIL import Image

from core.data.decoding.colour import finish
from core.data.decoding.colour_profiles import profile_of_box
from core.data.decoding.decoded import DecodedImage, check_size, damaged, unsupported
from core.data.decoding.pillow import reader
from core.data.scale import Range, finer, to_bytes

_read = reader("JPEG2000")
_START, _CODING, _END = b"\xff\x4f\xff\x51", b"\xff\x52", b"\xff\xd9"
_PART, _DATA = b"\xff\x90", b"\xff\x93"
_NEVER = re.compile(rb"\xff[\x94-\xff]")  # coded data hold no such pair, random bytes do
_PACKET = re.compile(rb"\xff\x91\x00\x04..", re.DOTALL)  # a marker between packets, with any number
_ZEROS, _ZERO_SHARE = 512, 0.02  # bytes, and of the file, that are not coded data: see `_most_zeros`
_CUT = "its data end before the image does"


@dataclass(frozen=True, slots=True)
class _Size:
    """The segment SIZ: image and tiles in px, the bits of each component."""

    width: int
    height: int
    tiles: int
    bits: tuple[int, ...]


def read(data: bytes, value_range: Range | None = None) -> DecodedImage:
    """See the package."""
    start = data.find(_START)
    size = _size(data, start + 2)
    check_size(size.width, size.height)
    if len(size.bits) > 4:
        raise unsupported(
            f"It has {len(size.bits)} bands, as satellite images do", "Save three of its bands as an RGB image."
        )
    whole = data + _END[: 2 * (_check_stream(data, start, size) == len(data))]  # only the end mark may be missing
    return _read(whole, value_range) if len(size.bits) < 3 or max(size.bits) <= 8 else _deep(whole, size)


def _size(data: bytes, place: int) -> _Size:
    numbers = [int.from_bytes(data[place + at : place + at + 4], "big") for at in range(6, 38, 4)]
    count = int.from_bytes(data[place + 38 : place + 40], "big")
    right, bottom, left, top, tile_width, tile_height, first_left, first_top = numbers
    depths = data[place + 40 : place + 40 + 3 * count : 3]
    if place < 2 or len(depths) < count or not (count and tile_width and tile_height):
        raise damaged("its header is cut")
    tiles = -(-(right - first_left) // tile_width) * -(-(bottom - first_top) // tile_height)
    return _Size(right - left, bottom - top, tiles, tuple((depth & 127) + 1 for depth in depths))


def _check_stream(data: bytes, start: int, size: _Size) -> int:
    """Walk the parts of the tiles: all must be there, to their ends. Returns the place of the end mark."""
    place, seen = _behind_segments(data, start + 2, _PART), set[int]()
    most = max(_most_zeros(data, start, len(size.bits)), _ZERO_SHARE * len(data))
    while data[place : place + 2] == _PART:
        seen.add(int.from_bytes(data[place + 4 : place + 6], "big"))
        length = int.from_bytes(data[place + 6 : place + 10], "big")
        end = place + length if length else max(data.rfind(_END), place)
        coded = data[_behind_segments(data, place, _DATA) + 2 : end]
        zeros = len(coded) - len(coded.rstrip(b"\0"))
        if end > len(data) or _NEVER.search(_PACKET.sub(b"", coded)) or zeros > most:
            raise damaged(_CUT)
        place = end if end > place else len(data) + 1
    if data[place : place + 2] not in (_END, b"") or place > len(data) or len(seen) < size.tiles:
        raise damaged(_CUT)
    return place


def _most_zeros(data: bytes, start: int, components: int) -> int:
    """How many zeros may stand at the end of a tile's data: a packet that holds nothing is one (segment COD)."""
    place = _behind_segments(data, start + 2, _CODING)
    layers, levels = int.from_bytes(data[place + 6 : place + 8], "big"), data[place + 9]
    has_precincts = data[place + 4] & 1
    return _ZEROS if has_precincts else max(32, layers * (levels + 1) * components)


def _behind_segments(data: bytes, place: int, mark: bytes) -> int:
    """The place of `mark`, segment by segment from that at `place`."""
    while data[place : place + 2] != mark:
        if place + 4 > len(data) or data[place] != 0xFF:
            raise damaged(_CUT)
        place += 2 + max(2, int.from_bytes(data[place + 2 : place + 4], "big"))
    return place


def _deep(data: bytes, size: _Size) -> DecodedImage:
    with Image.open(BytesIO(data), formats=("JPEG2000",)) as image:
        mode = image.mode
    profile, notes = profile_of_box(data)
    if mode not in ("RGB", "RGBA") or len(set(size.bits)) > 1:
        raise unsupported(f"It is a JPEG 2000 of {max(size.bits)} bits in {mode}", "Save it as a TIFF or PNG.")
    numbers = imagecodecs.jpeg2k_decode(data)
    before = finer(numbers)
    if numbers.dtype.kind == "i":
        numbers = numbers.astype(np.int64) + (1 << size.bits[0] - 1)
    spread = numbers.astype(np.float64) / ((1 << size.bits[0]) - 1)
    pixels = to_bytes(spread, (0.0, 1.0))
    return finish(Image.fromarray(np.ascontiguousarray(pixels), mode), profile, 1, notes, before)
