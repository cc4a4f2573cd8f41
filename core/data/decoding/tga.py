"""TGA, which has no magic number and no check: what its header promises must be there to the last pixel."""

import struct
from io import BytesIO

from PIL import Image

from core.data.decoding.colour import finish
from core.data.decoding.decoded import DecodedImage, check_size, damaged
from core.data.decoding.pillow import reader
from core.data.scale import Range

_read = reader("TGA")
_ALPHA_BITS = 15  # of the last byte of the header
_PACKED = 8  # the bit of the image type that says run-length encoding


def read(data: bytes, value_range: Range | None = None) -> DecodedImage:
    """See the package."""
    identifier, kind, length, depth = struct.unpack_from("<BxBxxHB", data)
    width, height, bits = struct.unpack_from("<HHB", data, 12)
    check_size(width, height)
    place, size = 18 + identifier + length * -(-depth // 8), -(-bits // 8)
    held = _unpacked(data, place, size, width * height) if kind & _PACKED else (len(data) - place) // size
    if held < width * height:
        raise damaged("its data end before the image does")
    if bits == 32 and not data[17] & _ALPHA_BITS:  # the fourth byte is then no alpha, though Pillow takes it for one
        with Image.open(BytesIO(data), formats=("TGA",)) as image:
            return finish(image.convert("RGB"))
    return _read(data, value_range)


def _unpacked(data: bytes, place: int, size: int, wanted: int) -> int:
    """Pixels that the packets hold, counted up to `wanted`."""
    pixels = 0
    while pixels < wanted and place < len(data):
        count = (data[place] & 127) + 1
        place += 1 + (size if data[place] & 128 else size * count)
        if place <= len(data):
            pixels += count
    return pixels
