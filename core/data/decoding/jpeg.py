"""JPEG, also with several images (MPO), in CMYK, and of up to 200 megapixels.

libjpeg fills what is missing with grey and only warns; simplejpeg's strict mode tells its warnings. An end mark is put
behind a file that has none, so that only a file whose data end early is warned of, not one that lacks just the mark.
"""

import threading
from contextlib import nullcontext
from io import BytesIO

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from core.data.decoding.colour import finish, orientation_of, profile_of, ready
from core.data.decoding.decoded import MAX_JPEG_PIXELS, MAX_PIXELS, DecodedImage, check_size, damaged, unsupported
from core.data.decoding.jpeg_marks import END, Marks, ends_in_zeros, marks
from core.data.scale import Range

CUT = "its data end before the image does"
_FATAL = ("premature end", "bad huffman code", "instead of rst", "bogus", "unexpected marker")
_JUNK = b"\xa5\x5a\x33\xcc\x0f\x96\x69\xf0" * 8
_LARGE = threading.Lock()  # one at a time: a progressive one of 200 megapixels takes a gigabyte


def read(data: bytes, _value_range: Range | None = None) -> DecodedImage:
    """See the package."""
    found = marks(data)
    if found.frame and not found.supported:
        raise unsupported(
            "It is a lossless, hierarchical or 12-bit JPEG, as scanners of medicine write",
            "Save it as an ordinary JPEG, or as a PNG or TIFF of 16 bits.",
        )
    width, height = found.size
    if found.frame:
        check_size(width, height, MAX_JPEG_PIXELS)
    with Image.open(BytesIO(_small(data, found)), formats=("JPEG",)) as image:
        if not found.complete or (found.end < 0 and ends_in_zeros(data, found)):
            raise damaged(CUT)
        profile, orientation = profile_of(image), orientation_of(image)
        whole = data if found.end >= 0 else data[: found.data_end] + END
        large = width * height > MAX_PIXELS
        with _LARGE if large else nullcontext():
            colours = _pixels(whole, image.mode, found, 2 if large else 1)
    notes = (f"It has {width} x {height} px and was read at half its size.",) if large else ()
    if isinstance(colours, Image.Image):
        return finish(colours, profile, orientation, notes)
    if profile and image.mode == "L":
        return finish(Image.fromarray(np.ascontiguousarray(colours[..., 0])), profile, orientation, notes)
    return ready(colours, profile, orientation, notes)


def check_whole(data: bytes) -> None:
    """Refuse a JPEG whose data end early; for those inside of other formats."""
    found = marks(data)
    if not found.complete or (found.end < 0 and ends_in_zeros(data, found)):
        raise damaged(CUT)
    whole = data if found.end >= 0 else data[: found.data_end] + END
    _strict(whole, "CMYK" if len(found.missing) == 4 else "GRAY", found, 8)


def _small(data: bytes, found: Marks) -> bytes:
    """The file, for its header alone; one larger than Pillow opens says that it is small."""
    if found.size[0] * found.size[1] <= MAX_PIXELS:
        return data
    return data[: found.size_at] + b"\0\x40\0\x40" + data[found.size_at + 4 :]


def _pixels(data: bytes, mode: str, found: Marks, factor: int) -> NDArray[np.uint8] | Image.Image:
    if mode == "CMYK":  # Pillow knows Adobe's inverted values
        if _strict(data, "CMYK", found, 8) is None:
            _compare(data, found, factor)
        return _by_pillow(data, factor)
    pixels = _strict(data, "RGB", found, factor)
    return pixels if pixels is not None else _compare(data, found, factor)


def _strict(data: bytes, colours: str, found: Marks, factor: int) -> NDArray[np.uint8] | None:
    """Pixels; None where something is unusual that may be harmless. Raises for what is not whole."""
    try:
        width, height = (-(-side // factor) for side in found.size) if factor > 1 else (0, 0)
        pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(
            data, colours, min_height=height, min_width=width, min_factor=factor, strict=True
        )
        return pixels
    except ValueError as error:
        message = str(error)
        if any(word in message.lower() for word in _FATAL):
            raise damaged(CUT if "premature" in message else message) from error
        if "extraneous" in message and (found.restarts or found.end < 0 or ends_in_zeros(data, found)):
            raise damaged(CUT) from error
        return None


def _compare(data: bytes, found: Marks, factor: int) -> Image.Image:
    """The image, if what stands behind its coded data does not change it: then none of them is missing. Without an end
    mark the last of them must matter, too: else they are something else."""
    if ends_in_zeros(data, found):
        raise damaged(CUT)
    coded = data[: found.data_end].rstrip(b"\xff")
    one, more, less = (_by_pillow(piece + END, factor) for piece in (coded, coded + _JUNK, coded[:-4]))
    if one.tobytes() != more.tobytes() or (found.end < 0 and one.tobytes() == less.tobytes()):
        raise damaged(CUT)
    return one


def _by_pillow(data: bytes, factor: int) -> Image.Image:
    with Image.open(BytesIO(data), formats=("JPEG",)) as image:
        if factor > 1:
            image.draft(image.mode, (image.width // factor, image.height // factor))
        return image.copy()
