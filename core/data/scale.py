"""Convert sample values of any depth to 0-255, with one scale for a whole data set.

Unsigned integers of up to 16 bits are scaled by their type (16 bits: v / 257, also where only 12 of them are used), and
so are signed bytes. All others (floats, signed 16-bit integers, integers of 32 bits and more) have no defined white:
they are scaled by the common range of all such images in the data set.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Range = tuple[float, float]  # the values that become 0 and 255
UNIT: Range = (0.0, 1.0)
DIM = (
    "Its 16-bit values end below an eighth of their range, as those of a 12-bit camera do, so that it is nearly black. "
    "Multiply the values of all images of the set by the same number, such as 16."
)
_DIM_BELOW = 8192
_WORTH = 0.25  # images between 0 and 1 with a lower maximum would all be nearly black


def by_type(dtype: np.dtype) -> bool:
    """Whether the dtype alone defines black and white."""
    return dtype == np.bool_ or dtype == np.int8 or (dtype.kind == "u" and dtype.itemsize <= 2)


def own_range(values: NDArray[np.generic]) -> Range | None:
    """Lowest and highest finite value; None for values that are scaled by their type, or of which none is finite."""
    if by_type(values.dtype):
        return None
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    return (float(finite.min()), float(finite.max())) if finite.size else None


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
    what is no number becomes its lower end."""
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
    wide = np.nan_to_num(values.astype(np.float64), nan=low, posinf=high, neginf=low)
    with np.errstate(over="ignore", invalid="ignore"):
        # halved, because the full range of doubles overflows
        share = (wide / 2 - low / 2) / ((high / 2 - low / 2) or 1.0)
    return np.rint(np.clip(np.nan_to_num(share), 0, 1) * 255).astype(np.uint8)
