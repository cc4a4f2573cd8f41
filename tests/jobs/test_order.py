"""The order of jobs, without a training: what is executed where and when is written down by a stand-in."""

import pytest

from core.errors import QueueFull, RunConflict
from core.runs.status import Status
from tests.jobs import staged
from tests.jobs.staged import WAIT_S, status

manager = staged.manager
stage = staged.stage
two_devices = staged.two_devices


def test_one_at_a_time_on_a_device_in_the_order_of_submission(manager, stage, experiment):
    ids = [manager.submit(experiment.changed(seed=seed)) for seed in (5, 3, 9, 1)]
    stage.until(lambda: stage.on == ids[:1])
    assert manager.queue() == ids[1:]
    assert [status(manager, run_id) for run_id in ids] == [Status.RUNNING] + [Status.QUEUED] * 3
    for number, run_id in enumerate(ids):
        stage.until(lambda at=run_id: stage.on == [at])
        assert manager.queue() == ids[number + 1 :]
        stage.let_go(run_id)
    assert manager.wait(WAIT_S)
    assert stage.begun == ids
    assert stage.most == 1
    assert {run.id: run.experiment.seed for run in manager.workspace.store.runs()} == dict(
        zip(ids, (5, 3, 9, 1), strict=True)
    )


def test_two_devices_work_at_once_and_each_on_its_own_queue(manager, stage, experiment, two_devices):
    here = [manager.submit(experiment.changed(seed=seed), "cpu") for seed in (1, 2)]
    there = [manager.submit(experiment.changed(seed=seed), "cuda:0") for seed in (3, 4)]
    stage.until(lambda: set(stage.on) == {here[0], there[0]})
    assert manager.queue() == [here[1], there[1]]
    assert [manager.workspace.store.run(run_id).device for run_id in (*here, *there)] == ["cpu"] * 2 + ["cuda:0"] * 2
    stage.let_go(there[0])
    stage.until(lambda: set(stage.on) == {here[0], there[1]})
    assert manager.queue() == [here[1]]
    stage.let_go()
    assert manager.wait(WAIT_S)
    assert stage.most == 2


def test_the_same_experiment_twice_is_one_run_unless_the_device_differs_or_it_is_stopping(
    manager, stage, experiment, two_devices
):
    first = manager.submit(experiment, "cpu", "mine")
    assert manager.submit(experiment, "cpu", "another name") == first
    other = manager.submit(experiment, "cuda:0")
    seed = manager.submit(experiment.changed(seed=1), "cpu")
    assert len({first, other, seed}) == 3
    assert manager.submit(experiment.changed(seed=1), "cpu") == seed, "one that waits is the same run too"
    stage.until(lambda: first in stage.on)
    manager.workspace.store.move(first, Status.STOPPING)
    again = manager.submit(experiment, "cpu")
    assert again not in (first, other, seed)
    assert manager.workspace.store.run(first).name == "mine"


def test_the_limit_is_of_those_that_wait_and_a_place_that_is_freed_is_given_away(manager, stage, experiment):
    ids = [manager.submit(experiment.changed(seed=seed)) for seed in range(4)]  # one works, three wait
    stage.until(lambda: stage.on == ids[:1])
    with pytest.raises(QueueFull, match="3 runs are waiting"):
        manager.submit(experiment.changed(seed=9))
    assert len(manager.workspace.store.runs()) == 4
    manager.stop(ids[2])
    assert status(manager, ids[2]) is Status.STOPPED
    assert "out of the queue" in manager.workspace.store.run(ids[2]).message
    assert manager.queue() == [ids[1], ids[3]]
    assert not manager.owns(ids[2])
    last = manager.submit(experiment.changed(seed=9))
    assert manager.queue() == [ids[1], ids[3], last]
    stage.let_go()
    assert manager.wait(WAIT_S)
    assert stage.begun == [ids[0], ids[1], ids[3], last]


def test_stop_and_pause_reach_the_run_that_is_named_and_no_other(manager, stage, experiment, two_devices):
    one, other = manager.submit(experiment, "cpu"), manager.submit(experiment, "cuda:0")
    stage.until(lambda: set(stage.on) == {one, other})
    manager.pause(other)
    assert (stage.controls[one].paused, stage.controls[other].paused) == (False, True)
    manager.pause(one)
    manager.unpause(other)
    assert (stage.controls[one].paused, stage.controls[other].paused) == (True, False)
    manager.stop(one)
    stage.until(lambda: stage.on == [other])
    stage.let_go()
    assert manager.wait(WAIT_S)
    assert (status(manager, one), status(manager, other)) == (Status.STOPPED, Status.COMPLETED)
    with pytest.raises(RunConflict, match="completed already"):
        manager.pause(other)


def test_waiting_ends_when_time_is_up_and_counts_what_works_and_what_waits(manager, stage, experiment):
    assert manager.wait(0)
    ids = [manager.submit(experiment.changed(seed=seed)) for seed in (1, 2)]
    assert not manager.wait(0.01)
    stage.let_go(ids[0])
    stage.until(lambda: stage.on == ids[1:])
    assert manager.queue() == []
    assert not manager.wait(0.01)
    stage.let_go(ids[1])
    assert manager.wait(WAIT_S)
