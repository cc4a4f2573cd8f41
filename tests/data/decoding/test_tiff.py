"""TIFF of every usual kind: read rightly, or refused with the true reason."""

from io import BytesIO

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from core.data.images import decode
from core.errors import UnreadableImage
from tests.data.decoding.tiffs import BOTTOM, GREY, RGB, TOP, by_pillow, tiff


def with_band(values, dtype=np.uint8, rgb=RGB):
    return np.dstack([rgb, np.full(GREY.shape, values, dtype)])


def wide(numbers):
    return numbers.astype(np.uint16) * np.uint16(257)


def lab():
    srgb, to = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    return ImageCms.profileToProfile(Image.fromarray(RGB), srgb, to, outputMode="LAB")


def colours(content):
    pixels = decode(content).pixels
    return [tuple(int(value) for value in pixels[y, 7]) for y in (3, -3)]


COLOUR = {
    "big": tiff(RGB, photometric="rgb", bigtiff=True),
    "big endian 16": tiff(wide(RGB), photometric="rgb", byteorder=">"),
    "16 lzw": tiff(wide(RGB), photometric="rgb", compression="lzw", predictor=True, rowsperstrip=7),
    "planar": tiff(np.moveaxis(RGB, 2, 0).copy(), photometric="rgb", planarconfig="separate", rowsperstrip=5),
    "planar 16": tiff(np.moveaxis(wide(RGB), 2, 0).copy(), photometric="rgb", planarconfig="separate", tile=(16, 16)),
    "tiles": tiff(RGB, photometric="rgb", tile=(32, 32), compression="zlib"),
    "packbits": tiff(RGB, photometric="rgb", compression="packbits"),
    "zstd": tiff(RGB, photometric="rgb", compression="zstd", rowsperstrip=11),
    "jpeg": tiff(RGB, photometric="rgb", compression="jpeg", compressionargs={"level": 100}),
    "jpeg tiles": tiff(RGB, photometric="rgb", compression="jpeg", subsampling=(2, 2), tile=(16, 16)),
    "jpeg of pillow": by_pillow(Image.fromarray(RGB), compression="jpeg", quality=100),
    "cmyk": tiff(with_band(0, rgb=255 - RGB), photometric="separated"),
    "cmyk 16": tiff(wide(with_band(0, rgb=255 - RGB)), photometric="separated"),
    "ycbcr": tiff(np.asarray(Image.fromarray(RGB).convert("YCbCr")), photometric="ycbcr"),
    "lab": by_pillow(lab()),
    "palette": by_pillow(Image.fromarray(RGB).quantize(5)),
    "fractions": tiff((RGB / 255).astype(np.float32), photometric="rgb"),
    "half": tiff((RGB / 255).astype(np.float16), photometric="rgb"),
    "opaque": tiff(with_band(255), photometric="rgb", extrasamples=["unassalpha"]),
    "other band": tiff(with_band(77), photometric="rgb", extrasamples=["unspecified"]),
    "no alpha": tiff(with_band(20), photometric="rgb", extrasamples=["assocalpha"]),
    "three bands": tiff(RGB, photometric="minisblack", planarconfig="contig"),
}


@pytest.mark.parametrize("name", COLOUR)
def test_colours_are_read_rightly(name):
    for got, wanted in zip(colours(COLOUR[name]), (TOP, BOTTOM), strict=True):
        assert np.abs(np.subtract(got, wanted)).max() <= 3


GREYS = {
    "white is 0": tiff(255 - GREY, photometric="miniswhite"),
    "white is 0, 16": tiff(65535 - wide(GREY), photometric="miniswhite"),
    "white is 0, lzw": tiff(255 - GREY, photometric="miniswhite", compression="lzw"),
    "signed bytes": tiff((GREY.astype(int) - 128).astype(np.int8), photometric="minisblack"),
    "16": tiff(wide(GREY), photometric="minisblack"),
    "16 of pillow": by_pillow(Image.fromarray(wide(GREY))),
    "grey and alpha": tiff(np.dstack([GREY, GREY * 0 + 255]), photometric="minisblack", extrasamples=["unassalpha"]),
    "doubles": tiff(GREY / 255, photometric="minisblack"),
}


@pytest.mark.parametrize("name", GREYS)
def test_grey_values_are_read_rightly(name):
    assert colours(GREYS[name]) == [(100, 100, 100), (200, 200, 200)]


@pytest.mark.parametrize("compression", [None, "packbits", "group3", "group4"])
@pytest.mark.parametrize("photometric", [0, 1])
def test_one_bit_is_black_or_white_whichever_is_0(compression, photometric):
    content = by_pillow(Image.fromarray(GREY > 150), compression=compression, tiffinfo={262: photometric})
    shown = Image.open(BytesIO(content)).convert("L")
    assert colours(content) == [(shown.getpixel((7, y)),) * 3 for y in (3, 45)]
    assert {shown.getpixel((7, y)) for y in (3, 45)} == {0, 255}


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.uint32, np.int64])
def test_whole_numbers_without_a_known_white_need_a_scale(dtype):
    content = tiff((GREY.astype(np.int64) * 10).astype(dtype), photometric="minisblack")
    decoded = decode(content, (0.0, 4000.0))
    assert decoded.values == (1000.0, 2000.0)
    assert [int(decoded.pixels[y, 7, 0]) for y in (3, -3)] == [64, 128]


def test_alpha_is_shown_on_white_and_premultiplied_colours_are_not_darkened_twice():
    half = [round(value * 128 / 255 + 127) for value in TOP]
    straight = decode(tiff(with_band(128), photometric="rgb", extrasamples=["unassalpha"]))
    ready = decode(tiff(with_band(128, rgb=RGB // 2), photometric="rgb", extrasamples=["assocalpha"]))
    for decoded in (straight, ready):
        assert np.abs(decoded.pixels[3, 7].astype(int) - half).max() <= 2
        assert decoded.notes == ("Transparent parts are shown on white.",)


def test_what_is_left_out_or_taken_for_granted_is_said():
    assert decode(COLOUR["other band"]).notes == ("A band that is no colour is left out.",)
    assert decode(COLOUR["no alpha"]).notes == ("A band that is no colour is left out.",)
    assert decode(COLOUR["three bands"]).notes == ("Its 3 bands were taken as red, green and blue.",)
    assert decode(COLOUR["opaque"]).notes == ()


def test_a_mark_for_nothing_is_no_value():
    values = np.where(GREY > 150, -9999, GREY / 255).astype(np.float32)
    decoded = decode(tiff(values, photometric="minisblack", extratags=[(42113, "s", 0, "-9999", True)]))
    assert decoded.notes == ()
    assert [int(decoded.pixels[y, 7, 0]) for y in (3, -3)] == [100, 0]


@pytest.mark.parametrize("dtype", [np.int16, np.int32])
def test_a_mark_for_nothing_is_no_value_of_whole_numbers_either(dtype):
    values = np.where(GREY > 150, -9999, GREY.astype(int) * 10 + np.arange(32)).astype(dtype)
    decoded = decode(tiff(values, photometric="minisblack", extratags=[(42113, "s", 0, "-9999", True)]), (0.0, 2550.0))
    assert decoded.values == (1000.0, 1031.0)
    assert [int(decoded.pixels[y, 7, 0]) for y in (3, -3)] == [101, 0]


def test_smaller_copies_are_no_further_frames():
    out = BytesIO()
    with tifffile.TiffWriter(out) as file:
        file.write(RGB, photometric="rgb", subifds=0)
        file.write(RGB[::2, ::2].copy(), photometric="rgb", subfiletype=1)
    assert decode(out.getvalue()).notes == ()
    assert "several frames" in decode(tiff(np.stack([GREY, GREY]), photometric="minisblack")).notes[0]


def test_a_broken_page_behind_the_first_does_not_matter():
    whole = bytearray(COLOUR["16 lzw"])
    with tifffile.TiffFile(BytesIO(bytes(whole))) as file:
        page = file.pages.first
        next_page = page.offset + 2 + 12 * len(page.tags)
    whole[next_page : next_page + 4] = (len(whole) - 3).to_bytes(4, "little")
    assert (decode(bytes(whole)).pixels == decode(COLOUR["16 lzw"]).pixels).all()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (tiff(np.zeros((48, 32, 8), np.uint16), photometric="minisblack", planarconfig="contig"), "has 8 bands"),
        (tiff(GREY.astype(np.complex64)), "complex64 numbers"),
        (tiff(np.zeros((5, 48, 32), np.uint8), volumetric=True, tile=(16, 16, 16)), "volume of 5 layers"),
        (tiff(GREY, photometric="cfa", extratags=[(33421, "H", 2, (2, 2), True)]), "camera raw file"),
        (tiff(RGB, photometric="rgb", extratags=[(50706, "B", 4, (1, 4, 0, 0), True)]), "camera raw file"),
        (tiff(RGB, photometric="rgb", compression="lerc"), "compression LERC"),
        (tiff(RGB, photometric="rgb", compression="jpegxl"), "compression JPEGXL"),
    ],
)
def test_a_kind_that_is_not_read_is_refused_by_its_name_and_never_as_damaged(content, says):
    with pytest.raises(UnreadableImage, match=says) as refused:
        decode(content)
    assert "damaged" not in str(refused.value)


@pytest.mark.parametrize("name", ["jpeg", "jpeg tiles", "16 lzw", "tiles", "packbits", "planar", "zstd", "big"])
def test_a_part_that_is_not_all_there_is_refused(name):
    whole = COLOUR[name]
    with tifffile.TiffFile(BytesIO(whole)) as file:
        page = file.pages.first
        place, length = page.dataoffsets[-1], page.databytecounts[-1]
        count = page.tags[279 if 279 in page.tags else 325]
    with pytest.raises(UnreadableImage, match="cut off"):
        decode(whole[: place + length - 1] if place + length == len(whole) else whole[: place + length // 2])
    if name in ("big", "planar"):
        return
    cut = bytearray(whole)  # the directory agrees with what is left: only the codec can tell
    cut[place + length // 2 : place + length] = bytes(length - length // 2)
    with pytest.raises(UnreadableImage, match="cut off"):
        decode(bytes(cut))
    assert count.count >= 1


def test_a_strip_of_jpeg_with_an_end_mark_behind_half_of_its_data_is_refused():
    whole = tiff(np.random.default_rng(3).integers(0, 256, (48, 32, 3)).astype(np.uint8), photometric="rgb",
                 compression="jpeg")  # fmt: skip
    with tifffile.TiffFile(BytesIO(whole)) as file:
        place, length = file.pages.first.dataoffsets[0], file.pages.first.databytecounts[0]
    assert decode(whole).pixels.shape == (48, 32, 3)
    middle = place + length // 2
    cut = whole[:middle] + b"\xff\xd9" + bytes(place + length - middle - 2) + whole[place + length :]
    with pytest.raises(UnreadableImage, match="cut off"):
        decode(cut)


def test_a_strip_of_progressive_jpeg_without_some_of_its_scans_is_refused():
    out, noise = BytesIO(), np.random.default_rng(4).integers(0, 256, (48, 32, 3)).astype(np.uint8)
    Image.fromarray(noise).save(out, "JPEG", progressive=True, subsampling=0)
    whole = out.getvalue()

    def within(strip):
        options = {"photometric": "ycbcr", "compression": "jpeg", "rowsperstrip": 48}
        return tiff(iter([strip]), shape=noise.shape, dtype=np.uint8, **options)

    assert (decode(within(whole)).pixels == np.asarray(Image.open(BytesIO(whole)))).all()
    scans = [place for place in range(len(whole) - 1) if whole[place : place + 2] == b"\xff\xda"]
    assert len(scans) > 4
    for place in scans[1:]:
        with pytest.raises(UnreadableImage, match="cut off"):
            decode(within(whole[:place] + b"\xff\xd9"))


def test_the_size_is_refused_before_anything_is_decoded(monkeypatch):
    monkeypatch.setattr(tifffile.TiffPage, "segments", lambda *_, **__: pytest.fail("decoded"))
    huge = bytearray(tiff(RGB, photometric="rgb"))
    with tifffile.TiffFile(BytesIO(bytes(huge))) as file:
        tags = [(file.pages.first.tags[code].valueoffset, value) for code, value in ((256, 9_000), (257, 9_000))]
    for place, value in tags:
        huge[place : place + 2] = value.to_bytes(2, "little")
    with pytest.raises(UnreadableImage, match="9000 x 9000 px"):
        decode(bytes(huge))


@pytest.mark.parametrize("below", [True, False])
def test_a_thumbnail_or_mask_before_the_image_is_not_the_image(below):
    out, small = BytesIO(), np.full((12, 8, 3), 9, np.uint8)
    with tifffile.TiffWriter(out) as file:
        file.write(small, photometric="rgb", subfiletype=1, subifds=int(below))
        if not below:
            file.write(np.full((48, 32), True), photometric="mask", subfiletype=4)
        file.write(RGB, photometric="rgb", subfiletype=0)
    found = decode(out.getvalue())
    assert (found.pixels.shape, found.notes) == ((48, 32, 3), ())
    assert found.pixels[[2, 40], [3, 3]].tolist() == [list(TOP), list(BOTTOM)]


@pytest.mark.parametrize(("top", "dim"), [(8191, True), (8192, False), (0, False), (4095, True)])
@pytest.mark.parametrize("kind", ["png", "tiff", "tiff of colours"])
def test_values_that_use_a_small_share_of_16_bits_are_told(kind, top, dim):
    grey = np.linspace(0, top, GREY.size).astype(np.uint16).reshape(GREY.shape)
    colours = np.dstack([grey // 2, grey, grey // 3])
    content = by_pillow(Image.fromarray(grey)) if kind == "tiff" else tiff(colours, photometric="rgb")
    if kind == "png":
        out = BytesIO()
        Image.fromarray(grey).save(out, "PNG")
        content = out.getvalue()
    assert any("nearly black" in note for note in decode(content).notes) is dim
