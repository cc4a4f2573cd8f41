"""One object per process, whatever happens to the modules around it."""

import importlib
import threading
import time

import pytest

from pages.ui.session import anchor


def test_the_factory_runs_once_for_many_threads():
    made = []

    def factory() -> object:
        time.sleep(0.05)
        made.append(object())
        return made[-1]

    got = []
    threads = [threading.Thread(target=lambda: got.append(anchor.once("threads", factory))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert all(one is made[0] for one in got)


def test_a_reload_of_the_module_finds_the_same_object():
    first = anchor.once("reload", object)
    again = importlib.reload(anchor)
    assert again.once("reload", object) is first


def test_a_failing_factory_leaves_nothing_behind():
    with pytest.raises(ZeroDivisionError):
        anchor.once("failing", lambda: 1 / 0)
    assert anchor.once("failing", lambda: 5) == 5


def test_a_factory_may_ask_for_another_object():
    assert anchor.once("outer", lambda: [anchor.once("inner", lambda: 1)]) == [1]
    assert anchor.once("outer", list) == [1], "names are kept apart"
