"""FAULTS, "Images": what is refused and what becomes RGB."""

import os
import resource
import stat
import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageFile

from core.data import images
from core.data.geometry import Geometry
from core.data.images import MAX_PIXELS, decode, resize, resized_shape
from core.errors import UnreadableImage


def saved(image, kind="PNG", **options):
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def png_of(width, height, rows=b""):
    """A PNG of any size whose pixels take no memory to make: one bit each, all zero."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"hello, this is a letter to my aunt", "It is text"),
        (b"<!DOCTYPE html><html><body>Not found</body></html>", "HTML"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "EPS"),
        (b"SIMPLE  =                    T / FITS", "FITS"),
        (b"8BPS\0\1" + bytes(60), "Photoshop"),
        (b"\0\0\0\x18ftypheic" + bytes(60), "cut off or damaged"),
        (b"\0\0\0\x18ftypisom" + bytes(60), "video"),
        (b"%PDF-1.7\n", "PDF"),
        (bytes(range(256)), "no known image format"),
        (b"\x89PNG\r\n\x1a\n", "cut off or damaged"),
        (b"\xff\xd8\xff\xe0", "cut off or damaged"),
    ],
)
def test_what_is_not_an_image_is_refused_with_what_it_is(content, says):
    with pytest.raises(UnreadableImage, match=says):
        decode(content)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", "PPM"])
@pytest.mark.parametrize("share", [0.05, 0.6, 0.95])
def test_a_cut_file_is_refused_and_the_whole_one_is_not(image_bytes, kind, share):
    content = image_bytes(1, kind)
    assert decode(content).pixels.shape == (64, 64, 3)
    with pytest.raises(UnreadableImage, match=r"damaged|smallest"):
        decode(content[: int(len(content) * share)])
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [10_000, 20_000])
def test_a_bomb_is_refused_by_its_header_without_costing_memory(side):
    bomb = png_of(side, side)
    assert len(bomb) < 100_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UnreadableImage, match=f"{MAX_PIXELS // 10**6} megapixels"):
        decode(bomb)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB


def test_the_pixels_of_a_bomb_are_never_decoded(monkeypatch):
    def decoding(self):
        raise AssertionError("pixels were decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", decoding)
    with pytest.raises(UnreadableImage, match="megapixels"):
        decode(png_of(9_000, 9_000))


@pytest.mark.parametrize(("width", "height"), [(65_000, 1), (1, 1), (7, 300), (20_001, 8)])
def test_sides_out_of_bounds_are_refused_with_the_bounds(width, height):
    with pytest.raises(UnreadableImage, match=f"{width} x {height} px.*between 8 and 20000"):
        decode(png_of(width, height))


def test_sides_at_the_bounds_are_read():
    assert decode(png_of(8, 8)).pixels.shape == (8, 8, 3)
    assert decode(png_of(20_000, 8)).pixels.shape == (8, 20_000, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_exif_orientation_is_applied(kind, orientation):
    upright = np.zeros((40, 60, 3), np.uint8)
    upright[:20, :30] = 255  # a light top left corner
    stored = Image.fromarray(upright)
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the transpose that a camera held so would have stored
    if orientation in undo:
        stored = stored.transpose(Image.Transpose(undo[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = decode(saved(stored, kind, exif=exif)).pixels
    assert pixels.shape == (40, 60, 3)
    assert [bool(pixels[y, x, 0] > 128) for y in (3, -3) for x in (3, -3)] == [True, False, False, False]


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_broken_exif_does_not_cost_the_image(image_bytes):
    content = image_bytes(0, "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    assert decode(content).pixels.shape == (64, 64, 3)


def test_16_bit_grey_is_scaled_not_clipped():
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (16, 1))
    decoded = decode(saved(Image.fromarray(ramp)))
    assert np.abs(decoded.pixels[0, :, 0].astype(int) - np.arange(256)).max() <= 1
    assert (decoded.pixels == 255).mean() < 0.02  # plain conversion turns 99 % white
    assert (decoded.notes, decoded.values) == ((), None)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("brightest", [200, 4095, 65535])
def test_16_bits_are_scaled_by_their_type_and_never_by_the_image(kind, brightest):
    ramp = np.tile(np.linspace(0, brightest, 64).astype(np.uint16), (16, 1))
    pixels = decode(saved(Image.fromarray(ramp), kind)).pixels
    assert (pixels[0, :, 1] == np.rint(ramp[0] / 257)).all()


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (0.0, 255.0), (-3.0, 900.0), (0.0, 0.5)])
def test_float_tiff_is_scaled(low, high):
    values = np.tile(np.linspace(low, high, 64, dtype=np.float32), (16, 1))
    pixels = decode(saved(Image.fromarray(values), "TIFF")).pixels[0, :, 0].astype(int)
    assert (np.diff(pixels) >= 0).all()
    assert pixels[0] == 0
    assert pixels[-1] == (128 if high == 0.5 else 255)


def test_float_values_that_are_no_numbers_become_black():
    values = np.full((16, 16), np.nan, np.float32)
    values[8:] = 1.0
    pixels = decode(saved(Image.fromarray(values), "TIFF")).pixels
    assert (int(pixels[0, 0, 0]), int(pixels[15, 0, 0])) == (0, 255)


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("CMYK", "JPEG"), ("CMYK", "TIFF"), ("1", "PNG"), ("L", "JPEG"), ("P", "GIF"), ("YCbCr", "JPEG")],
)
def test_every_mode_becomes_rgb_of_about_the_same_image(mode, kind):
    grey = Image.fromarray(np.repeat(np.repeat(np.array([[0, 255], [255, 0]], np.uint8), 16, 0), 16, 1))
    pixels = decode(saved(grey.convert(mode), kind)).pixels
    assert pixels.dtype == np.uint8
    assert [bool(pixels[y, x].mean() > 128) for y in (4, 28) for x in (4, 28)] == [False, True, True, False]


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparent_parts_become_white_and_it_is_said(mode):
    layer = Image.new("RGBA", (32, 32), (0, 0, 0, 0))
    layer.paste((10, 10, 10, 255), (0, 0, 16, 32))
    if mode == "P":
        content = saved(layer.convert("RGB").convert("P", palette=Image.Palette.ADAPTIVE), transparency=0)
        whites = {bool((decode(content).pixels[4, x] == 255).all()) for x in (4, 28)}
        assert whites == {True, False}
    else:
        content = saved(layer.convert(mode))
        pixels = decode(content).pixels
        assert (int(pixels[4, 4, 0]), pixels[4, 28].tolist()) == (10, [255, 255, 255])
    assert decode(content).notes == ("Transparent parts are shown on white.",)


def test_an_opaque_alpha_channel_is_not_worth_a_note():
    assert decode(saved(Image.new("RGBA", (16, 16), (1, 2, 3, 255)))).notes == ()


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_of_several_frames_the_first_is_used_and_it_is_said(kind):
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "lime", "blue")]
    decoded = decode(saved(frames[0], kind, save_all=True, append_images=frames[1:]))
    assert decoded.pixels[8, 8, 0] > 200
    assert decoded.pixels[8, 8, 1] < 60
    assert decoded.notes == ("Has several frames; only the first is used.",)


def test_a_path_is_read_and_one_that_cannot_be_is_refused(tmp_path, image_bytes):
    (tmp_path / "a.jpg").write_bytes(image_bytes(0, "JPEG"))
    assert decode(tmp_path / "a.jpg").pixels.shape == (64, 64, 3)
    with pytest.raises(UnreadableImage, match="no such file"):
        decode(tmp_path / "gone.jpg")
    with pytest.raises(UnreadableImage):
        decode(tmp_path)


def test_a_file_may_take_as_many_bytes_as_are_allowed_and_no_more(tmp_path, image_bytes, monkeypatch):
    content = image_bytes(0, "PNG")
    (tmp_path / "a.png").write_bytes(content)
    for source in (content, tmp_path / "a.png"):
        monkeypatch.setattr(images, "MAX_FILE_BYTES", len(content))
        assert decode(source).pixels.shape == (64, 64, 3)
        monkeypatch.setattr(images, "MAX_FILE_BYTES", len(content) - 1)
        with pytest.raises(UnreadableImage, match=r"The file takes .*At most .* are allowed: rescale it\."):
            decode(source)


def test_a_file_that_grows_while_it_is_read_is_not_taken_for_a_damaged_one(tmp_path, image_bytes, monkeypatch):
    content = image_bytes(0, "PNG")
    (tmp_path / "a.png").write_bytes(content)
    monkeypatch.setattr(images, "MAX_FILE_BYTES", len(content) - 1)
    small = os.stat_result((stat.S_IFREG, 0, 0, 0, 0, 0, 9, 0, 0, 0))
    monkeypatch.setattr(images.os, "fstat", lambda _: small)
    with pytest.raises(UnreadableImage, match="The file takes"):
        decode(tmp_path / "a.png")


def test_a_pipe_and_a_folder_are_no_files_and_nobody_waits_for_them(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(UnreadableImage, match=r"^It is not a regular file\.$"):
        decode(tmp_path / "pipe.png")
    with pytest.raises(
        UnreadableImage, match=r"^(The file cannot be read: Is a directory|It is not a regular file)\.$"
    ):
        decode(tmp_path)


@pytest.mark.parametrize(
    ("width", "height", "shape"),
    [
        (100, 50, (72, 144)), (50, 100, (144, 72)), (33, 33, (72, 72)), (1000, 999, (72, 72)), (16, 64, (288, 72)),
        (16, 65, (288, 72)), (16, 63, (283, 72)), (65, 16, (72, 288)), (63, 16, (72, 283)),
    ],
)  # fmt: skip
def test_the_shape_is_told_before_anything_is_resized(width, height, shape):
    geometry = Geometry(64, 72, "nearest")
    assert resized_shape(width, height, geometry) == shape
    assert resize(np.zeros((height, width, 3), np.uint8), geometry).shape == (*shape, 3)


@pytest.mark.parametrize(("length", "first"), [(64, 0), (65, 0), (66, 1), (67, 1), (100, 18)])
def test_what_is_cut_off_a_strip_is_the_same_at_both_ends(length, first):
    ramp = np.repeat(np.arange(length, dtype=np.uint8)[None, :, None], 3, 2).repeat(16, 0)
    geometry = Geometry(16, 16, "bilinear")
    assert resize(ramp, geometry)[3, :, 1].tolist() == [*range(first, first + 64)]
    assert resize(ramp.transpose(1, 0, 2), geometry)[:, 3, 1].tolist() == [*range(first, first + 64)]


@pytest.mark.parametrize(("interpolation", "fewest"), [("nearest", 2), ("bilinear", 3), ("bicubic", 6)])
def test_each_way_of_interpolation_is_the_one_that_is_asked_for(interpolation, fewest):
    edge = np.zeros((16, 16, 3), np.uint8)
    edge[:, 8:] = 200
    row = resize(edge, Geometry(32, 32, interpolation))[4, :, 0]
    beyond = bool((row > 200).any())
    assert (len(np.unique(row)) >= fewest, len(np.unique(row)) == 2, beyond) == (
        True, interpolation == "nearest", interpolation == "bicubic",
    )  # fmt: skip


@pytest.mark.parametrize(("width", "height"), [(100, 50), (50, 100), (33, 33), (16, 500), (500, 16), (1000, 999)])
def test_resize_makes_the_shorter_side_exact_and_keeps_the_aspect(width, height):
    sized = resize(np.zeros((height, width, 3), np.uint8), Geometry(64, 72, "bicubic"))
    assert min(sized.shape[:2]) == 72
    aspect = min(4, max(width, height) / min(width, height))
    assert abs(max(sized.shape[:2]) - 72 * aspect) <= 1


def test_resize_keeps_the_middle_of_a_long_strip():
    strip = np.zeros((16, 500, 3), np.uint8)
    strip[:, 220:280] = 255
    assert resize(strip, Geometry(32, 32, "nearest"))[16, 64, 0] == 255


@pytest.mark.parametrize("size", [8, 20])
def test_the_middle_of_a_strip_is_four_times_its_own_shorter_side_whatever_is_asked_for(size):
    strip = np.tile(np.uint8(range(100))[None, :, None], (16, 1, 3))
    row = resize(strip, Geometry(size, size, "nearest"))[0, :, 0].astype(int)
    assert max(abs(row[0] - 18), abs(row[-1] - 81)) <= 2


def test_the_nearest_pixel_is_no_mean():
    stripes = np.zeros((48, 48, 3), np.uint8)
    stripes[:, ::2] = 200
    assert np.unique(resize(stripes, Geometry(16, 16, "nearest"))).tolist() in ([0], [200], [0, 200])


def test_resize_smooths_when_it_shrinks():
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 255
    assert np.abs(resize(stripes, Geometry(16, 16, "bilinear")).astype(int) - 128).max() < 20
