import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from core.errors import QueueFull, RunConflict, RunNotFound, UnusableDataset
from core.experiment import Phase
from core.jobs import JobManager
from core.runs.status import Status
from core.runs.workspace import Workspace
from tests.conftest import make_experiment, make_images
from tests.waiting import until

ROOT = Path(__file__).parents[2]


@pytest.fixture
def manager(tmp_path):
    made = JobManager(Workspace(tmp_path / "workspace"), queue_limit=2)
    yield made
    made.shutdown(30)


@pytest.fixture
def endless(experiment):
    """A training that only ends when it is told to."""
    return experiment.changed(phases=(Phase(stages=("head",), epochs=900),))


def status(manager, run_id):
    return manager.workspace.store.run(run_id).status


def test_runs_are_executed_one_after_the_other(manager, experiment):
    first, second = manager.submit(experiment), manager.submit(experiment.changed(seed=1))
    assert manager.wait(60)
    runs = [manager.workspace.store.run(run_id) for run_id in (first, second)]
    assert [run.status for run in runs] == [Status.COMPLETED] * 2
    assert runs[0].ended_at <= runs[1].started_at


def test_memory_is_given_back_after_each_run(manager, experiment, monkeypatch):
    given = []
    monkeypatch.setattr("core.jobs.give_back", lambda: given.append(status(manager, run_id)))
    run_id = manager.submit(experiment)
    assert manager.wait(60)
    assert given == [Status.COMPLETED]


def test_two_tabs_that_start_at_once_get_one_run(manager, endless):
    ids = []
    threads = [threading.Thread(target=lambda: ids.append(manager.submit(endless))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 4
    assert len(set(ids)) == 1
    assert len(manager.workspace.store.runs()) == 1


def test_pause_go_on_and_stop_may_each_be_said_twice(manager, endless):
    run_id = manager.submit(endless)
    until(lambda: manager.workspace.store.steps(run_id))
    manager.pause(run_id)
    manager.pause(run_id)
    until(lambda: status(manager, run_id) is Status.PAUSED)
    time.sleep(0.7)  # what was waiting to be written is written
    steps = len(manager.workspace.store.steps(run_id))
    time.sleep(0.3)
    assert len(manager.workspace.store.steps(run_id)) == steps
    manager.unpause(run_id)
    until(lambda: len(manager.workspace.store.steps(run_id)) > steps)
    assert status(manager, run_id) is Status.RUNNING
    manager.stop(run_id)
    manager.stop(run_id)
    assert manager.wait(60)
    assert status(manager, run_id) is Status.STOPPED
    manager.stop(run_id)  # after the end
    assert manager.workspace.store.run(run_id).val is not None
    with pytest.raises(RunConflict, match="stopped already"):
        manager.pause(run_id)


def test_a_paused_run_keeps_its_place_and_stops_from_there(manager, endless):
    run_id = manager.submit(endless)
    until(lambda: manager.workspace.store.steps(run_id))
    manager.pause(run_id)
    until(lambda: status(manager, run_id) is Status.PAUSED)
    waiting = manager.submit(endless.changed(seed=1))
    assert manager.queue() == [waiting]
    manager.stop(run_id)
    until(lambda: status(manager, run_id) is Status.STOPPED)
    until(lambda: status(manager, waiting) is Status.RUNNING)


def test_a_full_queue_refuses_and_a_queued_run_can_be_taken_out(manager, endless):
    running, *waiting = [manager.submit(endless.changed(seed=seed)) for seed in range(3)]
    with pytest.raises(QueueFull, match="2 runs are waiting"):
        manager.submit(endless.changed(seed=9))
    manager.stop(waiting[0])
    assert status(manager, waiting[0]) is Status.STOPPED
    assert manager.queue() == waiting[1:]
    assert status(manager, running) in (Status.QUEUED, Status.RUNNING)


def test_a_failing_run_leaves_the_thread_alive(manager, experiment, monkeypatch):
    from core.runs import execute

    real = execute.train
    monkeypatch.setattr(execute, "train", lambda *_: 1 / 0)
    failed = manager.submit(experiment)
    assert manager.wait(30)
    monkeypatch.setattr(execute, "train", real)
    good = manager.submit(experiment.changed(seed=1))
    assert manager.wait(60)
    assert status(manager, failed) is Status.FAILED
    assert status(manager, good) is Status.COMPLETED


def test_a_run_that_cannot_begin_is_refused_and_not_listed(manager, tmp_path):
    with pytest.raises(UnusableDataset):
        manager.submit(make_experiment(make_images(tmp_path / "one", classes=("only",))))
    assert manager.workspace.store.runs() == []


def test_shutdown_interrupts_what_is_live_and_a_new_manager_resumes_it(tmp_path, endless):
    manager = JobManager(Workspace(tmp_path / "workspace"))
    running, waiting = manager.submit(endless), manager.submit(endless.changed(seed=1))
    until(lambda: manager.workspace.store.epochs(running))
    manager.shutdown()
    assert status(manager, running) is Status.INTERRUPTED
    assert status(manager, waiting) is Status.INTERRUPTED
    after = JobManager(Workspace(tmp_path / "workspace"))
    assert after.resume(running) == after.resume(running) == running
    until(lambda: len(after.workspace.store.epochs(running)) > 1)
    after.shutdown()


def test_another_programs_run_is_listed_but_not_steered(manager, experiment):
    from core.runs.execute import create_run
    from core.runs.prepare import prepare

    lease = create_run(manager.workspace, prepare(experiment, manager.workspace.root, "cpu"))
    assert [run.id for run in manager.live()] == [lease.run_id]
    for steer in (manager.pause, manager.stop):
        with pytest.raises(RunConflict, match="another program"):
            steer(lease.run_id)
    lease.lock.release()
    assert manager.live() == []
    with pytest.raises(RunNotFound):
        manager.resume("no-such-run")


SERVER = """
import signal, sys, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever starts tests in the background has it ignored
from core.experiment import Experiment
from core.jobs import JobManager
from core.runs.workspace import Workspace
manager = JobManager(Workspace(Path(sys.argv[1])))
run_id = manager.submit(Experiment.from_file(Path(sys.argv[2])))
while not manager.workspace.store.epochs(run_id):
    time.sleep(0.05)
try:
    print(run_id, flush=True)
    while True:
        time.sleep(0.1)
except KeyboardInterrupt:
    pass
"""


@pytest.mark.parametrize("moment", [*(pytest.param(moment, marks=pytest.mark.slow) for moment in range(2)), 2])
def test_ctrl_c_ends_the_process_with_0_within_10_seconds_and_the_run_can_be_resumed(tmp_path, endless, moment):
    (tmp_path / "experiment.yaml").write_text(endless.to_yaml())
    command = [sys.executable, "-c", SERVER, str(tmp_path / "workspace"), str(tmp_path / "experiment.yaml")]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    run_id = child.stdout.readline().strip()
    time.sleep(0.05 * moment)  # in a step, or while views are made
    os.kill(child.pid, signal.SIGINT)
    try:
        assert child.wait(10) == 0
    finally:
        child.kill()
    run = Workspace(tmp_path / "workspace").store.run(run_id)
    assert run.status is Status.INTERRUPTED
    assert (tmp_path / "workspace" / "runs" / run_id / "last.pt").exists()
