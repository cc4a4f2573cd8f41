"""Files -> RGB pixels, refusing what is not a whole picture in an allowed format before it can cost memory.

Pillow's own switches (its pixel limit, its tolerance of truncated files) are process-wide: they are left alone.
"""

import os
import stat
import warnings
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from core.data import sniff
from core.data.geometry import Geometry
from core.data.scale import UNIT, Range, common_range, own_range, to_bytes
from core.errors import UnreadableImage

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", "PPM")  # Pillow opens an MPO (phones) as JPEG
MAX_PIXELS = 64_000_000
MIN_SIDE, MAX_SIDE = 8, 20_000  # px
MAX_FILE_BYTES = 100 * 2**20
MATTE = (255, 255, 255)  # transparent parts are shown on this colour
LONGEST_ASPECT = 4  # `resize` keeps the middle of a picture that is longer than so many times its shorter side

_ORIENTATION = 0x0112  # the EXIF tag
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}

# MAX_PIXELS is stricter than Pillow's warning level, so that the warning would only repeat our refusal on stderr.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


@dataclass(frozen=True, slots=True)
class Picture:
    """Decoded pixels, uint8 HxWx3 RGB, upright; `notes` say what had to be changed to get there.

    `values` is the lowest and highest value in the file where the number format does not say what white is (fractions,
    signed and 32-bit integers): such an image needs the scale of its data set. None for all others.
    """

    pixels: NDArray[np.uint8]
    notes: tuple[str, ...] = ()
    values: Range | None = None


def decode(content: bytes | Path, value_range: Range | None = None) -> Picture:
    """Decode one image. Raises `UnreadableImage` with the reason as a sentence that does not name the file.

    `value_range` is what becomes 0 and 255 in an image whose number format does not say it (`Picture.values`): that of
    the data set (`Dataset.value_range`), or of the set that a model was trained on. It changes no other image. Without
    one, such an image is scaled from 0-1 where it lies within, else from its own lowest and highest value, and a note
    says so. The size is read from the header and checked before any pixel is decoded.
    """
    data = _read(content) if isinstance(content, Path) else content
    if not data:
        raise UnreadableImage("The file is empty (0 bytes). Copy it again from its source.")
    if len(data) > MAX_FILE_BYTES:
        raise UnreadableImage(_too_many_bytes(len(data)))
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            _check_size(*image.size)
            return _picture(image, value_range)
    except UnreadableImage:
        raise
    except UnidentifiedImageError as error:
        raise UnreadableImage(_unidentified(data[:512])) from error
    except Image.DecompressionBombError as error:
        raise UnreadableImage(_too_many_pixels("more than twice Pillow's limit")) from error
    except MemoryError as error:
        raise UnreadableImage("There is not enough memory to decode it. Make the picture smaller.") from error
    except (
        Exception
    ) as error:  # on a hostile file Pillow's decoders raise almost anything; each means "cannot be decoded"
        raise UnreadableImage(_damaged(str(error) or type(error).__name__)) from error


def resize(pixels: NDArray[np.uint8], geometry: Geometry) -> NDArray[np.uint8]:
    """Shrink or enlarge uint8 HxWx3 so that the shorter side is exactly `geometry.resize_size`; the aspect is kept.

    Anti-aliased. A picture longer than `LONGEST_ASPECT` times its shorter side is cut to its middle first, so that a
    16 x 500 strip stays affordable. The longer side is rounded down, as the pretrained models' own preprocessing does.
    """
    middle = _middle(pixels, LONGEST_ASPECT * min(pixels.shape[:2]))
    height, width = middle.shape[:2]
    shorter, target = min(height, width), geometry.resize_size
    size = (target * width // shorter, target * height // shorter)
    if size == (width, height):
        return np.ascontiguousarray(middle)
    return np.array(Image.fromarray(np.ascontiguousarray(middle)).resize(size, _FILTERS[geometry.interpolation]))


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


def _check_size(width: int, height: int) -> None:
    if min(width, height) < MIN_SIDE or max(width, height) > MAX_SIDE:
        raise UnreadableImage(
            f"It is {width} x {height} px. Each side must be between {MIN_SIDE} and {MAX_SIDE} px: crop or rescale it."
        )
    if width * height > MAX_PIXELS:
        raise UnreadableImage(_too_many_pixels(f"{width} x {height} px"))


def _picture(image: Image.Image, value_range: Range | None) -> Picture:
    notes = []
    if image.format != "MPO" and getattr(image, "is_animated", False):  # an MPO's other frames are previews
        notes.append("Has several frames; only the first is used.")
        image.seek(0)
    image.load()
    orientation = _orientation(image)
    colours, conversion, values = _to_rgb(image, value_range)
    if orientation in _UPRIGHT:
        colours = colours.transpose(_UPRIGHT[orientation])
    return Picture(np.array(colours), (*notes, *conversion), values)


def _orientation(image: Image.Image) -> int:
    """EXIF orientation 1-8, after `load` (TIFF files are turned while they load)."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # broken EXIF says nothing about the pixels, which are fine
        return 1


def _to_rgb(image: Image.Image, value_range: Range | None) -> tuple[Image.Image, tuple[str, ...], Range | None]:
    if image.mode.startswith("I") or image.mode == "F":
        numbers = np.asarray(image)
        numbers = numbers if image.format == "TIFF" else _of_16_bits(numbers)
        grey, notes = _scaled(numbers, value_range)
        return Image.fromarray(grey).convert("RGB"), notes, own_range(numbers)
    if not image.has_transparency_data:
        return image.convert("RGB"), (), None
    layer = image.convert("RGBA")
    if layer.getchannel("A").getextrema()[0] == 255:
        return layer.convert("RGB"), (), None
    ground = Image.new("RGBA", layer.size, (*MATTE, 255))
    return Image.alpha_composite(ground, layer).convert("RGB"), ("Transparent parts are shown on white.",), None


def _scaled(values: NDArray[np.generic], value_range: Range | None) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Grey values of any depth HxW as uint8, and a note where they were scaled by this image alone."""
    own = own_range(values)
    if own is None or value_range is not None:
        return to_bytes(values, value_range), ()
    scale = common_range([own])
    note = f"Its values {own[0]:g} to {own[1]:g} were scaled by this image alone."
    return to_bytes(values, scale), () if scale == UNIT else (note,)


def _of_16_bits(values: NDArray[np.generic]) -> NDArray[np.generic]:
    """Pillow holds the 16-bit numbers of some formats in 32 bits."""
    return values.astype(np.uint16) if values.dtype == np.int32 else values


def _middle(pixels: NDArray[np.uint8], longest: int) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    top, left = max(0, height - longest) // 2, max(0, width - longest) // 2
    return pixels[top : top + min(height, longest), left : left + min(width, longest)]


def _unidentified(head: bytes) -> str:
    if sniff.is_image(head):
        return _damaged("the header is not complete")
    return f"It is {sniff.describe(head)}. Allowed are {sniff.ALLOWED}: save it as one of these."


def _damaged(detail: str) -> str:
    return f"The file is cut off or damaged ({detail.rstrip('.')}). Copy it again from its source."


def _too_many_pixels(size: str) -> str:
    return f"It has too many pixels ({size}). At most {MAX_PIXELS // 10**6} megapixels are allowed: rescale it."


def _too_many_bytes(size: int) -> str:
    return f"The file takes {size / 2**20:.0f} MB. At most {MAX_FILE_BYTES // 2**20} MB are allowed: rescale it."
