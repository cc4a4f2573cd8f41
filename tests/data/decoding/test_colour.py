"""Embedded colour profiles become sRGB; what they are not fit for is left as it is, and said."""

from io import BytesIO

import numpy as np
import pillow_heif
import pytest
import tifffile
from PIL import Image, ImageCms

from core.data.images import decode
from tests.data.decoding import profiles

WIDE, SEEN = (148, 110, 58), (162, 110, 51)  # Adobe RGB; the same colour in sRGB, by the formulas of both
IGNORED = "Its colour profile cannot be used and was ignored."


def saved(image, kind="PNG", **options):
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def heic(image, profile):
    out = BytesIO()
    image.info["icc_profile"] = profile
    pillow_heif.from_pillow(image).save(out, quality=-1, chroma=444)
    return out.getvalue()


def tiff(colour, profile, dtype=np.uint8):
    out, numbers = BytesIO(), np.tile(np.array(colour, dtype), (16, 16, 1))
    tifffile.imwrite(out, numbers * dtype(257 if dtype == np.uint16 else 1), photometric="rgb", iccprofile=profile)
    return out.getvalue()


def close(pixels, colour, most=2):
    return np.abs(pixels.reshape(-1, 3).astype(int) - colour).max() <= most


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "AVIF", "HEIC", "TIFF 16"])
def test_a_wide_profile_is_converted_in_every_format(kind):
    image, profile = Image.new("RGB", (16, 16), WIDE), profiles.wide_rgb()
    options = {"quality": 100} if kind in ("JPEG", "AVIF", "WEBP") else {}
    content = {
        "HEIC": lambda: heic(image, profile),
        "TIFF": lambda: tiff(WIDE, profile),
        "TIFF 16": lambda: tiff(WIDE, profile, np.uint16),
    }.get(kind, lambda: saved(image, kind, icc_profile=profile, **options))()
    decoded = decode(content)
    assert close(decoded.pixels, SEEN, 4)
    assert decoded.notes == ()


def test_an_srgb_profile_changes_nothing():
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (32, 32, 3)).astype(np.uint8))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert (decode(saved(noise, icc_profile=srgb)).pixels == np.asarray(noise)).all()


def test_a_grey_profile_is_converted_also_beside_alpha():
    profile = profiles.linear_grey()
    plain = decode(saved(Image.new("L", (16, 16), 55), icc_profile=profile))
    assert close(plain.pixels, (128, 128, 128))  # 55 / 255 of the light
    assert close(decode(saved(Image.new("L", (16, 16), 55), "JPEG", icc_profile=profile)).pixels, (128, 128, 128))
    half = decode(saved(Image.new("LA", (16, 16), (55, 128)), icc_profile=profile))
    assert close(half.pixels, (191, 191, 191))


def test_a_palette_and_transparency_are_converted():
    wide = Image.new("RGB", (16, 16), WIDE)
    assert close(decode(saved(wide.quantize(4), icc_profile=profiles.wide_rgb())).pixels, SEEN)
    clear = wide.convert("RGBA")
    clear.putalpha(128)
    on_white = [round(value * 128 / 255 + 255 * 127 / 255) for value in SEEN]
    assert close(decode(saved(clear, icc_profile=profiles.wide_rgb())).pixels, on_white)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_a_cmyk_profile_is_used(kind):
    image = Image.new("CMYK", (16, 16), (255, 0, 200, 0))
    decoded = decode(saved(image, kind, icc_profile=profiles.cmyk_without_black()))
    assert close(decoded.pixels, (94, 94, 94), 8)  # Lab (40, 0, 0); the yellow is not seen by this profile
    assert not close(decode(saved(image, kind)).pixels, (94, 94, 94), 8)


@pytest.mark.parametrize(
    ("mode", "profile"),
    [
        ("RGB", b"no profile at all"), ("RGB", profiles.wide_rgb()[:200]), ("RGB", profiles.cmyk_without_black()),
        ("RGB", profiles.linear_grey()), ("CMYK", profiles.wide_rgb()), ("L", profiles.cmyk_without_black()),
    ],
)  # fmt: skip
def test_a_profile_that_does_not_fit_is_ignored_and_it_is_said(mode, profile):
    image = Image.new(mode, (16, 16), {"RGB": WIDE, "CMYK": (9, 90, 20, 4), "L": 77}[mode])
    decoded = decode(saved(image, "JPEG", quality=100, icc_profile=profile))
    assert close(decoded.pixels, image.convert("RGB").getpixel((0, 0)), 4)
    assert decoded.notes == (IGNORED,)
