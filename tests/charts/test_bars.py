"""Class counts, probabilities, phases and recall: charts with a row per name."""

import pytest

from core.charts.classes import ClassCounts, class_counts, class_counts_figure
from core.charts.phases import PhaseBlock, PhaseGrid, phase_figure, phase_grid
from core.charts.probabilities import TopClasses, probabilities_figure, top_classes
from core.charts.scores import RecallRow, recall_figure, recall_rows
from core.experiment import Phase
from core.tasks.classification.scores import class_scores
from tests.charts.helpers import HOSTILE, check_figure


def test_class_counts():
    got = class_counts(["cat", "dog", "owl"], {"val": [1], "train": [0, 0, 1]})
    assert got == ClassCounts(("cat", "dog", "owl"), {"train": (2, 1, 0), "val": (0, 1, 0)})
    assert got.totals == (2, 2, 0)
    assert class_counts(["cat"], {}).totals == (0,)


def test_class_counts_figure(theme):
    figure = class_counts_figure(class_counts([HOSTILE, "dog"], {"train": [0, 0], "val": [1], "test": [0]}), theme)
    check_figure(figure, theme)
    assert [trace.name for trace in figure.data[:-1]] == ["Training", "Validation", "Test"]
    assert [trace.marker.color for trace in figure.data[:-1]] == list(
        dict.fromkeys(t.marker.color for t in figure.data[:-1])
    )
    assert figure.data[-1].text == (" 3", " 1")
    assert figure.layout.showlegend


def test_one_part_needs_no_legend(theme):
    figure = class_counts_figure(class_counts(["cat", "dog"], {"train": [0, 1]}), theme)
    assert not figure.layout.showlegend


def test_top_classes_are_sorted_and_counted():
    assert top_classes(["a", "b", "c"], [0.2, 0.6, 0.2], k=2) == TopClasses(("b", "a"), (0.6, 0.2), 1)
    assert top_classes(["a"], [1]) == TopClasses(("a",), (1.0,), 0)
    with pytest.raises(ValueError, match="shorter"):
        top_classes(["a", "b"], [1.0])


def test_probabilities_figure(theme):
    figure = probabilities_figure(top_classes([HOSTILE, "b"], [0.25, 0.75]), theme)
    check_figure(figure, theme)
    assert figure.data[0].text == (" 75.0 %", " 25.0 %")
    assert figure.layout.xaxis.visible is False, "ticks without numbers say nothing"
    first, second = figure.data[0].marker.color
    assert first != second
    assert figure.layout.yaxis.range == (1.5, -0.5), "the most probable class is at the top"


PHASES = [Phase(stages=("head",), epochs=2), Phase(stages=("stem", "head"), epochs=3, learning_rate=1e-4)]


def test_phase_grid_lays_phases_one_after_the_other():
    assert phase_grid(PHASES, ["stem", "layer1", "head"], 1e-3) == PhaseGrid(
        ("stem", "layer1", "head"), (PhaseBlock(0, 2, (2,), 1e-3), PhaseBlock(2, 5, (0, 2), 1e-4))
    )


def test_phase_figure_has_a_block_for_each_stage_and_phase(theme):
    figure = phase_figure(phase_grid(PHASES, ["stem", "layer1", "head"], 1e-3), theme)
    check_figure(figure, theme)
    trains, frozen = figure.data
    assert (trains.name, frozen.name) == ("Trains", "Frozen")
    assert list(zip(trains.base, trains.x, trains.y, strict=True)) == [(0, 2, 2), (2, 3, 0), (2, 3, 2)]
    assert list(zip(frozen.base, frozen.x, frozen.y, strict=True)) == [(0, 2, 0), (0, 2, 1), (2, 3, 1)]
    assert [note.text for note in figure.layout.annotations] == ["learning rate 0.001", "learning rate 0.0001"]


def test_a_phase_that_is_fitted_has_no_rate_whatever_it_or_the_recipe_says(theme):
    fitted = Phase(stages=("head",), epochs=4, solver="lbfgs")
    phases = [fitted, fitted.model_copy(update={"learning_rate": 3e-3}), PHASES[1]]
    grid = phase_grid(phases, ["stem", "head"], 1e-3)
    assert [block.learning_rate for block in grid.blocks] == [0, 0, 1e-4]
    texts = [note.text for note in phase_figure(grid, theme).layout.annotations]
    assert texts == ["L-BFGS, no learning rate"] * 2 + ["0.0001"]


def test_no_phase_yet_is_an_empty_grid(theme):
    check_figure(phase_figure(phase_grid([], ["stem", "head"], 1e-3), theme), theme)


def test_the_rate_gives_way_in_a_narrow_phase():
    phases = [Phase(stages=("head",), epochs=n) for n in (1, 10, 89)]
    texts = [note.text for note in phase_figure(phase_grid(phases, ["head"], 1e-3), "light").layout.annotations]
    assert texts == ["", "0.001", "learning rate 0.001"]


SCORES = class_scores([0, 0, 0, 0, 1], [0, 0, 0, 1, 1], ["cat", HOSTILE, "owl"])


def test_recall_rows():
    rows = recall_rows(SCORES)
    assert rows[0] == RecallRow("cat", 4, 0.75, SCORES[0].recall_low, SCORES[0].recall_high)
    assert rows[2] == RecallRow("owl", 0, None, None, None)


def test_recall_figure_shows_the_interval_and_says_what_is_missing(theme):
    figure = recall_figure(recall_rows(SCORES), theme)
    check_figure(figure, theme)
    assert figure.data[0].x == (75.0, 100.0)
    assert figure.data[0].error_x.arrayminus[0] == pytest.approx(75 - 100 * SCORES[0].recall_low)
    assert figure.data[0].error_x.array[1] == 0.0
    assert [(note.text, note.y) for note in figure.layout.annotations] == [("no image of this class", 2)]
