import itertools
import socket
import threading
import time
from types import SimpleNamespace

import pytest

from core.backbones.pretrained import downloads
from core.backbones.pretrained.downloads import require_reachable, run_with_timeout


def test_the_result_comes_back_and_errors_are_raised():
    def fail():
        raise ValueError("broken")

    assert run_with_timeout(lambda: 7, patience_s=1) == 7
    with pytest.raises(ValueError, match="broken"):
        run_with_timeout(fail, patience_s=1)


def test_a_task_that_stands_still_is_given_up():
    start = time.monotonic()
    with pytest.raises(TimeoutError, match="no answer"):
        run_with_timeout(lambda: time.sleep(5), patience_s=0.3)
    assert time.monotonic() - start < 3


def test_a_task_that_moves_is_waited_for():
    counter = iter(range(1000))
    assert run_with_timeout(lambda: time.sleep(1.0) or "done", patience_s=0.5, received=lambda: next(counter)) == "done"


def test_the_patience_begins_anew_with_every_move(monkeypatch):
    """A clock that goes one second at every look; what is received moves at every third."""
    over, looks, now = threading.Event(), itertools.count(), [0.0]
    monkeypatch.setattr(downloads, "TICK_S", 0.001)
    monkeypatch.setattr(downloads, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def received():
        look = next(looks)
        now[0] += 1
        if look > 20:
            over.set()
        return look // 3

    assert run_with_timeout(lambda: over.wait(60) and "done", patience_s=4, received=received) == "done"
    assert now[0] > 20


def test_an_error_of_progress_ends_the_wait():
    def stop(done, total):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        run_with_timeout(lambda: time.sleep(5), patience_s=5, progress=stop)


def test_a_server_that_accepts_and_stays_silent_is_not_waited_for():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        start = time.monotonic()
        with pytest.raises(OSError, match=r"no answer|timed out"):
            require_reachable(f"http://127.0.0.1:{silent.getsockname()[1]}/x", patience_s=0.5)
        assert time.monotonic() - start < 4


def test_a_server_that_answers_anything_is_reachable(serve):
    require_reachable(f"{serve({})}/not-there")
