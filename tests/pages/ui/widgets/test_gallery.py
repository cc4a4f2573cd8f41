"""The mosaic: one image, made of labelled cells."""

import io

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from pages.ui.widgets import gallery
from pages.ui.widgets.gallery import DARK, GAP, Cell, mosaic


def plain(colour: tuple[int, int, int], height: int = 32, width: int = 32) -> np.ndarray:
    return np.full((height, width, 3), colour, dtype=np.uint8)


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def test_cells_lie_row_by_row_in_a_jpeg():
    sheet = opened(
        mosaic([Cell(plain((200, 0, 0)), "a"), Cell(plain((0, 200, 0)), "b"), Cell(plain((0, 0, 200)), "c")], 2, 64)
    )
    assert sheet.format == "JPEG"
    assert sheet.width == 2 * 64 + GAP
    for place, channel in (((32, 32), 0), ((64 + GAP + 32, 32), 1), ((32, sheet.height // 2 + GAP + 32), 2)):
        assert np.argmax(sheet.getpixel(place)) == channel


def test_a_tall_image_keeps_its_shape_on_the_paper():
    sheet = opened(mosaic([Cell(plain((200, 0, 0), 64, 16), "tall")], 1, 64, DARK))
    assert sheet.getpixel((32, 32))[0] > 150
    assert sheet.getpixel((4, 32))[0] < 40


def test_an_accent_is_a_frame_around_its_own_cell_only():
    bare, framed = (opened(mosaic([Cell(plain((0, 0, 0)), "x", accent)], 1, 64)) for accent in (None, "#ff0000"))
    assert bare.getpixel((32, 1))[0] < 60
    assert framed.getpixel((32, 1))[0] > 150


@pytest.mark.parametrize(
    "label", ["", "x" * 300, "日本語のラベル", "שלום עולם", "नमस्ते", "\u202eabc\n\x00", "🦜🦜", "\ud800"]
)
def test_any_label_can_be_drawn(label):
    assert opened(mosaic([Cell(plain((90, 90, 90)), label)], 1, 96)).width == 96


def test_a_long_label_ends_in_an_ellipsis_and_fits():
    font = gallery._font_for("w", 13)
    short = gallery._shortened("w" * 80, font, 96)
    assert short.endswith("w…")
    assert font.getlength(short) <= 96
    assert gallery._shortened("parrot", font, 96) == "parrot"


def test_labels_are_visible():
    without, labelled = (np.asarray(opened(mosaic([Cell(plain((90, 90, 90)), text)], 1, 96))) for text in ("", "bird"))
    assert labelled[98:].min() < 120 < without[98:].min()


def test_a_note_is_a_second_line_for_which_all_rows_make_room():
    grey = plain((90, 90, 90))
    one, two = (np.asarray(opened(mosaic([Cell(grey, "a"), Cell(grey, "b", note=note)], 1, 96))) for note in ("", "c"))
    assert len(two) - len(one) == 2 * (13 + GAP // 2)
    assert two[-13:].min() < 120


def test_the_size_of_labels_can_be_chosen():
    small, large = (opened(mosaic([Cell(plain((90, 90, 90)), "a")], 1, 96, text_px=size)) for size in (13, 26))
    assert large.height - small.height == 13


def test_no_cells_is_an_error():
    with pytest.raises(ValueError, match="at least one cell"):
        mosaic([], 3, 64)


def mosaic_app() -> None:
    import numpy as np

    from pages.ui.widgets.gallery import Cell, show_mosaic

    show_mosaic([Cell(np.zeros((8, 8, 3), dtype=np.uint8), "one")], columns=4, cell_px=64, caption="a caption")


def test_a_mosaic_on_the_page_is_one_image():
    at = AppTest.from_function(mosaic_app).run()
    assert not at.exception
    assert len(at.main) == 1
    (image,) = at.main[0].children.values()
    assert image.proto.imgs[0].alt == "one"


@pytest.mark.parametrize(
    "label",
    ["northern mockingbird → red winged blackbird 87 %", "w" * 90, "a", "", "日本語のラベルはとても長い"],
)
def test_a_wrapped_label_is_whole_and_no_line_is_too_wide(label):
    font = gallery._font_for(label or "x", 17)
    lines = gallery.wrapped(label, font, 160)
    assert "".join(lines).replace(" ", "") == label.replace(" ", "")
    assert all(font.getlength(line) <= 160 for line in lines)
    assert (len(lines) > 1) is (font.getlength(label) > 160)


def test_a_row_of_a_wrapped_mosaic_is_as_high_as_its_longest_label():
    short, long = Cell(plain((9, 9, 9)), "a"), Cell(plain((9, 9, 9)), "word " * 30, note="→ other 87 %")
    sheets = ([short, short], [short, long], [short, short, long])
    one, two, both = (opened(mosaic(cells, 2, 64, wrap=True)).height for cells in sheets)
    assert two > one + 60
    assert both == one + two + GAP
