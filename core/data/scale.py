"""Convert sample values of any depth to 0-255, with one scale for a whole data set.

Unsigned integers of up to 16 bits are scaled by their type (16 bits: v / 257, also where only 12 of them are used), and
so are signed bytes. All others (floats, signed 16-bit integers, integers of 32 bits and more) have no defined white:
they are scaled by the common range of all such images in the data set.
Floats of 1e30 and beyond mark missing values, as NaN does.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Range = tuple[float, float]  # the values that become 0 and 255
UNIT: Range = (0.0, 1.0)
DIM = (
    "Its 16-bit values end below an eighth of their range, as those of a 12-bit camera do, so that it is nearly black. "
    "Multiply the values of all images of the set by the same number, such as 16."
)
MISSING = 'Values of 1e30 and beyond, which mark "nothing here", count as missing.'
_MISSING = 1e30
_DIM_BELOW = 8192
_LITTLE = 0.1  # of the scale: an image that fills less of it has fewer than 26 grey levels
_TAILS = (0.5, 99.5)  # percentiles of the values within which the bulk of them lies
_SAMPLED = 1 << 20  # values, of which those percentiles are taken
_WORTH = 0.25  # images between 0 and 1 with a lower maximum would all be nearly black


def by_type(dtype: np.dtype) -> bool:
    """Whether the dtype alone defines black and white."""
    return dtype == np.bool_ or dtype == np.int8 or (dtype.kind == "u" and dtype.itemsize <= 2)


@dataclass(frozen=True, slots=True)
class Finer:
    """Numbers that 256 grey levels cannot hold. `digest` tells them apart before they are scaled.

    `values` and `bulk` are set where they need the scale of their set: their lowest and highest value, and what lies
    between them but for the half per cent at either end.
    """

    digest: str
    values: Range | None = None
    bulk: Range | None = None

    @property
    def varies(self) -> bool:
        """Whether there is more than one value."""
        return self.values is not None and self.values[0] < self.values[1]


def finer(values: NDArray[np.generic]) -> Finer | None:
    """What is kept of numbers that are scaled; None for numbers of at most 8 bits."""
    if values.dtype.itemsize == 1:
        return None
    content = hashlib.sha256(f"{values.shape} {values.dtype.str}".encode())
    content.update(np.ascontiguousarray(values).data)
    return Finer(content.hexdigest(), *_ranges(values))


def _ranges(values: NDArray[np.generic]) -> tuple[Range | None, Range | None]:
    """All values, and the bulk of them."""
    if by_type(values.dtype):
        return None, None
    known = values[np.isfinite(values) & ~_is_missing(values)] if values.dtype.kind == "f" else values.ravel()
    if not known.size:
        return None, None
    low, high = np.percentile(known[:: 1 + known.size // _SAMPLED].astype(np.float64), _TAILS)
    return (float(known.min()), float(known.max())), (float(low), float(high))


def _is_missing(values: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Finite fractions so large that they mark what is missing, as the lowest number of 32 bits does."""
    if values.dtype.kind != "f" or values.dtype.itemsize < 4:
        return np.zeros(values.shape, np.bool_)
    return np.asarray(np.isfinite(values) & (np.abs(values) >= _MISSING))


def missing_notes(values: NDArray[np.generic]) -> tuple[str, ...]:
    """A note where marks of missing values were passed over; else nothing."""
    return (MISSING,) if _is_missing(values).any() else ()


def fills_little(one: Finer, scale: Range | None) -> bool:
    """Whether the bulk of what an image shows comes out in fewer than a tenth of the grey levels."""
    if scale is None or one.bulk is None or not one.varies:
        return False
    return one.bulk[1] / 2 - one.bulk[0] / 2 < _LITTLE * (scale[1] / 2 - scale[0] / 2)


def little_notes(one: Finer | None, scale: Range | None) -> tuple[str, ...]:
    """A note on an image that fills little of a scale that was not made for it; else nothing."""
    if one is None or one.values is None or scale is None or not fills_little(one, scale):
        return ()
    return (
        f"Its values {one.values[0]:g} to {one.values[1]:g} fill less than a tenth of the scale {scale[0]:g} to "
        f"{scale[1]:g}, so that hardly anything of it can be seen. Export it in the unit of the other images.",
    )


def common_range(ranges: Iterable[Range | None]) -> Range | None:
    """The scale of a set from the own ranges of its images: 0 to 1 where all lie within and one reaches a quarter or
    more, else their lowest to their highest value; None where no image needs one."""
    known = [one for one in ranges if one is not None]
    if not known:
        return None
    low, high = min(low for low, _ in known), max(high for _, high in known)
    return UNIT if low >= 0 and _WORTH <= high <= 1 else (low, high)


def dim_notes(values: NDArray[np.generic]) -> tuple[str, ...]:
    """A note on 16-bit values that end below an eighth of their range, as of a camera of 12 bits; else nothing."""
    top = int(values.max(initial=0)) if values.dtype.kind == "u" and values.dtype.itemsize == 2 else 0
    return (DIM,) if 0 < top < _DIM_BELOW else ()


def beyond_notes(own: Range | None, scale: Range | None) -> tuple[str, ...]:
    """A note on values that lie beyond the scale by more than a twentieth of it, as of another export; else nothing."""
    if own is None or scale is None:
        return ()
    (low, high), slack = scale, (scale[1] / 2 - scale[0] / 2) / 10
    if low - own[0] <= slack and own[1] - high <= slack:
        return ()
    return (f"Its values {own[0]:g} to {own[1]:g} lie beyond the scale {low:g} to {high:g}, and were cut to it.",)


def to_bytes(values: NDArray[np.generic], scale: Range | None) -> NDArray[np.uint8]:
    """Any shape -> uint8 of this shape. `scale` is used where the type says nothing; values beyond it are clipped, and
    what is no number or missing becomes its lower end."""
    kind, size = values.dtype.kind, values.dtype.itemsize
    if kind == "b":
        return values.astype(np.uint8) * np.uint8(255)
    if kind == "i" and size == 1:
        return (values.astype(np.int16) + 128).astype(np.uint8)
    if kind == "u" and size == 1:
        return values.astype(np.uint8, copy=False)
    if kind == "u" and size == 2:
        return ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)
    low, high = scale or UNIT
    wide = values.astype(np.float64)
    wide[_is_missing(values)] = np.nan
    wide = np.nan_to_num(wide, nan=low, posinf=high, neginf=low)
    with np.errstate(over="ignore", invalid="ignore"):
        # halved, because the full range of doubles overflows
        share = (wide / 2 - low / 2) / ((high / 2 - low / 2) or 1.0)
    return np.rint(np.clip(np.nan_to_num(share), 0, 1) * 255).astype(np.uint8)
