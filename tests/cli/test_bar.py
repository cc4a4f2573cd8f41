"""The bar of a training: its own estimate of the time left, else the bar's; and the lines above it."""

import io
from types import SimpleNamespace

import pytest
from rich.console import Console
from rich.text import Text

from core.cli import show
from core.tasks.scorecard import Score
from core.training import events
from tests.uneven import an_epoch


@pytest.mark.parametrize(
    ("description", "left", "told"),
    [("training", "2 min left", "2 min left"), ("training", "", "the bar's"), ("loading", "2 min left", "the bar's")],
)
def test_the_time_left_is_the_training_s_own_else_the_bar_s(monkeypatch, description, left, told):
    monkeypatch.setattr(show.TimeRemainingColumn, "render", lambda *_: Text("the bar's"))
    task = SimpleNamespace(description=description, fields={"left": left})
    assert show._LeftColumn().render(task).plain == told


def test_each_step_of_a_training_renews_the_time_left(monkeypatch):
    shown = []

    class Known:
        def __init__(self):
            self.steps = 0

        def take(self, event):
            self.steps += isinstance(event, events.StepEnded)

        def left(self):
            return self.steps if self.steps > 1 else None

    monkeypatch.setattr(show, "Remaining", Known)
    monkeypatch.setattr(show, "left_words", lambda left: f"after {left}")
    monkeypatch.setattr(show.Progress, "update", lambda self, task, **parts: shown.append(parts))
    step = events.StepEnded(step=1, epoch=0, phase=0, loss=1.0, learning_rate=0.1, images_per_second=5.0)

    def happened():
        yield from (step, step, events.Progress(what="evaluating", done=1, total=2), step)

    show.show(happened())
    assert [parts["left"] for parts in shown if "left" in parts] == ["after 2", "after 3"]


def test_an_epoch_and_a_warning_are_lines_above_the_bar(monkeypatch):
    out = io.StringIO()
    monkeypatch.setattr(show, "people", Console(file=out, width=200))
    best = an_epoch(1, 0.5, best=True, metrics=(Score("mean_average_precision", 0.8125),))

    def happened():
        yield from (an_epoch(0, 1.5), best, events.Warned(message="Look [here]."))

    show.show(happened())
    assert [line.rstrip() for line in out.getvalue().splitlines() if line.strip()][:3] == [
        "epoch   1  loss 0.750  val loss 1.500  val accuracy 0.625",
        "epoch   2  loss 0.250  val loss 0.500  val mean average precision 0.812 *",
        "Look [here].",
    ]
