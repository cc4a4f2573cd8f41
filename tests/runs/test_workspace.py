"""A workspace: whose runs are live, what is kept decoded, and where things lie."""

import os
import re

import pytest
from filelock import FileLock

from core.data.cache import ImageCache
from core.data.geometry import Geometry
from core.errors import RunConflict, StorageFailed
from core.files import TEMPORARY_PREFIX
from core.runs import workspace as module
from core.runs.status import LIVE, Status
from core.runs.workspace import INTERRUPTED, Workspace, default_root
from tests.runs.stored import a_run


@pytest.fixture
def room(tmp_path):
    return Workspace(tmp_path / "room")


def test_only_runs_that_say_they_are_live_and_whose_lock_is_free_are_gone(room):
    for number, status in enumerate(Status):
        room.store.add(a_run(f"r-{number}", status, created_at=float(number)))
        room.lock(f"r-{number}")
    held = room.lock("r-1")
    held.acquire()
    before = {run.id: run for run in room.store.runs()}
    left = [room.folder(run) / f"{TEMPORARY_PREFIX}half" for run in ("r-0", "r-1")]
    for path in left:
        path.write_text("half of a file")
    gone = room.recover()
    live = [f"r-{number}" for number, status in enumerate(Status) if status in LIVE]
    assert gone == [run for run in live if run != "r-1"]
    for run in room.store.runs():
        if run.id in gone:
            assert (run.status, run.message) == (Status.INTERRUPTED, INTERRUPTED)
            assert [(line.message, line.level) for line in room.store.lines(run.id)] == [(INTERRUPTED, "warning")]
        else:
            assert run == before[run.id]
            assert room.store.lines(run.id) == []
    assert [path.exists() for path in left] == [False, True], "a live run may be writing"
    assert room.recover() == []
    held.release()
    assert room.recover() == ["r-1"]


def test_a_lock_is_one_of_its_run_alone_and_may_be_let_go_by_another_thread(room):
    one, other = room.lock("r-1"), room.lock("r-2")
    one.acquire()
    other.acquire()
    assert one.lock_file == str(room.root / "runs" / "r-1" / "lock")
    assert isinstance(one, FileLock)
    assert not one.is_thread_local()
    one.release()
    other.release()


def test_removing_takes_the_files_of_that_run_and_leaves_those_of_a_live_one(room):
    for run, status in (("r-1", Status.STOPPED), ("r-2", Status.STOPPED), ("r-3", Status.RUNNING)):
        room.store.add(a_run(run, status))
        room.folder(run).mkdir(parents=True)
        (room.folder(run) / "best").write_text(run)
    room.remove(room.store.run("r-1"))
    assert sorted(path.name for path in (room.root / "runs").iterdir()) == ["r-2", "r-3"]
    with pytest.raises(RunConflict):
        room.remove(room.store.run("r-3"))
    assert (room.folder("r-3") / "best").exists()
    assert {run.id for run in room.store.runs()} == {"r-2", "r-3"}


def test_a_run_is_deleted_with_its_files_or_not_at_all(room, monkeypatch):
    for run in ("r-1", "r-2"):
        room.store.add(a_run(run, Status.STOPPED))
        room.folder(run).mkdir(parents=True)
        (room.folder(run) / "best.safetensors").write_text(run)
    with monkeypatch.context() as patched:
        patched.setattr(module.Path, "rename", lambda *_: (_ for _ in ()).throw(OSError(30, "Read-only file system")))
        with pytest.raises(StorageFailed, match="could not be deleted: Read-only"):
            room.remove(room.store.run("r-1"))
    assert (room.folder("r-1") / "best.safetensors").read_text() == "r-1"
    assert room.store.ids() == ["r-2", "r-1"]
    with monkeypatch.context() as patched:  # killed before the first file was gone
        patched.setattr(module.shutil, "rmtree", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            room.remove(room.store.run("r-1"))
    assert room.store.ids() == ["r-2"]
    for left in (room.root / "runs").glob(f"{TEMPORARY_PREFIX}*"):
        os.utime(left, (1, 1))
    room.sweep()
    assert [path.name for path in (room.root / "runs").iterdir()] == ["r-2"], "weights of a deleted run stay nowhere"


def test_images_of_the_two_sizes_that_were_asked_for_last_stay_decoded(room):
    sizes = [Geometry(side, side, "bilinear") for side in (32, 64, 96)]
    first, second = room.images(sizes[0]), room.images(sizes[1])
    assert isinstance(first, ImageCache)
    assert first is not second
    assert room.images(sizes[0]) is first
    room.images(sizes[2])  # the second was asked for the longest ago
    assert room.images(sizes[0]) is first
    assert room.images(sizes[1]) is not second


def test_places_in_the_workspace(room, tmp_path, monkeypatch):
    assert room.root == (tmp_path / "room").resolve()
    assert room.features == room.root / "features"
    assert room.folder("r-7") == room.root / "runs" / "r-7"
    assert (room.root / "graft.db").is_file()
    monkeypatch.setenv("GRAFT_WORKSPACE", "elsewhere")
    assert str(default_root()) == "elsewhere"
    monkeypatch.setenv("GRAFT_WORKSPACE", "")
    assert str(default_root()) == "workspace"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert Workspace(module.Path("~/mine")).root == tmp_path / "mine"


def test_ids_differ_and_sort_by_time(room, monkeypatch):
    ids = {room.new_run_id() for _ in range(20)}
    assert len(ids) == 20
    assert all(re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{4}", run_id) for run_id in ids)
    monkeypatch.setattr(
        module.time, "gmtime", lambda _seconds: module.time.struct_time((2031, 2, 3, 4, 5, 6, 0, 34, 0))
    )
    assert room.new_run_id().startswith("20310203-040506-")
