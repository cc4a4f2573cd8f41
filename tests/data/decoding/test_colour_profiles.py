"""Colour spaces that files name by numbers: nclx in AVIF and HEIC, cICP, gAMA and cHRM in PNG, a profile in JP2."""

import struct
import zlib
from io import BytesIO

import numpy as np
import pillow_heif
import pytest
from PIL import Image, TiffImagePlugin
from PIL.ExifTags import IFD

from core.data.decoding.colour_profiles import ADOBE, HDR, SRGB, grey_profile, profile
from core.data.images import decode
from tests.data.decoding import profiles

P3, SEEN = (187, 123, 73), (199, 120, 60)  # Display P3; the same colour in sRGB, by the formulas of both
ADOBE_XY = (31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)


def saved(colour, kind, **options):
    out, image = BytesIO(), Image.new("RGB", (16, 16), colour)
    if kind == "HEIC":
        pillow_heif.from_pillow(image).save(out, quality=-1, chroma=444)
    else:
        image.save(out, kind, **options)
    return out.getvalue()


def png(colour, *chunks, mode="RGB"):
    out = BytesIO()
    Image.new(mode, (16, 16), colour).save(out, "PNG")
    data = out.getvalue()
    extra = [struct.pack(">I", len(one) - 4) + one + struct.pack(">I", zlib.crc32(one)) for one in chunks]
    return data[:33] + b"".join(extra) + data[33:]


def boxed(kind, primaries, transfer):
    data = bytearray(saved(P3, kind, **({"quality": 100, "subsampling": "4:4:4"} if kind == "AVIF" else {})))
    place = bytes(data).index(b"nclx") + 4
    data[place : place + 4] = struct.pack(">HH", primaries, transfer)
    return bytes(data)


def close(decoded, colour, most=3):
    return np.abs(decoded.pixels.reshape(-1, 3).astype(int) - colour).max() <= most


def by_exif(kind, space, index, colour=(148, 110, 58)):
    about = {0xA001: space} | ({int(IFD.Interop): {1: index}} if index else {})
    out, image, exif = BytesIO(), Image.new("RGB", (16, 16), colour), Image.Exif()
    exif[IFD.Exif] = about
    if kind == "HEIC":
        pillow_heif.from_pillow(image).save(out, quality=-1, chroma=444, exif=exif.tobytes())
    elif kind == "TIFF":
        info = TiffImagePlugin.ImageFileDirectory_v2()
        info[int(IFD.Exif)] = about
        image.save(out, kind, tiffinfo=info)
    else:
        options = {"WEBP": {"lossless": True}}.get(kind, {"quality": 100, "subsampling": "4:4:4"})
        image.save(out, kind, exif=exif, **options)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF", "HEIC", "TIFF"])
def test_cameras_name_adobe_rgb_in_exif_alone(kind):
    assert close(decode(by_exif(kind, 65535, "R03")), (162, 110, 51), 5)
    assert close(decode(by_exif(kind, 2, "")), (162, 110, 51), 5)
    for space, index in ((65535, "R98"), (1, "R03"), (1, "R98"), (65535, "")):
        assert close(decode(by_exif(kind, space, index)), (148, 110, 58), 3), (space, index)


@pytest.mark.parametrize("kind", ["AVIF", "HEIC"])
def test_numbers_in_a_box_are_converted_and_high_dynamic_range_is_told(kind):
    assert close(decode(boxed(kind, 12, 13)), SEEN)
    assert close(decode(boxed(kind, 1, 13)), P3)
    assert close(decode(boxed(kind, 2, 2)), P3)  # not said
    assert decode(boxed(kind, 12, 13)).notes == ()
    assert decode(boxed(kind, 9, 16)).notes == (HDR,)


def test_png_says_its_colours_by_numbers():
    assert close(decode(png(P3, b"cICP" + bytes((12, 13, 0, 1)))), SEEN)
    assert decode(png(P3, b"cICP" + bytes((9, 18, 0, 1)))).notes == (HDR,)


def test_png_says_its_colours_by_gamma_and_primaries():
    linear = decode(png((147, 48, 12), b"gAMA" + struct.pack(">I", 100_000)))
    assert close(linear, (200, 120, 61))
    usual = b"gAMA" + struct.pack(">I", 45_455)
    assert (decode(png((148, 110, 58), usual)).pixels == (148, 110, 58)).all()
    assert close(decode(png((148, 110, 58), usual, b"cHRM" + struct.pack(">8I", *ADOBE_XY))), (162, 110, 51), 4)
    assert close(decode(png(55, b"gAMA" + struct.pack(">I", 100_000), mode="L")), (128, 128, 128))


def shown(light):
    """What sRGB makes of shares of light, in grey levels."""
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055) * 255


@pytest.mark.parametrize(("transfer", "gamma"), [(4, 2.2), (5, 2.8), (8, 1.0)])
def test_a_gamma_by_number_is_converted(transfer, gamma):
    decoded = decode(png(P3, b"cICP" + bytes((1, transfer, 0, 1))))
    assert close(decoded, shown((np.array(P3) / 255) ** gamma), 1)
    assert (decode(png(P3, b"cICP" + bytes((1, 6, 0, 1)))).pixels == P3).all()  # shown by sRGB's own curve
    grey = decode(png(55, b"cICP" + bytes((1, transfer, 0, 1)), mode="L"))
    assert (grey.pixels == 55).all()


def test_the_primaries_of_ultra_high_definition_are_converted():
    to_srgb = np.array(((1.6605, -0.5876, -0.0728), (-0.1246, 1.1329, -0.0083), (-0.0182, -0.1006, 1.1187)))
    light = to_srgb @ (np.array((140, 130, 110)) / 255)
    assert close(decode(png((140, 130, 110), b"cICP" + bytes((9, 8, 0, 1)))), shown(light), 2)


@pytest.mark.parametrize(
    ("gamma", "converted"), [(2.1, False), (2.3, False), (2.0, True), (2.4, True), (3.9, True), (4.2, False),
                             (0.51, True), (0.48, False)],
)  # fmt: skip
def test_a_gamma_of_png_counts_unless_it_is_nearly_that_of_srgb_or_senseless(gamma, converted):
    chunk = b"gAMA" + struct.pack(">I", round(100_000 / gamma))
    for colour, mode in ((P3, "RGB"), (120, "L")):
        pixels = decode(png(colour, chunk, mode=mode)).pixels
        wanted = shown((np.array(colour) / 255) ** gamma) if converted else np.array(colour)
        assert np.abs(pixels - wanted).max() <= (1 if converted else 0)


def test_primaries_of_png_that_are_those_of_srgb_or_make_no_sense_change_nothing():
    usual, linear = (b"gAMA" + struct.pack(">I", round(100_000 / gamma)) for gamma in (2.2, 1.0))
    srgb = (31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000)
    for points in (srgb, (0, *srgb[1:]), (*srgb[:7], 0), (100_000, *srgb[1:]), (*srgb[:7], 100_000)):
        named = b"cHRM" + struct.pack(">8I", *points)
        assert (decode(png(P3, usual, named)).pixels == P3).all()
        assert close(decode(png(P3, linear, named)), shown(np.array(P3) / 255), 1)


def test_an_srgb_chunk_outdoes_gamma_and_nonsense_changes_nothing():
    linear = b"gAMA" + struct.pack(">I", 100_000)
    for chunks in ((b"sRGB\0", linear), (b"gAMA" + bytes(4),), (b"gAMA" + b"\xff" * 4,)):
        assert (decode(png((147, 48, 12), *chunks)).pixels == (147, 48, 12)).all()


def test_a_profile_in_jpeg_2000_is_converted():
    data = saved((148, 110, 58), "JPEG2000", irreversible=False)
    place, header = data.index(b"colr") - 4, data.index(b"jp2h") - 4
    length, whole = (int.from_bytes(data[at : at + 4], "big") for at in (place, header))
    box = b"colr\2\0\0" + profiles.wide_rgb()
    box = struct.pack(">I", len(box) + 4) + box
    grown = struct.pack(">I", whole + len(box) - length)
    content = data[:header] + grown + data[header + 4 : place] + box + data[place + length :]
    assert close(decode(content), (162, 110, 51), 4)
    assert close(decode(data), (148, 110, 58), 1)


@pytest.mark.parametrize(
    ("content", "space", "names"),
    [
        (profile(SRGB, 2.2), b"RGB ", (b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC", b"wtpt")),
        (profile(ADOBE, None), b"RGB ", (b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC", b"wtpt")),
        (grey_profile(1.8), b"GRAY", (b"wtpt", b"kTRC")),
    ],
)
def test_a_profile_is_laid_out_as_its_standard_says(content, space, names):
    """ICC.1:2001-04, 6.1 to 6.3: a header of 128 bytes, a table of tags, and these at multiples of four bytes."""
    assert int.from_bytes(content[:4], "big") == len(content)
    assert (content[8:12], content[12:16], content[16:20], content[20:24]) == (b"\2\x40\0\0", b"mntr", space, b"XYZ ")
    assert content[36:40] == b"acsp"
    white = struct.pack(">3i", 63190, 65536, 54061)
    assert content[68:80] == white
    count = int.from_bytes(content[128:132], "big")
    tags = {}
    for place in range(132, 132 + 12 * count, 12):
        start, size = struct.unpack(">II", content[place + 4 : place + 12])
        assert start % 4 == 0
        assert 132 + 12 * count <= start <= start + size <= len(content)
        tags[content[place : place + 4]] = content[start : start + size]
    assert tuple(tags) == names
    assert tags[b"wtpt"] == b"XYZ \0\0\0\0" + white
    assert {name: tag[:8] for name, tag in tags.items()} == {
        name: (b"curv" if name.endswith(b"TRC") else b"XYZ ") + bytes(4) for name in names
    }
    if space == b"RGB ":  # red, green and blue of full strength are white
        rows = [struct.unpack(">3i", tags[name][8:20]) for name in names[:3]]
        assert [sum(column) for column in zip(*rows, strict=True)] == pytest.approx([63190, 65536, 54061], abs=3)


def test_the_curve_of_srgb_is_tabled_and_a_gamma_is_a_number():
    curve = np.frombuffer(profile(ADOBE, None).partition(b"curv")[2][8 : 8 + 2048], ">u2")
    assert profile(ADOBE, None).partition(b"curv")[2][4:8] == struct.pack(">I", 1024)
    steps = np.arange(1024) / 1023
    assert (np.abs(shown(curve / 65535) / 255 - steps) < 1e-3).all()
    for gamma, number in ((1.0, 256), (2.2, 563), (4.0, 1024), (300.0, 65535)):
        for content in (grey_profile(gamma), profile(SRGB, gamma)):
            assert content.partition(b"curv")[2][4:10] == struct.pack(">IH", 1, number)
