"""A database that another program keeps locked: a training goes on, and its series is whole afterwards."""

import sqlite3
import threading

import pytest

from core.errors import StorageLocked
from core.runs import outbox
from core.runs.execute import execute, reopen_run
from core.runs.outbox import FREE, LOCKED
from core.runs.status import Status
from core.runs.workspace import Workspace
from core.training.events import EpochEnded, StepEnded, Warned
from core.work.control import Control
from tests.runs.faults import faulty
from tests.runs.faults.faulty import begin
from tests.runs.stored import a_run

workspace = faulty.workspace


def series(workspace, run_id):
    return [(s.step, s.loss) for s in workspace.store.steps(run_id)], [
        e.val_loss for e in workspace.store.epochs(run_id)
    ]


# locked by another program


@pytest.fixture
def whole(tmp_path, experiment):
    """The series of a run that nobody disturbs."""
    other = Workspace(tmp_path / "undisturbed")
    lease = begin(other, experiment)
    list(execute(other, lease, Control()))
    return series(other, lease.run_id)


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(outbox, "ATTEMPT_S", 0.01)
    monkeypatch.setattr(outbox, "RETRY_S", 0.02)


def locking(workspace):
    other = sqlite3.connect(workspace.root / "graft.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    return other


def test_a_training_goes_on_over_a_lock_and_its_series_is_whole_afterwards(workspace, experiment, whole, impatient):
    lease, control, other, message_text, stored = begin(workspace, experiment), Control(), None, [], []
    for event in execute(workspace, lease, control):
        message_text += [event.message] if isinstance(event, Warned) else []
        if isinstance(event, StepEnded) and event.epoch == 0 and other is None:
            other = locking(workspace)
            control.pause()
            threading.Timer(0.2, control.unpause).start()
        if isinstance(event, EpochEnded) and event.epoch == 2:
            stored = workspace.store.epochs(lease.run_id)  # readers do not wait
            assert workspace.store.locked
            other.close()
    assert stored == []
    assert series(workspace, lease.run_id) == whole
    assert message_text == [LOCKED, FREE]
    assert workspace.store.run(lease.run_id).status is Status.COMPLETED
    assert not workspace.store.locked
    assert not (workspace.folder(lease.run_id) / "unwritten.json").exists()


def test_a_lock_that_stays_fails_truly_after_a_stated_time_and_nothing_of_the_series_is_lost(
    workspace, experiment, whole, impatient, monkeypatch
):
    monkeypatch.setattr(outbox, "PATIENCE_S", 0.3)
    monkeypatch.setattr(outbox, "HURRY_S", 0.1)
    lease, other = begin(workspace, experiment), None

    def train():
        nonlocal other
        for event in execute(workspace, lease, Control()):
            if isinstance(event, StepEnded) and event.epoch == 1 and other is None:
                other = locking(workspace)

    with pytest.raises(StorageLocked, match=r"locked by another program.*waited"):
        train()
    other.close()
    assert workspace.store.run(lease.run_id).status.live  # what could not be written is not claimed
    assert workspace.recover() == [lease.run_id]
    assert series(workspace, lease.run_id) == whole
    list(execute(workspace, reopen_run(workspace, lease.run_id), Control()))
    assert workspace.store.run(lease.run_id).status is Status.COMPLETED
    assert series(workspace, lease.run_id) == whole


def test_memory_for_what_waits_is_bounded(workspace, impatient, monkeypatch):
    monkeypatch.setattr(outbox, "MOST_RECORDS", 10)
    monkeypatch.setattr(outbox, "PATIENCE_S", 0.2)
    workspace.store.add(a_run())
    other, box = locking(workspace), outbox.Outbox(workspace.store, Control())
    for number in range(9):
        box.add(lambda number=number: workspace.store.log("r-1", str(number)))
        box.flush()
    box.add(lambda: workspace.store.log("r-1", "9"))
    with pytest.raises(StorageLocked):
        box.flush()
    other.close()
    box.flush()
    assert [line.message for line in workspace.store.lines("r-1")] == [str(number) for number in range(10)]
    assert box.empty


def test_who_ends_the_program_does_not_wait_for_a_lock(workspace, monkeypatch):
    monkeypatch.setattr(outbox, "HURRY_S", 0.1)
    workspace.store.add(a_run())
    other, control = locking(workspace), Control()
    control.abort()
    with pytest.raises(StorageLocked):
        outbox.patiently(workspace.store, lambda: workspace.store.log("r-1", "x"), control)
    other.close()
    outbox.patiently(workspace.store, lambda: workspace.store.log("r-1", "y"), control)
    assert [line.message for line in workspace.store.lines("r-1")] == ["y"]
