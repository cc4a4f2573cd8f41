"""GIF. Zeros in place of the rest of its data are colours to the decoder: what follows the first image tells."""

from core.data.decoding.decoded import DecodedImage, damaged
from core.data.decoding.pillow import reader
from core.data.scale import Range

_read = reader("GIF")
_EXTENSION, _IMAGE, _END = 0x21, 0x2C, 0x3B
_CUT = "its data end before the image does"


def read(data: bytes, value_range: Range | None = None) -> DecodedImage:
    """See the package."""
    image = _read(data, value_range)
    place = _behind_first_image(data)
    if place > len(data) or (place < len(data) and data[place] not in (_EXTENSION, _IMAGE, _END)):
        raise damaged(_CUT)
    return image


def _behind_first_image(data: bytes) -> int:
    place = 13 + _table_bytes(data[10])
    while place < len(data) and data[place] == _EXTENSION:
        place = _behind_blocks(data, place + 2)
    if place + 10 > len(data) or data[place] != _IMAGE:
        raise damaged(_CUT)
    return _behind_blocks(data, place + 11 + _table_bytes(data[place + 9]))


def _table_bytes(flags: int) -> int:
    return 3 * 2 << (flags & 7) if flags & 0x80 else 0


def _behind_blocks(data: bytes, place: int) -> int:
    while place < len(data) and data[place]:
        place += 1 + data[place]
    return place + 1
