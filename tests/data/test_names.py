"""The order of names with numbers, and what names become as a part of a path."""

from itertools import pairwise

import pytest

from core.data.names import image_name, is_harmless, label, path_part, short_digest
from core.data.natural import natural_key


@pytest.mark.parametrize(
    "ordered",
    [
        ["-10", "-9", "-2", "0", "1", "2", "10"], ["class2", "class10", "class10b", "class11"], ["1", "01", "2"][1:],
        ["a1b2", "a1b10", "a2b1"], ["\u221210", "\u22122", "3"], ["x-2", "x-10"], ["", "0", "a"],
        ["2024-01-09", "2024-01-10", "2024-2-1"], [f"{'1' * 30}", f"{'1' * 29}2"],
    ],
)  # fmt: skip
def test_names_with_numbers_are_ordered_as_people_count(ordered):
    assert all(natural_key(one) < natural_key(other) for one, other in pairwise(ordered))


def test_different_names_have_different_keys():
    names = ["1", "01", "001", "-1", "-01", "a1", "a01", "A1", "\u22121"]
    assert len({natural_key(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("name", "harmless"),
    [
        ("cat", True), ("a" * 120, True), ("a" * 121, False), ("é" * 60, True), ("é" * 61, False), ("", False),
        (".x", False), (" x", False), ("x.", False), ("x ", False), ("x y", True), ("a.b", True), ("CON", False),
        ("con.txt", False), ("com1", False), ("com", True), ("lpt9.x", False), ("nul .x", False), ("console", True),
        ("a:b", False), ("a\x7fb", False), ("a\\b", False), ("a\ud800", False),
    ],
)  # fmt: skip
def test_a_name_is_harmless_where_every_file_system_takes_it(name, harmless):
    assert is_harmless(name) is harmless
    assert (path_part(name) == name) is harmless
    assert is_harmless(path_part(name))


def test_a_name_that_is_not_keeps_its_ending_and_is_told_apart_from_others():
    assert path_part("a?b.PNG") == f"a-b-{short_digest('a?b.PNG')}.png"
    assert path_part("a?b.longer") == f"a-b-longer-{short_digest('a?b.longer')}"
    assert path_part("a?.12345") == f"a-{short_digest('a?.12345')}.12345"
    assert path_part("a?b.PNG") != path_part("a:b.PNG")
    assert len(short_digest("x")) == 8


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("holiday/été 1.jpeg", "été 1.png"), ("a\\b\\c.d.gif", "c d.png"), ("noending", "noending.png"),
        ("x" * 130 + ".jpg", "x" * 100 + ".png"), ("é" * 99, "é" * 50 + ".png"), ("a * b.jpg", "a b.png"),
        (".jpg", "jpg.png"), ("cafe\u0301.png", "café.png"),
    ],
)  # fmt: skip
def test_an_uploaded_image_keeps_its_letters_and_digits_within_bounds(raw, kept):
    assert image_name(raw, ".png") == kept


def test_an_uploaded_name_without_letters_and_a_device_get_a_digest():
    assert image_name("***.jpg", ".png") == f"picture-{short_digest('***.jpg')}.png"
    assert image_name("CON.jpg", ".png") == f"x-con-{short_digest('CON')}.png"
    assert label("cafe\u0301") == "café"
