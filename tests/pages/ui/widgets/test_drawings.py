"""What is drawn here, to the pixel as far as machines agree: the tab's icon, and where a mosaic puts its cells."""

import io

import numpy as np
import pytest
from PIL import Image

from pages.ui.widgets import gallery
from pages.ui.widgets.gallery import DARK, GAP, LIGHT, Cell, mosaic
from pages.ui.widgets.icon import GREEN, tab_icon


def plain(colour, width, height):
    return np.full((height, width, 3), colour, np.uint8)


def sheet(cells, columns, side, colours=LIGHT, **options):
    return np.asarray(Image.open(io.BytesIO(mosaic(cells, columns, side, colours, **options))), int)


def covered(pixels, ground):
    """The box of what differs from the ground: left, top, right, bottom."""
    ys, xs = np.nonzero(np.abs(pixels - np.array(ground)).max(axis=2) > 40)
    return xs.min(), ys.min(), xs.max() + 1, ys.max() + 1


def test_the_icon_is_a_sprout_with_two_leaves():
    icon = tab_icon(64)
    assert icon.size == (64, 64)
    assert tab_icon(16).size == (16, 16)
    alpha = np.asarray(icon)[..., 3] > 128
    ink = np.asarray(icon)[alpha][:, :3]
    assert tuple(np.median(ink, axis=0)) == tuple(int(GREEN[n : n + 2], 16) for n in (1, 3, 5))
    box = covered(alpha[..., None] * np.array([255] * 3), (0, 0, 0))
    assert np.abs(np.array(box) - (8, 4, 58, 60)).max() <= 2
    left, right, stem = alpha[:, :26], alpha[:, 36:], alpha[:, 29:36]
    assert np.abs(np.nonzero(left.any(axis=1))[0][[0, -1]] - (8, 40)).max() <= 3
    assert np.abs(np.nonzero(right.any(axis=1))[0][[0, -1]] - (4, 29)).max() <= 3
    assert stem[45:58].mean() > 0.7
    assert not alpha[45:].any(axis=0)[:26].any()
    assert 0.2 < alpha.mean() < 0.35


@pytest.mark.parametrize(
    ("size", "box"),
    [((64, 64), (0, 0, 64, 64)), ((128, 64), (0, 32, 64, 64)), ((32, 64), (16, 0, 48, 64)), ((16, 16), (0, 0, 64, 64)),
     ((16, 8), (0, 32, 64, 64))],
)  # fmt: skip
def test_an_image_is_scaled_to_its_cell_and_stands_on_its_label(size, box):
    found = covered(sheet([Cell(plain((200, 0, 0), *size), "")], 1, 64)[:66], (255, 255, 255))
    assert np.abs(np.array(found) - box).max() <= 2


def test_cells_follow_one_another_by_a_gap_and_rows_by_their_labels():
    colours = [(200, 0, 0), (0, 160, 0), (0, 0, 200), (160, 160, 0), (0, 160, 160)]
    cells = [Cell(plain(colour, 40, 40), "") for colour in colours]
    drawn = sheet(cells, 2, 40)
    row = 40 + 13 + GAP // 2 + 3 * GAP // 2
    assert drawn.shape == (3 * row - GAP, 2 * 40 + GAP, 3)
    for number, colour in enumerate(colours):
        left, top = (number % 2) * (40 + GAP), (number // 2) * row
        assert np.abs(drawn[top + 20, left + 20] - colour).max() < 12
        assert np.abs(drawn[top + 20, left + 2] - colour).max() < 40
        if number < 4:
            assert np.abs(drawn[top + 47, left + 20] - 255).max() < 12
    assert np.abs(drawn[20, 40 + GAP // 2] - 255).max() < 12
    assert sheet(cells[:1], 5, 40).shape[1] == 40, "no more columns than cells"
    assert np.abs(sheet(cells[:1], 1, 40, DARK)[45, 2] - (16, 23, 22)).max() < 8


def test_corners_are_round_and_a_frame_lies_on_the_edge():
    drawn = sheet([Cell(plain((0, 0, 200), 64, 64), "", accent="#ff0000")], 1, 64)
    assert np.abs(drawn[1, 1] - 255).max() < 40
    for place in ((1, 32), (62, 32), (32, 1), (32, 62)):
        assert drawn[place][0] > 150
    assert np.abs(drawn[32, 32] - (0, 0, 200)).max() < 12
    assert np.abs(drawn[32, 6] - (0, 0, 200)).max() < 40, "three pixels wide"
    wide = sheet([Cell(plain((0, 0, 200), 300, 300), "", accent="#ff0000")], 1, 300)
    assert wide[150, 4][0] > 150
    assert wide[150, 9][0] < 60


@pytest.mark.parametrize(("height", "width"), [(32, 64), (64, 16)])
def test_a_frame_is_as_large_as_its_image_in_every_cell(height, width):
    cell = Cell(plain((0, 0, 200), width, height), "", accent="#ff0000")
    drawn = sheet([Cell(plain((0, 0, 200), 64, 64), ""), cell, cell, cell], 2, 64)
    rows = drawn.shape[0] // 2 + GAP // 2
    for left, top in ((64 + GAP, 0), (0, rows), (64 + GAP, rows)):
        x, y = left + (64 - width) // 2, top + 64 - height
        middle_x, middle_y = x + width // 2, y + height // 2
        edges = ((y + 1, middle_x), (y + height - 2, middle_x), (middle_y, x + 1), (middle_y, x + width - 2))
        for place in edges:
            assert drawn[place][0] > 120, place
        assert drawn[middle_y, middle_x][2] > 150
        assert drawn[middle_y, middle_x][0] < 60
    assert drawn[1, 32][0] < 60, "the first has none"


def test_a_label_is_centred_below_its_own_cell():
    cells = [Cell(plain((255, 255, 255), 90, 90), label) for label in ("l", "", "mmm")]
    drawn = sheet(cells, 3, 90, text_px=20)
    below = drawn[92:]
    for number, middle in ((0, 45), (2, 2 * (90 + GAP) + 45)):
        part = below[:, number * (90 + GAP) : number * (90 + GAP) + 90]
        box = covered(part, (255, 255, 255))
        assert abs((box[0] + box[2]) / 2 + number * (90 + GAP) - middle) < 4
    assert np.abs(below[:, 90 + GAP : 180 + GAP] - 255).max() < 40


def test_a_label_of_any_length_is_cut_at_five_hundred_letters():
    assert [len(gallery._drawable("a" * count)) for count in (500, 501)] == [500, 500]
    assert gallery._drawable("a\tb\u202ec") == "a\\x09b\\u202ec"


@pytest.mark.parametrize(("width", "text"), [(0, "…"), (10_000, "parrot")])
def test_the_longest_beginning_that_fits_is_kept(width, text):
    font = gallery._font_for("parrot", 13)
    assert gallery._shortened("parrot", font, width) == text
    exact = int(font.getlength("parr…")) + 1
    assert gallery._shortened("parrot", font, exact) == "parr…"
    assert gallery._shortened("parrot", font, int(font.getlength("parrot")) + 1) == "parrot"


def test_words_are_wrapped_where_they_end_and_long_ones_are_broken():
    font = gallery._font_for("abc", 13)
    width = int(font.getlength("one two")) + 1
    assert gallery.wrapped("one two three", font, width) == ["one two", "three"]
    assert gallery.wrapped("", font, width) == [""]
    narrow = int(font.getlength("oo")) + 1
    assert gallery.wrapped("ooo oo", font, narrow) == ["oo", "o", "oo"]
