"""One way to write a number, wherever it stands."""

import re
from pathlib import Path

import pytest

from core.text import number, percent, percent_range

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(("share", "digits", "text"), [(0.916, 0, "92 %"), (0.9163, 1, "91.6 %"), (0, 0, "0 %")])
def test_a_share_is_a_percentage_with_a_space(share, digits, text):
    assert percent(share, digits) == text


def test_an_interval_names_the_unit_once():
    assert percent_range(0.741, 0.98) == "74 to 98 %"


@pytest.mark.parametrize(
    ("value", "text"), [(0.001, "0.001"), (5.7e-06, "5.7e-6"), (1e-05, "1e-5"), (0.0, "0"), (0.000333, "0.000333")]
)
def test_a_small_number_has_no_padded_exponent(value, text):
    assert number(value) == text


@pytest.mark.parametrize("folder", ["core/charts", "core/export", "pages"])
def test_no_other_module_writes_percentages_its_own_way(folder):
    own = re.compile(r"\{[^{}]*:[^{}]*%\}|tickformat\": \"[^\"]*%")
    found = [path for path in (ROOT / folder).rglob("*.py") if own.search(path.read_text(encoding="utf-8"))]
    assert not found
