"""Waiting: for what another thread or process does, and for the end of a generator of progress."""

import time
from collections.abc import Callable, Generator


def until(condition: Callable[[], object], timeout_s: float = 90.0) -> None:
    """Come back as soon as `condition()` holds."""
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def drained(steps: Generator) -> tuple:
    """What a generator returns, and the list of what it yielded before."""
    told = []
    while True:
        try:
            told.append(next(steps))
        except StopIteration as ended:
            return ended.value, told
