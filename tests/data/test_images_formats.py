"""Formats that people have: read whatever the file is called, or refused by their names with the way out."""

import struct
import zlib
from io import BytesIO

import imagecodecs
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from core.data.decoding import sniff
from core.data.decoding.formats import FORMATS, IMAGE_SUFFIXES, REFUSED
from core.data.decoding.pillow import EMPTY_END
from core.data.images import decode
from core.errors import UnreadableImage

UPRIGHT = np.full((40, 64, 3), 20, np.uint8)
UPRIGHT[:20, :32] = 230  # a light top left corner


def saved(image, kind, **options):
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def heic(orientation=1):
    """As phones write it: stored as the sensor saw it, with a transform, which EXIF repeats."""
    image = Image.fromarray(UPRIGHT)
    undo = {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270, 3: Image.Transpose.ROTATE_180}
    stored = image.transpose(undo[orientation]) if orientation in undo else image
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = BytesIO()
    pillow_heif.from_pillow(stored).save(out, quality=90, exif=exif.tobytes())
    return out.getvalue()


def is_upright(pixels):
    return pixels.shape == (40, 64, 3) and [bool(pixels[y, x, 1] > 128) for y in (5, -5) for x in (5, -5)] == [
        True, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_heic_is_turned_upright_once(orientation):
    assert is_upright(decode(heic(orientation)).pixels)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("AVIF", saved(Image.fromarray(UPRIGHT), "AVIF")),
        ("JPEG 2000", saved(Image.fromarray(UPRIGHT), "JPEG2000")),
        ("JPEG 2000", saved(Image.fromarray(UPRIGHT), "JPEG2000", no_jp2=True)),
        ("TGA", saved(Image.fromarray(UPRIGHT), "TGA")),
        ("TGA", saved(Image.fromarray(UPRIGHT), "TGA", compression="tga_rle")),
        ("TGA", saved(Image.fromarray(UPRIGHT[..., 0]), "TGA")),
        ("TGA", saved(Image.fromarray(UPRIGHT).quantize(4), "TGA")),
        ("HEIC", heic()),
        ("BMP", saved(Image.fromarray(UPRIGHT), "BMP")),
        ("PPM", saved(Image.fromarray(UPRIGHT), "PPM")),
    ],
)
def test_a_format_is_known_by_its_content_and_read(name, content):
    kind = sniff.format_of(content[: sniff.HEAD_BYTES])
    assert kind is not None
    assert kind.name == name
    assert is_upright(decode(content).pixels)


def test_phone_images_train_beside_others_whatever_they_are_called(folder_of, read, picture):
    avif = saved(Image.fromarray(UPRIGHT[::-1]), "AVIF")
    content = {"a/IMG_1.HEIC": heic(6), "a/IMG_2.jpg": heic(), "a/3.png": picture(3)}
    dataset = read(folder_of(content | {"b/web.jpg": avif, "b/5.avif": picture(5, "AVIF"), "b/6.png": picture(6)}))
    assert dataset.counts == {"a": 3, "b": 3}
    assert dataset.left_out == ()


def test_every_format_has_suffixes_of_its_own():
    suffixes = [suffix for one in FORMATS for suffix in one.suffixes]
    assert len(suffixes) == len(set(suffixes)) == len(IMAGE_SUFFIXES)
    assert all(one.name in sniff.ALLOWED for one in FORMATS)
    assert {".heic", ".heif", ".avif", ".jp2", ".tga"} < IMAGE_SUFFIXES


MP4 = b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + bytes(500)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (bytes(128) + b"DICM" + bytes(500), "DICOM.*Export it as a PNG"),
        (MP4, "video.*ffmpeg"),
        (MP4.replace(b"isom", b"qt  "), "video"),
        (b"\x1aE\xdf\xa3" + bytes(99), "Matroska"),
        (b"RIFF\x99\0\0\0AVI LIST" + bytes(99), "AVI"),
        (b"\xff\x0a" + bytes(99), "JPEG XL"),
        (b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(99), "JPEG XL"),
        (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + bytes(99), "CR3.*raw converter"),
        (b"FUJIFILMCCD-RAW 0201" + bytes(99), "RAF"),
        (b"II*\0\x10\0\0\0CR\2\0" + bytes(99), "camera raw|damaged"),
        (b"8BPS\0\1" + bytes(60), "Photoshop.*Export"),
        (b"%PDF-1.7\n", "PDF.*pdftoppm"),
        (b"%!PS-Adobe-3.0", "EPS.*Export"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG.*exported as PNG"),
        (b"PK\x03\x04" + bytes(99), "zip archive. Unpack it"),
        (b"\x93NUMPY\1\0" + bytes(99), "NumPy"),
        (b"v/1\x01" + bytes(99), "OpenEXR"),
    ],
)
def test_other_kinds_are_refused_by_their_names_with_the_way_out(content, says):
    with pytest.raises(UnreadableImage, match=says):
        decode(content)


def test_no_refused_kind_is_taken_for_an_image_and_each_tells_the_way_out():
    for (place, magic), (what, way_out) in REFUSED.items():
        head = bytes(place) + magic + bytes(200)
        assert not sniff.is_image(head), what
        assert way_out.endswith("."), what


@pytest.mark.parametrize("seed", range(20))
def test_random_bytes_and_text_are_no_tga(seed):
    noise = np.random.default_rng(seed)
    with pytest.raises(UnreadableImage):
        decode(noise.bytes(4_000))
    with pytest.raises(UnreadableImage, match="text"):
        decode(bytes(noise.integers(97, 123, 4_000, dtype=np.uint8)))


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
        picture = decode(content)
        assert is_upright(picture.pixels)
        assert picture.notes == ()


def test_a_huge_profile_in_a_png_is_ignored_and_it_is_said():
    picture = decode(png((b"iCCP", b"p\0\0" + LONG)))
    assert is_upright(picture.pixels)
    assert picture.notes == ("Its colour profile cannot be used and was ignored.",)


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
    with pytest.raises(UnreadableImage, match="It has 5 bands"):
        decode(noisy_jpeg_2000(bands=5))


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
