"""What decoding gives, and the sentences of what it refuses."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.scale import Finer, Range
from core.errors import UnreadableImage

MAX_PIXELS = 64_000_000
MAX_JPEG_PIXELS = 200_000_000  # of these a JPEG is decoded at half its size, which costs a quarter of the memory
MIN_SIDE, MAX_SIDE = 8, 20_000  # px
_LONGEST_DETAIL = 160  # characters of a library's own words


@dataclass(frozen=True, slots=True)
class DecodedImage:
    """Decoded pixels, uint8 HxWx3 RGB, upright; `notes` say what had to be changed to get there.

    `values` is the lowest and highest value in the file where the number format does not say what white is (fractions,
    signed and 32-bit integers): such an image needs the scale of its data set. None for all others. `finer` describes
    the numbers in the file where 256 grey levels cannot hold them.
    """

    pixels: NDArray[np.uint8]
    notes: tuple[str, ...] = ()
    finer: Finer | None = None

    @property
    def values(self) -> Range | None:
        """Lowest and highest value where the scale of the data set is needed."""
        return self.finer.values if self.finer else None


def check_size(width: int, height: int, most: int = MAX_PIXELS) -> None:
    """Refuse a size out of bounds. To be called before any pixel is decoded."""
    if min(width, height) < 1:
        raise damaged(f"its header says {width} x {height} px")
    if min(width, height) < MIN_SIDE or max(width, height) > MAX_SIDE:
        raise UnreadableImage(
            f"It is {width} x {height} px. Each side must be between {MIN_SIDE} and {MAX_SIDE} px: crop or rescale it."
        )
    if width * height > most:
        raise too_many_pixels(f"{width} x {height} px", most)


def too_many_pixels(size: str, most: int) -> UnreadableImage:
    """For what would cost too much memory."""
    return UnreadableImage(
        f"It has too many pixels ({size}). At most {most // 10**6} megapixels are allowed: rescale it."
    )


def damaged(detail: str) -> UnreadableImage:
    """For a file that is not whole, and for no other."""
    return UnreadableImage(f"The file is cut off or damaged ({plain(detail)}). Copy it again from its source.")


def unsupported(what: str, way_out: str) -> UnreadableImage:
    """For a whole file of a kind that is not read. `what` follows 'It is' or 'It has' and names it."""
    return UnreadableImage(f"{what}, which cannot be used here. {way_out}")


def plain(text: str) -> str:
    """A library's own words on one line, without control characters and of bounded length."""
    if text.isdigit():
        text = ""
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(line.split())[:_LONGEST_DETAIL].rstrip(". ") or "no reason is known"
