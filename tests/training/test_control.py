import threading

from core.training.control import Control, Signal


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
    told, seen = [], []
    control = Control(told.append)
    control.pause()
    thread = threading.Thread(target=lambda: seen.append(control.at_batch()))
    thread.start()
    thread.join(0.2)
    assert thread.is_alive()
    assert told == [True]
    control.unpause()
    thread.join(5)
    assert seen == [Signal.GO]
    assert told == [True, False]


def test_a_stop_ends_a_pause():
    control, seen = Control(), []
    control.pause()
    thread = threading.Thread(target=lambda: seen.append(control.at_batch()))
    thread.start()
    control.stop()
    thread.join(5)
    assert seen == [Signal.STOP]
