from itertools import pairwise

from core.charts.overlay import Overlay, RunLine, overlay, overlay_figure
from core.charts.series import Line
from core.charts.style import run_colours
from tests.charts.helpers import HOSTILE, check_figure, epoch_ended

RUNS = {"r1": [epoch_ended(0), epoch_ended(1)], "r2": [epoch_ended(0)], "r3": []}


def test_overlay_takes_one_metric_of_each_run():
    assert overlay(RUNS, {"r1": "first"}, "train_loss") == Overlay(
        "train_loss",
        (
            RunLine("r1", "first", Line((1, 2), (1.0, 0.5))),
            RunLine("r2", "r2", Line((1,), (1.0,))),
            RunLine("r3", "r3", Line()),
        ),
        ("r1", "r2", "r3"),
    )


def test_runs_are_named_at_their_lines_in_their_colours(theme):
    figure = overlay_figure(overlay(RUNS, {"r1": HOSTILE, "r2": "second"}), theme)
    check_figure(figure, theme)
    assert not figure.layout.showlegend
    colours = run_colours(["r1", "r2", "r3"], theme)
    assert [trace.line.color for trace in figure.data] == list(colours.values())
    for note, run in zip(figure.layout.annotations, ("r1", "r2"), strict=True):
        assert f'<span style="color:{colours[run]}">' in note.text
    assert figure.layout.annotations[1].text.endswith("</span> second")


def test_a_run_has_the_same_colour_in_every_selection(theme):
    everything = [f"r{i}" for i in range(9)]
    one, other = (
        overlay_figure(overlay(dict.fromkeys(chosen, RUNS["r1"]), {}, all_runs=everything), theme)
        for chosen in (["r2", "r5"], ["r5", "r7", "r8"])
    )
    assert one.data[1].line.color == other.data[0].line.color


def test_labels_of_many_runs_that_end_alike_do_not_overlap():
    figure = overlay_figure(overlay({f"r{i}": RUNS["r1"] for i in range(30)}, {}, "val_accuracy"), "light")
    shifts = sorted(note.yshift for note in figure.layout.annotations)
    assert min(b - a for a, b in pairwise(shifts)) >= 16.9
    assert shifts[-1] - shifts[0] <= figure.layout.height


def test_no_run_at_all(theme):
    check_figure(overlay_figure(overlay({}, {}), theme), theme)
