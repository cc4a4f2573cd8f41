"""A stage on which runs stand until a test lets them go: nothing is trained."""

import threading

import pytest

from core import jobs
from core.jobs import JobManager
from core.runs import prepare as preparing
from core.runs.status import Status
from core.runs.workspace import Workspace
from core.training import device
from core.work.control import Signal

WAIT_S = 30


class Stage:
    """Executes nothing: each run stands on the stage until the test lets it go."""

    def __init__(self):
        self.changed = threading.Condition()
        self.on: list[str] = []
        self.begun: list[str] = []
        self.most = 0
        self.go: set[str] = set()
        self.controls = {}

    def execute(self, workspace, lease, control):
        run_id = lease.run_id
        workspace.store.move(run_id, Status.RUNNING)
        self.controls[run_id] = control
        with self.changed:
            self.on.append(run_id)
            self.begun.append(run_id)
            self.most = max(self.most, len(self.on))
            self.changed.notify_all()
        while not self.go.intersection({run_id, "all"}) and control.at_batch() is Signal.GO:
            with self.changed:
                self.changed.wait(0.02)
            yield
        with self.changed:
            self.on.remove(run_id)
            self.changed.notify_all()
        signal = control.at_batch()
        end = {Signal.GO: Status.COMPLETED, Signal.STOP: Status.STOPPED, Signal.ABORT: Status.INTERRUPTED}[signal]
        workspace.store.move(run_id, end)
        lease.lock.release()

    def until(self, condition):
        with self.changed:
            assert self.changed.wait_for(condition, WAIT_S), (self.on, self.begun)

    def let_go(self, run_id="all"):
        with self.changed:
            self.go.add(run_id)
            self.changed.notify_all()


@pytest.fixture
def stage(monkeypatch):
    made = Stage()
    monkeypatch.setattr(jobs, "execute", made.execute)
    monkeypatch.setattr(jobs, "give_back", lambda: None)
    return made


@pytest.fixture
def manager(stage, tmp_path):
    made = JobManager(Workspace(tmp_path / "workspace"), queue_limit=3)
    yield made
    stage.let_go()
    made.shutdown(WAIT_S)


@pytest.fixture
def two_devices(monkeypatch):
    """A second device that is there by name alone."""
    monkeypatch.setattr(device, "available_devices", lambda: ("cuda:0", "cpu"))
    monkeypatch.setattr(preparing, "require_precision", lambda *_: None)


def status(manager, run_id):
    return manager.workspace.store.run(run_id).status
