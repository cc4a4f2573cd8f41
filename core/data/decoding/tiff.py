"""TIFF and BigTIFF of every usual kind, by tifffile: libtiff fills what is missing and prints its complaints.

Every strip and tile must be there and give all of its rows.
"""

import logging
from io import BytesIO
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from core.data.decoding import tiff_colours
from core.data.decoding.decoded import DecodedImage, check_size, damaged, plain, unsupported
from core.data.decoding.pillow import SEVERAL, empty_end
from core.data.decoding.tiff_parts import check_parts
from core.data.scale import Range

_SUB_IMAGES, _DNG = 330, 50706
_UNCOMPRESSED = 1
_LOOKED_AT = 4  # pages
_SENSOR = (32803, 34892)  # photometric: CFA, linear raw
_RAW = "It is a camera raw file (DNG, NEF, CR2, ARW and the like)"
_DEVELOP = "Export it as JPEG, PNG or TIFF from the camera's program or a raw converter."
logging.getLogger("tifffile").setLevel(logging.CRITICAL + 1)  # it tells of oddities on a user's terminal


def read(data: bytes, value_range: Range | None = None) -> DecodedImage:
    """See the package."""
    with tifffile.TiffFile(BytesIO(data)) as file:
        _refuse_raw(file.pages.first, data)
        page = _main(file)
        _check(page, data)
        numbers = _numbers(page)
        several = (SEVERAL,) if _several(file, page) else ()
        empty = empty_end(data) if int(page.compression) == _UNCOMPRESSED else ()
        return tiff_colours.image(page, numbers, value_range, (*several, *empty))


def _refuse_raw(page: Any, data: bytes) -> None:
    if data[8:10] == b"CR" or _DNG in page.tags or _photometric(page) in _SENSOR or _has_sensor_data(page):
        raise unsupported(_RAW, _DEVELOP)


def _main(file: tifffile.TiffFile) -> Any:
    """The first image that is neither a smaller copy nor a mask of another one: some programs put a thumbnail first."""
    first = file.pages.first
    if not _is_lesser(first):
        return first
    try:
        behind = [*file.pages[1:_LOOKED_AT], *(first.pages or ())]
        return next((page for page in behind if not _is_lesser(page)), first)
    except Exception:  # broken pages behind the first: there is only that one
        return first


def _is_lesser(page: Any) -> bool:
    """Whether a page is said to be a smaller copy or a mask of another one."""
    return bool(getattr(page, "subfiletype", 0) & 0b101)


def _check(page: Any, data: bytes) -> None:
    """Refuse by the header alone what is too large, of an unknown kind, or not all there."""
    check_size(page.imagewidth, page.imagelength)
    tiff_colours.check_kind(page)
    if page.imagedepth > 1:
        raise unsupported(f"It is a volume of {page.imagedepth} layers", "Save the layers as images of their own.")
    if page.dtype is None or page.dtype.kind not in "buif":
        raise unsupported(f"It is a TIFF of {page.dtype or 'unknown'} numbers", tiff_colours.SAVE)
    check_parts(page, data)


def _numbers(page: Any) -> NDArray[np.generic]:
    """Stored values, (height, width, bands), as they are in the file."""
    separate, _, height, width, bands = page.shaped
    numbers = np.zeros((separate, height, width, bands), page.dtype)
    filled = 0
    try:
        for piece, (plane, _, top, left, _), (_, rows, columns, _) in page.segments(maxworkers=1):
            if piece is None:
                raise damaged("a part of its pixels is not in the file")
            rows, columns = min(rows, height - top), min(columns, width - left)
            numbers[plane, top : top + rows, left : left + columns] = piece[0, :rows, :columns]
            filled += rows * columns
    except (KeyError, ImportError, NotImplementedError) as error:
        raise unsupported(
            f"It is a TIFF of an uncommon compression ({plain(str(error))})", tiff_colours.SAVE
        ) from error
    except tifffile.TiffFileError as error:
        raise damaged(str(error)) from error
    if filled != separate * height * width:
        raise damaged("some of its rows are missing")
    return np.concatenate(list(numbers), axis=-1) if separate > 1 else numbers[0]


def _several(file: tifffile.TiffFile, main: Any) -> bool:
    """Whether there are more images than the one that is used and smaller copies and masks of it."""
    try:
        return any(not _is_lesser(page) and page.offset != main.offset for page in file.pages[:_LOOKED_AT])
    except Exception:  # broken pages behind the first say nothing about it
        return False


def _has_sensor_data(page: Any) -> bool:
    """Whether a page below the first, which then is a preview, holds what a camera's sensor saw."""
    if _SUB_IMAGES not in page.tags:
        return False
    return any(_photometric(below) in _SENSOR for below in page.pages or ())


def _photometric(page: Any) -> int:
    return int(getattr(page, "photometric", 1) or 0)
