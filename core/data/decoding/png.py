"""PNG of 1 to 16 bits, whatever text and profiles it carries.

Pillow refuses long texts by a limit that holds for the whole process; here they are taken out before it sees them.
"""

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO

import imagecodecs
import numpy as np
from PIL import Image

from core.data.decoding.colour import BROKEN_PROFILE, finish, orientation_of
from core.data.decoding.colour_profiles import profile_of_png
from core.data.decoding.decoded import DecodedImage, check_size, damaged
from core.data.decoding.pillow import first_frame
from core.data.scale import Finer, Range, dim_notes, finer, to_bytes

_START = b"\x89PNG\r\n\x1a\n"
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_LAST = b"\0\0\0\0IEND\xaeB`\x82"
_ANCILLARY = 0x20  # the bit of a chunk's name that says: pixels can be decoded without it
_MAX_TEXT = 64 << 10  # bytes, as stored: EXIF or a direction may stand in a short one
_MAX_TEXTS = 64
_MAX_PROFILE = 8 << 20  # bytes, unpacked


def read(data: bytes, _value_range: Range | None = None) -> DecodedImage:
    """See the package."""
    slim, profile, deep = _slim(data)
    notes: tuple[str, ...] = () if profile is not None else (BROKEN_PROFILE,)
    with Image.open(BytesIO(slim), formats=("PNG",)) as image:
        frames = first_frame(image)
        image.load()  # also tells whether it is whole
        colours, dim, before = _sixteen_bits(slim) if deep else (image, (), None)
        if not profile:
            profile, more = profile_of_png(_colour_chunks(slim), grey=colours.mode in ("1", "L", "LA"))
            notes += more
        return finish(colours, profile, orientation_of(image), (*frames, *notes, *dim), before)


def _colour_chunks(data: bytes) -> dict[bytes, bytes]:
    """The chunks before the pixels that say what the colours mean."""
    found: dict[bytes, bytes] = {}
    for kind, body, _ in _chunks(data):
        if kind == b"IDAT":
            break
        if kind in (b"cICP", b"gAMA", b"cHRM", b"sRGB"):
            found[kind] = bytes(body)
    return found


def _slim(data: bytes) -> tuple[bytes, bytes | None, bool]:
    """The file without long texts and without its profile; the profile (empty: none, None: broken); whether it has 16
    bits a value."""
    kept: list[bytes | memoryview] = [_START]
    profile: bytes | None = b""
    texts, deep = 0, False
    for kind, body, chunk in _chunks(data):
        if kind == b"IHDR" and len(body) == 13:
            check_size(*struct.unpack(">II", body[:8]))
            deep = body[8] == 16
        if kind == b"iCCP":
            profile = _unpacked(body) if profile == b"" else profile
            continue
        if not _is_sound(chunk):
            if kind[0] & _ANCILLARY and kind != b"tRNS":
                continue
            if kind != b"tRNS":  # Pillow does not look at the checksums of pixels, and would take wrong ones
                raise damaged(f"the checksum of its {kind.decode('latin-1')} chunk is wrong")
        if kind in _TEXTS:
            texts += 1
            if texts > _MAX_TEXTS or len(body) > _MAX_TEXT or not _is_short(kind, bytes(body)):
                continue
        kept.append(chunk)
    return b"".join(kept), profile, deep


def _chunks(data: bytes) -> Iterator[tuple[bytes, memoryview, memoryview]]:
    """(kind, body, whole chunk) up to the end; what is behind it does not matter. Once there are pixels, what is cut
    behind them does not matter either, and the end is put there: whether they are all there is seen in decoding."""
    view, place, pixels = memoryview(data), len(_START), False
    while place + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        end = place + 12 + length
        lost = end > len(data) or not kind.isalpha()
        if lost and (kind == b"IDAT" or not pixels):
            raise damaged("its data end before the image does")
        if lost:
            break
        yield kind, view[place + 8 : end - 4], view[place:end]
        if kind == b"IEND":
            return
        place, pixels = end, pixels or kind == b"IDAT"
    if not pixels:
        raise damaged("its data end before the image does")
    yield b"IEND", memoryview(b""), memoryview(_LAST)


def _is_sound(chunk: memoryview) -> bool:
    """Whether a chunk has the checksum that it says."""
    return zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")


def _is_short(kind: bytes, body: bytes) -> bool:
    """Whether a text stays short when it is unpacked."""
    if kind == b"tEXt":
        return True
    start = body.find(b"\0") + 2
    if kind == b"iTXt":
        if body[start - 1 : start] != b"\1":
            return True
        start = body.find(b"\0", body.find(b"\0", start + 1) + 1) + 1
    return _inflate(body[start:], _MAX_TEXT) is not None


def _unpacked(body: memoryview) -> bytes | None:
    stored = bytes(body)
    return _inflate(stored[stored.find(b"\0") + 2 :], _MAX_PROFILE)


def _inflate(packed: bytes, most: int) -> bytes | None:
    """Unpacked bytes; None where they are more than `most`, or broken."""
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(packed, most)
    except zlib.error:
        return None
    return text if unpacker.eof else None


def _sixteen_bits(data: bytes) -> tuple[Image.Image, tuple[str, ...], Finer | None]:
    """The image, notes on its values, and what they were. Pillow would cut the lower half off, where it has no mode for
    16 bits."""
    try:
        numbers = imagecodecs.png_decode(data)
    except imagecodecs.PngError as error:
        raise damaged(str(error)) from error
    numbers = np.atleast_3d(numbers)
    pixels, colours = to_bytes(numbers, None), numbers[..., : 1 if numbers.shape[2] < 3 else 3]
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else np.ascontiguousarray(pixels))
    return image, dim_notes(colours), finer(numbers)
