"""The estimate on the Train page: of the images as they are, and only while nothing else is at work."""

from dataclasses import replace

import pytest
from PIL import Image

from core.experiment import Phase
from core.runs import trial
from core.runs.status import Status
from core.training.estimate import Estimate
from core.work.progress import Progress
from pages.ui.session.state import Draft
from pages.ui.train import estimate
from tests.conftest import make_experiment
from tests.pages.train.test_page import HELD, page, ran, recorded, text, until


@pytest.fixture
def draft(images) -> Draft:
    small = make_experiment(images)
    return Draft(source=str(images), pipeline=small.pipeline, backbone=small.backbone,
                 phases=(Phase(stages=("head",), epochs=9),), recipe=small.recipe, views=2)  # fmt: skip


@pytest.fixture
def measured(monkeypatch):
    """What was asked for; each answer is ten seconds longer than the one before."""
    asked = []

    def measure(experiment, *_):
        asked.append(experiment)
        yield Progress(what="measuring", done=0, total=1)
        return Estimate(10.0 * len(asked), 10.0 * len(asked), 0)

    monkeypatch.setattr(trial, "measure", measure)
    return asked


def settled(at, manager):
    """The page once nothing is measured any more."""
    until(lambda: manager.analyses.analysis(at.session_state["graft:train-estimate"]).over)
    return ran(at)


def test_other_images_and_other_settings_are_measured_anew(draft, manager, measured, images):
    at = settled(page(draft), manager)
    assert "Takes about 10 s" in text(at)
    assert "Takes about 10 s" in text(ran(at)), "the answer is kept"
    Image.new("RGB", (32, 32)).save(images / "cold" / "one-more.png")
    at = settled(ran(at), manager)
    assert "Takes about 20 s" in text(at)
    at.session_state["graft:draft"] = replace(draft, seed=5)
    assert "Takes about 30 s" in text(settled(ran(at), manager))


def test_nothing_is_measured_while_another_run_is_live(draft, manager, measured, images):
    other = recorded(images, Status.RUNNING)
    at = page(draft)
    assert "is measured when no other run is live" in text(at)
    assert measured == []
    HELD.pop().lock.release()
    manager.workspace.store.move(other.id, Status.INTERRUPTED)
    at = settled(ran(at), manager)
    assert "Takes about 10 s" in text(at)
    assert "no other run is live" not in text(at)


def test_what_keeping_is_worth_is_told_from_three_tenths_on():
    assert (estimate.words(10, 12.9, 0), estimate.words(0.2, 0.2, 0)) == ("Takes about 10 s.", "Takes about 1 s.")
    assert estimate.words(10, 13.0, 0) == (
        "Takes about 10 s instead of 13 s: frozen stages are computed once for each view."
    )
