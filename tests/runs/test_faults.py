"""A workspace that is deleted, moved, replaced, locked, or left by a kill, under programs that use it."""

import os
import shutil
import sqlite3
import threading
import time
from dataclasses import replace

import pytest

from core import files
from core.errors import GraftError, RunConflict, StorageFailed, StorageLocked, WorkspaceGone
from core.runs import execute as executing
from core.runs import outbox, workspace
from core.runs.execute import create_run, execute, reopen_run
from core.runs.migrations import MIGRATIONS
from core.runs.outbox import FREE, LOCKED
from core.runs.prepare import prepare
from core.runs.status import Status
from core.runs.store import RunStore
from core.runs.workspace import Workspace
from core.training.events import EpochEnded, StepEnded, Warned
from core.work.control import Control
from pages.ui.runs import listing
from tests.runs.test_store import a_run, a_step


@pytest.fixture
def room(tmp_path):
    return Workspace(tmp_path / "workspace")


def begin(room, experiment):
    return create_run(room, prepare(experiment, room.root, "cpu"))


def series(room, run_id):
    return [(s.step, s.loss) for s in room.store.steps(run_id)], [e.val_loss for e in room.store.epochs(run_id)]


def another_database(room):
    copy = room.root / "copy.db"
    shutil.copy(room.root / "graft.db", copy)
    os.replace(copy, room.root / "graft.db")


def another_workspace(room):
    shutil.rmtree(room.root)
    Workspace(room.root).store.add(a_run("r-other"))


DESTROYED = {
    "deleted": lambda room: shutil.rmtree(room.root),
    "moved": lambda room: room.root.rename(room.root.with_name("elsewhere")),
    "emptied": lambda room: (shutil.rmtree(room.root), room.root.mkdir()),
    "another": another_workspace,
    "no database": lambda room: (room.root / "graft.db").unlink(),
    "another database": another_database,
    "no journal": lambda room: (room.root / "graft.db-wal").unlink(),
}


@pytest.mark.parametrize("destroy", DESTROYED.values(), ids=DESTROYED)
def test_nothing_is_written_or_read_where_the_workspace_is_no_longer_the_one_that_was_opened(room, destroy):
    room.store.add(a_run())
    destroy(room)
    for use in (
        lambda: room.store.log("r-1", "x"),
        lambda: room.store.record("r-1", steps=[a_step(1)]),
        lambda: room.store.move("r-1", Status.RUNNING),
        lambda: room.store.add(a_run("r-2")),
        lambda: room.store.runs(),
        room.recover,
        room.require_intact,
    ):
        with pytest.raises(WorkspaceGone, match=r"deleted, moved or replaced.*open the workspace again"):
            use()
    room.close()
    again = Workspace(room.root)
    assert "r-2" not in again.store.ids()
    again.store.add(a_run("r-3"))


def test_a_workspace_that_is_put_back_is_used_on(room):
    room.store.add(a_run())
    away = room.root.rename(room.root.with_name("away"))
    with pytest.raises(WorkspaceGone):
        room.store.run("r-1")
    away.rename(room.root)
    room.store.log("r-1", "back")
    assert [line.message for line in room.store.lines("r-1")] == ["back"]


def test_a_write_is_not_kept_when_the_file_goes_in_the_middle_of_it(room):
    room.store.add(a_run())

    def write_while_it_goes():
        with room.store.together():
            room.store.log("r-1", "lost")
            room.root.rename(room.root.with_name("away"))

    with pytest.raises(WorkspaceGone):
        write_while_it_goes()
    room.root.with_name("away").rename(room.root)
    assert room.store.lines("r-1") == []


@pytest.mark.parametrize("destroy", [DESTROYED[name] for name in ("deleted", "moved", "another", "no database")])
def test_a_training_in_a_workspace_that_goes_fails_and_claims_nothing(room, experiment, destroy):
    lease, seen = begin(room, experiment), []

    def train():
        for event in execute(room, lease, Control()):
            seen.append(event)
            if isinstance(event, EpochEnded) and event.epoch == 1:
                destroy(room)

    with pytest.raises(StorageFailed, match=r"deleted(, moved| or moved)"):
        train()
    assert [event.epoch for event in seen if isinstance(event, EpochEnded)] == [0, 1]
    assert not room.folder(lease.run_id).exists() or (room.root / "graft.db").exists() is False
    room.close()
    assert Workspace(room.root).store.ids() in ([], ["r-other"])


def test_a_training_makes_nothing_where_its_workspace_was(room, experiment):
    lease, deleted = begin(room, experiment), False

    def train():
        nonlocal deleted
        for event in execute(room, lease, Control()):
            if isinstance(event, StepEnded) and event.epoch == 1 and not deleted:  # views of later epochs are to come
                deleted = True
                shutil.rmtree(room.root)

    with pytest.raises(StorageFailed, match="deleted"):
        train()
    assert not room.root.exists()


@pytest.mark.parametrize("how", ["deleted", "moved", "replaced"])
def test_a_run_whose_folder_goes_is_failed_and_says_so(room, experiment, how):
    lease = begin(room, experiment)

    def train():
        for event in execute(room, lease, Control()):
            if isinstance(event, EpochEnded) and event.epoch == 1:
                folder = room.folder(lease.run_id)
                folder.rename(room.root / "away") if how == "moved" else shutil.rmtree(folder)
                if how == "replaced":
                    folder.mkdir()
                    (folder / "lock").touch()

    with pytest.raises(StorageFailed):
        train()
    run = room.store.run(lease.run_id)
    assert run.status is Status.FAILED
    assert "deleted" in run.message
    assert not (room.folder(run.id) / "experiment.yaml").exists()
    list(execute(room, reopen_run(room, run.id), Control()))  # and it can be trained again, with all its files
    assert room.store.run(run.id).status is Status.COMPLETED
    names = {path.name for path in room.folder(run.id).iterdir()}
    assert {"best.safetensors", "experiment.yaml", "data.json"} <= names


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


def locking(room):
    other = sqlite3.connect(room.root / "graft.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    return other


def test_a_training_goes_on_over_a_lock_and_its_series_is_whole_afterwards(room, experiment, whole, impatient):
    lease, control, other, told, stored = begin(room, experiment), Control(), None, [], []
    for event in execute(room, lease, control):
        told += [event.message] if isinstance(event, Warned) else []
        if isinstance(event, StepEnded) and event.epoch == 0 and other is None:
            other = locking(room)
            control.pause()
            threading.Timer(0.2, control.unpause).start()
        if isinstance(event, EpochEnded) and event.epoch == 2:
            stored = room.store.epochs(lease.run_id)  # readers do not wait
            assert room.store.locked
            other.close()
    assert stored == []
    assert series(room, lease.run_id) == whole
    assert told == [LOCKED, FREE]
    assert room.store.run(lease.run_id).status is Status.COMPLETED
    assert not room.store.locked
    assert not (room.folder(lease.run_id) / "unwritten.json").exists()


def test_a_lock_that_stays_fails_truly_after_a_stated_time_and_nothing_of_the_series_is_lost(
    room, experiment, whole, impatient, monkeypatch
):
    monkeypatch.setattr(outbox, "PATIENCE_S", 0.3)
    monkeypatch.setattr(outbox, "HURRY_S", 0.1)
    lease, other = begin(room, experiment), None

    def train():
        nonlocal other
        for event in execute(room, lease, Control()):
            if isinstance(event, StepEnded) and event.epoch == 1 and other is None:
                other = locking(room)

    with pytest.raises(StorageLocked, match=r"locked by another program.*waited"):
        train()
    other.close()
    assert room.store.run(lease.run_id).status.live  # what could not be written is not claimed
    assert room.recover() == [lease.run_id]
    assert series(room, lease.run_id) == whole
    list(execute(room, reopen_run(room, lease.run_id), Control()))
    assert room.store.run(lease.run_id).status is Status.COMPLETED
    assert series(room, lease.run_id) == whole


def test_memory_for_what_waits_is_bounded(room, impatient, monkeypatch):
    monkeypatch.setattr(outbox, "MOST_RECORDS", 10)
    monkeypatch.setattr(outbox, "PATIENCE_S", 0.2)
    room.store.add(a_run())
    other, box = locking(room), outbox.Outbox(room.store, Control())
    for number in range(9):
        box.add(lambda number=number: room.store.log("r-1", str(number)))
        box.flush()
    box.add(lambda: room.store.log("r-1", "9"))
    with pytest.raises(StorageLocked):
        box.flush()
    other.close()
    box.flush()
    assert [line.message for line in room.store.lines("r-1")] == [str(number) for number in range(10)]
    assert box.empty


def test_who_ends_the_program_does_not_wait_for_a_lock(room, monkeypatch):
    monkeypatch.setattr(outbox, "HURRY_S", 0.1)
    room.store.add(a_run())
    other, control = locking(room), Control()
    control.abort()
    with pytest.raises(StorageLocked):
        outbox.patiently(room.store, lambda: room.store.log("r-1", "x"), control)
    other.close()
    outbox.patiently(room.store, lambda: room.store.log("r-1", "y"), control)
    assert [line.message for line in room.store.lines("r-1")] == ["y"]


# left by a kill, or a full disk


def test_a_run_that_cannot_be_added_leaves_no_folder(room, experiment, monkeypatch):
    prepared = prepare(experiment, room.root, "cpu")
    for place, name in ((room.store, "add"), (executing.artifacts, "write_description")):
        with monkeypatch.context() as patched:
            patched.setattr(place, name, lambda *_: (_ for _ in ()).throw(StorageFailed("The disk is full.")))
            with pytest.raises(StorageFailed, match="disk is full"):
                create_run(room, prepared)
        assert list((room.root / "runs").iterdir()) == []
    assert room.store.ids() == []


def test_what_a_kill_left_between_a_runs_folder_and_its_row_is_swept(room, experiment):
    known, held = begin(room, experiment), room.lock("r-held")
    held.acquire()
    known.lock.release()
    for name in ("20260101-000000-dead", "r-best", "r-last"):
        room.lock(name)
        (room.folder(name) / "experiment.yaml").write_text("x")
    (room.folder("r-best") / "best.safetensors").write_text("x")
    (room.folder("r-last") / "last.pt").write_text("x")
    room.sweep()
    left = {path.name for path in (room.root / "runs").iterdir()}
    assert left == {known.run_id, "r-held", "r-best", "r-last"}
    held.release()
    room.sweep()
    assert not room.folder("r-held").exists()


def test_only_temporary_files_that_nobody_writes_are_swept(tmp_path, monkeypatch):
    old = time.time() - 60
    (tmp_path / "a" / "b").mkdir(parents=True)
    for place in (tmp_path, tmp_path / "a", tmp_path / "a" / "b"):
        (place / ".tmp-dead").write_text("x")
        os.utime(place / ".tmp-dead", (old, old))
    (tmp_path / ".tmp-folder" / "deep").mkdir(parents=True)
    os.utime(tmp_path / ".tmp-folder", (old, old))
    (tmp_path / ".tmp-fresh").write_text("x")
    with files.atomic_write(tmp_path / "kept") as writing, files.new_folder(tmp_path / "new") as filling:
        writing.write(b"kept")
        (filling / "one").write_text("1")
        for path in tmp_path.glob(".tmp-*"):
            if path.name != ".tmp-fresh":
                os.utime(path, (old, old))
        assert files.sweep_abandoned(tmp_path) == 4
    assert (tmp_path / "kept").read_bytes() == b"kept"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["one"]
    assert [path.name for path in tmp_path.rglob(".tmp-*")] == [".tmp-fresh"]


# clocks


def test_a_clock_that_is_set_back_reorders_nothing(tmp_path, monkeypatch):
    now = [1_700_000_000.0]
    room = Workspace(tmp_path)
    monkeypatch.setattr(workspace.time, "time", lambda: now[0])
    store, ids = RunStore(tmp_path / "graft.db", clock=lambda: now[0]), []
    for back in (0.0, 0.0, 2 * 86_400.0, 1.0, -10.0):
        now[0] -= back
        ids.append(room.new_run_id())
        store.add(replace(a_run(ids[-1]), created_at=now[0]))
    assert ids == sorted(ids)
    assert store.ids() == [run.id for run in store.runs()] == ids[::-1]
    assert [run.id for run in store.live()] == ids
    assert [run.id for run in sorted(store.runs(), key=lambda run: run.age)] == ids
    assert [run.id for run in listing.ranked(store.runs())] == ids[::-1]
    assert list(listing.labels(store.runs())) == ids
    store.move(ids[0], Status.RUNNING)
    now[0] -= 3600
    store.move(ids[0], Status.COMPLETED)
    assert store.run(ids[0]).ended_at == store.run(ids[0]).started_at


def test_runs_of_an_older_version_keep_their_order(tmp_path):
    old = sqlite3.connect(tmp_path / "graft.db", isolation_level=None)
    old.executescript(MIGRATIONS[0] + "CREATE TABLE migrations (number INTEGER PRIMARY KEY);")
    old.execute("INSERT INTO migrations VALUES (0)")
    for name, at in (("r-b", 5.0), ("r-d", 1.0), ("r-a", 5.0), ("r-c", 9.0)):
        run = a_run(name, created_at=at)
        values = (run.id, run.name, "completed", run.experiment.model_dump_json(), run.digest, "cpu", "[]", "", at)
        columns = "id, name, status, experiment, digest, device, classes, test_key, created_at"
        old.execute(f"INSERT INTO runs ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    old.close()
    store = RunStore(tmp_path / "graft.db")
    assert store.ids() == ["r-c", "r-a", "r-b", "r-d"]
    store.add(a_run("r-e", created_at=0.0))
    assert store.ids()[0] == "r-e"


def test_errors_of_the_store_are_no_errors_of_the_caller(room):
    room.store.add(a_run(status=Status.COMPLETED))

    def fails():
        with room.store.together():
            room.store.log("r-1", "undone")
            room.store.move("r-1", Status.RUNNING)

    with pytest.raises(RunConflict):
        fails()
    assert room.store.lines("r-1") == []
    assert issubclass(WorkspaceGone, StorageFailed)
    assert issubclass(StorageLocked, GraftError)
