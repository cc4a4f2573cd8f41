"""Pools of real processes: starting one takes a second, so most tests share theirs."""

import os
import signal

import pytest

from core.features.workers import worker
from core.features.workers.pool import WorkerPool
from core.features.workers.process import BOOT
from tests.waiting import until

STARTED_S = 60
SLOW = (  # each image takes a while: what is asked for next waits in the meantime
    "import time\nfrom core.data import cache\nplain = cache.decode\n"
    "cache.decode = lambda *given: time.sleep(0.1) or plain(*given)"
)


def started(count):
    """A pool whose workers are ready."""
    pool = WorkerPool(count)
    pool.start()
    assert pool.wait(STARTED_S)
    return pool


def kill_one(pool, place=0):
    """Kill one of the workers, by its place among them. The pool may name one for a moment after it has ended."""

    def killed():
        try:
            os.kill(pool.processes[place % len(pool.processes)], signal.SIGKILL)
        except (ProcessLookupError, ZeroDivisionError):  # it has not been replaced yet
            return False
        return True

    until(killed)


@pytest.fixture(scope="module")
def pool():
    """Two workers for the tests of a file; tests may kill them, since they are replaced."""
    made = started(2)
    yield made
    made.close()


@pytest.fixture
def booted(monkeypatch):
    """Have workers run some code before they begin."""

    def boot(code):
        monkeypatch.setattr(worker, "BOOT", BOOT.replace("\nmain()", f"\n{code}\nmain()"))

    return boot
