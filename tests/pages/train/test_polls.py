"""How often the live panel asks, and what makes it compute its content anew."""

from types import SimpleNamespace

import pytest

from core.charts.series import MOST_POINTS
from core.evaluation.diagnosis import Augmentation
from core.runs.status import Status
from core.screening.verdict import Verdict
from pages.ui.runs import live
from tests.pages.train.test_live_panel import run


@pytest.mark.parametrize(
    ("status", "seconds", "every"),
    [(Status.RUNNING, 6.0, 1.0), (Status.RUNNING, 6.01, 5.0), (Status.PAUSED, 60.0, 1.0), (Status.STOPPING, 60.0, 1.0),
     (Status.QUEUED, None, 1.0), (Status.RUNNING, None, 1.0)],
)  # fmt: skip
def test_it_asks_rarely_only_while_a_training_goes_on(status, seconds, every):
    assert live._poll_s(run(status, progress={} if seconds is None else {"seconds": seconds})) == every


def test_runs_and_how_they_stand_are_what_it_compares():
    assert live.signature([run(), run(Status.QUEUED, id="b")]) == (("a", "running"), ("b", "queued"))


@pytest.fixture
def asked(monkeypatch):
    found = []
    known = Augmentation(True, Verdict.AMBER, False)
    monkeypatch.setattr(live, "augmentation_of", lambda run: known)
    monkeypatch.setattr(live, "theme", lambda: "dark")
    monkeypatch.setattr(live.engine, "workspace", lambda: SimpleNamespace(root="/here"))
    monkeypatch.setattr(live, "_panel_content", lambda *given: found.append(given) or given)
    return found


@pytest.mark.parametrize(
    ("steps", "step", "point"),
    [(None, 7, 7), (MOST_POINTS, 7, 7), (2 * MOST_POINTS - 1, 7, 7), (2 * MOST_POINTS, 7, 3), (3 * MOST_POINTS, 9, 3)],
)
def test_a_step_counts_once_it_is_a_point_of_the_line(asked, steps, step, point):
    progress = {"step": step, "epochs_done": 2, "epochs": 4} | ({} if steps is None else {"steps": steps})
    live.panel_content(run(progress=progress))
    assert asked == [("/here", "a", (point, 2, True), "dark", 4, steps, (True, "amber", False))]


def test_the_end_of_a_run_is_drawn_too(asked):
    live.panel_content(run(Status.COMPLETED, progress={}))
    assert asked[0][2] == (0, 0, False)


@pytest.mark.parametrize(
    ("what", "weights", "needed"),
    [("loading the model", "default", True), ("loading the model", "none", False), ("training", "default", False)],
)
def test_only_weights_that_are_not_here_are_downloaded(monkeypatch, what, weights, needed):
    spec = live.catalogue.get("resnet18")
    experiment = run().experiment
    backbone = experiment.backbone.model_copy(update={"name": "resnet18", "weights": weights})
    one = run(progress={"what": what}, experiment=experiment.changed(backbone=backbone))
    monkeypatch.setattr(live, "is_local", lambda _: False)
    assert live._to_download(one) == (spec.download_bytes if needed else 0)
    monkeypatch.setattr(live, "is_local", lambda _: True)
    assert live._to_download(one) == 0
