import threading

import pytest

from core.work import control as module
from core.work.control import Control, Signal


def test_goes_on_until_told_otherwise():
    control = Control()
    assert control.at_batch() is Signal.GO
    control.stop()
    control.stop()
    assert control.at_batch() is Signal.STOP


def test_an_abort_outranks_a_stop():
    control = Control()
    control.abort()
    control.stop()
    assert control.at_batch() is Signal.ABORT


def test_a_pause_waits_says_so_and_goes_on():
    messages, seen, waits = [], [], threading.Event()
    control = Control(lambda waiting: messages.append(waiting) or waits.set())
    control.pause()
    assert control.paused
    thread = threading.Thread(target=lambda: seen.append(control.at_batch()))
    thread.start()
    assert waits.wait(30)
    assert (seen, messages, control.waited_s) == ([], [True], 0)
    control.unpause()
    assert not control.paused
    thread.join(30)
    assert seen == [Signal.GO]
    assert messages == [True, False]
    assert control.waited_s > 0


def test_a_stop_ends_a_pause():
    control, seen = Control(), []
    control.pause()
    thread = threading.Thread(target=lambda: seen.append(control.at_batch()))
    thread.start()
    control.stop()
    thread.join(30)
    assert seen == [Signal.STOP]
    assert not control.paused


def test_an_abort_ends_a_pause_and_stays():
    control, seen, waits = Control(), [], threading.Event()
    control.on_wait = lambda waiting: waits.set()
    control.pause()
    thread = threading.Thread(target=lambda: seen.append(control.at_batch()))
    thread.start()
    assert waits.wait(30)
    control.abort()
    thread.join(30)
    assert seen == [Signal.ABORT]
    control.unpause()
    assert control.at_batch() is Signal.ABORT


@pytest.mark.parametrize("pauses", [2, 3])
def test_all_pauses_are_counted_together(monkeypatch, pauses):
    control, clock = Control(), iter(range(0, 1000, 7))
    monkeypatch.setattr(module.time, "monotonic", lambda: next(clock))
    for _ in range(pauses):
        control.on_wait = lambda waiting: control.unpause() if waiting else None
        control.pause()
        assert control.at_batch() is Signal.GO
    assert control.waited_s == 7 * pauses
