"""What kills, clocks and older versions left behind."""

import os
import sqlite3
import time
from dataclasses import replace

import pytest

from core import files
from core.errors import GraftError, RunConflict, StorageFailed, StorageLocked, WorkspaceGone
from core.runs import execute as executing
from core.runs import workspace as module
from core.runs.execute import create_run
from core.runs.migrations import MIGRATIONS
from core.runs.prepare import prepare
from core.runs.status import Status
from core.runs.store import RunStore
from core.runs.workspace import Workspace
from pages.ui.runs import listing
from tests.runs.faults import faulty
from tests.runs.faults.faulty import begin
from tests.runs.stored import a_run

workspace = faulty.workspace


# left by a kill, or a full disk


def test_a_run_that_cannot_be_added_leaves_no_folder(workspace, experiment, monkeypatch):
    prepared = prepare(experiment, workspace.root, "cpu")
    for place, name in ((workspace.store, "add"), (executing.artifacts, "write_description")):
        with monkeypatch.context() as patched:
            patched.setattr(place, name, lambda *_: (_ for _ in ()).throw(StorageFailed("The disk is full.")))
            with pytest.raises(StorageFailed, match="disk is full"):
                create_run(workspace, prepared)
        assert list((workspace.root / "runs").iterdir()) == []
    assert workspace.store.ids() == []


def test_what_a_kill_left_between_a_runs_folder_and_its_row_is_swept(workspace, experiment):
    known, held = begin(workspace, experiment), workspace.lock("r-held")
    held.acquire()
    known.lock.release()
    for name in ("20260101-000000-dead", "r-best", "r-last"):
        workspace.lock(name)
        (workspace.folder(name) / "experiment.yaml").write_text("x")
    (workspace.folder("r-best") / "best.safetensors").write_text("x")
    (workspace.folder("r-last") / "last.pt").write_text("x")
    workspace.sweep()
    left = {path.name for path in (workspace.root / "runs").iterdir()}
    assert left == {known.run_id, "r-held", "r-best", "r-last"}
    held.release()
    workspace.sweep()
    assert not workspace.folder("r-held").exists()


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
    workspace = Workspace(tmp_path)
    monkeypatch.setattr(module.time, "time", lambda: now[0])
    store, ids = RunStore(tmp_path / "graft.db", clock=lambda: now[0]), []
    for back in (0.0, 0.0, 2 * 86_400.0, 1.0, -10.0):
        now[0] -= back
        ids.append(workspace.new_run_id())
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


def test_errors_of_the_store_are_no_errors_of_the_caller(workspace):
    workspace.store.add(a_run(status=Status.COMPLETED))

    def fails():
        with workspace.store.together():
            workspace.store.log("r-1", "undone")
            workspace.store.move("r-1", Status.RUNNING)

    with pytest.raises(RunConflict):
        fails()
    assert workspace.store.lines("r-1") == []
    assert issubclass(WorkspaceGone, StorageFailed)
    assert issubclass(StorageLocked, GraftError)
