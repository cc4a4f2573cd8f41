from dataclasses import replace

from core.charts.overlay import Key, Overlay, RunLine, legend, overlay, overlay_figure
from core.charts.series import Line
from core.charts.style import run_colours
from core.tasks.scorecard import Score
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
        "Training loss",
    )


def test_the_legend_names_each_run_in_its_colour_the_highest_line_first(theme):
    data = overlay(RUNS, {"r1": HOSTILE, "r2": "second"})
    figure = overlay_figure(data, theme)
    check_figure(figure, theme)
    assert not figure.layout.showlegend
    colours = run_colours(["r1", "r2", "r3"], theme)
    assert [trace.line.color for trace in figure.data] == list(colours.values())
    assert legend(data, theme) == (
        Key(colours["r2"], "solid", "second", 1.5, None),
        Key(colours["r1"], "solid", HOSTILE, 1.0, None),
        Key(colours["r3"], "solid", "r3", None, None),
    )


def test_equal_lines_are_dashed_over_each_other_and_named_as_twins(theme):
    data = overlay({"a": RUNS["r1"], "b": RUNS["r1"], "c": RUNS["r1"], "d": RUNS["r2"]}, {"a": "first"})
    assert [trace.line.dash for trace in overlay_figure(data, theme).data] == ["solid", "dash", "dot", "solid"]
    assert [run.same_as for run in data.runs] == [None, "first", "first", None]


def test_runs_without_an_epoch_are_no_twins():
    assert [run.same_as for run in overlay({"a": [], "b": []}, {}).runs] == [None, None]


def test_a_run_has_the_same_colour_in_every_selection(theme):
    everything = [f"r{i}" for i in range(9)]
    one, other = (
        overlay_figure(overlay(dict.fromkeys(chosen, RUNS["r1"]), {}, all_runs=everything), theme)
        for chosen in (["r2", "r5"], ["r5", "r7", "r8"])
    )
    assert one.data[1].line.color == other.data[0].line.color


def test_accuracies_are_percentages():
    figure = overlay_figure(overlay(RUNS, {}, "val_score"), "light")
    assert figure.data[0].y == (50.0, 50.0)
    assert figure.layout.yaxis.ticksuffix == " %"
    assert overlay_figure(overlay(RUNS, {}, "val_loss"), "light").data[0].y == (1.5, 1.0)


def test_no_run_at_all(theme):
    check_figure(overlay_figure(overlay({}, {}), theme), theme)


def test_a_score_of_which_one_is_no_share_is_drawn_as_it_is(theme):
    other = [replace(epoch_ended(n), metrics=(Score("boundary_error", 3.0 + n, share=False),)) for n in range(2)]
    shares, mixed = overlay(RUNS, {}, "val_score"), overlay({**RUNS, "r4": other}, {}, "val_score")
    assert (shares.percent, mixed.percent) == (True, False)
    assert overlay_figure(shares, theme).data[0].y == (50, 50)
    figure = overlay_figure(mixed, theme)
    assert [trace.y for trace in figure.data] == [(0.5, 0.5), (0.5,), (), (3.0, 4.0)]
    assert figure.layout.yaxis.ticksuffix is None
    assert not overlay(RUNS, {}, "val_loss").percent
    assert overlay(RUNS, {}, "train_accuracy").percent
