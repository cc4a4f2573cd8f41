"""Sizes and spans of time are said one way everywhere."""

import re
from pathlib import Path

import pytest

from core.text import (
    counted,
    format_duration,
    format_guess,
    format_size,
    number,
    percent,
    percent_range,
    short,
    short_path,
    shown,
    shown_lines,
    storable,
)

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("n_bytes", "text"),
    [(0, "0 kB"), (1, "1 kB"), (4096, "4 kB"), (99_999, "98 kB"), (1023 << 10, "1023 kB"), ((1 << 20) - 1, "1 MB"),
     (5 << 19, "2.5 MB"), (10 << 20, "10 MB"),
     (21 << 19, "10 MB"), (200 << 20, "200 MB"), ((1 << 30) - 1, "1 GB"), (5 << 28, "1.2 GB"),
     (2 << 30, "2 GB"), (1500 << 30, "1,500 GB")],
)  # fmt: skip
def test_a_size(n_bytes, text):
    assert format_size(n_bytes) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "0 s"), (59.4, "59 s"), (59.6, "1 min"), (200, "3 min 20 s"), (599, "9 min 59 s"), (601, "10 min"),
     (700, "11 min"), (3599, "59 min"), (3600, "1 h"), (3900, "1 h 5 min"), (-3, "0 s")],
)  # fmt: skip
def test_a_span_of_time(seconds, text):
    assert format_duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "5 s"), (7.6, "10 s"), (57, "55 s"), (58, "1 min"), (89, "1 min 30 s"), (90, "2 min"), (3540, "59 min"),
     (3600, "1 h"), (5430, "1 h 30 min")],
)  # fmt: skip
def test_a_guess_is_no_finer_than_it_is_worth(seconds, text):
    assert format_guess(seconds) == text


@pytest.mark.parametrize("folder", ["core", "pages"])
def test_no_other_module_writes_them_its_own_way(folder):
    own = re.compile(r"\{[^{}]*(2\*\*[23]0|<< [23]0|1e[69])[^{}]*\} ?[MG]B|\{[^{}]*[/%] ?60[^{}]*\} (min|h|s)\b")
    files = [path for path in (ROOT / folder).rglob("*.py") if path != ROOT / "core" / "text.py"]
    assert own.search('f"{n / 2**20:.0f} MB"')
    assert [path for path in files if own.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [("a" * 80, "a" * 80), ("a" * 81, "a" * 79 + "…"), ("a" * 79 + "\x1b", "a" * 79 + "…"),
     ("\x1b" * 20, "\\x1b" * 20), ("\x1b" * 21, "\\x1b" * 19 + "\\x1" + "…")],
)  # fmt: skip
def test_a_name_in_a_sentence_takes_up_to_eighty_characters_as_it_is_shown(name, text):
    assert short(name) == text
    assert len(short(name)) <= 80


def test_of_a_long_path_the_end_is_shown():
    whole = "/" + "".join(f"{n:03}/" for n in range(60))
    assert short_path(whole[:200]) == whole[:200]
    assert short_path(whole[:201]) == "…" + whole[2:201]
    assert short_path("/a\n" + "b" * 9) == "/a\\x0a" + "b" * 9


@pytest.mark.parametrize(
    ("character", "escape"),
    [("\x00", "\\x00"), ("\x7f", "\\x7f"), ("\x80", "\\u0080"), ("\udc7f", "\\udc7f"), ("\udc80", "\\x80"),
     ("\udcff", "\\xff"), ("\udd00", "\\udd00"), ("\uffff", "\\uffff"), ("\U000e0001", "\\U000e0001")],
)  # fmt: skip
def test_what_no_screen_shows_becomes_an_escape(character, escape):
    assert shown(f"a{character}b") == f"a{escape}b"
    assert storable(f"a{character}b") == (f"a{escape}b" if "\ud800" <= character <= "\udfff" else f"a{character}b")
    assert shown_lines(f"a\n{character}b") == f"a\n{escape}b"


def test_things_are_counted_and_numbers_rounded_as_people_write_them():
    assert [counted(n, "view") for n in (0, 1, 2)] == ["0 views", "1 view", "2 views"]
    assert (percent(0.9163), percent_range(0.7414, 0.9851)) == ("92 %", "74 to 99 %")
    assert [number(0.00123456), number(123456.0), number(0.00123456, 2)] == ["0.00123", "1.23e5", "0.0012"]
