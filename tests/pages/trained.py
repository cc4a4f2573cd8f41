"""A workspace with runs in it, and the app opened on one of its pages."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.experiment import Experiment
from core.runs.execute import RunLease, create_run, execute, release
from core.runs.prepare import prepare
from core.runs.records import Run
from core.runs.status import Status
from core.runs.workspace import Workspace
from core.work.control import Control
from pages.ui.session import warmup
from tests.conftest import make_experiment, make_images

ROOT = Path(__file__).resolve().parents[2]


def without_warm_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Libraries are loaded where they are used, with no thread behind and nothing frozen for the tests after."""
    monkeypatch.setattr(warmup, "start", lambda: None)
    monkeypatch.setattr(warmup, "ready", lambda: False)
    monkeypatch.setattr(warmup, "wait", lambda purpose: None)


def claimed(workspace: Workspace, experiment: Experiment, name: str) -> RunLease:
    """A queued run; this process holds its lock."""
    return create_run(workspace, prepare(experiment, workspace.root, "cpu"), name)


def finished(workspace: Workspace, experiment: Experiment, name: str) -> Run:
    """A run that was trained and evaluated."""
    lease = claimed(workspace, experiment, name)
    list(execute(workspace, lease, Control()))
    return workspace.store.run(lease.run_id)


def stopped(workspace: Workspace, experiment: Experiment, name: str) -> Run:
    """A run that was taken out of the queue before it began."""
    lease = claimed(workspace, experiment, name)
    release(workspace, lease, Status.STOPPED, "Taken out of the queue before it began.")
    return workspace.store.run(lease.run_id)


def failed(workspace: Workspace, experiment: Experiment, name: str) -> Run:
    """A run that ended in an error."""
    lease = claimed(workspace, experiment, name)
    workspace.store.move(lease.run_id, Status.FAILED, message="The disk [is](x) full.", traceback="Traceback: line 7")
    lease.lock.release()
    return workspace.store.run(lease.run_id)


def opened(page: str, *runs: str, **kept: object) -> AppTest:
    """The app on `page`, whose address names `runs`; `kept` is what the session remembers."""
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in kept.items():
        at.session_state[f"graft:{name}"] = value
    at.run()  # the first page, so that the app has said which pages there are
    at.switch_page(page)
    if runs:
        at.query_params["run"] = list(runs) if len(runs) > 1 else runs[0]
    return ran(at)


def ran(at: AppTest) -> AppTest:
    """The page run once more, without an error that nobody foresaw."""
    at.run()
    assert not at.exception, at.exception
    return at


def texts(at: AppTest) -> str:
    """All that the page says in Markdown, headings and messages, in one string."""
    kinds = ("title", "subheader", "markdown", "caption", "error", "warning", "info", "success")
    return "\n".join(str(element.value) for kind in kinds for element in getattr(at.main, kind))


def keys(at: AppTest) -> set[str]:
    """The buttons that stand on the page."""
    return {button.key for button in at.button}


def two_finished(folder: Path, first: str, second: str, **of_second: object) -> tuple[Workspace, list[Run]]:
    """A workspace with two finished runs over the same images; `of_second` is what the second has of its own."""
    experiment = make_experiment(make_images(folder / "images"))
    workspace = Workspace(folder / "workspace")
    return workspace, [
        finished(workspace, experiment, first),
        finished(workspace, experiment.changed(**of_second), second),
    ]
