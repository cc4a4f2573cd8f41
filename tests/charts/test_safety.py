"""The strength chart: what is drawn of a sweep, and that every light has its own shape and words."""

import pytest

from core.charts.safety import COLOURS, LIGHTS, SYMBOLS, StrengthCurve, StrengthPoint, strength_curve, strength_figure
from core.charts.style import THEMES
from core.screening.sweep import StrengthSweep
from core.screening.verdict import Safety, Verdict
from tests.charts.helpers import check_figure


def safety(verdict, affinity):
    return Safety(verdict, "Because.", 12, 4, 1.0, affinity, affinity - 0.1, affinity + 0.05, 0.1, 0.5, (), (), (), ())


def sweep(*lights):
    found = tuple(safety(Verdict(light), 1 - 0.1 * number) for number, light in enumerate(lights))
    strengths = (0.5, 1.0, 1.5, 2.0)[: len(lights)]
    return StrengthSweep(strengths, found, 1.5 if "amber" in lights else None, 2.0 if "red" in lights else None, ())


def test_the_data_are_the_points_with_their_intervals():
    curve = strength_curve(sweep("green", "green", "amber", "red"))
    assert curve.points[0] == StrengthPoint(0.5, 1.0, 0.9, 1.05, "green")
    assert [point.light for point in curve.points] == ["green", "green", "amber", "red"]
    assert (curve.turns, curve.reds) == (1.5, 2.0)


def test_every_light_has_its_shape_colour_and_words(theme):
    figure = strength_figure(strength_curve(sweep("green", "green", "amber", "red")), theme)
    check_figure(figure, theme)
    assert [trace.name for trace in figure.data[2:]] == [LIGHTS[light] for light in ("green", "amber", "red")]
    assert [trace.marker.symbol for trace in figure.data[2:]] == [SYMBOLS[one] for one in ("green", "amber", "red")]
    assert list(figure.data[2].x) == [0.5, 1.0]
    texts = [note.text for note in figure.layout.annotations]
    assert texts == ["● Labels survive", "◆ Look closer", "✖ Destroys labels", "turns at 1.5", "turns red at 2"]
    assert len({(note.x, note.y) for note in figure.layout.annotations[:3]}) == 3
    assert len({note.yshift for note in figure.layout.annotations[3:]}) == 2, "they do not cover each other"
    assert [shape.x0 for shape in figure.layout.shapes] == [1.5, 2.0]


def test_where_nothing_turns_nothing_is_marked(theme):
    figure = strength_figure(strength_curve(sweep("green", "green")), theme)
    check_figure(figure, theme)
    assert not figure.layout.shapes
    assert [note.text for note in figure.layout.annotations] == ["● Labels survive"]


def test_one_strength_that_turns_and_reddens_is_marked_once(theme):
    points = (StrengthPoint(0.25, 1, 1, 1, "green"), StrengthPoint(0.5, 0.5, 0.4, 0.6, "red"))
    figure = strength_figure(StrengthCurve(points, 0.5, 0.5), theme)
    assert [note.text for note in figure.layout.annotations][-1] == "turns red at 0.5"
    assert len(figure.layout.shapes) == 1


@pytest.mark.parametrize("points", [(), (StrengthPoint(1.0, 0.9, 0.8, 1.0, "unknown"),)], ids=["none", "one"])
def test_none_or_one_point_is_drawn_too(points, theme):
    check_figure(strength_figure(StrengthCurve(points), theme), theme)


def test_the_words_can_be_read_on_either_ground(theme):
    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    ground = luminance(THEMES[theme].surface)
    for colour in COLOURS[theme].values():
        bright, dark = sorted((ground, luminance(colour)), reverse=True)
        assert (bright + 0.05) / (dark + 0.05) >= 3
