"""What waits while the database is locked: how long, how much, and in which order. By a clock that tests move."""

from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from core.errors import StorageLocked
from core.paths import UNWRITTEN
from core.runs import outbox as module
from core.runs.outbox import FREE, LOCKED, Outbox, patiently
from core.runs.unwritten import Unwritten, take_in
from core.training.events import PhaseStarted, RunEnded, Warned
from core.work.control import Control
from tests.runs.test_recorder import Recorder, a_step
from tests.uneven import an_epoch

PHASE = PhaseStarted(phase=1, stages=("layer4", "head"), first_epoch=1, epochs=2, learning_rate=0.5,
                     trainable_parameters=1, total_parameters=2)  # fmt: skip


class Store:
    """Is locked as long as it is said to be, and remembers what was written."""

    def __init__(self):
        self.locked, self.written, self.waits = False, [], []

    @contextmanager
    def together(self, wait_s):
        self.waits.append(wait_s)
        if self.locked:
            raise StorageLocked("It is locked.")
        yield

    def record(self, run_id, **parts):
        self.written.append((run_id, {name: list(part) for name, part in parts.items() if part}))

    def log(self, run_id, message, level, at):
        self.written.append((run_id, level, message))


@pytest.fixture
def clock(monkeypatch):
    """A clock that moves only while somebody sleeps."""
    found = SimpleNamespace(now=1000.0, slept=[])

    def sleep(seconds):
        found.slept.append(seconds)
        found.now += seconds

    fake = SimpleNamespace(monotonic=lambda: found.now, sleep=sleep, time=lambda: 5.0)
    monkeypatch.setattr(module, "time", fake)
    monkeypatch.setattr(module, "ATTEMPT_S", 0.25)  # sums of it are exact
    monkeypatch.setattr("core.runs.recorder.time", fake)
    return found


def test_a_locked_database_is_tried_again_after_a_second_and_everything_comes_in_its_order(clock):
    store, said = Store(), []
    box = Outbox(store, Control())
    store.locked = True
    for number in range(3):
        box.add(lambda number=number: said.append(number))
        box.flush()
    assert (box.locked, box.empty, store.waits) == (True, False, [0.25])
    clock.now += 0.99
    box.flush()
    assert store.waits == [0.25]
    clock.now += 0.01
    box.flush()
    assert store.waits == [0.25, 0.25]
    store.locked = False
    clock.now += 1
    box.flush()
    assert (said, box.locked, box.empty) == ([0, 1, 2], False, True)
    box.flush()
    assert len(store.waits) == 3, "nothing is left to write"


@pytest.mark.parametrize(("records", "waits"), [(199_999, False), (200_000, True)])
def test_two_hundred_thousand_records_wait_and_then_the_training(clock, records, waits):
    store, written = Store(), []
    box = Outbox(store, Control())
    store.locked = True
    box.add(lambda: written.append(1), records=records - 1)
    box.flush()
    box.add(lambda: written.append(2))
    if not waits:
        box.flush()
        assert clock.slept == []
        return
    with pytest.raises(StorageLocked, match=r"^It is locked. The run waited 120 seconds for it; resume it afterwards"):
        box.flush()
    assert sum(clock.slept) == 120.25
    store.locked = False
    box.flush()
    assert written == [1, 2]
    box.add(lambda: None)
    box.flush()
    assert clock.slept[-1] == 0.25, "the count begins anew"


def test_who_was_waited_for_once_is_waited_for_shortly_the_next_time(clock):
    store, box = Store(), Outbox(Store(), Control())
    box._store, store.locked = store, True
    box.add(lambda: None)
    for seconds in (120.25, 2.25):
        before = clock.now
        with pytest.raises(StorageLocked):
            box.settle()
        assert clock.now - before == seconds
    store.locked = False
    box.settle()
    assert box.empty
    store.locked = True
    box.add(lambda: None)
    before = clock.now
    with pytest.raises(StorageLocked):
        box.settle()
    assert clock.now - before == 2.25


@pytest.mark.parametrize(
    ("aborted", "patience", "seconds"),
    [(False, None, 120.25), (False, 3.0, 3.25), (True, None, 2.25), (True, 1.0, 1.25)],
)
def test_patience_ends_after_its_time_and_sooner_at_the_end_of_the_program(clock, aborted, patience, seconds):
    store, control = Store(), Control()
    store.locked = True
    if aborted:
        control.abort()
    with pytest.raises(StorageLocked):
        patiently(store, lambda: None, control, patience)
    assert clock.now - 1000 == seconds


def test_what_was_written_is_given_back(clock):
    assert patiently(Store(), lambda: "done", Control()) == "done"


def test_metrics_of_a_locked_run_lie_beside_its_checkpoints_until_they_are_written(clock, tmp_path):
    store = Store()
    run = SimpleNamespace(id="r-1", progress={})
    recorder = Recorder(store, run, Control(), tmp_path, lambda: None)
    store.locked = True
    recorder.take(PHASE)
    assert not (tmp_path / UNWRITTEN).exists(), "only what is in a checkpoint must be on the disk"
    assert [one.message for one in recorder.news()] == [LOCKED]
    assert list(recorder.news()) == []
    recorder.take(a_step(4, 1))
    recorder.take(a_step(5, 1))
    recorder.take(an_epoch(1, 1.25, best=True))
    other = Store()
    take_in(other, "r-2", tmp_path)
    assert other.written == [
        ("r-2", {"steps": [a_step(4, 1), a_step(5, 1)], "epochs": [an_epoch(1, 1.25, best=True)], "phases": [PHASE]})
    ]
    assert not (tmp_path / UNWRITTEN).exists()
    recorder.take(an_epoch(2, 1.5))
    assert (tmp_path / UNWRITTEN).exists()
    store.locked = False
    clock.now += 1
    recorder.take(Warned(message="Look."))
    assert not (tmp_path / UNWRITTEN).exists()
    assert [one.message for one in recorder.news()] == [FREE]
    assert ("r-1", "warning", "Look.") in store.written
    assert len([one for one in store.written if one[1:] and isinstance(one[1], dict)]) == 4
    recorder.take(RunEnded(stopped=False, epochs=3, best_epoch=1))


def test_steps_count_as_records(clock, tmp_path):
    store = Store()
    recorder = Recorder(store, SimpleNamespace(id="r-1", progress={}), Control(), tmp_path, lambda: None)
    store.locked = True
    for step in (4, 5, 6):
        recorder.take(a_step(step, 1))
    recorder._flush()
    assert recorder._outbox._records == 4


def test_a_damaged_file_of_metrics_is_passed_over(tmp_path):
    store = Store()
    Unwritten([a_step(1)], [], []).keep(tmp_path)
    whole = (tmp_path / UNWRITTEN).read_text()
    for broken in (whole[:-5], "{}", "[]", whole.replace('"loss"', '"lost"')):
        (tmp_path / UNWRITTEN).write_text(broken)
        take_in(store, "r-1", tmp_path)
    assert store.written == []
    (tmp_path / UNWRITTEN).unlink()
    take_in(store, "r-1", tmp_path)
    assert store.written == []


def test_what_was_written_takes_no_memory_any_more(clock, monkeypatch):
    monkeypatch.setattr(module, "MOST_RECORDS", 6)
    store, said = Store(), []
    box = Outbox(store, Control())
    for number in range(3):
        box.add(lambda number=number: said.append(number), records=3)
        box.flush()
    store.locked = True
    box.add(lambda: said.append("last"), records=5)
    box.flush()
    assert (clock.slept, box.locked, said) == ([], True, [0, 1, 2]), "the training goes on"


def test_no_patience_is_none(clock):
    store = Store()
    store.locked = True
    with pytest.raises(StorageLocked, match="waited 0 seconds"):
        patiently(store, lambda: None, Control(), 0.0)
    assert clock.slept == [0.25]
