"""Formats that people have: read whatever the file is called, or refused by their names with the way out."""

from io import BytesIO

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from core.data.decoding import sniff
from core.data.decoding.formats import FORMATS, IMAGE_SUFFIXES, REFUSED
from core.data.decoding.heif import NOT_TURNED
from core.data.images import decode
from core.errors import UnreadableImage
from tests.data.decoding.formats import UPRIGHT, is_upright, saved


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


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_heic_is_turned_upright_once(orientation):
    found = decode(heic(orientation))
    assert is_upright(found.pixels)
    assert found.notes == ()


def test_a_heic_that_is_turned_by_its_exif_alone_says_so():
    found = decode(heic(6).replace(b"irot", b"free"))
    assert not is_upright(found.pixels)
    assert found.notes == (NOT_TURNED,)
    assert decode(heic(1).replace(b"irot", b"free")).notes == ()


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


def test_phone_images_train_beside_others_whatever_they_are_called(folder_of, read, image_bytes):
    avif = saved(Image.fromarray(UPRIGHT[::-1]), "AVIF")
    content = {"a/IMG_1.HEIC": heic(6), "a/IMG_2.jpg": heic(), "a/3.png": image_bytes(3)}
    dataset = read(
        folder_of(content | {"b/web.jpg": avif, "b/5.avif": image_bytes(5, "AVIF"), "b/6.png": image_bytes(6)})
    )
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
