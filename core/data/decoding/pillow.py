"""The formats that Pillow reads as they stand: WebP, BMP, GIF, PPM, AVIF, JPEG 2000 and TGA."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
from PIL import Image

from core.data.decoding.colour import finish, grey, orientation_of
from core.data.decoding.picture import Picture, check_size, damaged
from core.data.scale import Range

_CODED = ("WEBP", "AVIF", "JPEG2000")
SEVERAL = "Has several frames; only the first is used."
_ZEROS = 512  # bytes: an arithmetic coder writes no such run at its end, a download that broke off leaves one
_ZERO_SHARE = 0.02  # of the file


def reader(name: str) -> Callable[[bytes, Range | None], Picture]:
    """`read` of the package for one of Pillow's formats."""

    def read(data: bytes, value_range: Range | None) -> Picture:
        if name in _CODED and not _is_lossy_webp(data):
            refuse_unwritten(data)
        with Image.open(BytesIO(data), formats=(name,)) as image:
            check_size(*image.size)
            frames = first_frame(image)
            image.load()
            profile = image.info.get("icc_profile")
            if not image.mode.startswith(("I", "F")):
                return finish(image, profile, orientation_of(image), frames)
            numbers = np.asarray(image)
            if numbers.dtype == np.int32:  # Pillow's place for 16 bits
                numbers = numbers.astype(np.uint16)
            colours, notes, own = grey(numbers, value_range)
            return finish(colours, profile, orientation_of(image), (*frames, *notes), own)

    return read


def _is_lossy_webp(data: bytes) -> bool:
    """VP8 ends in long runs of zeros where the lower part of an image is of one colour."""
    return data[12:16] == b"VP8 " or (data[12:16] == b"VP8X" and b"VP8L" not in data[: 1 << 16])


def first_frame(image: Image.Image) -> tuple[str, ...]:
    """Go to the first frame; a note where there are more."""
    if not getattr(image, "is_animated", False):
        return ()
    image.seek(0)
    return (SEVERAL,)


def refuse_unwritten(data: bytes) -> None:
    """Refuse a file that ends in zeros, for formats whose decoders make a flat area of them."""
    tail = len(data) - len(data.rstrip(b"\0"))
    if tail >= max(_ZEROS, _ZERO_SHARE * len(data)):
        raise damaged(f"its last {tail} bytes are zero")
