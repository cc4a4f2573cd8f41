"""The pool of view workers: started once, kept as long as the program lives, mended when one of them dies."""

import logging
import os
import pickle
import subprocess
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable

from core.features.workers.messages import Made, Opened, Trying, receive
from core.features.workers.worker import Order, Worker

MOST = 16  # workers; more than one device uses
AT_ONCE = 2  # units that a worker is given, so that it never waits for the next one
FAILED_STARTS = 3  # workers in a row that end by themselves before they are ready: there will be none
KILLED = 0.25  # of such an end counts one that was killed from outside, as for want of memory
LEAVE_S = 2.0  # time that workers are given to end
VARIABLE = "GRAFT_VIEW_WORKERS"
logger = logging.getLogger(__name__)


def usual_count() -> int:
    """Number of workers: $GRAFT_VIEW_WORKERS, else one fewer than the processor has cores, at most 16."""
    asked = os.environ.get(VARIABLE, "")
    if asked.isdecimal():
        return min(int(asked), MOST)
    return max(0, min(MOST, cores() - 1))


def cores() -> int:
    """Processor cores that this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class WorkersUnavailable(Exception):
    """There are no workers and there will be none."""


class WorkerPool:
    """Gives units to workers, in order. Any thread may use it."""

    def __init__(self, count: int | None = None) -> None:
        """`count`: number of workers; None: `usual_count`. They are started by `start`."""
        self.count = usual_count() if count is None else count
        self.trouble = ""  # why workers cannot be used, if so
        self._changed = threading.Condition(threading.RLock())
        self._opened: dict[int, Opened] = {}
        self._waiting: deque[Order] = deque()
        self._workers: list[Worker] = []
        self._failed_starts = 0.0
        self._closing = False
        self._numbers = iter(range(1 << 62))
        weakref.finalize(self, _end, self._workers)

    @property
    def usable(self) -> bool:
        """Whether there are workers, or will be once it is started."""
        able = self._failed_starts < FAILED_STARTS or self.ready
        return self.count > 0 and able and not self._closing and not self.trouble

    @property
    def ready(self) -> bool:
        """Whether at least one worker is at work."""
        return any(worker.ready for worker in self._workers)

    @property
    def processes(self) -> list[int]:
        """Ids of the workers' processes."""
        return [worker.process.pid for worker in self._workers]

    def start(self) -> None:
        """Start the workers if that was not done; returns at once, they are ready a second or more later."""
        with self._changed:
            if self.usable and not self._workers:
                for _ in range(self.count):
                    self._add()

    def wait(self, timeout_s: float) -> bool:
        """Wait until all workers are ready; false when time is up first or there will be none."""
        with self._changed:

            def ready() -> bool:
                return not self.usable or sum(worker.ready for worker in self._workers) >= self.count

            return self._changed.wait_for(ready, timeout_s) and self.usable

    def open(self, make: Callable[[int], Opened]) -> int:
        """Announce views that will be asked for; `make` is given their key, which is returned."""
        self.start()
        with self._changed:
            key = next(self._numbers)
            self._opened[key] = make(key)
            return key

    def shut(self, key: int) -> None:
        """Forget announced views. What was ordered and not made yet is dropped."""
        with self._changed:
            self._opened.pop(key, None)
            for order in [order for order in self._waiting if order.unit.key == key]:
                self._waiting.remove(order)
            for worker in self._workers:
                worker.close_views(key)

    def order(self, order: Order) -> None:
        """Have a unit made. Raises `WorkersUnavailable`."""
        with self._changed:
            if not self.usable:
                raise WorkersUnavailable
            self._waiting.append(order)
            self._hand_out()

    def take_back(self, order: Order) -> bool:
        """Whether a unit was still waiting; it is then no longer ordered. Never one over which a worker ended."""
        with self._changed:
            if order not in self._waiting or order.unit.careful:
                return False
            self._waiting.remove(order)
            return True

    def close(self) -> None:
        """End the workers. Units that are not made fail."""
        with self._changed:
            self._closing = True
            workers, orders = list(self._workers), self._drop_all()
        for order in orders:
            order.finish(Made(order.unit.unit, error=WorkersUnavailable()))
        _end(workers)

    def give_up(self, error: Exception) -> None:
        """Order nothing any more, since workers cannot do what they are asked for."""
        with self._changed:
            if not self.trouble:
                self.trouble = str(error)
                logger.warning("Views are made by threads, because processes cannot make them: %s", error)

    def new_number(self) -> int:
        """A number that no unit has."""
        with self._changed:
            return next(self._numbers)

    def _add(self) -> None:
        try:
            worker = Worker()
        except OSError as error:  # no memory, no more processes
            self._failed_starts += 1
            logger.warning("A process for views could not be started: %s", error)
            return
        self._workers.append(worker)
        listening = threading.Thread(target=_listen, args=(weakref.ref(self), worker), name="view-worker", daemon=True)
        listening.start()

    def _hand_out(self) -> None:
        while self._waiting:
            free = [worker for worker in self._workers if worker.ready and len(worker.orders) < AT_ONCE]
            if not free:
                return
            worker = min(free, key=lambda one: len(one.orders))
            order = self._waiting.popleft()
            opened = self._opened.get(order.unit.key)
            if opened is not None:
                worker.ask(order, opened)

    def _is_ready(self, worker: Worker) -> None:
        with self._changed:
            worker.ready = True
            self._failed_starts = 0.0
            self._hand_out()
            self._changed.notify_all()

    def _answered(self, worker: Worker, made: Made) -> None:
        with self._changed:
            order = worker.orders.pop(made.unit, None)
            self._hand_out()
        if order is not None:
            order.finish(made)

    def _died(self, worker: Worker) -> None:
        """Replace a worker, and have others make what it was about to."""
        with self._changed:
            if worker in self._workers:
                self._workers.remove(worker)
            if self._closing:
                return
            if not worker.ready:
                self._failed_starts += KILLED if (worker.process.poll() or 0) < 0 else 1
            logger.info("A process for views ended (%s) and is replaced.", worker.process.poll())
            orders = list(worker.orders.values())
            self._waiting.extendleft(reversed([order.again() if n == 0 else order for n, order in enumerate(orders)]))
            if self._failed_starts < FAILED_STARTS:
                self._add()
            dropped = [] if self.usable else self._drop_all()
            self._hand_out()
            self._changed.notify_all()
        for order in dropped:
            order.finish(Made(order.unit.unit, error=WorkersUnavailable()))

    def _tried(self, worker: Worker, trying: Trying) -> None:
        with self._changed:
            if (order := worker.orders.get(trying.unit)) is not None:
                order.trying = trying.place

    def _drop_all(self) -> list[Order]:
        orders = [*self._waiting, *(order for worker in self._workers for order in worker.orders.values())]
        self._waiting.clear()
        for worker in self._workers:
            worker.orders.clear()
        return orders


def _listen(pool: "weakref.ref[WorkerPool]", worker: Worker) -> None:
    """Pass on a worker's answers until it ends. Holds no pool that nobody else does."""
    try:
        while True:
            message = receive(worker.answers)
            owner = pool()
            if owner is None:
                break
            if isinstance(message, Made):
                owner._answered(worker, message)
            elif isinstance(message, Trying):
                owner._tried(worker, message)
            else:
                owner._is_ready(worker)
            del owner
    except (EOFError, OSError, ValueError, pickle.UnpicklingError):
        pass  # it has ended, or what it says is no answer: `_died` logs it, and gives its orders to another one
    worker.leave()
    worker.process.wait()
    owner = pool()
    if owner is not None:
        owner._died(worker)


def _end(workers: list[Worker]) -> None:
    """End workers; whoever takes too long is killed."""
    for worker in workers:
        worker.leave()
    deadline = time.monotonic() + LEAVE_S
    for worker in workers:
        try:
            worker.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            worker.process.kill()
