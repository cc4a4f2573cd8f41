"""Who watches a run reads each of its steps once, and all of them anew where they were taken back."""

from dataclasses import replace

import pytest

from core.runs.store import RunStore
from core.runs.tail import StepTail
from tests.runs.stored import a_run, a_step


@pytest.fixture
def store(tmp_path):
    with RunStore(tmp_path / "graft.db") as opened:
        for run in ("r-1", "r-2"):
            opened.add(a_run(run))
        opened.record("r-2", steps=[a_step(n) for n in range(1, 9)])
        yield opened


@pytest.fixture
def asked(store, monkeypatch):
    """How many steps the store gave at each question."""
    counts, real = [], store.steps

    def steps(run_id, first=0):
        found = real(run_id, first)
        counts.append(len(found))
        return found

    monkeypatch.setattr(store, "steps", steps)
    return counts


def steps(*numbers):
    return [a_step(number) for number in numbers]


def test_only_new_steps_are_asked_for(store, asked):
    tail = StepTail("r-1")
    assert tail.read(store) == []
    store.record("r-1", steps=steps(1, 2, 3, 4, 5))
    assert tail.read(store) == steps(1, 2, 3, 4, 5)
    store.record("r-1", steps=steps(6, 7))
    assert tail.read(store) == steps(1, 2, 3, 4, 5, 6, 7)
    assert tail.read(store) == steps(1, 2, 3, 4, 5, 6, 7)
    assert asked == [0, 5, 3, 1], "the last one known shows that nothing was taken back"


@pytest.mark.parametrize("goes_on", [(), (3,), (3, 4, 5), (3, 4, 5, 6, 7, 8)])
def test_steps_that_a_resumed_run_takes_back_are_forgotten(store, asked, goes_on):
    tail = StepTail("r-1")
    store.record("r-1", steps=steps(1, 2, 3, 4, 5))
    tail.read(store)
    store.truncate("r-1", epoch=0, step=2, phase=0)
    again = [replace(a_step(number), loss=0.25) for number in goes_on]
    store.record("r-1", steps=again)
    assert tail.read(store) == [*steps(1, 2), *again]


def test_what_is_given_out_is_the_callers_own(store):
    store.record("r-1", steps=steps(1, 2))
    tail = StepTail("r-1")
    tail.read(store).clear()
    assert tail.read(store) == steps(1, 2)


def test_whether_a_run_has_steps(store):
    assert not store.has_steps("r-1")
    assert store.has_steps("r-2")
    assert store.steps("r-2", first=7) == steps(7, 8)
