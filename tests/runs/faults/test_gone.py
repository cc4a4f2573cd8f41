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

workspace = faulty.workspace


def another_database(workspace):
    copy = workspace.root / "copy.db"
    shutil.copy(workspace.root / "graft.db", copy)
    os.replace(copy, workspace.root / "graft.db")


def another_workspace(workspace):
    shutil.rmtree(workspace.root)
    Workspace(workspace.root).store.add(a_run("r-other"))


DESTROYED = {
    "deleted": lambda workspace: shutil.rmtree(workspace.root),
    "moved": lambda workspace: workspace.root.rename(workspace.root.with_name("elsewhere")),
    "emptied": lambda workspace: (shutil.rmtree(workspace.root), workspace.root.mkdir()),
    "another": another_workspace,
    "no database": lambda workspace: (workspace.root / "graft.db").unlink(),
    "another database": another_database,
    "no journal": lambda workspace: (workspace.root / "graft.db-wal").unlink(),
}


@pytest.mark.parametrize("destroy", DESTROYED.values(), ids=DESTROYED)
def test_nothing_is_written_or_read_where_the_workspace_is_no_longer_the_one_that_was_opened(workspace, destroy):
    workspace.store.add(a_run())
    destroy(workspace)
    for use in (
        lambda: workspace.store.log("r-1", "x"),
        lambda: workspace.store.record("r-1", steps=[a_step(1)]),
        lambda: workspace.store.move("r-1", Status.RUNNING),
        lambda: workspace.store.add(a_run("r-2")),
        lambda: workspace.store.runs(),
        workspace.recover,
        workspace.require_intact,
    ):
        with pytest.raises(WorkspaceGone, match=r"deleted, moved or replaced.*open the workspace again"):
            use()
    workspace.close()
    again = Workspace(workspace.root)
    assert "r-2" not in again.store.ids()
    again.store.add(a_run("r-3"))


def test_a_workspace_that_is_put_back_is_used_on(workspace):
    workspace.store.add(a_run())
    away = workspace.root.rename(workspace.root.with_name("away"))
    with pytest.raises(WorkspaceGone):
        workspace.store.run("r-1")
    away.rename(workspace.root)
    workspace.store.log("r-1", "back")
    assert [line.message for line in workspace.store.lines("r-1")] == ["back"]


def test_a_write_is_not_kept_when_the_file_goes_in_the_middle_of_it(workspace):
    workspace.store.add(a_run())

    def write_while_it_goes():
        with workspace.store.together():
            workspace.store.log("r-1", "lost")
            workspace.root.rename(workspace.root.with_name("away"))

    with pytest.raises(WorkspaceGone):
        write_while_it_goes()
    workspace.root.with_name("away").rename(workspace.root)
    assert workspace.store.lines("r-1") == []


def test_a_write_that_was_made_into_a_file_which_went_just_then_is_not_called_made(workspace):
    workspace.store.add(a_run())
    away = workspace.root.with_name("away")

    def go(sql):
        if sql == "COMMIT" and not away.exists():
            workspace.root.rename(away)

    workspace.store._database._idle[0].set_trace_callback(go)
    with pytest.raises(WorkspaceGone):
        workspace.store.log("r-1", "lost")
    assert away.exists()


@pytest.mark.parametrize("destroy", [DESTROYED[name] for name in ("deleted", "moved", "another", "no database")])
def test_a_training_in_a_workspace_that_goes_fails_and_claims_nothing(workspace, experiment, destroy):
    lease, seen = begin(workspace, experiment), []

    def train():
        for event in execute(workspace, lease, Control()):
            seen.append(event)
            if isinstance(event, EpochEnded) and event.epoch == 1:
                destroy(workspace)

    with pytest.raises(StorageFailed, match=r"deleted(, moved| or moved)"):
        train()
    assert [event.epoch for event in seen if isinstance(event, EpochEnded)] == [0, 1]
    assert not workspace.folder(lease.run_id).exists() or (workspace.root / "graft.db").exists() is False
    workspace.close()
    assert Workspace(workspace.root).store.ids() in ([], ["r-other"])


def test_a_training_makes_nothing_where_its_workspace_was(workspace, experiment):
    lease, deleted = begin(workspace, experiment), False

    def train():
        nonlocal deleted
        for event in execute(workspace, lease, Control()):
            if isinstance(event, StepEnded) and event.epoch == 1 and not deleted:  # views of later epochs are to come
                deleted = True
                shutil.rmtree(workspace.root)

    with pytest.raises(StorageFailed, match="deleted"):
        train()
    assert not workspace.root.exists()


@pytest.mark.parametrize("how", ["deleted", "moved", "replaced"])
def test_a_run_whose_folder_goes_is_failed_and_says_so(workspace, experiment, how):
    lease = begin(workspace, experiment)

    def train():
        for event in execute(workspace, lease, Control()):
            if isinstance(event, EpochEnded) and event.epoch == 1:
                folder = workspace.folder(lease.run_id)
                folder.rename(workspace.root / "away") if how == "moved" else shutil.rmtree(folder)
                if how == "replaced":
                    folder.mkdir()
                    (folder / "lock").touch()

    with pytest.raises(StorageFailed):
        train()
    run = workspace.store.run(lease.run_id)
    assert run.status is Status.FAILED
    assert "deleted" in run.message
    assert not (workspace.folder(run.id) / "experiment.yaml").exists()
    list(
        execute(workspace, reopen_run(workspace, run.id), Control())
    )  # and it can be trained again, with all its files
    assert workspace.store.run(run.id).status is Status.COMPLETED
    names = {path.name for path in workspace.folder(run.id).iterdir()}
    assert {"best.safetensors", "experiment.yaml", "data.json"} <= names
