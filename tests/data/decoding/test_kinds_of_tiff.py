"""TIFFs of less usual kinds: few bits, several further bands, Lab, palettes, zstd, and parts that are not there."""

import struct
from io import BytesIO

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from core.data.decoding.pillow import EMPTY_END
from core.data.images import decode
from core.errors import UnreadableImage
from tests.data.decoding.tiffs import BOTTOM, GREY, RGB, TOP, by_pillow, tiff


def retagged(content, **values):
    """The same with other values of tags that hold one number."""
    changed = bytearray(content)
    with tifffile.TiffFile(BytesIO(content)) as file:
        for name, value in values.items():
            tag = file.pages.first.tags[name]
            kind = {3: "H", 4: "I", 16: "Q"}[int(tag.dtype)]
            struct.pack_into(f"{file.byteorder}{kind}", changed, tag.valueoffset, value)
    return bytes(changed)


def lab():
    srgb, to = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    return ImageCms.profileToProfile(Image.fromarray(RGB), srgb, to, outputMode="LAB")


def colours(content):
    pixels = decode(content).pixels
    return [tuple(int(value) for value in pixels[y, 7]) for y in (3, -3)]


def test_several_bands_that_are_no_colours_are_counted_and_the_alpha_among_them_is_used():
    more = [np.full(GREY.shape, value, np.uint8) for value in (9, 128, 77)]
    kinds = ["unspecified", "unassalpha", "unspecified"]
    decoded = decode(tiff(np.dstack([RGB, *more]), photometric="rgb", extrasamples=kinds))
    assert decoded.notes == ("2 bands that are no colours are left out.", "Transparent parts are shown on white.")
    assert np.abs(decoded.pixels[3, 7] - np.array([round(value * 128 / 255 + 127) for value in TOP])).max() <= 1
    plain = decode(tiff(np.dstack([RGB, *more[:2]]), photometric="rgb", extrasamples=kinds[:1] * 2))
    assert plain.notes == ("2 bands that are no colours are left out.",)
    assert (plain.pixels == RGB).all()


def test_numbers_of_twelve_bits_are_spread_over_all_grey_levels():
    numbers = np.tile(np.linspace(0, 4095, 32).astype(np.uint16), (48, 1))
    out = BytesIO()
    strip = b"".join(pack_12(row) for row in numbers)
    tifffile.imwrite(out, iter([strip]), shape=(48, 32), dtype=np.uint16, bitspersample=12, photometric="minisblack",
                     rowsperstrip=48, compression=1)  # fmt: skip
    pixels = decode(out.getvalue()).pixels[5, :, 0]
    assert np.abs(pixels - numbers[0] * (255 / 4095)).max() <= 1
    assert pixels[-1] == 255


def pack_12(row):
    return b"".join(bytes((a >> 4, (a & 15) << 4 | b >> 8, b & 255)) for a, b in row.reshape(-1, 2).tolist())


def test_lab_of_both_kinds_is_read_and_no_other_depth():
    assert np.abs(np.subtract(colours(by_pillow(lab())), (TOP, BOTTOM))).max() <= 3
    stored = np.array(np.asarray(lab())) ^ np.array([0, 128, 128], np.uint8)
    icc = retagged(by_pillow(Image.fromarray(stored)), PhotometricInterpretation=9)
    assert np.abs(np.subtract(colours(icc), (TOP, BOTTOM))).max() <= 3
    wide = tiff(RGB.astype(np.uint16) * np.uint16(257), photometric="rgb")
    for kind in (8, 9):
        with pytest.raises(UnreadableImage, match="TIFF in Lab with 3 bands of 16 bits"):
            decode(retagged(wide, PhotometricInterpretation=kind))


@pytest.mark.parametrize("top", [255, 65535])
def test_a_palette_may_hold_eight_or_sixteen_bits(top):
    table = np.zeros((3, 256), np.uint16)
    table[:, 5], table[:, 9] = (np.array(colour) * (top // 255) for colour in (TOP, BOTTOM))
    numbers = np.where(np.arange(48)[:, None] < 24, 5, 9).astype(np.uint8).repeat(32, 1)
    content = tiff(numbers, photometric="palette", colormap=table)
    assert colours(content) == [TOP, BOTTOM]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (retagged(tiff(RGB[..., :2], photometric="minisblack", planarconfig="contig"), PhotometricInterpretation=2),
         r"cut off or damaged \(it has 2 of 3 bands\)"),
        (tiff(np.dstack([GREY] * 4), photometric="minisblack", planarconfig="contig"), "has 4 bands"),
        (tiff(np.dstack([RGB, GREY, GREY]), photometric="rgb", extrasamples=["unspecified"] * 2), None),
        (retagged(tiff(RGB, photometric="rgb"), PhotometricInterpretation=4), "colour kind"),
        (retagged(tiff(RGB, photometric="rgb"), PhotometricInterpretation=6), "YCbCr with reduced colours"),
        (tiff(np.dstack([RGB, GREY]), photometric="separated", extratags=[(332, "H", 1, 2, True)]), "SEPARATED"),
        (tiff(np.dstack([RGB, GREY]), photometric="separated", extratags=[(332, "H", 1, 1, True)]), None),
        (tiff(np.dstack([GREY] * 3), photometric="minisblack", planarconfig="contig",
              extrasamples=["unassalpha", "unspecified"]), "has 3 bands"),
    ],
)  # fmt: skip
def test_colours_that_cannot_be_shown_are_refused_by_their_kind(content, says):
    if says is None:
        assert decode(content).pixels.shape == (48, 32, 3)
        return
    with pytest.raises(UnreadableImage, match=says):
        decode(content)


def test_zeros_at_the_end_of_what_is_packed_say_nothing():
    packed = tiff(RGB, photometric="rgb", compression="zlib") + bytes(4000)
    assert decode(packed).notes == ()
    plain = tiff(RGB, photometric="rgb") + bytes(4000)
    assert decode(plain).notes == (EMPTY_END,)


def test_an_even_image_in_zstd_is_read():
    content = tiff(np.full((300, 500, 3), 7, np.uint8), photometric="rgb", compression="zstd", rowsperstrip=300)
    assert (decode(content).pixels == 7).all()


@pytest.mark.parametrize("name", ["StripOffsets", "StripByteCounts"])
def test_a_strip_without_a_place_or_a_length_is_missing(name):
    content = tiff(RGB, photometric="rgb", compression="zlib", rowsperstrip=48)
    assert decode(content).pixels.shape == (48, 32, 3)
    with pytest.raises(UnreadableImage, match="a part of its pixels is not in the file"):
        decode(retagged(content, **{name: 0}))


@pytest.mark.parametrize("shape", [(15, 16), (48, 32, 3), (250, 200, 3)])
def test_zstd_is_read_whatever_its_length_takes_in_the_header_and_refused_without_its_last_byte(shape):
    noise = np.random.default_rng(3).integers(0, 256, shape).astype(np.uint8)
    kind = "rgb" if len(shape) == 3 else "minisblack"
    content = tiff(noise, photometric=kind, compression="zstd", rowsperstrip=shape[0])
    assert (decode(content).pixels == (noise if kind == "rgb" else noise[..., None])).all()
    with tifffile.TiffFile(BytesIO(content)) as file:
        (length,) = file.pages.first.databytecounts
    with pytest.raises(UnreadableImage, match="a part of its pixels is not in the file"):
        decode(retagged(content, StripByteCounts=length - 1))
