import math

import pytest

from core.charts.series import Line
from core.charts.sweep import SweepCurve, sweep_curve, sweep_figure
from core.training.sweep import Sweep
from tests.charts.helpers import check_figure

RATES = (1e-4, 1e-3, 1e-2, 1e-1)
FOUND = Sweep(RATES, (1.1, 0.5, 0.4, 90.0), (1.0, 0.6, 0.5, 40.0), 1.1e-3, "Because.")


def test_the_data_leave_out_what_diverged():
    curve = sweep_curve(FOUND)
    assert curve.each == Line((-4.0, -3.0, -2.0, -1.0), FOUND.losses)
    assert curve.smoothed.ys == FOUND.smoothed
    assert 0 <= curve.low < 0.5
    assert 1.0 < curve.high < 2, "the fall fills the image, whatever comes after"
    assert (curve.suggested, curve.suggested_loss) == (1.1e-3, 0.6)


def test_a_sweep_without_points_or_suggestion(theme):
    assert sweep_curve(Sweep((), (), (), None, "")) == SweepCurve(Line(), Line(), 0.0, 1.0, None, None)
    check_figure(sweep_figure(sweep_curve(Sweep((), (), (), None, "")), theme), theme)
    flat = sweep_figure(sweep_curve(Sweep(RATES, (1.0,) * 4, (1.0,) * 4, None, "")), theme)
    check_figure(flat, theme)
    assert [trace.name for trace in flat.data] == ["Each step", "Smoothed"]
    assert [note.text for note in flat.layout.annotations] == ["Learning rate"]
    assert flat.layout.yaxis.range[0] < 1 < flat.layout.yaxis.range[1]


def test_the_figure_marks_the_suggestion(theme):
    figure = sweep_figure(sweep_curve(FOUND), theme)
    check_figure(figure, theme)
    assert [trace.name for trace in figure.data] == ["Each step", "Smoothed", "Suggested"]
    assert figure.data[2].x == (pytest.approx(math.log10(1.1e-3)),)
    assert figure.layout.annotations[1].text == "<b>0.0011</b>"
    assert figure.layout.xaxis.ticktext == ("1e-4", "1e-3", "0.01", "0.1")
    assert figure.data[1].text[0] == "0.0001"
