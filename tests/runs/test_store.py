"""The run store: what is written comes back, moves that are not allowed are refused, and each change is of one run."""

import json
import sqlite3
import threading

import pytest

from core.errors import RunConflict, RunNotFound, StorageFailed
from core.runs.status import LIVE, TRANSITIONS, Status
from core.runs.store import RunStore
from core.training.events import EpochEnded, PhaseStarted
from tests.runs import stored
from tests.runs.stored import a_run, a_step

store = stored.store


def an_epoch(epoch):
    return EpochEnded(
        epoch=epoch, phase=0, step=epoch + 1, train_loss=1.0, train_accuracy=0.5, val_loss=float("nan"),
        val_accuracy=0.5, learning_rate=0.1, seconds=1.0, images_per_second=10.0, best=True,
    )  # fmt: skip


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


def test_a_lock_is_waited_for(store):
    store.add(a_run())
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    begun, done = threading.Event(), threading.Event()

    def write():
        store._database._idle[0].set_trace_callback(lambda sql: begun.set() if sql.startswith("BEGIN") else None)
        store.log("r-1", "waited")
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    assert begun.wait(30)
    assert not done.is_set()
    other.execute("COMMIT")
    thread.join(30)
    assert done.is_set()
    assert [line.message for line in store.lines("r-1")] == ["waited"]


@pytest.mark.parametrize("write", [
    lambda store: store.move("r-1", Status.RUNNING), lambda store: store.remove("r-0"),
    lambda store: store.rename("r-1", "x"), lambda store: store.log("r-1", "x"),
    lambda store: store.truncate("r-1", epoch=0, step=0, phase=0), lambda store: store.record("r-1", steps=[a_step(1)]),
    lambda store: store.look_at_test(a_run()), lambda store: store.add(a_run("r-2")),
])  # fmt: skip
def test_nobody_else_writes_between_what_a_write_reads_and_what_it_writes(store, write):
    store.add(a_run())
    store.add(a_run("r-0", Status.STOPPED))
    other = sqlite3.connect(store.path, isolation_level=None, timeout=0, check_same_thread=False)
    tried = []

    def intrude(sql):
        if sql.startswith(("SELECT status", "UPDATE", "INSERT", "DELETE")) and not tried:
            try:
                other.execute("BEGIN IMMEDIATE")
                other.execute("ROLLBACK")
                tried.append("came in between")
            except sqlite3.OperationalError as error:
                tried.append(str(error))

    store._database._idle[0].set_trace_callback(intrude)
    write(store)
    assert tried == ["database is locked"]


def test_a_write_that_fails_half_way_leaves_nothing(store):
    store.add(a_run())
    with pytest.raises(AttributeError):
        store.record("r-1", steps=[a_step(1)], epochs=[object()])
    assert store.steps("r-1") == []
    store.record("r-1", steps=[a_step(2)])
    assert store.steps("r-1") == [a_step(2)]


def test_a_migration_that_fails_leaves_nothing_and_is_taken_up_again(tmp_path, monkeypatch):
    from core.runs import migrations

    path, whole = tmp_path / "graft.db", migrations.MIGRATIONS
    RunStore(path).add(a_run())
    broken = (*whole, "CREATE TABLE extra (id INTEGER); CREATE TABLE runs (id INTEGER)")
    monkeypatch.setattr(migrations, "MIGRATIONS", broken)
    with pytest.raises(StorageFailed, match="could not be used"):
        RunStore(path)
    monkeypatch.setattr(migrations, "MIGRATIONS", (*whole, "CREATE TABLE extra (id INTEGER)"))
    for _ in range(2):
        store = RunStore(path)
    assert store.run("r-1") == a_run()
    numbers = store._database._idle[0].execute("SELECT number FROM migrations ORDER BY number").fetchall()
    assert [row[0] for row in numbers] == list(range(len(whole) + 1))


def test_times_are_taken_when_a_run_begins_and_ends_and_at_no_other_move(tmp_path):
    clock = iter(range(100, 1000, 10))
    store = RunStore(tmp_path / "graft.db", clock=lambda: float(next(clock)))
    store.add(a_run())
    times = []
    for status in (Status.RUNNING, Status.PAUSED, Status.RUNNING, Status.STOPPING, Status.STOPPED):
        store.move("r-1", status, message=status.value)
        times.append((store.run("r-1").started_at, store.run("r-1").ended_at))
        assert store.run("r-1").message == status.value
    assert times == [(100, None)] * 4 + [(100, 140)]
    store.move("r-1", Status.QUEUED)
    assert (store.run("r-1").ended_at, store.run("r-1").message) == (140, "")
    store.move("r-1", Status.RUNNING)
    assert (store.run("r-1").started_at, store.run("r-1").ended_at) == (160, None)


def test_every_change_is_of_one_run_alone(store):
    for number in (1, 2, 3):
        run = f"r-{number}"
        store.add(a_run(run, created_at=float(number)))
        store.record(run, steps=[a_step(n, n // 2) for n in range(1, 3 + number)],
                     epochs=[an_epoch(n) for n in range(number)], progress={"step": number})  # fmt: skip
        store.log(run, f"line {number}", "warning")
    before = {run: (store.run(run), store.steps(run), store.lines(run)) for run in ("r-1", "r-3")}
    store.rename("r-2", "  other  ")
    store.set_results("r-2", {"val": {"accuracy": 0.5, "n": 4}, "test": {"accuracy": 0.25, "n": 8}})
    store.record("r-2", progress={"step": 9})
    store.set_device("r-2", "cuda:1")
    store.truncate("r-2", epoch=0, step=2, phase=-1)
    store.move("r-2", Status.FAILED, message="why", traceback="where")
    changed = store.run("r-2")
    assert (changed.name, changed.device, changed.progress) == ("other", "cuda:1", {"step": 9})
    assert (changed.message, changed.traceback) == ("why", "where")
    assert (changed.val.main.value, changed.val.n, changed.test.main.value, changed.test.n) == (0.5, 4, 0.25, 8)
    assert [step.step for step in store.steps("r-2")] == [1, 2]
    assert [epoch.epoch for epoch in store.epochs("r-2")] == [0]
    assert [(line.message, line.level) for line in store.lines("r-2")] == [("line 2", "warning")]
    store.remove("r-2")
    assert [run.id for run in store.runs()] == ["r-3", "r-1"], "the newest first"
    assert {run: (store.run(run), store.steps(run), store.lines(run)) for run in before} == before


def test_a_name_is_kept_within_bounds_and_never_empty(store):
    store.add(a_run())
    store.rename("r-1", "x" * 121)
    assert store.run("r-1").name == "x" * 120
    store.rename("r-1", f"  {'x' * 119}yz")
    assert store.run("r-1").name == "x" * 119 + "y", "blanks before a name take none of its letters"
    store.rename("r-1", "   ")
    assert store.run("r-1").name == "r-1"
    for change in (store.rename, store.set_device):
        with pytest.raises(RunNotFound):
            change("r-9", "x")
    with pytest.raises(RunNotFound):
        store.move("r-9", Status.RUNNING)


def test_the_last_lines_of_a_log_come_in_order(store):
    store.add(a_run())
    for number in range(5):
        store.log("r-1", str(number))
    assert [line.message for line in store.lines("r-1", last=3)] == ["2", "3", "4"]
    assert (store.lines("r-1")[0].level, store.lines("r-1")[0].at) == ("info", 100.0)


def test_runs_of_one_moment_have_one_order_and_statuses_choose(store):
    for run, status in (("r-b", Status.FAILED), ("r-a", Status.PAUSED), ("r-c", Status.STOPPED)):
        store.add(a_run(run, status))
    assert [run.id for run in store.runs()] == ["r-c", "r-a", "r-b"]
    assert [run.id for run in store.runs([Status.FAILED, Status.STOPPED])] == ["r-c", "r-b"]
    assert [run.id for run in store.live()] == ["r-a"]


def test_which_runs_go_on_and_which_are_live():
    assert {status for status in Status if status.live} == {
        Status.QUEUED, Status.RUNNING, Status.PAUSED, Status.STOPPING
    }  # fmt: skip
    assert {status for status in Status if status.resumable} == {Status.STOPPED, Status.INTERRUPTED, Status.FAILED}
    allowed = {
        "queued": "running stopped failed interrupted", "stopped": "queued", "interrupted": "queued",
        "running": "paused stopping stopped completed failed interrupted", "failed": "queued", "completed": "",
        "paused": "running stopping stopped failed interrupted", "stopping": "stopped completed failed interrupted",
    }  # fmt: skip
    assert {before.value: set(after) for before, after in TRANSITIONS.items()} == {
        before: set(map(Status, after.split())) for before, after in allowed.items()
    }


def test_scores_that_are_not_there_or_that_a_later_version_wrote_are_none(store):
    store.add(a_run())
    assert (store.run("r-1").val, store.run("r-1").test) == (None, None)
    store.set_results("r-1", {"val": {"version": 99, "n": 3}, "test": {"accuracy": 0.5, "n": 4}})
    assert store.run("r-1").val is None
    assert store.run("r-1").test.main.value == 0.5
