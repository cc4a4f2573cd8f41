"""How a pool deals out work, without processes: workers that only note what they are asked for."""

import logging
import threading
from itertools import chain, repeat
from types import SimpleNamespace

import pytest

from core.features.workers import pool as module
from core.features.workers.messages import Closed, Made, Trying
from core.features.workers.pool import WorkersUnavailable
from tests.features.workers.fakes import Fake, Orders, opened, ready
from tests.waiting import until


@pytest.fixture
def fakes(monkeypatch):
    Fake.made = []
    monkeypatch.setattr(module, "Worker", Fake)
    monkeypatch.setattr(module, "_listen", lambda *_: None)
    return Fake.made


def test_a_pool_starts_as_many_as_it_is_told_and_no_more(fakes):
    pool = module.WorkerPool(3)
    assert (pool.usable, pool.ready, pool.processes) == (True, False, [])
    pool.start()
    pool.start()
    assert pool.processes == [1, 2, 3]
    assert not pool.ready
    assert not pool.wait(0)
    ready(pool, *fakes[:2])
    assert pool.ready
    assert not pool.wait(0), "one is missing"
    ready(pool, fakes[2])
    assert pool.wait(0)
    assert not module.WorkerPool(0).usable


def test_each_worker_has_two_units_and_the_one_with_fewer_gets_the_next(fakes):
    pool = module.WorkerPool(2)
    orders = Orders(pool)
    for number in range(6):
        orders(number)
    assert fakes[0].asked == []
    ready(pool, fakes[0])
    assert [number for number, _ in fakes[0].asked] == [0, 1]
    ready(pool, fakes[1])
    assert [number for number, _ in fakes[1].asked] == [2, 3]
    pool._answered(fakes[1], Made(2, ("gone", None, None)))
    assert [number for number, _ in fakes[1].asked] == [2, 3, 4]
    assert orders.told == {2: [Made(2, ("gone", None, None))]}
    pool._answered(fakes[0], Made(99))
    assert [number for number, _ in fakes[0].asked] == [0, 1], "what nobody ordered makes no room"
    assert fakes[0].asked[0] == (0, orders.key)


def test_a_free_worker_is_chosen_before_one_at_work(fakes):
    pool = module.WorkerPool(2)
    orders = Orders(pool)
    ready(pool, *fakes)
    for number in range(3):
        orders(number)
    assert [[number for number, _ in one.asked] for one in fakes] == [[0, 2], [1]]


def test_only_what_waits_is_taken_back_and_nothing_that_ended_a_worker(fakes):
    pool = module.WorkerPool(1)
    orders = Orders(pool)
    first, second, third = orders(0), orders(1), orders(2)
    assert pool.take_back(second)
    assert not pool.take_back(second)
    ready(pool, fakes[0])
    assert not pool.take_back(first)
    assert not pool.take_back(third), "it was handed out in its place"
    waiting = orders(3)
    waiting.again()
    assert not pool.take_back(waiting)


def test_what_was_ordered_of_views_that_are_shut_is_dropped_and_no_more(fakes):
    pool = module.WorkerPool(1)
    orders, released = Orders(pool), []
    other = pool.open(opened)
    assert other != orders.key
    orders(0), orders(1, other), orders(2)
    pool.shut(orders.key, lambda: released.append("views"))
    assert released == ["views"], "no worker knew of them"
    pool.shut(orders.key, lambda: released.append("again"))
    ready(pool, fakes[0])
    assert [number for number, _ in fakes[0].asked] == [1]
    assert released == ["views"]


def test_files_are_let_go_once_when_the_last_worker_that_knows_them_has_closed_them(fakes):
    pool = module.WorkerPool(3)
    orders, released = Orders(pool), []
    ready(pool, *fakes[:2])
    orders(0), orders(1)
    pool.shut(orders.key, lambda: released.append("views"))
    pool._closed(fakes[0], Closed(orders.key + 1))
    pool._closed(fakes[0], Closed(orders.key))
    pool._closed(fakes[2], Closed(orders.key))
    assert released == []
    pool._died(fakes[1])
    assert released == ["views"]
    pool._closed(fakes[1], Closed(orders.key))
    assert released == ["views"]


def test_closing_gives_back_what_waits_and_what_workers_had_begun(fakes):
    pool = module.WorkerPool(1)
    orders, released = Orders(pool), []
    ready(pool, fakes[0])
    for number in range(4):
        orders(number)
    pool.shut(orders.key, lambda: released.append("views"))
    for number in (4, 5):
        orders(number, pool.open(opened))
    pool.close()
    assert orders.unavailable == [0, 1, 4, 5], "the first two were begun; two more were shut"
    assert (fakes[0].left, fakes[0].orders, released) == (1, {}, ["views"])
    assert not pool.usable
    with pytest.raises(WorkersUnavailable):
        orders(6)
    asked = list(fakes[0].asked)
    ready(pool, fakes[0])
    assert fakes[0].asked == asked, "nothing waits any more"
    pool.start()
    pool._died(fakes[0])
    assert len(fakes) == 1


def test_workers_have_two_seconds_together_to_end_and_are_then_killed(fakes, monkeypatch):
    pool = module.WorkerPool(3)
    pool.start()
    fakes[1].process.hangs = True
    clock = chain((50.0, 50.5, 51.75, 53.0), repeat(60.0))
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    pool.close()
    assert [one.process.waited for one in fakes] == [[1.5], [0.25], [0.0]]
    assert [one.process.killed for one in fakes] == [False, True, False]
    assert [one.left for one in fakes] == [1, 1, 1]


def test_what_a_worker_left_is_made_first_by_others_in_its_order(fakes):
    pool = module.WorkerPool(1)
    orders = Orders(pool)
    for number in range(3):
        orders(number)
    ready(pool, fakes[0])
    pool._tried(fakes[0], Trying(0, 2))
    pool._tried(fakes[0], Trying(7, 1))
    pool._died(fakes[0])
    assert pool.processes == [2]
    assert orders.told == {}
    ready(pool, fakes[1])
    assert [number for number, _ in fakes[1].asked] == [0, 1]
    first, second = fakes[1].orders.values()
    assert first.unit.careful
    assert first.lost == {2: 1}
    assert first.trying is None
    assert not second.unit.careful
    assert second.lost == {}


@pytest.mark.parametrize(("code", "starts"), [(1, 3), (0, 3), (None, 3), (-9, 12)])
def test_workers_that_end_before_they_are_ready_are_started_so_many_times(fakes, code, starts):
    pool = module.WorkerPool(1)
    orders = Orders(pool)
    orders(0)
    while pool.processes:
        fakes[-1].process.code = code
        pool._died(fakes[-1])
    assert len(fakes) == starts
    assert not pool.usable
    assert orders.unavailable == [0]


def test_one_that_was_ready_is_no_failed_start_and_forgives_those_before(fakes):
    pool = module.WorkerPool(1)
    pool.start()
    for _ in range(2):
        pool._died(fakes[-1])
    ready(pool, fakes[-1])
    for _ in range(5):
        pool._died(fakes[-1])
        ready(pool, fakes[-1])
    assert len(fakes) == 8
    for _ in range(2):
        pool._died(fakes[-1])
    assert pool.usable
    assert len(fakes) == 10


def test_what_cannot_be_started_is_given_up_only_where_there_is_nobody(fakes, monkeypatch, caplog):
    class Short(Fake):
        def __init__(self):
            if len(Fake.made) == 1:
                raise OSError("no room")
            super().__init__()

    monkeypatch.setattr(module, "Worker", Short)
    pool = module.WorkerPool(2)
    pool.start()
    assert (pool.processes, pool.trouble, pool.usable) == ([1], "", True)
    orders = Orders(pool)
    orders(0)
    with caplog.at_level(logging.WARNING):
        pool._died(fakes[0])
    assert pool.trouble == "none could be started: no room"
    assert orders.unavailable == [0]
    pool.give_up("something else")
    assert pool.trouble == "none could be started: no room"
    said = [record.getMessage() for record in caplog.records]
    assert said == ["Views are made by threads, because processes cannot make them: none could be started: no room"]


def test_a_worker_whose_listener_cannot_be_started_is_ended(fakes, monkeypatch):
    class Thread:
        def __init__(self, **_):
            pass

        def start(self):
            raise RuntimeError("no more threads")

    monkeypatch.setattr(module, "threading", SimpleNamespace(Thread=Thread, Condition=module.threading.Condition,
                                                             RLock=module.threading.RLock))  # fmt: skip
    pool = module.WorkerPool(1)
    pool.start()
    assert (fakes[0].left, pool.processes) == (1, [])
    assert pool.trouble == "none could be started: no more threads"


def test_numbers_are_never_given_twice(fakes):
    pool = module.WorkerPool(1)
    numbers = [pool.new_number(), pool.open(opened), pool.new_number()]
    assert len(set(numbers)) == 3


def test_while_one_is_at_work_others_that_cannot_be_started_make_no_end_of_it(fakes):
    pool = module.WorkerPool(2)
    orders = Orders(pool)
    ready(pool, fakes[0])
    for _ in range(module.FAILED_STARTS):
        pool._died(fakes[-1])
    assert len(fakes) == 1 + module.FAILED_STARTS
    assert pool.usable
    orders(0)
    assert list(fakes[0].orders) == [0]
    pool._died(fakes[0])
    assert not pool.usable
    assert orders.unavailable == [0]


def test_workers_that_end_after_they_were_ready_are_replaced_however_many_they_are(fakes):
    count = module.FAILED_STARTS + 1
    pool = module.WorkerPool(count)
    pool.start()
    ready(pool, *fakes)
    for worker in list(fakes):
        worker.process.code = 1
        pool._died(worker)
    assert pool.usable
    assert len(pool.processes) == count


def test_who_waits_for_workers_is_told_when_there_will_be_none(fakes):
    pool, told = module.WorkerPool(1), []
    pool.start()
    waiting = threading.Thread(target=lambda: told.append(pool.wait(60)), daemon=True)
    waiting.start()
    until(lambda: pool._changed._waiters)
    while pool.processes:
        pool._died(fakes[-1])
    waiting.join(20)
    assert told == [False]
