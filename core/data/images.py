"""Files -> RGB pixels, refusing what is not a whole image in an allowed format before it can cost memory.

Pillow's own switches (its pixel limit, its tolerance of truncated files) are process-wide: they are left alone.
"""

import os
import re
import stat
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from core.data.decoding import gif, heif, jpeg, jpeg2000, pillow, png, sniff, tga, tiff
from core.data.decoding.colour import MATTE
from core.data.decoding.decoded import (
    MAX_JPEG_PIXELS,
    MAX_PIXELS,
    MAX_SIDE,
    MIN_SIDE,
    DecodedImage,
    damaged,
    plain,
    too_many_pixels,
    unsupported,
)
from core.data.decoding.formats import Format
from core.data.geometry import Geometry
from core.data.scale import Range
from core.errors import UnreadableImage
from core.text import format_size

__all__ = [
    "MATTE",
    "MAX_FILE_BYTES",
    "MAX_JPEG_PIXELS",
    "MAX_PIXELS",
    "MAX_SIDE",
    "MIN_SIDE",
    "DecodedImage",
    "decode",
    "resize",
    "resized_shape",
]

MAX_FILE_BYTES = 100 * 2**20
LONGEST_ASPECT = 4  # `resize` keeps the middle of an image that is longer than so many times its shorter side

_READERS: dict[str, Callable[[bytes, Range | None], DecodedImage]] = {
    "JPEG": jpeg.read,
    "PNG": png.read,
    "WebP": pillow.reader("WEBP"),
    "BMP": pillow.reader("BMP"),
    "TIFF": tiff.read,
    "GIF": gif.read,
    "PPM": pillow.reader("PPM"),
    "HEIC": heif.read,
    "AVIF": pillow.reader("AVIF"),
    "JPEG 2000": jpeg2000.read,
    "TGA": tga.read,
}
_UNSUPPORTED = re.compile(r"unsupported|not supported|not implemented|unknown|cannot handle", re.IGNORECASE)
_FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}

# What Pillow warns of is refused, noted or harmless: its lines would only stand between ours on a terminal.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
warnings.filterwarnings("ignore", module=r"PIL\.")


def decode(content: bytes | Path, value_range: Range | None = None) -> DecodedImage:
    """Decode one image. Raises `UnreadableImage` with the reason as a sentence that does not name the file.

    `value_range` is what becomes 0 and 255 in an image whose number format does not say it (`DecodedImage.values`): of
    the data set (`Dataset.value_range`), or of the set that a model was trained on. It changes no other image. Without
    one, such an image is scaled from 0-1 where it lies within, else from its own lowest and highest value, and a note
    says so. The format is told by the content, never by the name, and the size is checked before any pixel is decoded.
    """
    data = _read(content) if isinstance(content, Path) else content
    if not data:
        raise UnreadableImage("The file is empty (0 bytes). Copy it again from its source.")
    if len(data) > MAX_FILE_BYTES:
        raise UnreadableImage(_too_many_bytes(len(data)))
    head = data[: sniff.HEAD_BYTES]
    kind = sniff.format_of(head)
    if kind is None:
        raise UnreadableImage(f"It is {sniff.describe(head)}. {sniff.way_out(head)}")
    try:
        return _READERS[kind.name](data, value_range)
    except UnreadableImage:
        raise
    except MemoryError as error:
        raise UnreadableImage("There is not enough memory to decode it. Make the image smaller.") from error
    except Exception as error:  # on a hostile file the decoders raise almost anything
        raise _refusal(kind, error) from error


def _refusal(kind: Format, error: Exception) -> UnreadableImage:
    if isinstance(error, Image.DecompressionBombError):
        return too_many_pixels("more than twice Pillow's limit", MAX_PIXELS)
    if isinstance(error, UnidentifiedImageError):
        return damaged("its header cannot be read")
    if not isinstance(error, (OSError, ValueError, SyntaxError, RuntimeError, EOFError)):
        return damaged("its structure makes no sense")
    detail = str(error)
    if isinstance(error, NotImplementedError) or _UNSUPPORTED.search(detail):
        return unsupported(
            f"It is an uncommon kind of {kind.name} ({plain(detail)})", "Save it as an ordinary JPEG or PNG."
        )
    return damaged(detail)


def resize(pixels: NDArray[np.uint8], geometry: Geometry) -> NDArray[np.uint8]:
    """Shrink or enlarge uint8 HxWx3 so that the shorter side is exactly `geometry.resize_size`; the aspect is kept.

    Anti-aliased. An image longer than `LONGEST_ASPECT` times its shorter side is cut to its middle first, so that a
    16 x 500 strip stays affordable. The longer side is rounded down, as the pretrained models' own preprocessing does.
    """
    middle = _middle(pixels, LONGEST_ASPECT * min(pixels.shape[:2]))
    height, width = resized_shape(pixels.shape[1], pixels.shape[0], geometry)
    if (height, width) == middle.shape[:2]:
        return np.ascontiguousarray(middle)
    image = Image.fromarray(np.ascontiguousarray(middle))
    return np.array(image.resize((width, height), _FILTERS[geometry.interpolation]))


def resized_shape(width: int, height: int, geometry: Geometry) -> tuple[int, int]:
    """Height and width that `resize` gives an image of `width` x `height` px."""
    shorter, target = min(height, width), geometry.resize_size
    longest = LONGEST_ASPECT * shorter
    return target * min(height, longest) // shorter, target * min(width, longest) // shorter


def _read(path: Path) -> bytes:
    try:
        with open(path, "rb", opener=_no_waiting) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableImage("It is not a regular file.")
            if status.st_size > MAX_FILE_BYTES:
                raise UnreadableImage(_too_many_bytes(status.st_size))
            return file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError as error:
        raise UnreadableImage("There is no such file. Check the path.") from error
    except OSError as error:
        raise UnreadableImage(f"The file cannot be read: {error.strerror or error}.") from error


def _no_waiting(path: str, flags: int) -> int:
    """Open without waiting for the other end, should `path` be a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _middle(pixels: NDArray[np.uint8], longest: int) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    top, left = max(0, height - longest) // 2, max(0, width - longest) // 2
    return pixels[top : top + min(height, longest), left : left + min(width, longest)]


def _too_many_bytes(size: int) -> str:
    return f"The file takes {format_size(size)}. At most {format_size(MAX_FILE_BYTES)} are allowed: rescale it."
