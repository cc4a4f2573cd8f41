import json
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from core.errors import RunConflict, RunNotFound, StorageFailed
from core.experiment import DataSpec, Experiment, Phase
from core.runs.records import Run
from core.runs.status import LIVE, TRANSITIONS, Status
from core.runs.store import RunStore
from core.training.events import EpochEnded, PhaseStarted, StepEnded

ROOT = Path(__file__).parents[2]
EXPERIMENT = Experiment(data=DataSpec(source="sample:stamps"), phases=(Phase(stages=("head",), epochs=3),))


def a_run(run_id="r-1", status=Status.QUEUED, created_at=1.0, test_key="t"):
    return Run(
        id=run_id, name="name", status=status, experiment=EXPERIMENT, digest=EXPERIMENT.digest, device="cpu",
        classes=("a", "b"), test_key=test_key, created_at=created_at,
    )  # fmt: skip


def a_step(step, epoch=0):
    return StepEnded(step=step, epoch=epoch, phase=0, loss=0.5, learning_rate=0.1, images_per_second=10.0)


def an_epoch(epoch):
    return EpochEnded(
        epoch=epoch, phase=0, step=epoch + 1, train_loss=1.0, train_accuracy=0.5, val_loss=float("nan"),
        val_accuracy=0.5, learning_rate=0.1, seconds=1.0, images_per_second=10.0, best=True,
    )  # fmt: skip


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "graft.db", clock=lambda: 100.0)


def test_a_run_comes_back_as_it_went_in(store):
    store.add(a_run())
    assert store.run("r-1") == a_run()


@pytest.mark.parametrize("bad", ["../../x", "", "R", "x" * 100, "a;b", "missing", "r-1\n"])
def test_an_unknown_id_is_not_found(store, bad):
    store.add(a_run())
    with pytest.raises(RunNotFound, match="Run not found"):
        store.run(bad)


def test_every_move_that_is_not_allowed_is_refused(store):
    for before in Status:
        for after in Status:
            run_id = f"{before.value}-{after.value}"
            store.add(a_run(run_id, before))
            if after is before or after in TRANSITIONS[before]:
                store.move(run_id, after)
                assert store.run(run_id).status is after
            else:
                with pytest.raises(RunConflict):
                    store.move(run_id, after)
                assert store.run(run_id).status is before


def test_a_move_from_another_status_than_expected_does_nothing(store):
    store.add(a_run(status=Status.STOPPING))
    store.move("r-1", Status.RUNNING, only_from=Status.PAUSED)
    assert store.run("r-1").status is Status.STOPPING


def test_metrics_written_twice_count_once_and_can_be_truncated(store):
    store.add(a_run())
    phase = PhaseStarted(
        phase=0, stages=("head",), first_epoch=0, epochs=3, learning_rate=0.1, trainable_parameters=1,
        total_parameters=2,
    )  # fmt: skip
    store.record("r-1", steps=[a_step(1), a_step(2), a_step(3, 1)], epochs=[an_epoch(0)], phases=[phase])
    store.record("r-1", steps=[a_step(3, 1)])
    assert store.steps("r-1") == [a_step(1), a_step(2), a_step(3, 1)]
    assert store.phases("r-1") == [phase]
    store.truncate("r-1", epoch=-1, step=2, phase=0)
    assert store.steps("r-1") == [a_step(1), a_step(2)]
    assert store.epochs("r-1") == []
    assert store.phases("r-1") == [phase]


def test_a_loss_that_is_no_number_leaves_valid_json(store):
    store.add(a_run())
    store.record("r-1", epochs=[an_epoch(0)])
    row = sqlite3.connect(store.path).execute("SELECT record FROM epochs").fetchone()
    assert json.loads(row[0])["val_loss"] is None


def test_looks_are_counted_per_test_split(store):
    for run in (a_run("r-1"), a_run("r-2"), a_run("r-3", test_key="other")):
        store.add(run)
        store.look_at_test(run)
    assert store.test_looks("t") == 2
    assert store.test_looks("other") == 1


def test_live_runs_cannot_be_removed_and_others_take_their_metrics_along(store):
    store.add(a_run(status=Status.RUNNING))
    store.record("r-1", steps=[a_step(1)])
    with pytest.raises(RunConflict, match="Stop it first"):
        store.remove("r-1")
    store.move("r-1", Status.COMPLETED)
    store.remove("r-1")
    assert store.steps("r-1") == []
    assert store.runs() == []


def test_live_lists_only_live_runs_oldest_first(store):
    for n, status in enumerate(Status):
        store.add(a_run(f"r-{n}", status, created_at=float(n)))
    assert tuple(run.status for run in store.live()) == LIVE


def test_a_lock_of_three_seconds_is_waited_for(store):
    store.add(a_run())
    other = sqlite3.connect(store.path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(3.0, lambda: other.execute("COMMIT")).start()
    began = time.monotonic()
    store.log("r-1", "waited")
    assert time.monotonic() - began > 2
    assert [line.message for line in store.lines("r-1")] == ["waited"]


WRITER = """
import sys
from pathlib import Path
from core.runs.store import RunStore
from tests.runs.test_store import a_step
store = RunStore(Path(sys.argv[1]))
for n in range(50):
    store.record("r-1", steps=[a_step(int(sys.argv[2]) * 1000 + n)])
"""


def test_four_writers_and_two_readers_lose_nothing(tmp_path):
    path = tmp_path / "graft.db"
    store = RunStore(path)
    store.add(a_run())
    # programs of their own: multiprocessing would run the __main__ that a page test left behind
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, path, str(n)], cwd=ROOT) for n in range(4)]
    reads, errors = [], []

    def read():
        try:
            while any(process.poll() is None for process in writers):
                reads.append(len(store.steps("r-1")))
        except Exception as error:
            errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for thread in readers:
        thread.start()
    for reader in readers:
        reader.join()
    assert errors == []
    assert len(store.steps("r-1")) == 200
    assert all(process.wait() == 0 for process in writers)


def test_a_folder_that_is_not_writable_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFailed):
        RunStore(tmp_path / "file" / "graft.db")


def test_a_file_that_is_no_database_is_told(tmp_path):
    (tmp_path / "graft.db").write_bytes(b"not a database at all, but long enough to be read as one" * 20)
    with pytest.raises(StorageFailed, match=r"could not be used.*another workspace"):
        RunStore(tmp_path / "graft.db")


def test_opening_twice_migrates_once(tmp_path):
    RunStore(tmp_path / "graft.db").add(a_run())
    assert RunStore(tmp_path / "graft.db").run("r-1") == a_run()


OPENER = """
import sys
from pathlib import Path
from core.runs.store import RunStore
sys.stdin.readline()
for number in range(20):
    RunStore(Path(sys.argv[1]) / f"{number}.db")
"""


def test_processes_that_open_a_fresh_workspace_at_once_all_succeed(tmp_path):
    command = [sys.executable, "-c", OPENER, str(tmp_path)]
    children = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    for child in children:
        _, errors = child.communicate(timeout=120)
        assert child.returncode == 0, errors


def test_a_full_disk_is_said_as_such(store):
    store.add(a_run())
    store._connection.execute("PRAGMA max_page_count = 20")
    lines = ["x" * 4000] * 100

    def fill():
        for line in lines:
            store.log("r-1", line)

    with pytest.raises(StorageFailed, match="disk is full"):
        fill()
    assert store.run("r-1") == a_run()
