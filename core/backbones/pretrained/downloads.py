"""Downloads that report how far they are and that give up: the libraries' own functions can wait for ever."""

import queue
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.error import HTTPError
from urllib.request import Request, urlopen

Progress = Callable[[int, int], None]  # bytes received, bytes in all (0: not known)

PROBE_S = 6.0  # a network that has not answered by then is taken for missing
STALL_S = 30.0  # a download that has not moved for so long is given up
TICK_S = 0.2

T = TypeVar("T")


def patiently(
    task: Callable[[], T],
    *,
    patience_s: float,
    received: Callable[[], int] = lambda: 0,
    total: int = 0,
    progress: Progress | None = None,
) -> T:
    """What `task` returns or raises; it runs in a thread of its own.

    Five times a second `received` is asked how many bytes have come and `progress` is told; an error that it raises
    ends the wait. Raises `TimeoutError` once that number has stood
    still for `patience_s`; the thread is then left to itself, since nothing can interrupt a blocked read.
    """
    outcome: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()
    threading.Thread(target=_run, args=(task, outcome), name="download", daemon=True).start()
    seen, moved_at = received(), time.monotonic()
    while True:
        try:
            value, error = outcome.get(timeout=TICK_S)
        except queue.Empty:
            now = received()
            if progress is not None:
                progress(now, max(total, now) if total else 0)
            if now != seen:
                seen, moved_at = now, time.monotonic()
            elif time.monotonic() - moved_at > patience_s:
                raise TimeoutError(f"no answer within {patience_s:.0f} seconds") from None
            continue
        if error is not None:
            raise error
        return value


def require_reachable(url: str, patience_s: float = PROBE_S) -> None:
    """Raise `OSError` within a few seconds where `url`'s server does not answer; the libraries would retry for long."""
    patiently(lambda: _ask(url, patience_s), patience_s=patience_s)


def _ask(url: str, timeout_s: float) -> None:
    try:
        with urlopen(Request(url, method="HEAD", headers={"User-Agent": "graft"}), timeout=timeout_s):
            return
    except HTTPError:
        return  # the server is there; the download itself will say what it thinks of the request


def _run(task: Callable[[], T], outcome: "queue.SimpleQueue[tuple[Any, BaseException | None]]") -> None:
    try:
        outcome.put((task(), None))
    except BaseException as error:  # handed over: the waiting thread raises it
        outcome.put((None, error))
