"""Sizes and spans of time are said one way everywhere."""

import re
from pathlib import Path

import pytest

from core.text import format_duration, format_guess, format_size

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("n_bytes", "text"),
    [(0, "0 kB"), (1, "1 kB"), (4096, "4 kB"), (99_999, "98 kB"), (1023 << 10, "1023 kB"), ((1 << 20) - 1, "1 MB"),
     (5 << 19, "2.5 MB"), (10 << 20, "10 MB"), (200 << 20, "200 MB"), ((1 << 30) - 1, "1 GB"), (5 << 28, "1.2 GB"),
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
