"""Pages of a server whose workspace is deleted, replaced or locked under it."""

import shutil
import sqlite3
from types import SimpleNamespace

import pytest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from core.errors import WorkspaceGone
from core.runs.outbox import LOCKED
from core.runs.status import Status
from core.runs.workspace import Workspace
from pages.ui.session import anchor, engine
from tests.pages.train.test_page import ENDLESS, ROOT, page, ran, recorded


@pytest.fixture(autouse=True)
def served(monkeypatch):
    """Pages come through `app.py`, as they do once any page of a server was shown."""
    real = PagesManager.__init__

    def made(manager, *given, **named):
        real(manager, *given, **named)
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", made)


PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py") if path.stem != "__init__")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_that_the_workspace_is_gone_and_opens_it_again(own_workspace, name):
    before = engine.workspace()
    at = ran(AppTest.from_file(str(ROOT / "app.py"), default_timeout=90))
    shutil.rmtree(own_workspace)
    at = ran(at if name == "home" else at.switch_page(f"pages/{name}.py"))
    assert len(at.error) == 1
    assert "deleted, moved or replaced" in at.error[0].value.replace("\\", "")
    assert [button.key for button in at.button] == ["workspace-again"]
    assert not own_workspace.exists()  # a look at a page makes nothing
    at.button(key="workspace-again").click()
    ran(at)
    assert [error.value for error in at.error] == []
    assert "workspace-again" not in {button.key for button in at.button}
    assert engine.workspace() is not before
    engine.workspace().require_intact()


def test_a_training_in_a_workspace_that_is_replaced_ends_and_the_new_one_trains(own_workspace, experiment):
    endless = experiment.changed(phases=ENDLESS)
    at, old = page(), engine.manager()
    old.submit(endless, "cpu")
    old.submit(endless.changed(seed=1), "cpu")
    shutil.rmtree(own_workspace)
    Workspace(own_workspace).close()
    ran(at).button(key="workspace-again").click()
    ran(at)
    assert old.wait(60)
    new = engine.manager()
    assert new is not old
    run_id = new.submit(experiment, "cpu")
    assert new.wait(90)
    assert [(run.id, run.status) for run in engine.workspace().store.runs()] == [(run_id, Status.COMPLETED)]
    new.shutdown(30)


def test_a_locked_database_is_said_beside_the_run_and_no_longer_when_it_is_free(images, own_workspace):
    run = recorded(images, Status.RUNNING)
    store = engine.workspace().store
    other = sqlite3.connect(own_workspace / "graft.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(Exception, match="locked"), store.together(0.05):
        pass
    at = page(train_run=run.id)
    assert [warning.value for warning in at.warning] == [LOCKED]
    other.close()
    store.log(run.id, "free")
    assert [warning.value for warning in ran(at).warning] == []


def test_jobs_and_files_of_the_workspace_before_are_let_go(own_workspace):
    before, calls = engine.workspace(), []
    jobs = SimpleNamespace(abandon=lambda: calls.append("abandoned"))
    anchor.forget(f"jobs:{before.root}")
    anchor.once(f"jobs:{before.root}", lambda: jobs)
    now = engine.open_again()
    assert calls == ["abandoned"]
    assert now is not before
    assert engine.workspace() is now
    assert anchor.forget(f"jobs:{before.root}") is None
    with pytest.raises(WorkspaceGone):
        before.store.ids()
    assert engine.open_again() is not now, "also where there are no jobs"


def test_what_is_forgotten_is_made_anew():
    first = anchor.once("test:forget", object)
    assert anchor.forget("test:forget") is first
    assert anchor.forget("test:forget") is None
    assert anchor.once("test:forget", object) is not first
    anchor.forget("test:forget")
