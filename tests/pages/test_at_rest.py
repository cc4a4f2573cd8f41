"""A page that is only looked at changes nothing: no run, no look, no setting, no file of the user's."""

from types import SimpleNamespace

import pytest

from pages.ui.session import warmup
from pages.ui.session.state import Draft
from tests.conftest import make_experiment
from tests.pages.trained import opened, ran


@pytest.fixture
def workspace(ledger, monkeypatch):
    monkeypatch.setenv("GRAFT_WORKSPACE", str(ledger[0].root))
    monkeypatch.setattr(warmup, "start", lambda: SimpleNamespace(error=None))
    monkeypatch.setattr(warmup, "ready", lambda: True)
    monkeypatch.setattr(warmup, "wait", lambda purpose: None)
    return ledger[0]


def everything(workspace):
    """What could be changed: the rows of every table, and the files that are no cache."""
    tables = ("runs", "steps", "epochs", "phases", "log", "test_looks")
    rows = {table: workspace.store._database._idle[0].execute(f"SELECT * FROM {table}").fetchall() for table in tables}
    kept = ("runs", "datasets", "pipelines")
    files = {path: path.read_bytes() for name in kept for path in (workspace.root / name).rglob("*") if path.is_file()}
    return {table: [tuple(row) for row in found] for table, found in rows.items()}, files


@pytest.mark.parametrize("page", ["home", "data", "augment", "backbone", "results", "predict"])
def test_a_page_that_is_drawn_twice_changes_nothing(workspace, ledger, divided, page):
    small = make_experiment(divided)
    draft = Draft(
        source=str(divided), pipeline=small.pipeline, backbone=small.backbone, phases=small.phases,
        recipe=small.recipe, views=3, seed=21,
    )  # fmt: skip
    before = everything(workspace)
    at = ran(opened(f"pages/{page}.py", draft=draft))
    assert at.session_state["graft:draft"] == draft
    assert everything(workspace) == before
    assert at.title[0].value == ("Teach a vision model your own classes" if page == "home" else page.capitalize())
    if page == "results":
        at = ran(opened("pages/results.py", ledger[1][1].id, draft=draft))
        assert at.title[0].value == "birch"
        assert at.session_state["graft:draft"] == draft
        assert everything(workspace) == before
