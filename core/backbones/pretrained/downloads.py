"""Downloads with progress and time-out: the libraries' own functions can wait forever."""

import queue
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.error import HTTPError
from urllib.request import Request, urlopen

Progress = Callable[[int, int], None]  # bytes received, total bytes (0: unknown)

PROBE_S = 6.0  # time-out for the first answer
STALL_S = 30.0  # time-out for a stalled download
TICK_S = 0.2

T = TypeVar("T")


def run_with_timeout(
    task: Callable[[], T],
    *,
    patience_s: float,
    received: Callable[[], int] = lambda: 0,
    total: int = 0,
    progress: Progress | None = None,
) -> T:
    """Run `task` in a thread and return or raise its outcome.

    Five times a second `received()` is polled for the number of bytes and `progress` is called; an error that it raises
    ends the wait. Raises `TimeoutError` when the number has not changed for `patience_s`; the thread is then abandoned,
    because a blocked read cannot be interrupted.
    """
    outcome: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()
    threading.Thread(target=_run, args=(task, outcome), name="download", daemon=True).start()
    last_bytes, last_change = received(), time.monotonic()
    while True:
        try:
            value, error = outcome.get(timeout=TICK_S)
        except queue.Empty:
            now = received()
            if progress is not None:
                progress(now, max(total, now) if total else 0)
            if now != last_bytes:
                last_bytes, last_change = now, time.monotonic()
            elif time.monotonic() - last_change > patience_s:
                raise TimeoutError(f"no answer within {patience_s:.0f} seconds") from None
            continue
        if error is not None:
            raise error
        return value


def require_reachable(url: str, patience_s: float = PROBE_S) -> None:
    """Raise `OSError` within a few seconds if the server of `url` does not answer.

    The libraries would retry for long.
    """
    run_with_timeout(lambda: _send_head_request(url, patience_s), patience_s=patience_s)


def _send_head_request(url: str, timeout_s: float) -> None:
    try:
        with urlopen(Request(url, method="HEAD", headers={"User-Agent": "graft"}), timeout=timeout_s):
            return
    except HTTPError:
        return  # the server answers; the download itself will report problems


def _run(task: Callable[[], T], outcome: "queue.SimpleQueue[tuple[Any, BaseException | None]]") -> None:
    try:
        outcome.put((task(), None))
    except BaseException as error:  # passed to the waiting thread, which raises it
        outcome.put((None, error))
