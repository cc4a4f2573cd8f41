"""What the numbers of a TIFF mean: its photometric interpretation, its further bands, its alpha."""

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.data.decoding.colour import finish, scaled
from core.data.decoding.colour_profiles import profile_of_exif
from core.data.decoding.decoded import DecodedImage, damaged, unsupported
from core.data.scale import Range

SAVE = "Save it as a PNG, or as a TIFF in grey or RGB of 8 or 16 bits without compression."
_WHITE_IS_0, _BLACK_IS_0, _RGB, _PALETTE, _CMYK, _YCBCR, _LAB, _ICC_LAB = 0, 1, 2, 3, 5, 6, 8, 9
_COLOURS = {_WHITE_IS_0: 1, _BLACK_IS_0: 1, _RGB: 3, _PALETTE: 1, _CMYK: 4, _YCBCR: 3, _LAB: 3, _ICC_LAB: 3}
_JPEG = 7  # a compression
_ORIENTATION, _PROFILE, _EXIF, _NO_DATA, _INKS, _SUBSAMPLING = 274, 34675, 34665, 42113, 332, 530
_MOST_ENTRIES = 16  # of EXIF's directory of interoperability, which has up to five
_ASSOCIATED, _ALPHA = 1, 2  # ExtraSamples


def check_kind(page: Any) -> None:
    """Refuse colours and bands that cannot be shown as RGB. Needs the header alone."""
    kind, bands, bits = _kind(page), page.samplesperpixel, page.bitspersample
    if kind not in _COLOURS or (kind == _CMYK and page.tags.valueof(_INKS, 1) != 1):
        name = getattr(page.photometric, "name", kind)
        raise unsupported(f"It is a TIFF of the colour kind {name}", SAVE)
    if kind in (_LAB, _ICC_LAB) and (bits != 8 or bands != 3):
        raise unsupported(f"It is a TIFF in Lab with {bands} bands of {bits} bits", SAVE)
    if kind == _YCBCR and _subsampled(page):
        raise unsupported("It is a TIFF in YCbCr with reduced colours that is not compressed as JPEG", SAVE)
    if _is_rgb_unsaid(page):
        return
    spare = len(page.extrasamples)
    if bands < _COLOURS[kind]:
        raise damaged(f"it has {bands} of {_COLOURS[kind]} bands")
    if bands - spare > _COLOURS[kind] or (kind in (0, 1) and bands > 2):
        raise unsupported(
            f"It has {bands} bands, as satellite and microscope images do",
            "Allowed are 1 (grey), 3 (RGB) and 4 (RGB and alpha): save three of its bands as an RGB image.",
        )


def _profile_of_exif(page: Any) -> bytes | None:
    about = page.tags.valueof(_EXIF)
    if not isinstance(about, dict):
        return None
    return profile_of_exif(about.get("ColorSpace"), _interoperability(page, about.get("InteroperabilityTag")))


def _interoperability(page: Any, offset: object) -> bytes:
    """The index in the directory at `offset`, of which tifffile gives the place alone; empty where there is none."""
    if not isinstance(offset, int):
        return b""
    file, order = page.parent.filehandle, page.parent.byteorder
    file.seek(offset)
    head = file.read(2)
    count = min(struct.unpack(f"{order}H", head)[0], _MOST_ENTRIES) if len(head) == 2 else 0
    entries = file.read(12 * count)
    tags = [entries[at : at + 12] for at in range(0, len(entries) - 11, 12)]
    return next((one[8:] for one in tags if struct.unpack(f"{order}H", one[:2])[0] == 1), b"")


def image(page: Any, numbers: NDArray[np.generic], value_range: Range | None, notes: tuple[str, ...]) -> DecodedImage:
    """RGB of stored values (height, width, bands)."""
    kind, colours = _kind(page), _COLOURS[_kind(page)]
    if _is_rgb_unsaid(page):
        colours, notes = 3, (*notes, "Its 3 bands were taken as red, green and blue.")
    profile, orientation = page.tags.valueof(_PROFILE), int(page.tags.valueof(_ORIENTATION, 1))
    profile = bytes(profile) if profile is not None else _profile_of_exif(page) if kind == _RGB else None
    if kind == _PALETTE:
        return finish(Image.fromarray(_palette(page, numbers[..., 0])), profile, orientation, notes)
    bits = page.bitspersample
    pixels, scaling, own = scaled(_by_bits(_without_no_data(page, numbers[..., :colours]), bits), value_range)
    if kind == _WHITE_IS_0:
        pixels = 255 - pixels
    rest = numbers[..., colours:]
    alpha, more = _alpha(page, pixels, _by_bits(rest, bits))
    image = _image(kind, pixels)
    if alpha is not None:
        image = image.convert("RGBA") if image.mode != "L" else image.convert("LA")
        image.putalpha(Image.fromarray(alpha))
    return finish(image, profile, orientation, (*notes, *scaling, *more), own)


def _is_rgb_unsaid(page: Any) -> bool:
    """Whether it is said to be grey, and has three bands none of which is said to be alpha."""
    grey = _kind(page) in (_WHITE_IS_0, _BLACK_IS_0) and page.samplesperpixel == 3
    return grey and not {_ASSOCIATED, _ALPHA} & set(page.extrasamples)


def _image(kind: int, pixels: NDArray[np.uint8]) -> Image.Image:
    if pixels.shape[2] == 1:
        return Image.fromarray(np.ascontiguousarray(pixels[..., 0]))
    if kind == _ICC_LAB:  # Pillow's a and b are signed
        pixels = pixels ^ np.array([0, 128, 128], np.uint8)
    mode = {_CMYK: "CMYK", _YCBCR: "YCbCr", _LAB: "LAB", _ICC_LAB: "LAB"}.get(kind, "RGB")
    height, width = pixels.shape[:2]
    return Image.frombytes(mode, (width, height), np.ascontiguousarray(pixels).tobytes())


def _alpha(
    page: Any, pixels: NDArray[np.uint8], rest: NDArray[np.generic]
) -> tuple[NDArray[np.uint8] | None, tuple[str, ...]]:
    """The alpha channel, and a note on bands that are left out. `pixels` premultiplied by it are divided in place."""
    if not rest.shape[2]:
        return None, ()
    kinds = [int(kind) for kind in page.extrasamples]
    place = next((index for index, kind in enumerate(kinds) if kind in (_ASSOCIATED, _ALPHA)), None)
    others = rest.shape[2] - (place is not None)
    if place is not None:
        alpha, _, _ = scaled(np.ascontiguousarray(rest[..., place]), None)
        if kinds[place] == _ALPHA:
            return alpha, _left_out(others)
        if (pixels <= alpha[..., None].astype(int) + 1).all():
            share = np.maximum(alpha, 1)[..., None].astype(np.uint16)
            pixels[:] = np.minimum((pixels * np.uint16(255) + share // 2) // share, 255)
            return alpha, _left_out(others)
        others += 1  # colours brighter than their alpha: it is another band under a wrong name
    return None, _left_out(others)


def _left_out(others: int) -> tuple[str, ...]:
    if not others:
        return ()
    which = "A band that is no colour is" if others == 1 else f"{others} bands that are no colours are"
    return (f"{which} left out.",)


def _by_bits(numbers: NDArray[np.generic], bits: int) -> NDArray[np.generic]:
    """Whole numbers of fewer bits than their container, spread over the whole of it."""
    if numbers.dtype.kind != "u" or bits >= 8 * numbers.dtype.itemsize:
        return numbers
    top = (1 << 8 * numbers.dtype.itemsize) - 1
    wide = numbers.astype(np.uint32) * np.uint32(top)
    return (wide // np.uint32((1 << bits) - 1)).astype(numbers.dtype)


def _without_no_data(page: Any, numbers: NDArray[np.generic]) -> NDArray[np.generic]:
    """Fractions and signed numbers with GDAL's mark of "nothing here" made no number."""
    text = page.tags.valueof(_NO_DATA)
    if text is None or numbers.dtype.kind not in "if" or numbers.dtype.itemsize == 1:
        return numbers
    try:
        mark = numbers.dtype.type(float(str(text).strip(" \0")))
    except (ValueError, OverflowError):
        return numbers
    return np.where(numbers == mark, np.nan, numbers.astype(np.float64))


def _palette(page: Any, numbers: NDArray[np.generic]) -> NDArray[np.uint8]:
    table = np.asarray(page.colormap)
    table = table if table.max(initial=0) < 256 else (table.astype(np.uint32) + 128) // 257  # some write 8 bits
    colours: NDArray[np.uint8] = table.astype(np.uint8).T[numbers.astype(np.intp)]
    return np.ascontiguousarray(colours)


def _subsampled(page: Any) -> bool:
    return tuple(page.tags.valueof(_SUBSAMPLING, (2, 2))) != (1, 1)


def _kind(page: Any) -> int:
    """Its photometric interpretation, once it is unpacked: the JPEG codec has made YCbCr RGB."""
    kind = int(page.photometric)
    return _RGB if kind == _YCBCR and page.compression == _JPEG else kind
