"""How jobs end, without a training: taken up again, failed, interrupted, stopped, and turns with an analysis."""

from types import SimpleNamespace

import pytest

from core import jobs
from core.errors import QueueFull, RunConflict, StorageFailed
from core.jobs import JobManager
from core.runs.execute import create_run, release
from core.runs.prepare import prepare
from core.runs.status import Status
from core.runs.workspace import Workspace
from core.work.control import Signal
from core.work.progress import Progress
from tests.jobs import staged
from tests.jobs.staged import WAIT_S, status
from tests.waiting import until

manager = staged.manager
stage = staged.stage
two_devices = staged.two_devices


def test_a_run_that_is_live_here_is_not_reopened_and_one_that_is_over_is_queued_again(manager, stage, experiment):
    ids = [manager.submit(experiment.changed(seed=seed)) for seed in (1, 2)]
    stage.until(lambda: stage.on == ids[:1])
    assert [manager.resume(run_id) for run_id in ids] == ids
    assert manager.queue() == ids[1:]
    manager.stop(ids[1])
    assert manager.resume(ids[1]) == ids[1]
    assert manager.queue() == ids[1:]
    assert status(manager, ids[1]) is Status.QUEUED
    full = [manager.submit(experiment.changed(seed=seed)) for seed in (3, 4)]
    manager.stop(full[0])
    manager.submit(experiment.changed(seed=5))
    with pytest.raises(QueueFull):
        manager.resume(full[0])
    assert status(manager, full[0]) is Status.STOPPED
    stage.let_go()
    assert manager.wait(WAIT_S)
    with pytest.raises(RunConflict, match="is completed"):
        manager.resume(ids[0])


def test_a_store_that_fails_at_the_end_does_not_end_the_thread(manager, stage, experiment, monkeypatch):
    real = stage.execute

    def fails(workspace, lease, control):
        if lease.run_id == bad:
            lease.lock.release()
            raise errors[0]
        yield from real(workspace, lease, control)

    monkeypatch.setattr(jobs, "execute", fails)
    stage.let_go()
    errors = [StorageFailed("The disk is full."), ValueError("unforeseen")]
    while errors:
        with manager._changed:  # nothing begins before both are known
            bad = manager.submit(experiment.changed(seed=1, views=len(stage.begun) + 3))
        good = manager.submit(experiment.changed(seed=2, views=len(stage.begun) + 3))
        assert manager.wait(WAIT_S)
        assert status(manager, good) is Status.COMPLETED
        errors.pop(0)


def test_live_lists_runs_of_all_programs_and_marks_the_dead(manager, stage, experiment):
    own = manager.submit(experiment)
    stage.until(lambda: stage.on == [own])
    theirs = create_run(manager.workspace, prepare(experiment.changed(seed=7), manager.workspace.root, "cpu"))
    assert [run.id for run in manager.live()] == [own, theirs.run_id]
    assert manager.owns(own)
    assert not manager.owns(theirs.run_id)
    theirs.lock.release()
    assert [run.id for run in manager.live()] == [own]
    assert status(manager, theirs.run_id) is Status.INTERRUPTED


def test_shutdown_tells_each_run_what_became_of_it_and_begins_nothing_more(manager, stage, experiment):
    ids = [manager.submit(experiment.changed(seed=seed)) for seed in (1, 2, 3)]
    stage.until(lambda: stage.on == ids[:1])
    manager.shutdown(WAIT_S)
    assert [status(manager, run_id) for run_id in ids] == [Status.INTERRUPTED] * 3
    assert "queued" in manager.workspace.store.run(ids[1]).message
    assert stage.begun == ids[:1]
    assert manager.queue() == []
    assert manager.workspace.recover() == []
    late = create_run(manager.workspace, prepare(experiment.changed(seed=1), manager.workspace.root, "cpu"))
    release(manager.workspace, late, Status.STOPPED, "why")
    assert manager.workspace.store.run(late.run_id).message == "why"
    manager.workspace.lock(late.run_id).acquire()  # it was let go


def test_a_batch_that_does_not_end_is_left_at_once_and_the_run_marked(manager, stage, experiment, monkeypatch):
    left = []
    monkeypatch.setattr(jobs, "os", SimpleNamespace(_exit=left.append))
    monkeypatch.setattr(jobs.logging, "shutdown", lambda: None)
    run_id = manager.submit(experiment)
    stage.until(lambda: stage.on == [run_id])
    monkeypatch.setattr(stage.controls[run_id], "abort", lambda: None)  # deaf
    manager.shutdown(0.05)
    assert left == [0]
    assert status(manager, run_id) is Status.INTERRUPTED
    assert "during a batch" in manager.workspace.store.run(run_id).message
    monkeypatch.setattr(stage.controls[run_id], "at_batch", lambda: Signal.ABORT)
    stage.let_go()
    stage.until(lambda: stage.on == [])
    manager.shutdown(WAIT_S)
    assert left == [0]


@pytest.mark.parametrize("paused", [False, True])
def test_a_stop_is_said_before_it_is_done(manager, stage, experiment, paused):
    run_id = manager.submit(experiment)
    stage.until(lambda: stage.on == [run_id])
    if paused:
        manager.workspace.store.move(run_id, Status.PAUSED)
    control, seen = stage.controls[run_id], []
    real = control.stop
    control.stop = lambda: seen.append(status(manager, run_id)) or real()
    manager.stop(run_id)
    assert seen == [Status.STOPPING]
    assert manager.wait(WAIT_S)
    assert status(manager, run_id) is Status.STOPPED
    manager.stop(run_id)
    assert len(seen) == 1, "a run that is over is left alone"


@pytest.mark.parametrize("over", [Status.COMPLETED, Status.FAILED])
def test_a_stop_that_comes_when_a_run_has_just_ended_changes_nothing_of_its_end(manager, stage, experiment, over):
    run_id = manager.submit(experiment)
    stage.until(lambda: stage.on == [run_id])
    manager.workspace.store.move(run_id, over)
    manager.stop(run_id)
    assert status(manager, run_id) is over
    stage.let_go()
    assert manager.wait(WAIT_S)


def test_whoever_is_slower_to_resume_gets_the_same_run(manager, stage, experiment, monkeypatch):
    run_id = manager.submit(experiment)
    stage.until(lambda: stage.on == [run_id])
    manager.stop(run_id)
    assert manager.wait(WAIT_S)

    def quicker(workspace, asked, *_):
        manager._running["elsewhere"] = jobs.Job(SimpleNamespace(run_id=asked), "elsewhere")
        raise RunConflict("Run is being worked on by another program.")

    monkeypatch.setattr(jobs, "reopen_run", quicker)
    assert manager.resume(run_id) == run_id
    manager._running.clear()

    def theirs(*_):
        raise RunConflict("Run is being worked on by another program.")

    monkeypatch.setattr(jobs, "reopen_run", theirs)
    with pytest.raises(RunConflict, match="another program"):
        manager.resume(run_id)
    assert manager.queue() == []


def test_a_new_manager_marks_the_dead_and_sees_to_the_end_of_the_process(stage, experiment, tmp_path, monkeypatch):
    at_exit = []
    monkeypatch.setattr(jobs.atexit, "register", at_exit.append)
    workspace = Workspace(tmp_path / "workspace")
    dead = create_run(workspace, prepare(experiment, workspace.root, "cpu"))
    dead.lock.release()
    made = JobManager(workspace)
    assert workspace.store.run(dead.run_id).status is Status.INTERRUPTED
    assert at_exit == [made.shutdown]
    made.shutdown(WAIT_S)


def test_a_run_in_the_queue_is_paused_before_it_begins(manager, stage, experiment):
    first, second = (manager.submit(experiment.changed(seed=seed)) for seed in (1, 2))
    stage.until(lambda: stage.on == [first])
    manager.pause(second)
    stage.let_go(first)
    stage.until(lambda: stage.on == [second])
    assert stage.controls[second].paused
    manager.unpause(second)
    stage.let_go()
    assert manager.wait(WAIT_S)
    assert status(manager, second) is Status.COMPLETED


def test_an_analysis_on_the_device_that_trains_gets_its_turns_and_gives_them_back(
    manager, stage, experiment, two_devices
):
    run_id = manager.submit(experiment, "cuda:0")
    stage.until(lambda: stage.on == [run_id])
    batches = []

    def work(control):
        control.computes_on("cuda:0")
        for number in range(3):
            assert control.at_batch() is Signal.GO
            assert manager._leases.of("cuda:0")._queue[0] is control, "the training waits for its turn"
            batches.append(status(manager, run_id))
            yield Progress(what="looking", done=number, total=3)
        return "found"

    manager.analyses.analyse("key", work)
    until(lambda: manager.analyses.analysis("key").over)
    assert (manager.analyses.analysis("key").result, batches) == ("found", [Status.RUNNING] * 3)
    stage.let_go()
    assert manager.wait(WAIT_S)
    assert not manager._leases.of("cuda:0")._queue


def test_an_evaluation_that_is_asked_for_while_the_program_ends_is_told_to_leave(manager, stage, monkeypatch):
    told = []
    monkeypatch.setattr(jobs, "keep_epoch", lambda *_, control, on_progress: told.append(control.at_batch()))
    manager.keep_epoch("run", "last")
    manager.shutdown(WAIT_S)
    manager.keep_epoch("run", "last")
    assert told == [Signal.GO, Signal.ABORT]
