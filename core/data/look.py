"""Tell by its pixels whether an image is drawn in a few flat values, as a mask is, or shows what a camera sees."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.data.images import decode
from core.errors import UnreadableImage

Look = Literal["", "plain", "flat"]
_SIDE = 48  # pixels per side of the grid by which most photographs are recognised
_SAMPLE = 1 << 16  # pixels of whole rows by which the others are recognised
_MOST = 64  # values of a label map, of which each belongs to a class or an object
_SMOOTH = 0.9  # of a label map's pixels have the value of their right neighbour
_APART = 48  # grey levels between the two values of a mask
_NOISE = 16  # grey levels by which JPEG moves pixels near an edge
_GREY = 24  # difference of the channels of a grey JPEG
_SAMPLED = 5  # images of a folder
_NEARLY_ALL = 0.8


def look_of(pixels: NDArray[np.uint8]) -> Look:
    """'plain' for RGB pixels of one colour, 'flat' for a few colours in areas, also with the noise of JPEG around two
    greys; else ''. Looks at some of the pixels only."""
    height, width = pixels.shape[:2]
    grid = _packed(pixels[:: max(1, height // _SIDE), :: max(1, width // _SIDE)])
    values, counts = np.unique(grid, return_counts=True)
    if len(values) > _MOST and 2 * np.sort(counts)[-_MOST:].sum() < grid.size:
        return ""  # a photograph
    rows = pixels[:: max(1, height * width // _SAMPLE)]
    packed = _packed(rows)
    values = np.unique(packed)
    if len(values) == 1:
        return "plain"
    if len(values) == 2 or (len(values) <= _MOST and np.mean(packed[:, 1:] == packed[:, :-1]) >= _SMOOTH):
        return "flat"
    return "flat" if _has_two_greys(rows) else ""


def look_alike_masks(paths: Sequence[Path]) -> bool | None:
    """Whether nearly all of some of these images are drawn in a few flat values; None where that is unknown, as
    where none can be read or all are of one colour."""
    chosen = paths[:: max(1, len(paths) // _SAMPLED)][:_SAMPLED]
    looks = [look for path in chosen if (look := _look_at(path)) is not None]
    if not looks or set(looks) == {"plain"}:
        return None
    return sum(map(bool, looks)) >= _NEARLY_ALL * len(looks)


def _look_at(path: Path) -> Look | None:
    try:
        return look_of(decode(path).pixels)
    except UnreadableImage:
        return None


def _packed(pixels: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """One number per colour, HxW."""
    red, green, blue = (pixels[..., channel].astype(np.uint32) for channel in range(3))
    return np.asarray((red << 16) | (green << 8) | blue, np.uint32)


def _has_two_greys(rows: NDArray[np.uint8]) -> bool:
    """Whether most pixels have just one of two greys, nearly all are close to one, and few lie between them for those
    of the rarer one."""
    levels = rows.astype(np.int16)
    if np.mean(levels.max(axis=2) - levels.min(axis=2) <= _GREY) < 0.99:
        return False
    counts = np.bincount(rows[..., 1].ravel(), minlength=256)
    first = int(counts.argmax())
    apart = np.where(np.abs(np.arange(256) - first) >= _APART, counts, 0)
    second = int(apart.argmax())
    one, other = (int(counts[max(0, grey - _NOISE) : grey + _NOISE + 1].sum()) for grey in (first, second))
    exact = sum(int(counts[max(0, grey - 2) : grey + 3].sum()) for grey in (first, second))
    total = int(counts.sum())
    return 2 * exact > total and one + other >= 0.9 * total and 2 * (total - one - other) <= min(one, other)
