"""Any Pillow mode with any colour profile -> upright RGB in sRGB, transparency on white."""

from functools import lru_cache
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms
from PIL.ExifTags import IFD

from core.data.decoding.colour_profiles import profile_of_exif
from core.data.decoding.decoded import DecodedImage
from core.data.scale import (
    UNIT,
    Finer,
    Range,
    beyond_notes,
    by_type,
    common_range,
    dim_notes,
    finer,
    little_notes,
    missing_notes,
    to_bytes,
)
from core.errors import UnreadableImage

MATTE = (255, 255, 255)  # transparent parts are shown on this colour
ON_WHITE = "Transparent parts are shown on white."
ALL_TRANSPARENT = "It is transparent all over; its colours are shown as if it were not."
BROKEN_PROFILE = "Its colour profile cannot be used and was ignored."
_ORIENTATION = 0x0112  # the EXIF tag
_COLOUR_SPACE, _INDEX = 0xA001, 1  # others
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SPACES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab": "LAB"}  # a profile's colour space -> Pillow's mode
_SAME = 2  # levels: profiles that change no colour by more are sRGB under another name
_MAX_PROFILE_BYTES = 8 << 20
_BLACK_POINT = ImageCms.Flags.BLACKPOINTCOMPENSATION


def finish(
    image: Image.Image, profile: bytes | None = None, orientation: int = 1, notes: tuple[str, ...] = (),
    numbers: Finer | None = None,
) -> DecodedImage:  # fmt: skip
    """The image as RGB in sRGB, turned upright (`orientation` as in EXIF, 1 to 8)."""
    colours, more = _opaque(image, profile)
    if orientation in _UPRIGHT:
        colours = colours.transpose(_UPRIGHT[orientation])
    return DecodedImage(np.array(colours), (*notes, *more), numbers)


def orientation_of(image: Image.Image) -> int:
    """EXIF orientation 1-8."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # broken EXIF says nothing about the pixels, which are fine
        return 1


def profile_of(image: Image.Image) -> bytes | None:
    """The colour profile that a file embeds, or the one that its EXIF names."""
    embedded: bytes | None = image.info.get("icc_profile")
    if embedded:
        return embedded
    try:
        exif = image.getexif()
        space, index = exif.get_ifd(IFD.Exif).get(_COLOUR_SPACE), exif.get_ifd(IFD.Interop).get(_INDEX)
        return profile_of_exif(space, index) if image.mode == "RGB" else None
    except Exception:  # broken EXIF says nothing about the pixels, which are fine
        return None


def ready(pixels: NDArray[np.uint8], profile: bytes | None, orientation: int, notes: tuple[str, ...]) -> DecodedImage:
    """`finish` for pixels that are RGB already: most of them need nothing more."""
    if profile or orientation in _UPRIGHT:
        return finish(Image.fromarray(pixels), profile, orientation, notes)
    return DecodedImage(pixels, notes)


def grey(numbers: NDArray[np.generic], value_range: Range | None) -> tuple[Image.Image, tuple[str, ...], Finer | None]:
    """Numbers HxW of any kind as an L image, notes on how they were scaled, and what they were before."""
    pixels, notes, before = scaled(numbers, value_range)
    return Image.fromarray(pixels), notes, before


def scaled(
    numbers: NDArray[np.generic], value_range: Range | None
) -> tuple[NDArray[np.uint8], tuple[str, ...], Finer | None]:
    """Numbers of any shape and kind as bytes; see `grey`."""
    before = finer(numbers)
    own = before.values if before else None
    if own is None and not by_type(numbers.dtype):
        raise UnreadableImage("Not one of its values is a finite number, so it shows nothing. Export it again.")
    missing = missing_notes(numbers)
    if own is None or value_range is not None:
        notes = (*dim_notes(numbers), *beyond_notes(own, value_range), *little_notes(before, value_range), *missing)
        return to_bytes(numbers, value_range), notes, before
    scale = common_range([own])
    note = f"Its values {own[0]:g} to {own[1]:g} were scaled by this image alone."
    return to_bytes(numbers, scale), missing if scale == UNIT else (note, *missing), before


def _opaque(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, tuple[str, ...]]:
    if not image.has_transparency_data:
        return _to_srgb(image, profile)
    layer = image.convert("RGBA")
    colours, notes = _to_srgb(image if image.mode == "P" else _without_alpha(image, layer), profile)
    alpha = layer.getchannel("A")
    least, most = alpha.getextrema()
    if least == 255:
        return colours, notes
    if most == 0:
        return colours, (*notes, ALL_TRANSPARENT)
    colours.putalpha(alpha)
    ground = Image.new("RGBA", layer.size, (*MATTE, 255))
    return Image.alpha_composite(ground, colours).convert("RGB"), (*notes, ON_WHITE)


def _without_alpha(image: Image.Image, layer: Image.Image) -> Image.Image:
    return image.getchannel("L") if image.mode == "LA" else layer.convert("RGB")


def _to_srgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, tuple[str, ...]]:
    """RGB in sRGB; a note where the profile is broken or belongs to another kind of image."""
    if not profile:
        return _to_rgb(image), ()
    transform = _transform(profile) if len(profile) <= _MAX_PROFILE_BYTES else None
    if transform is None:
        return _to_rgb(image), (BROKEN_PROFILE,)
    mode, change = transform
    source = image if image.mode == mode else _to_rgb(image) if mode == "RGB" and image.mode != "CMYK" else None
    if mode == "L" and image.mode == "1":
        source = image.convert("L")
    if source is None:
        return _to_rgb(image), (BROKEN_PROFILE,)
    if change is None:
        return _to_rgb(image), ()
    return ImageCms.applyTransform(source, change) or source, ()


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode == "LAB":
        change = _lab()
        return ImageCms.applyTransform(image, change) or image
    return image.convert("RGB")


@lru_cache(maxsize=8)
def _transform(profile: bytes) -> tuple[str, ImageCms.ImageCmsTransform | None] | None:
    """The mode that a profile describes, and the way to sRGB (None: it is sRGB). None for a profile that is broken."""
    try:
        known = ImageCms.ImageCmsProfile(BytesIO(profile))
        mode = _SPACES[known.profile.xcolor_space.strip()]
        intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
        change = ImageCms.buildTransform(known, _srgb(), mode, "RGB", intent, _BLACK_POINT)
        return mode, None if mode in ("RGB", "L") and _changes_nothing(mode, change) else change
    except Exception:  # lcms and Pillow raise several kinds on a broken profile; the pixels are fine
        return None


@lru_cache(maxsize=1)
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@lru_cache(maxsize=1)
def _lab() -> ImageCms.ImageCmsTransform:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    return ImageCms.buildTransform(lab, _srgb(), "LAB", "RGB", ImageCms.Intent.RELATIVE_COLORIMETRIC)


def _changes_nothing(mode: str, change: ImageCms.ImageCmsTransform) -> bool:
    steps = np.linspace(0, 255, 9).astype(np.uint8)
    if mode == "RGB":
        colours = Image.fromarray(np.stack(np.meshgrid(steps, steps, steps), -1).reshape(27, 27, 3))
    else:
        colours = Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    after = np.asarray(ImageCms.applyTransform(colours, change)).astype(int)
    return bool(np.abs(after - np.asarray(colours.convert("RGB"))).max() <= _SAME)
