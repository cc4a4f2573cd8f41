"""Images drawn in a few flat values are told from photographs by their pixels."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.data.look import look_of

SIDES = [37, 130]
_random = np.random.default_rng(3)


def photo(side: int) -> Image.Image:
    colours = Image.fromarray(_random.integers(0, 256, (6, 6, 3), dtype=np.uint8))
    return colours.resize((side, side + 5), Image.Resampling.BICUBIC)


def label_map(side: int, values: tuple[int, ...] = (255,)) -> Image.Image:
    image = Image.new("L", (side, side + 3))
    for place, value in enumerate(values):
        left = side * place // (len(values) + 1)
        ImageDraw.Draw(image).ellipse((left, side // 5, left + side // 2, side * 4 // 5), fill=value)
    return image


def pixels(image: Image.Image, quality: int | None = None) -> np.ndarray:
    if quality:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality)
        image = Image.open(file)
    return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("values", [(255,), (1,), (1, 2, 3), tuple(range(40, 240, 41))])
def test_label_maps_are_flat(side, values):
    assert look_of(pixels(label_map(side, values))) == "flat"


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("quality", [75, 92])
def test_a_mask_saved_as_jpeg_is_flat(side, quality):
    assert look_of(pixels(label_map(side), quality)) == "flat"


def test_a_mask_that_was_made_smaller_is_flat():
    assert look_of(pixels(label_map(400).resize((199, 201), Image.Resampling.BILINEAR))) == "flat"


def test_a_label_map_in_colours_is_flat():
    image = label_map(61, (1, 2))
    image.putpalette([0, 0, 0, 128, 64, 128, 220, 20, 60] + [0] * 759)
    assert look_of(pixels(image)) == "flat"


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("quality", [None, 40])
def test_photographs_are_not(side, quality):
    assert look_of(pixels(photo(side), quality)) == ""
    assert look_of(pixels(photo(side).convert("L"), quality)) == ""


def test_what_is_dark_or_has_few_levels_is_no_mask():
    assert look_of(pixels(Image.fromarray((_random.random((90, 70)) ** 3 * 60).astype(np.uint8)))) == ""
    sixteen = photo(80).convert("L").point(lambda value: value // 16 * 16)
    noise = np.asarray(sixteen) + _random.integers(0, 2, (85, 80), dtype=np.uint8) * 16
    assert look_of(pixels(Image.fromarray(noise))) == ""
    glow = 255 * np.exp(-((np.mgrid[:90, :70][0] - 40) ** 2 + (np.mgrid[:90, :70][1] - 30) ** 2) / 90)
    assert look_of(pixels(Image.fromarray(glow.astype(np.uint8)))) == ""  # a cell on black


def test_one_colour_is_neither():
    assert look_of(pixels(Image.new("RGB", (31, 17), (9, 99, 200)))) == "plain"


def two_greys(shares, dark=40, light=200, side=90):
    """Pixels of two greys and of what lies so far from each, in shares of hundred, however they lie."""
    offsets = np.repeat([*shares], [side * side * share // 100 for share in shares.values()])
    random = np.random.default_rng(4)
    offsets = random.permutation(np.resize(offsets, side * side)).reshape(side, side)
    greys = np.where(random.random((side, side)) < 0.5, dark, light) + offsets
    return greys[:, :, None].repeat(3, 2).astype(np.uint8)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("near", "look"), [(2, "flat"), (3, "")])
def test_most_pixels_have_one_of_two_greys_give_or_take_two_levels(sign, near, look):
    assert look_of(two_greys({0: 40, sign * near: 24, sign * 9: 36})) == look


@pytest.mark.parametrize(("between", "look"), [(0.08, "flat"), (0.15, "")])
def test_nine_of_ten_pixels_lie_close_to_one_of_two_greys(between, look):
    greys = two_greys({0: 100})
    greys[np.random.default_rng(8).random((90, 90)) < between] = 120
    assert look_of(greys) == look


def noisy(coloured):
    """Two greys, of which a tenth is slightly off in colour, each pixel otherwise, and a share is coloured."""
    greys = two_greys({0: 100}).astype(int)
    random = np.random.default_rng(5)
    off = random.random((90, 90, 1)) < 0.1
    greys[..., [0, 2]] += off * random.integers(-9, 10, (90, 90, 2))
    greys[..., :1] += 50 * (random.random((90, 90, 1)) < coloured)
    return greys.astype(np.uint8)


@pytest.mark.parametrize(("coloured", "look"), [(0, "flat"), (0.004, "flat"), (0.05, "")])
def test_nearly_all_pixels_of_a_mask_with_noise_are_grey(coloured, look):
    assert look_of(noisy(coloured)) == look


def test_the_greys_of_a_mask_are_told_by_green_of_which_jpeg_keeps_most():
    for channel, look in ((0, "flat"), (1, ""), (2, "flat")):
        pixels = two_greys({0: 100}).astype(int)
        pixels[..., channel] += np.random.default_rng(6).integers(-20, 21, (90, 90))
        assert look_of(pixels.astype(np.uint8)) == look
