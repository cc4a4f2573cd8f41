"""Every chart as it is drawn, to the last number: what `drawn.txt` says, and nothing else.

A chart that is meant to look different is recorded anew (`tests/recorded.py`); look at it in the app, too.
"""

import json
from dataclasses import replace
from pathlib import Path

import plotly.graph_objects as go
import pytest

from core.charts.classes import class_counts, class_counts_figure
from core.charts.confusion import cells, confusion_figure
from core.charts.curves import curves
from core.charts.curves_figure import curves_figure
from core.charts.overlay import overlay, overlay_figure
from core.charts.phases import phase_figure, phase_grid
from core.charts.probabilities import TopClasses, probabilities_figure, top_classes
from core.charts.safety import StrengthCurve, StrengthPoint, strength_figure
from core.charts.scores import RecallRow, recall_figure
from core.charts.series import line
from core.charts.style import base_layout
from core.charts.sweep import sweep_curve, sweep_figure
from core.experiment import Phase
from core.tasks.classification.confusion import Confusion
from core.tasks.scorecard import Score
from core.training.sweep import Sweep
from tests.charts.helpers import epoch_ended, phase_started, step_ended
from tests.recorded import Recorded

EPOCHS = [epoch_ended(0, best=True), epoch_ended(1, best=True), epoch_ended(2, phase=1, val_loss=1.2)]
PHASES = [phase_started(0, 0, 2), phase_started(1, 2, 3, stages=("blocks.6", "head"))]
STEPS = [step_ended(n + 1, phase=int(n >= 8), loss=1 / (n + 2)) for n in range(14)]
FITTED = [replace(step_ended(n), learning_rate=0.0) for n in range(1, 4)]
DISTANCES = [replace(one, metrics=(Score("boundary_error", 3.25 - one.epoch, share=False),)) for one in EPOCHS]
LONG = [epoch_ended(n, best=n == 30) for n in range(45)]
RATES = (1e-4, 1e-3, 1e-2, 1e-1)
LIGHTS = ("green", "unknown", "amber", "red")
POINTS = tuple(
    StrengthPoint(0.25 + 0.5 * n, 1 - 0.125 * n, 0.875 - 0.1875 * n, 1.0625 - 0.0625 * n, light)
    for n, light in enumerate(LIGHTS)
)
FOUND = Sweep(RATES, (1.1, 0.5, 0.4, 90.0), (1.0, 0.6, 0.5, 40.0), 1.1e-3, "Because.")
RECALLS = (
    RecallRow("cat", 7, 0.75, 0.5, 0.875), RecallRow("dog", 0, None, None, None), RecallRow("owl", 2, 1.0, 0.25, 1.0)
)  # fmt: skip
F1S = (RecallRow("sea", 0, 0.0, 0.0, 0.0, "F1"), RecallRow("sky", 5, 0.625, 0.5, 0.75, "F1"))
PLAN = [
    Phase(stages=("head",), epochs=2, solver="lbfgs"), Phase(stages=("head",), epochs=3),
    Phase(stages=("stem", "head"), epochs=9, learning_rate=1e-4),
]  # fmt: skip


def matrix(n, empty=-1):
    """Counts that differ in every cell; nothing in row `empty`."""
    rows = tuple(tuple(0 if row == empty else 3 * row + column for column in range(n)) for row in range(n))
    return cells(Confusion(tuple(f"class {chr(97 + n)}" for n in range(n)), rows))


def training(*events, total=5, panels=("loss", "score", "rate"), **more):
    return lambda theme: curves_figure(curves(*events, total, **more), theme, panels)


CHARTS = {
    "nothing yet, on a light page": lambda theme: go.Figure({"layout": base_layout(theme, 75)}),
    "nothing yet, on a dark page": lambda theme: go.Figure({"layout": base_layout(theme, 75)}),
    "curves": training(EPOCHS, STEPS, PHASES),
    "curves before the first epoch": training([], STEPS[:2], PHASES[:1], steps_per_epoch=4),
    "curves before the first step": training([], [], PHASES[:1], steps_per_epoch=4),
    "curves, the last epoch is the best": training(EPOCHS[:2], STEPS[:8], PHASES[:1]),
    "curves of many epochs": training(LONG, [], PHASES, total=50, panels=("score",)),
    "curves without a rate": training(EPOCHS[:1], FITTED, PHASES[:1], total=12, panels=("loss", "rate")),
    "curves of a score that is no share": training(DISTANCES, [], PHASES, total=13, panels=("rate", "score")),
    "runs by a share": lambda theme: overlay_figure(
        overlay({"r1": EPOCHS, "r2": EPOCHS, "r3": EPOCHS[:1]}, {"r1": "first"}, "val_score"), theme
    ),
    "runs by a loss": lambda theme: overlay_figure(overlay({"r1": LONG[:40], "r2": LONG[:41]}, {}), theme),
    "runs of twelve epochs": lambda theme: overlay_figure(overlay({"r1": LONG[:12], "r2": []}, {}), theme),
    "classes": lambda theme: class_counts_figure(
        class_counts(("cat", "dog", "owl"), {"train": [0, 0, 1], "test": [0, 2, 2, 2], "val": [1]}), theme
    ),
    "two classes of one part": lambda theme: class_counts_figure(class_counts("ab", {"val": [1]}), theme),
    "confusion": lambda theme: confusion_figure(matrix(3, empty=1), theme),
    "phases": lambda theme: phase_figure(phase_grid(PLAN, ("stem", "layer1", "head"), 1e-3), theme),
    "phases of more than 20 epochs": lambda theme: phase_figure(
        phase_grid([PLAN[2], PLAN[2].model_copy(update={"epochs": 12})], ("stem", "head"), 1e-3), theme
    ),
    "probabilities": lambda theme: probabilities_figure(top_classes("abc", (0.125, 0.5, 0.375), k=2), theme),
    "answers with thresholds": lambda theme: probabilities_figure(
        TopClasses(("sea", "sky", "sand"), (0.75, 0.5, 0.125), 4, (0.875, 0.5, 0.25)), theme
    ),
    "recall": lambda theme: recall_figure(RECALLS, theme),
    "F1": lambda theme: recall_figure(F1S, theme),
    "rates": lambda theme: sweep_figure(sweep_curve(FOUND), theme),
    "rates, the suggested one at the right": lambda theme: sweep_figure(
        sweep_curve(replace(FOUND, suggested=0.03)), theme
    ),
    "rates without a suggestion": lambda theme: sweep_figure(sweep_curve(replace(FOUND, suggested=None)), theme),
    "rates without a point": lambda theme: sweep_figure(sweep_curve(Sweep((), (), (), None, "")), theme),
    "strengths": lambda theme: strength_figure(StrengthCurve(POINTS, 0.75, 1.75), theme),
    "strengths of one light": lambda theme: strength_figure(StrengthCurve(POINTS[:1]), theme),
    "strengths without a point": lambda theme: strength_figure(StrengthCurve(), theme),
    "rates that only raise the loss": lambda theme: sweep_figure(
        sweep_curve(Sweep(RATES, (0.4, 0.5, 0.6, 9.0), (0.4, 0.5, 0.75, 5.0), None, "")), theme
    ),
    "no phase yet": lambda theme: phase_figure(phase_grid([], ("stem", "head"), 1e-3), theme),
}


def drawn(name):
    """A line for each trace and for each entry of the layout that is not the same everywhere, sorted.

    The themes by turns, for each has its own colours and nothing else.
    """
    theme = ("light", "dark")[list(CHARTS).index(name) % 2]
    figure = json.loads(CHARTS[name](theme).to_json(remove_uids=False))
    layout = {key: entry for key, entry in figure["layout"].items() if key != "template"}  # plotly's, by its version
    if not name.startswith("nothing"):
        layout = {key: entry for key, entry in layout.items() if entry != base_layout(theme, 0).get(key)}
    entries = {f"trace {number}": trace for number, trace in enumerate(figure["data"])} | layout
    return [f"{key}: {json.dumps(entry, sort_keys=True)}" for key, entry in sorted(entries.items())]


@pytest.fixture(scope="module")
def recorded():
    return Recorded(Path(__file__).with_name("drawn.txt"))


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_drawn_as_it_always_was(name, recorded):
    recorded.check(name, "\n".join(drawn(name)))


def test_every_record_is_of_a_chart(recorded):
    recorded.check_all_are_used(CHARTS)


@pytest.mark.parametrize(
    ("n", "text", "ticks", "angle"),
    [(5, 14, 13, 0), (6, 14, 13, -40), (8, 14, 13, -40), (9, 11, 13, -40), (12, 11, 13, -40), (13, 11, 10, -40),
     (14, 11, 10, -40), (15, 9, 10, -40), (20, 9, 10, -40), (21, None, 10, -90), (30, None, 10, -90),
     (31, None, 8, -90)],
)  # fmt: skip
def test_with_more_classes_the_text_of_a_matrix_becomes_smaller_and_is_turned(n, text, ticks, angle):
    figure = confusion_figure(matrix(n), "light")
    (heat,) = figure.data
    assert heat.textfont.size == text
    assert (figure.layout.xaxis.tickfont.size, figure.layout.xaxis.tickangle) == (ticks, angle)
    assert (heat.xgap, heat.ygap) == ((2, 2) if n <= 20 else (0, 0))
    assert figure.layout.height == 110 + min(720, max(300, 60 * n))


@pytest.mark.parametrize(("n", "thin"), [(20, 30), (21, 20)])
def test_rows_of_many_classes_are_lower(n, thin):
    names = [f"class {one}" for one in range(n)]
    assert class_counts_figure(class_counts(names, {"val": [1]}), "light").layout.height == 100 + thin * n
    assert recall_figure([replace(RECALLS[0], name=name) for name in names], "light").layout.height == 80 + thin * n


@pytest.mark.parametrize(("epochs", "mode"), [(40, "lines+markers"), (41, "lines")])
def test_up_to_forty_epochs_have_a_dot_each(epochs, mode):
    figure = training(LONG[:epochs], [], PHASES, total=epochs)("light")
    assert {trace.mode for trace in figure.data if trace.uid in ("loss-val", "score-train")} == {mode}


@pytest.mark.parametrize(("best", "side"), [(4, "left"), (5, "right")])
def test_the_best_epoch_is_named_on_the_side_with_room(best, side):
    epochs = [epoch_ended(n, best=n == best - 1) for n in range(7)]
    notes = training(epochs, [], PHASES, total=8)("light").layout.annotations
    assert [note.xanchor for note in notes if note.text == f"best: epoch {best}"] == [side]


@pytest.mark.parametrize(("epochs", "every"), [(20, 1), (21, None)])
def test_each_of_twenty_epochs_of_phases_has_a_tick(epochs, every):
    grid = phase_grid([PLAN[1].model_copy(update={"epochs": epochs})], ("head",), 1e-3)
    assert phase_figure(grid, "light").layout.xaxis.dtick == every


@pytest.mark.parametrize(("share", "text"), [(30, "0.001"), (31, "learning rate 0.001"), (8, ""), (9, "0.001")])
def test_a_rate_is_said_as_far_as_its_phase_is_wide(share, text):
    plan = [PLAN[1].model_copy(update={"epochs": epochs}) for epochs in (share, 100 - share)]
    assert phase_figure(phase_grid(plan, ("head",), 1e-3), "light").layout.annotations[0].text == text


@pytest.mark.parametrize("points", [500, 501])
def test_a_line_has_up_to_five_hundred_points(points):
    assert len(line((n, n % 7) for n in range(points)).xs) == 500


@pytest.mark.parametrize(("length", "shown"), [(28, 28), (29, 28)])
def test_a_long_name_of_a_class_is_shortened_in_the_middle(length, shown):
    (tick,) = recall_figure([replace(RECALLS[0], name="a" * length)], "light").layout.yaxis.ticktext
    assert (len(tick), "…" in tick) == (shown, length > 28)
