"""None"""

import pytest

from core.errors import (
    OutOfMemory,
    RunConflict,
    StorageFailed,
    TrainingFailed,
)
from core.runs import artifacts
from core.runs import execute as executing
from core.runs.execute import execute, reopen_run
from core.runs.prepare import prepare
from core.runs.status import Status
from core.training import checkpoints
from core.training.events import EpochEnded, RunEnded, StepEnded
from core.work.control import Control, StoppedEarly
from tests.features.helpers import SHORTAGES
from tests.runs.executing import executed
from tests.runs.executing.executed import begin

workspace = executed.workspace


def test_a_run_is_recorded_evaluated_and_its_files_written(workspace, experiment):
    lease = begin(workspace, experiment, "mine")
    assert workspace.store.run(lease.run_id).status is Status.QUEUED
    events = list(execute(workspace, lease, Control()))
    run = workspace.store.run(lease.run_id)
    assert run.status is Status.COMPLETED
    assert run.name == "mine"
    assert [e.val_loss for e in workspace.store.epochs(run.id)] == [
        e.val_loss for e in events if isinstance(e, EpochEnded)
    ]
    assert len(workspace.store.steps(run.id)) == len([e for e in events if isinstance(e, StepEnded)])
    assert run.val.n == run.test.n == 4
    assert run.results["epochs"] == 4
    assert run.results["seconds"] > 0
    names = {path.name for path in workspace.folder(run.id).iterdir()}
    assert {"best.safetensors", "experiment.yaml", "predictions-val.json"} <= names
    answers = artifacts.read_predictions(workspace.folder(run.id), "test")
    assert answers.probabilities.shape == (4, 2)
    assert (answers.probabilities.argmax(axis=1) == answers.labels).mean() == run.test.main.value
    with pytest.raises(RunConflict, match="is completed"):
        reopen_run(workspace, run.id)


def test_images_are_decoded_once_by_the_check_and_all_runs_of_a_process(workspace, experiment, monkeypatch):
    from core.data import cache, scan

    decoded, real = [], cache.decode
    for module in (cache, scan):
        monkeypatch.setattr(module, "decode", lambda path, scale: (decoded.append(path), real(path, scale))[1])
    prepared = prepare(experiment, workspace.root, "cpu", images=workspace.images)
    assert len(decoded) == len(prepared.dataset.items)
    for seed in (1, 2):  # other views: the features kept by the first run are of no use to the second
        list(execute(workspace, begin(workspace, experiment.changed(seed=seed)), Control()))
    assert len(decoded) == len(set(decoded)) == len(prepared.dataset.items)


def test_images_beyond_the_memory_lie_in_the_workspace(workspace, experiment, monkeypatch):
    from core import shared
    from core.runs import workspace as module

    asked, real = [], shared.tempfile.TemporaryFile
    monkeypatch.setattr(module, "MEMORY_BYTES", 0)
    monkeypatch.setattr(
        shared.tempfile, "TemporaryFile", lambda *args, **given: asked.append(given["dir"]) or real(*args, **given)
    )
    list(execute(workspace, begin(workspace, experiment), Control()))
    assert asked == [workspace.root]


def test_no_test_split_gives_no_test_scores(workspace, experiment):
    data = experiment.data.model_copy(update={"split": experiment.data.split.model_copy(update={"test": 0.0})})
    lease = begin(workspace, experiment.changed(data=data))
    list(execute(workspace, lease, Control()))
    run = workspace.store.run(lease.run_id)
    assert run.test is None
    assert run.test_key == ""


def test_a_stopped_run_is_evaluated_and_resumes_to_the_same_series(workspace, experiment):
    whole = begin(workspace, experiment)
    list(execute(workspace, whole, Control()))
    lease, control = begin(workspace, experiment), Control()
    for event in execute(workspace, lease, control):
        if isinstance(event, StepEnded) and event.epoch == 2:
            control.stop()
    stopped = workspace.store.run(lease.run_id)
    assert stopped.status is Status.STOPPED
    assert stopped.val is not None
    list(execute(workspace, reopen_run(workspace, lease.run_id), Control()))
    resumed = workspace.store.run(lease.run_id)
    assert resumed.status is Status.COMPLETED
    losses = [[s.loss for s in workspace.store.steps(run_id)] for run_id in (whole.run_id, lease.run_id)]
    assert losses[0] == losses[1]
    assert resumed.results["val"] == workspace.store.run(whole.run_id).results["val"]


def test_a_run_stopped_while_weights_are_fetched_is_stopped_and_can_be_resumed(workspace, experiment, monkeypatch):
    lease, control = begin(workspace, experiment), Control()

    def fetching(chosen, control):
        yield 1, 9
        control.stop()
        raise StoppedEarly

    with monkeypatch.context() as patch:
        patch.setattr(executing, "downloaded", fetching)
        events = list(execute(workspace, lease, control))
    assert events[-1] == RunEnded(stopped=True, epochs=0, best_epoch=None)
    run = workspace.store.run(lease.run_id)
    assert (run.status, run.results) == (Status.STOPPED, {})
    list(execute(workspace, reopen_run(workspace, run.id), Control()))
    assert workspace.store.run(run.id).status is Status.COMPLETED


def test_closing_interrupts_and_lets_go_of_the_lock(workspace, experiment):
    lease = begin(workspace, experiment)
    running = execute(workspace, lease, Control())
    for event in running:
        if isinstance(event, StepEnded):
            break
    running.close()
    assert workspace.store.run(lease.run_id).status is Status.INTERRUPTED
    assert workspace.recover() == []
    list(execute(workspace, reopen_run(workspace, lease.run_id), Control()))
    assert workspace.store.run(lease.run_id).status is Status.COMPLETED


def test_a_live_run_whose_lock_is_free_is_interrupted_and_one_whose_lock_is_held_is_left_alone(workspace, experiment):
    held, dead = begin(workspace, experiment), begin(workspace, experiment.changed(seed=5))
    dead.lock.release()
    assert workspace.recover() == [dead.run_id]
    assert workspace.store.run(held.run_id).status is Status.QUEUED
    assert workspace.store.run(dead.run_id).status is Status.INTERRUPTED
    held.lock.release()


def test_an_error_is_kept_with_its_traceback(workspace, experiment, monkeypatch):
    lease = begin(workspace, experiment)
    monkeypatch.setattr(executing, "train", lambda *_: 1 / 0)
    with pytest.raises(TrainingFailed, match="ZeroDivisionError"):
        list(execute(workspace, lease, Control()))
    run = workspace.store.run(lease.run_id)
    assert run.status is Status.FAILED
    assert "ZeroDivisionError" in run.message
    assert "Traceback" in run.traceback
    assert workspace.store.lines(run.id)[-1].level == "error"


@pytest.mark.parametrize("error", SHORTAGES, ids=str)
def test_memory_that_runs_out_is_told_with_what_to_do(workspace, experiment, monkeypatch, error):
    def fail(*_):
        raise error

    lease = begin(workspace, experiment)
    monkeypatch.setattr(executing, "train", fail)
    with pytest.raises(OutOfMemory, match="smaller batch size"):
        list(execute(workspace, lease, Control()))
    run = workspace.store.run(lease.run_id)
    assert run.status is Status.FAILED
    assert "smaller batch size" in run.message


def test_a_full_disk_fails_the_run_keeps_the_old_checkpoint_and_can_be_resumed(workspace, experiment, monkeypatch):
    lease, real, saved = begin(workspace, experiment), checkpoints.files.write_bytes, []

    def full_after_two(path, content, **given):
        if len(saved) == 2:
            raise StorageFailed("The disk is full: last.pt could not be saved. Free some space.")
        saved.append(path)
        real(path, content, **given)

    monkeypatch.setattr(checkpoints.files, "write_bytes", full_after_two)
    with pytest.raises(StorageFailed, match="disk is full"):
        list(execute(workspace, lease, Control()))
    monkeypatch.undo()
    run = workspace.store.run(lease.run_id)
    assert run.status is Status.FAILED
    assert "disk is full" in run.message
    list(execute(workspace, reopen_run(workspace, lease.run_id), Control()))
    assert workspace.store.run(lease.run_id).status is Status.COMPLETED
