"""A workspace: whose runs are live, what is kept decoded, and where things lie."""

import os
import re
from contextlib import contextmanager

import pytest
from filelock import FileLock

from core.data.cache import ImageCache
from core.data.geometry import Geometry
from core.errors import RunConflict, StorageFailed
from core.files import TEMPORARY_PREFIX
from core.runs import workspace as module
from core.runs.status import LIVE, Status
from core.runs.store import RunStore
from core.runs.workspace import INTERRUPTED, Workspace, default_root
from tests.runs.stored import a_run


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "workspace")


def test_only_runs_that_say_they_are_live_and_whose_lock_is_free_are_gone(workspace):
    for number, status in enumerate(Status):
        workspace.store.add(a_run(f"r-{number}", status, created_at=float(number)))
        workspace.lock(f"r-{number}")
    held = workspace.lock("r-1")
    held.acquire()
    before = {run.id: run for run in workspace.store.runs()}
    left = [workspace.folder(run) / f"{TEMPORARY_PREFIX}half" for run in ("r-0", "r-1")]
    for path in left:
        path.write_text("half of a file")
    gone = workspace.recover()
    live = [f"r-{number}" for number, status in enumerate(Status) if status in LIVE]
    assert gone == [run for run in live if run != "r-1"]
    for run in workspace.store.runs():
        if run.id in gone:
            assert (run.status, run.message) == (Status.INTERRUPTED, INTERRUPTED)
            assert [(line.message, line.level) for line in workspace.store.lines(run.id)] == [(INTERRUPTED, "warning")]
        else:
            assert run == before[run.id]
            assert workspace.store.lines(run.id) == []
    assert [path.exists() for path in left] == [False, True], "a live run may be writing"
    assert workspace.recover() == []
    held.release()
    assert workspace.recover() == ["r-1"]


def test_a_lock_is_one_of_its_run_alone_and_may_be_let_go_by_another_thread(workspace):
    one, other = workspace.lock("r-1"), workspace.lock("r-2")
    one.acquire()
    other.acquire()
    assert one.lock_file == str(workspace.root / "runs" / "r-1" / "lock")
    assert isinstance(one, FileLock)
    assert not one.is_thread_local()
    one.release()
    other.release()


def test_removing_takes_the_files_of_that_run_and_leaves_those_of_a_live_one(workspace):
    for run, status in (("r-1", Status.STOPPED), ("r-2", Status.STOPPED), ("r-3", Status.RUNNING)):
        workspace.store.add(a_run(run, status))
        workspace.folder(run).mkdir(parents=True)
        (workspace.folder(run) / "best").write_text(run)
    workspace.remove(workspace.store.run("r-1"))
    assert sorted(path.name for path in (workspace.root / "runs").iterdir()) == ["r-2", "r-3"]
    with pytest.raises(RunConflict):
        workspace.remove(workspace.store.run("r-3"))
    assert (workspace.folder("r-3") / "best").exists()
    assert {run.id for run in workspace.store.runs()} == {"r-2", "r-3"}


@contextmanager
def unwritable(store):
    with RunStore.together(store):
        yield
        raise OSError(28, "No space left on device")


def test_a_run_is_deleted_with_its_files_or_not_at_all(workspace, monkeypatch):
    for run in ("r-1", "r-2"):
        workspace.store.add(a_run(run, Status.STOPPED))
        workspace.folder(run).mkdir(parents=True)
        (workspace.folder(run) / "best.safetensors").write_text(run)
    with monkeypatch.context() as patched:
        patched.setattr(module.Path, "rename", lambda *_: (_ for _ in ()).throw(OSError(30, "Read-only file system")))
        with pytest.raises(StorageFailed, match="could not be deleted: Read-only"):
            workspace.remove(workspace.store.run("r-1"))
    assert (workspace.folder("r-1") / "best.safetensors").read_text() == "r-1"
    assert workspace.store.ids() == ["r-2", "r-1"]
    with monkeypatch.context() as patched:  # the files were moved when the store could not be written
        patched.setattr(workspace.store, "together", lambda: unwritable(workspace.store))
        with pytest.raises(StorageFailed, match="could not be deleted: No space left"):
            workspace.remove(workspace.store.run("r-1"))
    assert (workspace.folder("r-1") / "best.safetensors").read_text() == "r-1"
    assert workspace.store.ids() == ["r-2", "r-1"]
    with monkeypatch.context() as patched:  # killed before the first file was gone
        patched.setattr(module.shutil, "rmtree", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            workspace.remove(workspace.store.run("r-1"))
    assert workspace.store.ids() == ["r-2"]
    for left in (workspace.root / "runs").glob(f"{TEMPORARY_PREFIX}*"):
        os.utime(left, (1, 1))
    workspace.sweep()
    assert [path.name for path in (workspace.root / "runs").iterdir()] == ["r-2"], (
        "weights of a deleted run stay nowhere"
    )


def test_images_of_the_two_sizes_that_were_asked_for_last_stay_decoded(workspace):
    sizes = [Geometry(side, side, "bilinear") for side in (32, 64, 96)]
    first, second = workspace.images(sizes[0]), workspace.images(sizes[1])
    assert isinstance(first, ImageCache)
    assert first is not second
    assert workspace.images(sizes[0]) is first
    workspace.images(sizes[2])  # the second was asked for the longest ago
    assert workspace.images(sizes[0]) is first
    assert workspace.images(sizes[1]) is not second


def test_a_closed_workspace_keeps_no_image_decoded(workspace):
    geometry = Geometry(32, 32, "bilinear")
    before = workspace.images(geometry)
    workspace.close()
    assert workspace.images(geometry) is not before


def test_places_in_the_workspace(workspace, tmp_path, monkeypatch):
    assert workspace.root == (tmp_path / "workspace").resolve()
    assert workspace.features == workspace.root / "features"
    assert workspace.folder("r-7") == workspace.root / "runs" / "r-7"
    assert (workspace.root / "graft.db").is_file()
    monkeypatch.setenv("GRAFT_WORKSPACE", "elsewhere")
    assert str(default_root()) == "elsewhere"
    monkeypatch.setenv("GRAFT_WORKSPACE", "")
    assert str(default_root()) == "workspace"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert Workspace(module.Path("~/mine")).root == tmp_path / "mine"


def test_ids_differ_and_sort_by_time(workspace, monkeypatch):
    ids = {workspace.new_run_id() for _ in range(20)}
    assert len(ids) == 20
    assert all(re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{4}", run_id) for run_id in ids)
    monkeypatch.setattr(
        module.time, "gmtime", lambda _seconds: module.time.struct_time((2031, 2, 3, 4, 5, 6, 0, 34, 0))
    )
    assert workspace.new_run_id().startswith("20310203-040506-")


def test_an_id_of_another_form_does_not_count_as_the_newest(workspace):
    for run_id in ("r-1", "99999999", "zebra-crossing-of-today"):
        workspace.store.add(a_run(run_id))
    assert re.fullmatch(r"20\d{6}-\d{6}-[0-9a-f]{4}", workspace.new_run_id())


@pytest.mark.parametrize("zone", ["UTC0", "EAST-5", "WEST8"])
def test_an_id_comes_one_second_after_the_newest_wherever_the_clock_stands(workspace, monkeypatch, zone):
    workspace.store.add(a_run("20310203-045959-abcd"))
    with monkeypatch.context() as patched:
        patched.setenv("TZ", zone)
        module.time.tzset()
        assert workspace.new_run_id().startswith("20310203-050000-")
    module.time.tzset()


def test_only_a_run_that_never_came_into_the_store_is_forgotten(workspace):
    workspace.store.add(a_run("r-1", Status.STOPPED))
    for run in ("r-1", "r-2", "r-3"):
        workspace.folder(run).mkdir(parents=True)
        (workspace.folder(run) / "best").write_text(run)
    for run in ("r-1", "r-2", "r-9"):
        workspace.forget(run)
    assert sorted(path.name for path in (workspace.root / "runs").iterdir()) == ["r-1", "r-3"]
    assert (workspace.folder("r-1") / "best").exists()


def test_two_runs_of_one_second_have_ids_in_their_order(workspace, monkeypatch):
    monkeypatch.setattr(module.time, "time", lambda: 1e9)
    first = workspace.new_run_id()
    workspace.store.add(a_run(first))
    assert first[:15] == "20010909-014640"
    assert workspace.new_run_id()[:15] == "20010909-014641"
