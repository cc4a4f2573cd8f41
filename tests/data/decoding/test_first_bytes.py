"""What a file is by its first bytes, and from how many zeros at its end on it was not written whole."""

import struct

import pytest

from core.data.decoding import sniff
from core.data.decoding.pillow import EMPTY_END, empty_end, refuse_unwritten
from core.data.images import decode
from core.errors import UnreadableImage
from tests.data.decoding.formats import UPRIGHT
from tests.data.decoding.test_formats_edges import XMP, png


@pytest.mark.parametrize(
    ("brands", "size", "name"),
    [
        ((b"heic",), None, "HEIC"), ((b"isom", b"heic"), None, "HEIC"), ((b"isom", b"iso2", b"mif1"), None, "HEIC"),
        ((b"heic", b"avif"), None, "AVIF"), ((b"avis",), None, "AVIF"), ((b"isom", b"iso2"), None, None),
        ((b"isom", b"heic"), 16, None), ((b"isom", b"iso2", b"heic"), 20, None), ((b"heic",), 4, "HEIC"),
        ((b"isom", b"heic"), 1 << 30, "HEIC"),
    ],
)  # fmt: skip
def test_an_iso_media_file_is_known_by_its_major_and_its_compatible_brands(brands, size, name):
    body = b"ftyp" + brands[0] + bytes(4) + b"".join(brands[1:])
    found = sniff.format_of(struct.pack(">I", size or len(body) + 4) + body)
    assert (found.name if found else None) == name


def tga(mapped=0, kind=2, first=0, length=0, depth=0, width=9, height=7, bits=24, flags=0):
    return struct.pack("<xBBHHBHHHHBB", mapped, kind, first, length, depth, 0, 0, width, height, bits, flags)


@pytest.mark.parametrize(
    ("fields", "known"),
    [
        ({}, True), ({"bits": 16}, True), ({"bits": 15}, False), ({"kind": 3, "bits": 8}, True), ({"kind": 4}, False),
        ({"kind": 3, "bits": 24}, False), ({"width": 0}, False), ({"height": 0}, False), ({"flags": 0x3F}, True),
        ({"flags": 0x40}, False), ({"flags": 0x80}, False), ({"first": 1}, False), ({"length": 1}, False),
        ({"depth": 1}, False), ({"mapped": 1}, False), ({"kind": 10, "bits": 32}, True),
        ({"kind": 1, "bits": 8, "mapped": 1, "depth": 24, "length": 256}, True),
        ({"kind": 1, "bits": 8, "mapped": 1, "depth": 24, "length": 257}, False),
        ({"kind": 1, "bits": 8, "mapped": 1, "depth": 24, "length": 200, "first": 57}, False),
        ({"kind": 1, "bits": 8, "mapped": 1, "depth": 24}, False),
        ({"kind": 1, "bits": 8, "mapped": 1, "depth": 8, "length": 9}, False),
        ({"kind": 9, "bits": 8, "mapped": 0, "depth": 24, "length": 9}, False),
        ({"kind": 9, "bits": 8, "mapped": 1, "depth": 15, "length": 1}, True),
    ],
)  # fmt: skip
def test_a_tga_is_known_where_every_field_of_its_header_makes_sense(fields, known):
    found = sniff.format_of(tga(**fields) + bytes(9))
    assert (found.name if found else None) == ("TGA" if known else None)
    assert sniff.format_of(tga(**fields)[:17]) is None


def test_what_is_no_image_is_described_by_how_it_begins():
    assert sniff.describe(b"line\tone\r\n\f" + b"x" * 300 + b"\0") == "text"
    assert sniff.describe(b"x" * 255 + b"\0") == "in no known image format"
    assert sniff.describe(b"\xef\xbb\xbf  \n<!-- a note -->") == "HTML, XML or SVG text"
    assert sniff.describe(bytes(257) + b"ustar" + bytes(9)) == "a tar archive"
    assert sniff.describe(bytes(256) + b"ustar" + bytes(9)) == "in no known image format"
    assert sniff.describe(bytes(9)).startswith("nothing but zeros")
    assert sniff.way_out(b"BZh9") == "Unpack it, and give its images."
    assert sniff.way_out(b"words").endswith("save it as one of these.")


@pytest.mark.parametrize(("size", "zeros", "refused"), [(900, 511, False), (900, 512, True), (90_000, 1799, False),
                                                        (90_000, 1800, True), (25_600, 512, True)])  # fmt: skip
def test_a_coded_file_ends_in_fewer_than_512_zeros_or_two_per_cent(size, zeros, refused):
    data = b"x" * (size - zeros) + bytes(zeros)
    if not refused:
        refuse_unwritten(data)
        return
    with pytest.raises(UnreadableImage, match=f"its last {zeros} bytes are zero"):
        refuse_unwritten(data)


@pytest.mark.parametrize(("size", "zeros", "told"), [(900, 511, False), (900, 512, True), (9000, 899, False),
                                                     (9000, 900, True)])  # fmt: skip
def test_plain_pixels_that_end_in_a_tenth_of_zeros_are_told(size, zeros, told):
    assert empty_end(b"x" * (size - zeros) + bytes(zeros)) == ((EMPTY_END,) if told else ())


@pytest.mark.parametrize(("size", "turned"), [(64 << 10, True), ((64 << 10) + 1, False)])
def test_a_text_of_a_png_is_looked_at_up_to_64_kilobytes(size, turned):
    body = (b"XML:com.adobe.xmp\0\0\0\0\0" + XMP).ljust(size)
    pixels = decode(png((b"iTXt", body))).pixels
    assert (pixels == (UPRIGHT[::-1, ::-1] if turned else UPRIGHT)).all()
