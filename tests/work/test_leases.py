"""Turns on a device: trainings and analyses share an accelerator batch by batch, and compute beside each other on a
processor. Devices are names here: nothing is computed."""

import threading
import time

import pytest

from core.work.control import Control, Signal
from core.work.leases import DeviceLease, DeviceLeases
from core.work.progress import Progress
from core.work.queue import AnalysisQueue
from tests.waiting import until

WAIT_S = 30


class Floor:
    """Who computes now, on which device; `log` is the order of batches."""

    def __init__(self):
        self.lock = threading.Lock()
        self.now, self.most, self.log = {}, {}, []

    def batch(self, name, device):
        with self.lock:
            here = self.now.setdefault(device, set())
            here.add(name)
            self.most[device] = max(self.most.get(device, 0), len(here))
            self.log.append(name)
        time.sleep(0.005)
        with self.lock:
            self.now[device].discard(name)


def at_work(floor, control, name, device, batches=None):
    """A thread that computes on `device` until it is stopped, or so many batches."""

    def run():
        control.computes_on(device)
        done = 0
        while control.at_batch() is Signal.GO and done != batches:
            floor.batch(name, device)
            done += 1
        control.over()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def ended(thread):
    thread.join(WAIT_S)
    return not thread.is_alive()


@pytest.mark.parametrize(("device", "most"), [("cuda:0", 1), ("mps", 1), ("cpu", 3)])
def test_those_on_an_accelerator_take_turns_and_those_on_a_processor_do_not(device, most):
    floor, leases = Floor(), DeviceLeases()
    controls = [Control(leases=leases) for _ in range(3)]
    threads = [at_work(floor, control, n, device) for n, control in enumerate(controls)]
    until(lambda: all(floor.log.count(n) >= 7 for n in range(3)))
    for control in controls:
        control.stop()
    assert all(map(ended, threads))
    assert floor.most[device] <= most
    if most == 1:
        shares = [floor.log[-15:].count(n) for n in range(3)]
        assert max(shares) - min(shares) <= 2, "in turns, whoever comes first"
    else:
        assert floor.most[device] > 1


def test_two_devices_do_not_wait_for_each_other():
    floor, leases = Floor(), DeviceLeases()
    here, there = Control(leases=leases), Control(leases=leases)
    here.computes_on("cuda:0")
    assert here.at_batch() is Signal.GO  # it has the first device and keeps it
    assert ended(at_work(floor, there, "other", "cuda:1", batches=3))
    assert floor.log == ["other"] * 3
    waits = Control(leases=leases)
    blocked = at_work(floor, waits, "same", "cuda:0", batches=2)
    blocked.join(0.1)
    assert "same" not in floor.log, "the negative: on the first device it waits"
    here.over()
    assert ended(blocked)


@pytest.mark.parametrize("leave", ["pause", "stop", "abort"])
def test_who_waits_for_a_turn_can_be_told_to_leave(leave):
    floor, leases = Floor(), DeviceLeases()
    has, waits = Control(leases=leases), Control(leases=leases)
    has.computes_on("cuda:0")
    has.at_batch()
    thread = at_work(floor, waits, "waits", "cuda:0")
    until(lambda: len(leases.of("cuda:0")._queue) == 2)
    getattr(waits, leave)()
    if leave == "pause":
        until(lambda: len(leases.of("cuda:0")._queue) == 1)
        waits.stop()
    if leave != "abort":
        has.over()
    assert ended(thread), "an aborted one leaves without its turn"
    assert floor.log == []
    has.over()
    assert not leases.of("cuda:0")._queue


def test_a_paused_training_leaves_the_device_to_others():
    floor, leases = Floor(), DeviceLeases()
    training = Control(leases=leases)
    thread = at_work(floor, training, "training", "cuda:0")
    until(lambda: floor.log)
    training.pause()
    until(lambda: not leases.of("cuda:0")._queue)
    assert ended(at_work(floor, Control(leases=leases), "analysis", "cuda:0", batches=4))
    assert floor.log[-4:] == ["analysis"] * 4
    training.unpause()
    until(lambda: floor.log[-1] == "training")
    training.stop()
    assert ended(thread)


def test_an_analysis_answers_while_a_training_has_the_device_and_lets_go_when_it_fails():
    floor, leases = Floor(), DeviceLeases()
    training, analyses = Control(leases=leases), AnalysisQueue(leases)
    thread = at_work(floor, training, "training", "cuda:1")

    def work(batches, fails=False):
        def steps(control):
            control.computes_on("cuda:1")
            for number in range(batches):
                control.at_batch()
                floor.batch("analysis", "cuda:1")
                yield Progress(what="looking", done=number, total=batches)
            if fails:
                raise KeyError
            return "found"

        return steps

    for key, batches, fails in (("a", 5, False), ("b", 3, True), ("c", 4, False)):
        analyses.analyse(key, work(batches, fails))
        until(lambda key=key: analyses.analysis(key).over)
    assert (analyses.analysis("a").result, analyses.analysis("c").result) == ("found", "found")
    assert "KeyError" in analyses.analysis("b").error
    assert floor.most["cuda:1"] == 1
    count = len(floor.log)
    until(lambda: len(floor.log) > count)  # the training goes on
    training.stop()
    assert ended(thread)
    if left := analyses.close():
        left.join(WAIT_S)


def test_without_leases_nobody_waits():
    alone = Control()
    alone.computes_on("cuda:0")
    assert alone.at_batch() is Signal.GO
    alone.over()


def test_who_gives_up_is_out_of_the_line():
    lease, first, second = DeviceLease(), object(), object()
    lease.take(first, lambda: False)
    lease.take(second, lambda: True)
    lease.take(first, lambda: False)
    lease.release(second)
    lease.release(first)
    lease.take(second, lambda: False)


def test_who_is_interrupted_while_it_waits_is_out_of_the_line():
    lease, first, second, third = DeviceLease(), object(), object(), object()

    def interrupted():
        raise KeyboardInterrupt

    lease.take(first, lambda: False)
    with pytest.raises(KeyboardInterrupt):
        lease.take(second, interrupted)
    lease.release(first)
    assert lease.take(third, lambda: True), "nobody waits for one who has left"


def test_turns_go_round_in_the_order_in_which_holders_came():
    lease, log = DeviceLease(), []

    def turns(name):
        for _ in range(3):
            lease.take(name, lambda: False)
            log.append(name)
        lease.release(name)

    lease.take("first", lambda: False)
    threads = []
    for count, name in enumerate(("second", "third", "fourth"), 2):
        threads.append(threading.Thread(target=turns, args=(name,), daemon=True))
        threads[-1].start()
        until(lambda count=count: len(lease._queue) == count)
    lease.release("first")
    assert all(map(ended, threads))
    assert log == ["second", "third", "fourth"] * 3
