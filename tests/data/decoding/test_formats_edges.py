"""Formats at their edges: deep colours, broken texts and ends, transparency, placeholders."""

import struct
import zlib

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from core.data.decoding.pillow import EMPTY_END
from core.data.images import decode
from core.errors import UnreadableImage
from tests.data.decoding.formats import UPRIGHT, is_upright, saved
from tests.data.decoding.profiles import wide_rgb


def png(*chunks, deep=None):
    whole = imagecodecs.png_encode(deep) if deep is not None else saved(Image.fromarray(UPRIGHT), "PNG")
    made = [struct.pack(">I", len(b)) + k + b + struct.pack(">I", zlib.crc32(k + b)) for k, b in chunks]
    return whole[:33] + b"".join(made) + whole[33:]


LONG = zlib.compress(bytes(30 << 20), 9)


@pytest.mark.parametrize(
    "chunk",
    [
        (b"tEXt", b"Comment\0" + b"x" * (3 << 20)),
        (b"zTXt", b"Comment\0\0" + LONG),
        (b"iTXt", b"Comment\0\1\0\0\0" + LONG),
        (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + b"y" * (2 << 20)),
        (b"zTXt", b"Comment\0\0not deflated"),
    ],
)
def test_long_and_broken_texts_in_a_png_do_not_matter(chunk):
    for content in (png(chunk), png(*[chunk] * 70) if len(chunk[1]) < 99_000 else png(chunk)):
        decoded = decode(content)
        assert is_upright(decoded.pixels)
        assert decoded.notes == ()


def test_a_huge_profile_in_a_png_is_ignored_and_it_is_said():
    decoded = decode(png((b"iCCP", b"p\0\0" + LONG)))
    assert is_upright(decoded.pixels)
    assert decoded.notes == ("Its colour profile cannot be used and was ignored.",)


@pytest.mark.parametrize(("length", "used"), [(200_000, True), (7 << 20, True), (9 << 20, False)])
def test_a_profile_in_a_png_may_have_some_megabytes(length, used):
    profile = length.to_bytes(4, "big") + wide_rgb()[4:].ljust(length - 4, b"\0")
    decoded = decode(png((b"iCCP", b"p\0\0" + zlib.compress(profile, 9))))
    assert np.array_equal(decoded.pixels, decode(png()).pixels) is not used
    assert decoded.notes == (() if used else ("Its colour profile cannot be used and was ignored.",))


@pytest.mark.parametrize("bands", [1, 2, 3, 4])
def test_a_png_of_16_bits_is_scaled_by_its_type(bands):
    numbers = np.random.default_rng(bands).integers(0, 65536, (16, 16, 4)).astype(np.uint16)
    numbers[..., 1 if bands == 2 else 3] = 65535
    stored = numbers[..., 0].copy() if bands == 1 else numbers[..., :bands].copy()
    wanted = np.rint((numbers[..., :3] if bands > 2 else numbers[..., :1]) / 257)
    assert (decode(png(deep=stored)).pixels == wanted).all()


@pytest.mark.parametrize("highest", [255, 1023, 4095, 65535])
def test_a_pgm_is_scaled_by_the_highest_value_that_it_declares(highest):
    ramp = np.tile(np.linspace(0, highest, 32).astype(np.int64), (16, 1))
    numbers = ramp.astype(np.uint8 if highest < 256 else ">u2")
    pixels = decode(b"P5 32 16 %d\n" % highest + numbers.tobytes()).pixels
    assert np.abs(pixels[0, :, 0] - ramp[0] * 255 / highest).max() <= 1


@pytest.mark.parametrize("bits", [10, 12, 16])
@pytest.mark.parametrize("codec", ["jp2", "j2k"])
def test_deep_colours_of_jpeg_2000_are_scaled_by_their_bits(bits, codec):
    top = (1 << bits) - 1
    numbers = np.linspace(0, top, 24 * 36 * 3).round().astype(np.uint16).reshape(24, 36, 3)
    data = imagecodecs.jpeg2k_encode(numbers, level=0, reversible=True, bitspersample=bits, codecformat=codec)
    assert np.abs(decode(data).pixels.astype(int) - np.rint(numbers / top * 255)).max() <= 1  # the brightest too


def noisy_jpeg_2000(bands=3, **options):
    noise = np.random.default_rng(bands).integers(0, 256, (70, 90, bands), np.uint8)
    if "tile_size" in options:
        return saved(Image.fromarray(noise), "JPEG2000", **options)
    return imagecodecs.jpeg2k_encode(noise, level=0, reversible=True, **options)


@pytest.mark.parametrize("share", [0.3, 0.7, 0.9])
@pytest.mark.parametrize("options", [{}, {"tile_size": (32, 48)}, {"resolutions": 2}])
def test_a_jpeg_2000_that_ends_early_is_refused_whatever_stands_in_its_place(share, options):
    data = noisy_jpeg_2000(**options)
    place = int(len(data) * share)
    lost = len(data) - place - 2
    for rest in (b"", bytes(lost), b"\xff" * lost, np.random.default_rng(1).bytes(lost)):
        with pytest.raises(UnreadableImage, match="cut off or damaged"):
            decode(data[:place] + rest + b"\xff\xd9")


def test_a_jpeg_2000_may_lack_its_end_mark_and_bands_are_counted():
    data = noisy_jpeg_2000(codecformat="j2k")
    assert data.endswith(b"\xff\xd9")
    assert (decode(data[:-2]).pixels == decode(data).pixels).all()
    for bands in (1, 3):
        assert decode(noisy_jpeg_2000(bands=bands)).pixels.shape == (70, 90, 3)
    see_through = np.dstack([np.full((8, 8, 3), 90, np.uint8), np.repeat(np.uint8([[0, 255]]), 32).reshape(8, 8)])
    found = decode(saved(Image.fromarray(see_through), "JPEG2000"))  # of four bands, one of them how clear it is
    assert (found.pixels[0, 0].tolist(), found.pixels[7, 7].tolist()) == ([255] * 3, [90] * 3)
    with pytest.raises(UnreadableImage, match="It has 5 bands"):
        decode(noisy_jpeg_2000(bands=5))


def test_a_jpeg_2000_of_which_a_whole_tile_is_missing_is_refused():
    data = noisy_jpeg_2000(tile_size=(32, 48), no_jp2=True)
    places = [place for place in range(len(data)) if data[place : place + 4] == b"\xff\x90\0\x0a"]
    assert len(places) == 6
    assert decode(data).pixels.shape == (70, 90, 3)
    for begin, end in ((places[0], places[1]), (places[5], len(data) - 2)):
        with pytest.raises(UnreadableImage, match="cut off or damaged"):
            decode(data[:begin] + data[end:])


@pytest.mark.parametrize("mode", ["RGB", "L", "P"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_tga_may_end_with_its_last_pixel_and_not_before(mode, packed):
    image = Image.fromarray(np.random.default_rng(5).integers(0, 4, (40, 64, 3), np.uint8) * np.uint8(80)).convert(mode)
    data = saved(image, "TGA", **({"compression": "tga_rle"} if packed else {}))
    assert data[-18:] == b"TRUEVISION-XFILE.\0"
    assert (decode(data[:-26]).pixels == np.asarray(image.convert("RGB"))).all()
    with pytest.raises(UnreadableImage, match="its data end before the image does"):
        decode(data[:-27])


def test_the_fourth_byte_of_a_tga_is_alpha_only_where_its_header_says_so():
    layers = np.dstack([UPRIGHT, np.full(UPRIGHT.shape[:2], 0, np.uint8)])
    layers[3, 5, 3] = 255
    data = bytearray(saved(Image.fromarray(layers), "TGA"))
    assert decode(bytes(data)).pixels[10, 10].tolist() == [255, 255, 255]
    data[17] &= 0xF0
    assert (decode(bytes(data)).pixels == UPRIGHT).all()


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "TGA"])
def test_what_is_transparent_all_over_shows_its_colours_and_says_so(kind):
    layers = np.dstack([UPRIGHT, np.zeros(UPRIGHT.shape[:2], np.uint8)])
    found = decode(saved(Image.fromarray(layers), kind))
    assert (found.pixels == UPRIGHT).all()
    assert any("transparent all over" in note for note in found.notes)


@pytest.mark.parametrize("bits", [8, 16])
def test_a_png_may_lack_its_end_but_no_pixel(bits):
    noise = np.random.default_rng(bits).integers(0, 1 << bits, (150, 170, 3)).astype(f"uint{bits}")
    data = imagecodecs.png_encode(noise)
    assert data[-8:-4] == b"IEND"
    for kept in (data[:-12], data[:-5]):
        assert (decode(kept).pixels == decode(data).pixels).all()
    later = [place for place in range(len(data)) if data[place : place + 4] == b"IDAT"]
    for cut in (len(data) - 40, len(data) // 2, *(place - 4 for place in later[1:])):
        for end in (b"", data[-12:]):
            with pytest.raises(UnreadableImage, match="cut off or damaged"):
                decode(data[:cut] + end)


@pytest.mark.parametrize(("kind", "read"), [(b"tEXt", True), (b"tIME", True), (b"eXIf", True), (b"tRNS", False)])
def test_a_wrong_checksum_matters_only_where_pixels_depend_on_it(kind, read):
    data = saved(Image.fromarray(UPRIGHT), "PNG")
    chunk = struct.pack(">I", 6) + kind + b"a\0bcde" + b"0000"
    spoiled = data[:33] + chunk + data[33:]
    if read:
        assert (decode(spoiled).pixels == UPRIGHT).all()
    else:
        with pytest.raises(UnreadableImage, match="damaged"):
            decode(spoiled)


def half_written(data):
    return data[: len(data) // 2] + bytes(len(data) - len(data) // 2)


@pytest.mark.parametrize("kind", ["BMP", "PPM", "TGA", "TIFF"])
def test_plain_pixels_that_end_in_zeros_have_a_note(kind):
    noise = np.random.default_rng(3).integers(1, 255, (60, 80, 3), np.uint8)
    data = saved(Image.fromarray(noise), kind)
    assert decode(data).notes == ()
    assert decode(half_written(data)).notes == (EMPTY_END,)
    noise[-4:] = 0  # a narrow black rim is usual
    assert decode(saved(Image.fromarray(noise), kind)).notes == ()


def test_a_webp_of_which_the_end_was_never_written_is_refused():
    noise = np.random.default_rng(3).integers(0, 255, (60, 80, 3), np.uint8)
    data = saved(Image.fromarray(noise), "WEBP", quality=80)
    assert decode(data).notes == ()
    with pytest.raises(UnreadableImage, match=r"its last \d+ bytes are zero"):
        decode(half_written(data))


def test_a_webp_with_an_even_lower_part_is_read():
    layers = np.full((640, 800, 3), 255, np.uint8)
    layers[:190] = np.random.default_rng(3).integers(0, 255, (190, 800, 3), np.uint8)
    data = saved(Image.fromarray(layers), "WEBP", quality=30, method=0)
    zeros = len(data) - len(data.rstrip(b"\0"))
    assert zeros > 0.1 * len(data)  # it ends as a file does that was not written to its end, but for how many they are
    assert decode(data).pixels[-1].min() > 250


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 9\n", "Git LFS or git-annex .*git lfs pull"),
        (b"/annex/objects/SHA256E-s9--ab.jpg\n", "git annex get"),
        (bytes(5000), "nothing but zeros .*get it again"),
        (bytes(4999) + b"x", "nothing but zeros"),
    ],
)
def test_what_stands_for_an_image_that_was_not_downloaded_is_named(content, says):
    with pytest.raises(UnreadableImage, match=says) as refused:
        decode(content)
    assert "damaged" not in str(refused.value)


XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="3"/></rdf:RDF></x:xmpmeta>'
)


@pytest.mark.parametrize(
    ("start", "text", "turned"),
    [
        (b"XML:com.adobe.xmp\0\0\0\0\0", XMP, True),
        (b"XML:com.adobe.xmp\0\1\0\0\0", zlib.compress(XMP), True),
        (b"XML:com.adobe.xmp\0\1\0en\0metadata\0", zlib.compress(XMP), True),
        (b"XML:com.adobe.xmp\0\1\0en\0metadata\0", zlib.compress(XMP + b" " * (64 << 10)), False),
    ],
)
def test_a_direction_in_a_short_text_of_a_png_is_followed(start, text, turned):
    pixels = decode(png((b"iTXt", start + text))).pixels
    assert (pixels == (UPRIGHT[::-1, ::-1] if turned else UPRIGHT)).all()


@pytest.mark.parametrize(("before", "turned"), [(63, True), (64, False)])
def test_of_many_texts_of_a_png_the_first_64_are_looked_at(before, turned):
    texts = [(b"tEXt", b"Comment\0%d" % number) for number in range(before)]
    pixels = decode(png(*texts, (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP))).pixels
    assert (pixels == (UPRIGHT[::-1, ::-1] if turned else UPRIGHT)).all()


@pytest.mark.parametrize(("bits", "low", "high"), [(12, -2048, 2047), (10, -512, 511), (16, -32768, 32767)])
def test_signed_jpeg_2000_begins_at_its_lowest_number(bits, low, high):
    numbers = np.full((16, 16, 3), low, np.int16)
    numbers[:, 8:] = high
    numbers[8:] = 0
    data = imagecodecs.jpeg2k_encode(numbers, level=0, reversible=True, bitspersample=bits)
    pixels = decode(data).pixels
    assert [pixels[at].tolist() for at in ((0, 0), (0, 15), (15, 0))] == [[0] * 3, [255] * 3, [128] * 3]
