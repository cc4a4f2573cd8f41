import itertools
import re
import subprocess
import sys

import numpy as np
import pytest

from core.charts import style
from core.charts.style import THEMES, literal, names_axis, run_colour, run_colours

# Full red and green blindness: Machado, Oliveira and Fernandes (2009), table of matrices, severity 1.0.
VISION = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}


def linear(colour):
    value = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """WCAG 2 contrast ratio."""
    dark, light = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other))
    return (light + 0.05) / (dark + 0.05)


def lab(rgb):
    xyz = np.array([[0.4125, 0.3576, 0.1804], [0.2127, 0.7152, 0.0722], [0.0193, 0.1192, 0.9503]]) @ np.clip(rgb, 0, 1)
    x, y, z = np.cbrt(np.maximum(xyz / [0.9505, 1, 1.0888], 0.0089))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("vision", VISION)
def test_the_palette_is_told_apart_by_everyone(theme, vision):
    seen = [lab(VISION[vision] @ linear(colour)) for colour in THEMES[theme].palette]
    nearest = min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2))
    assert nearest > 12  # CIE76; 2.3 is just noticeable


def test_everything_stands_out_from_the_page(theme):
    shades = THEMES[theme]
    assert all(contrast(colour, shades.surface) >= 3 for colour in (*shades.palette, shades.accent)), (
        "WCAG 1.4.11, graphics"
    )
    assert all(contrast(colour, shades.surface) >= 4.5 for colour in (shades.text, shades.muted)), "WCAG 1.4.3, text"


def test_a_run_keeps_its_colour():
    assert run_colour("20260101-ab12") == run_colour("20260101-ab12")
    assert run_colour(1) == run_colour(1 + len(THEMES["light"].palette))
    assert run_colour("x", "light") != run_colour("x", "dark")
    places = {THEMES[theme].palette.index(run_colour("x", theme)) for theme in ("light", "dark")}
    assert len(places) == 1


def test_runs_share_a_colour_only_when_there_are_too_many():
    runs = [f"run-{i}" for i in range(16)]
    colours = run_colours(runs)
    assert len(set(list(colours.values())[:8])) == 8
    assert len(set(list(colours.values())[8:])) == 8
    assert run_colours(runs[:5]) == {run: colours[run] for run in runs[:5]}, "newer runs must not change older ones"


@pytest.mark.parametrize("text", ["cat", "größe 3", "كلب", "🐈", "a/b (c) [d](javascript:x) \"q\" 'r'"])
def test_ordinary_text_stays_as_it_is(text):
    assert literal(text) == text


@pytest.mark.parametrize(
    "text", ["<b>x</b>", "<br>", "&lt;", "&amp;", "%{x}", "%{customdata[0]:.2f}", "$x^2$", "a & b"]
)
def test_literal_leaves_no_markup_and_keeps_every_character(text):
    got = literal(text)
    assert not re.search(r"[<>%$]", got)
    assert re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), got) == text


def test_literal_shortens_before_it_escapes():
    got = literal("<" * 300, 10)
    assert got == "&#60;" * 6 + "…" + "&#60;" * 3
    assert literal("picture-of-something-0001.jpg", 14) == "picture-…1.jpg"
    assert literal("exactly", 7) == "exactly"


def test_literal_makes_visible_what_cannot_be_seen():
    assert literal("a\nb\x00c\u202ed\ue000") == r"a b\x00c\u202ed" + "\ue000"
    assert literal("bad \udcff name") == r"bad \xff name"


def test_names_that_are_equal_once_shortened_stay_two_rows():
    got = names_axis(["a" * 50 + "1" + "b" * 20, "a" * 50 + "2" + "b" * 20], "light")
    assert got["tickvals"] == [0, 1]
    assert got["ticktext"][0] == got["ticktext"][1]


def test_fade():
    assert style.fade("#0072b2", 0.3) == "rgba(0, 114, 178, 0.3)"


def test_charts_need_no_torch():
    code = "import core.charts.curves_figure, core.charts.confusion, core.charts.classes, core.charts.overlay, sys; "
    code += "import core.charts.phases, core.charts.probabilities, core.charts.scores, core.charts.differences; "
    code += "assert not {'torch', 'sklearn', 'scipy', 'streamlit'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
