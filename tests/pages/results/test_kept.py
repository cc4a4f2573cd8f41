"""The sentence on the kept epoch and its button on the Results page."""

import pytest

from core import jobs
from core.errors import RunConflict
from core.training.kept import LAST_WEIGHTS
from tests.pages.three_runs import text
from tests.pages.trained import keys, opened, ran, without_warm_up

PAGE = "pages/results.py"


@pytest.fixture
def birch(ledger, monkeypatch):
    """A run of three epochs whose second is kept."""
    without_warm_up(monkeypatch)
    monkeypatch.setenv("GRAFT_WORKSPACE", str(ledger[0].root))
    return ledger[0], ledger[1][1]


def test_a_run_without_the_last_weights_offers_no_button_and_says_why(birch):
    _, run = birch
    at = opened(PAGE, run.id)
    assert "Epoch 2 of 3 is kept: it has the lowest validation loss" in text(at)
    assert "older version" in text(at)
    assert not {"results-keep-last", "results-keep-best"} & keys(at)


def test_the_button_keeps_the_last_epoch_of_this_run(birch, monkeypatch):
    workspace, run = birch
    (workspace.folder(run.id) / LAST_WEIGHTS).write_bytes(b"x")
    asked = []
    monkeypatch.setattr(jobs, "keep_epoch", lambda at, run_id, which, **_: asked.append((at.root, run_id, which)))
    at = opened(PAGE, run.id)
    assert "older version" not in text(at)
    assert asked == []
    at.button(key="results-keep-last").click()
    ran(at)
    assert asked == [(workspace.root, run.id, "last")]
    workspace.store.set_results(run.id, run.results | {"kept": "last"})
    ran(at)
    assert "You keep the last epoch, 3" in text(at)
    assert "results-keep-last" not in keys(at)
    at.button(key="results-keep-best").click()
    ran(at)
    assert asked[1:] == [(workspace.root, run.id, "best")]


def test_a_refusal_is_shown(birch, monkeypatch):
    workspace, run = birch
    (workspace.folder(run.id) / LAST_WEIGHTS).write_bytes(b"x")

    def refuse(*_, **__):
        raise RunConflict("Another program works on it.")

    monkeypatch.setattr(jobs, "keep_epoch", refuse)
    at = opened(PAGE, run.id)
    at.button(key="results-keep-last").click()
    ran(at)
    assert "Another program works on it." in text(at)
