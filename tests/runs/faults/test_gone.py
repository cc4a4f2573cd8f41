"""A workspace that is deleted, moved or replaced under programs that use it."""

import os
import shutil

import pytest

from core.errors import StorageFailed, WorkspaceGone
from core.runs.execute import execute, reopen_run
from core.runs.status import Status
from core.runs.workspace import Workspace
from core.training.events import EpochEnded, StepEnded
from core.work.control import Control
from tests.runs.faults import faulty
from tests.runs.faults.faulty import begin
from tests.runs.stored import a_run, a_step

room = faulty.room


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
