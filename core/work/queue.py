"""The analysis queue: short analyses run in a thread of their own and wait for no training's end.

On an accelerator that trains they take turns with the training, batch by batch (`core.work.leases`).
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Generator, Hashable
from dataclasses import dataclass, replace
from typing import Any

from core.allocator import give_back
from core.errors import GraftError, QueueFull
from core.work.control import Aborted, Control, Signal
from core.work.leases import DeviceLeases
from core.work.progress import Progress

KEPT = 16  # analyses whose results are held
CLOSED = "No analysis begins any more: the program is ending, or its workspace was opened anew. Try again."
logger = logging.getLogger(__name__)
Work = Callable[[Control], Generator[Progress, None, Any]]


@dataclass(frozen=True, slots=True)
class Analysis:
    """A short analysis as it stands: `result` when it is there, `error` (a sentence) when there will be none."""

    progress: Progress
    result: Any = None
    error: str | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.result is not None or self.error is not None


_WAITING = Progress(what="waiting for its turn", done=0, total=0)


@dataclass
class Task:
    """An analysis that waits, is at work or is over."""

    work: Work
    control: Control
    analysis: Analysis = Analysis(_WAITING)


class AnalysisQueue:
    """Short analyses, one after the other, in a thread that is there while there is work. For any thread to call."""

    def __init__(self, leases: DeviceLeases | None = None) -> None:
        self._leases = leases
        self._lock = threading.Lock()
        self._tasks: dict[Hashable, Task] = {}  # the oldest first
        self._waiting: deque[Task] = deque()
        self._thread: threading.Thread | None = None
        self._closing = False

    def analyse(self, key: Hashable, work: Work) -> Analysis:
        """Begin `work`, a generator of progress that returns a result (not None) and asks its control now and then.

        The same key gives the same analysis, unless that one failed: then it is tried again. After `close` nothing
        begins, and the analysis says so. Raises `QueueFull`.
        """
        with self._lock:
            if self._closing:
                return Analysis(_WAITING, error=CLOSED)
            held = self._tasks.get(key)
            if held is not None and held.analysis.error is None:
                return held.analysis
            if len(self._waiting) >= KEPT:
                raise QueueFull(f"{KEPT} analyses are waiting already. Wait until one has ended.")
            self._tasks.pop(key, None)
            task = self._tasks[key] = Task(work, Control(leases=self._leases))
            over = [old for old, other in self._tasks.items() if other.analysis.over]
            for old in over[: max(0, len(self._tasks) - KEPT)]:
                del self._tasks[old]
            self._waiting.append(task)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="analyses", daemon=True)
                self._thread.start()
            return task.analysis

    def analysis(self, key: Hashable) -> Analysis | None:
        """How an analysis stands; None when it was never begun, was cancelled, or is long over."""
        with self._lock:
            task = self._tasks.get(key)
            return task.analysis if task is not None else None

    def cancel(self, key: Hashable) -> None:
        """Forget an analysis, and end it at its next batch if it is at work."""
        with self._lock:
            task = self._tasks.pop(key, None)
            if task is not None and task in self._waiting:
                self._waiting.remove(task)
        if task is not None:
            task.control.abort()

    def close(self) -> threading.Thread | None:
        """Cancel everything and begin nothing more; the thread that still has to end, if there is one.

        May be called again, and while other threads call the queue.
        """
        with self._lock:
            self._closing = True
            tasks, thread = list(self._tasks.values()), self._thread
            self._tasks.clear()
            self._waiting.clear()
        for task in tasks:
            task.control.abort()
        return thread

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._thread = None  # whoever closes the queue waits for it until here: it only returns
                    return
                task = self._waiting.popleft()
            try:
                self._finish(task)
            except Aborted:
                pass  # it was cancelled, and so forgotten: nobody waits for what it says
            except GraftError as error:
                task.analysis = replace(task.analysis, error=str(error))
            except Exception as error:
                logger.exception("An analysis failed")
                message = f"The analysis failed in an unexpected way: {type(error).__name__}: {error}"
                task.analysis = replace(task.analysis, error=message)
            finally:
                task.control.over()
                give_back()

    def _finish(self, task: Task) -> None:
        steps = task.work(task.control)
        while task.control.at_batch() is Signal.GO:
            try:
                task.analysis = replace(task.analysis, progress=next(steps))
            except StopIteration as ended:
                task.analysis = replace(task.analysis, result=ended.value)
                return
        steps.close()
