"""A JPEG is used where all of its data are there, and refused where they end early, whatever stands behind them."""

from io import BytesIO

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from core.data.decoding import jpeg
from core.data.images import MAX_PIXELS, decode
from core.errors import UnreadableImage

END = b"\xff\xd9"
NOISE = np.random.default_rng(4).integers(0, 256, (120, 136, 3)).astype(np.uint8)


def saved(mode="RGB", kind="JPEG", **options):
    out = BytesIO()
    Image.fromarray(NOISE).convert(mode).save(out, kind, **options)
    return out.getvalue()


KINDS = {
    "baseline": saved(),
    "4:4:4": saved(subsampling=0, quality=95),
    "grey": saved("L"),
    "progressive": saved(progressive=True),
    "progressive grey": saved("L", progressive=True),
    "CMYK": saved("CMYK"),
    "CMYK progressive": saved("CMYK", progressive=True),
    "CMYK 4:2:2": saved("CMYK", subsampling=1),
    "restarts": saved(restart_marker_blocks=3),
    "MPO": saved(kind="MPO", save_all=True, append_images=[Image.fromarray(NOISE[::-1])]),
}


def first_end(content):
    """Where the first image's end mark stands."""
    return content.index(END, content.index(b"\xff\xda"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
@pytest.mark.parametrize("behind", [b"", END, bytes(3_000), bytes(3_000) + END, b"\xff" * 200, b"trailing text" * 9])
def test_data_that_end_early_are_refused_whatever_is_put_behind(kind, share, behind):
    whole = KINDS[kind]
    with pytest.raises(UnreadableImage, match="cut off or damaged"):
        decode(whole[: int(first_end(whole) * share)] + behind)


@pytest.mark.parametrize("kind", KINDS)
def test_one_that_only_lacks_its_end_mark_or_has_more_behind_it_is_used(kind):
    whole = KINDS[kind]
    end, wanted = first_end(whole), decode(whole).pixels
    for content in (whole[:end], whole[: end + 1], whole + b"more" * 50, whole[: end + 2] + bytes(5_000)):
        assert (decode(content).pixels == wanted).all()


def test_a_progressive_one_cut_between_two_of_its_scans_is_refused():
    whole = KINDS["progressive"]
    scans = [place for place in range(len(whole) - 1) if whole[place : place + 2] == b"\xff\xda"]
    assert len(scans) > 4
    for place in scans[1:]:
        for end in (b"", END):
            with pytest.raises(UnreadableImage, match="cut off"):
                decode(whole[:place] + end)


def test_a_few_bytes_too_many_before_the_end_mark_are_no_damage():
    whole = KINDS["CMYK"]
    end = first_end(whole)
    assert (decode(whole[:end] + b"\0" + whole[end:]).pixels == decode(whole).pixels).all()


def test_ordinary_pixels_are_those_of_pillow():
    for kind in ("baseline", "4:4:4", "grey", "progressive", "restarts"):
        assert (decode(KINDS[kind]).pixels == np.asarray(Image.open(BytesIO(KINDS[kind])).convert("RGB"))).all()


def test_an_uncommon_jpeg_is_refused_by_its_kind_and_not_as_damaged():
    twelve_bits = bytearray(KINDS["baseline"])
    place = twelve_bits.index(b"\xff\xc0")
    twelve_bits[place : place + 5] = b"\xff\xc1" + twelve_bits[place + 2 : place + 4] + b"\x0c"
    with pytest.raises(UnreadableImage, match="12-bit JPEG") as refused:
        decode(bytes(twelve_bits))
    assert "damaged" not in str(refused.value)


def test_a_jpeg_ls_is_refused_by_its_kind_too():
    with pytest.raises(UnreadableImage, match="lossless, hierarchical or 12-bit JPEG"):
        decode(imagecodecs.jpegls_encode(np.arange(48 * 32, dtype=np.uint16).astype(np.uint8).reshape(48, 32)))


@pytest.mark.parametrize(
    ("width", "height", "orientation"),
    [(9_248, 6_936, 6), pytest.param(16_320, 12_240, 1, marks=pytest.mark.slow)],
)
def test_a_photo_of_many_megapixels_is_read_at_half_its_size(width, height, orientation):
    photo = Image.new("L", (width, height), 20)
    photo.paste(230, (0, 0, width // 2, height // 2))
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = BytesIO()
    photo.save(out, "JPEG", exif=exif)
    assert width * height > MAX_PIXELS
    decoded = decode(out.getvalue())
    turned = orientation == 6
    assert decoded.pixels.shape[:2] == ((width // 2, height // 2) if turned else (height // 2, width // 2))
    assert decoded.notes == (f"It has {width} x {height} px and was read at half its size.",)
    light = [bool(decoded.pixels[y, x, 0] > 128) for y in (9, -9) for x in (9, -9)]
    assert light == ([False, True, False, False] if turned else [True, False, False, False])


def test_a_jpeg_that_says_it_is_larger_still_is_refused_by_its_header():
    bomb = bytearray(KINDS["baseline"])
    place = bomb.index(b"\xff\xc0") + 5
    bomb[place : place + 4] = (15_000).to_bytes(2, "big") + (15_000).to_bytes(2, "big")
    with pytest.raises(UnreadableImage, match=r"15000 x 15000 px.*200 megapixels"):
        decode(bytes(bomb))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("behind", [b"", b"\0" + END])
def test_every_kind_of_large_photo_is_read_at_half_its_size(monkeypatch, kind, behind):
    whole = KINDS[kind][: first_end(KINDS[kind])] + (behind or END)
    full = decode(whole)
    assert (full.pixels.shape, full.notes) == ((120, 136, 3), ())
    monkeypatch.setattr(jpeg, "MAX_PIXELS", 120 * 136)
    assert decode(whole).notes == ()
    monkeypatch.setattr(jpeg, "MAX_PIXELS", 120 * 136 - 1)
    half = decode(whole)
    assert half.notes == ("It has 136 x 120 px and was read at half its size.",)
    mean = full.pixels.reshape(60, 2, 68, 2, 3).mean(axis=(1, 3))
    assert np.abs(half.pixels - mean).mean() < 16
