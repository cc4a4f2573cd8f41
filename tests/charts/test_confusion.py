import pytest

from core.charts.confusion import Cells, cells, confusion_figure
from core.tasks.classification.confusion import Confusion
from tests.charts.helpers import HOSTILE, check_figure

TWO = Confusion(("cat", "dog"), ((3, 1), (0, 0)))


def test_cells_hold_shares_of_the_true_class():
    assert cells(TWO) == Cells(
        ("cat", "dog"), ((3, 1), (0, 0)), ((0.75, 0.25), (0.0, 0.0)), (("3<br>75 %", "1<br>25 %"), ("", ""))
    )


def test_shares_are_of_each_class_by_itself():
    uneven = Confusion(("cat", "dog", "owl"), ((3, 1, 0), (2, 6, 8), (0, 0, 5)))
    assert cells(uneven).shares == ((0.75, 0.25, 0.0), (0.125, 0.375, 0.5), (0.0, 0.0, 1.0))


def test_axes_say_what_they_are():
    layout = confusion_figure(cells(TWO), "light").layout
    assert layout.xaxis.title.text == "Predicted class"
    assert layout.yaxis.title.text == "True class"
    assert layout.yaxis.autorange == "reversed", "the first class is at the top, as in a table"


@pytest.mark.parametrize(("n", "written"), [(2, True), (20, True), (21, False)])
def test_cells_too_small_for_text_have_none(n, written, theme):
    names = (HOSTILE, *(f"class {i}" for i in range(n - 1)))
    figure = confusion_figure(cells(Confusion(names, tuple((1,) * n for _ in range(n)))), theme)
    assert (figure.data[0].text is not None) == written
    assert len(figure.layout.xaxis.ticktext) == n
    check_figure(figure, theme)


def test_hover_reads_as_a_sentence():
    hover = confusion_figure(cells(TWO), "light").data[0].hovertext
    assert hover[0][1] == "true: cat<br>predicted: dog<br>1 of 4 (25 %)"
