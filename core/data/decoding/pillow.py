"""The formats that Pillow reads as they stand: WebP, BMP, GIF, PPM, AVIF, JPEG 2000 and TGA."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
from PIL import Image

from core.data.decoding.colour import finish, grey, orientation_of, profile_of
from core.data.decoding.colour_profiles import profile_of_box
from core.data.decoding.decoded import DecodedImage, check_size, damaged
from core.data.scale import Range

_CODED = ("WEBP", "AVIF", "JPEG2000")
SEVERAL = "Has several frames; only the first is used."
_ZEROS = 512  # bytes: an arithmetic coder writes no such run at its end, a download that broke off leaves one
_ZERO_SHARE = 0.02  # of the file
_FLAT_SHARE = (
    1 / 3
)  # the same for VP8, which ends in zeros where the lower part of an image is of one colour: up to 0.16
_EVEN_SHARE = 0.1  # the same for formats that are stored as they are, of which zeros may be pixels
EMPTY_END = "Its file ends in zeros: an even area, or a copy that broke off."


def reader(name: str) -> Callable[[bytes, Range | None], DecodedImage]:
    """`read` of the package for one of Pillow's formats."""

    def read(data: bytes, value_range: Range | None) -> DecodedImage:
        if name in _CODED:
            refuse_unwritten(data, _FLAT_SHARE if _is_lossy_webp(data) else _ZERO_SHARE)
        with Image.open(BytesIO(data), formats=(name,)) as image:
            check_size(*image.size)
            frames = (*first_frame(image), *(() if name in _CODED else empty_end(data)))
            image.load()
            profile = profile_of(image)
            if not profile and name in ("AVIF", "JPEG2000"):
                profile, more = profile_of_box(data)
                frames += more
            if not image.mode.startswith(("I", "F")):
                return finish(image, profile, orientation_of(image), frames)
            numbers = np.asarray(image)
            if numbers.dtype == np.int32:  # Pillow's place for 16 bits
                numbers = numbers.astype(np.uint16)
            colours, notes, own = grey(numbers, value_range)
            return finish(colours, profile, orientation_of(image), (*frames, *notes), own)

    return read


def _is_lossy_webp(data: bytes) -> bool:
    return data[12:16] == b"VP8 " or (data[12:16] == b"VP8X" and b"VP8L" not in data[: 1 << 16])


def first_frame(image: Image.Image) -> tuple[str, ...]:
    """Go to the first frame; a note where there are more."""
    if not getattr(image, "is_animated", False):
        return ()
    image.seek(0)
    return (SEVERAL,)


def refuse_unwritten(data: bytes, share: float = _ZERO_SHARE) -> None:
    """Refuse a file of which this share at its end is zeros, for formats whose decoders make a flat area of them."""
    tail = _tail(data)
    if tail >= max(_ZEROS, share * len(data)):
        raise damaged(f"its last {tail} bytes are zero")


def empty_end(data: bytes) -> tuple[str, ...]:
    """A note where a file of plain pixels ends in many zeros: nothing in it tells whether they were written."""
    return (EMPTY_END,) if _tail(data) >= max(_ZEROS, _EVEN_SHARE * len(data)) else ()


def _tail(data: bytes) -> int:
    return len(data) - len(data.rstrip(b"\0"))
