"""The pool of view workers: started once, kept as long as the program lives, mended when one of them dies."""

import logging
import pickle
import subprocess
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple

from core.features.workers.count import usual_count
from core.features.workers.messages import Closed, Made, Opened, Trying, receive
from core.features.workers.worker import Order, Worker

AT_ONCE = 2  # units that a worker is given, so that it never waits for the next one
FAILED_STARTS = 3  # workers in a row that end by themselves before they are ready: there will be none
KILLED = 0.25  # of such an end counts one that was killed from outside, as for want of memory
LEAVE_S = 2.0  # time that workers are given to end
logger = logging.getLogger(__name__)


class WorkersUnavailable(Exception):
    """There are no workers and there will be none."""


class _ClosingViews(NamedTuple):
    """Views that nobody wants, whose files some workers may still open."""

    by: set[Worker]
    release: Callable[[], None]


class WorkerPool:
    """Gives units to workers, in order. Any thread may use it."""

    def __init__(self, count: int | None = None) -> None:
        """`count`: number of workers; None: `usual_count`, and raises what it does. They are started by `start`."""
        self.count = usual_count() if count is None else count
        self.trouble = ""  # why workers cannot be used, if so
        self._changed = threading.Condition(threading.RLock())
        self._opened: dict[int, Opened] = {}
        self._closing_views: dict[int, _ClosingViews] = {}
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
        """Start the workers that are missing; returns at once, they are ready a second or more later."""
        with self._changed:
            if self.usable:
                self._fill()

    def try_again(self) -> None:
        """Forget why workers could not be used, such as a want of memory that is over."""
        with self._changed:
            self.trouble, self._failed_starts = "", 0.0

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

    def shut(self, key: int, release: Callable[[], None]) -> None:
        """Forget announced views. What was ordered and not made yet is dropped.

        `release` is called once, by any thread, when no worker opens or has open their files: the first call's does.
        """
        with self._changed:
            if self._opened.pop(key, None) is None:
                return
            for order in [order for order in self._waiting if order.unit.key == key]:
                self._waiting.remove(order)
            closing = {worker for worker in self._workers if worker.close_views(key)}
            self._closing_views[key] = _ClosingViews(closing, release)
        self._release()

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
        _end(workers)  # first: whoever makes the units instead must not be disturbed by one that is still at it
        _give_back(orders)
        self._release(workers)

    def give_up(self, reason: str) -> None:
        """Order nothing any more, since workers cannot do what they are asked for."""
        with self._changed:
            if not self.trouble:
                self.trouble = reason
                logger.warning("Views are made by threads, because processes cannot make them: %s", reason)

    def new_number(self) -> int:
        """A number that no unit has."""
        with self._changed:
            return next(self._numbers)

    def _fill(self) -> None:
        """Start the workers that are missing. Those that there are do without the others; where there is none and none
        can be started, nobody would ever try again: it is the end."""
        while len(self._workers) < self.count and self._failed_starts < FAILED_STARTS:
            try:
                self._add()
            except (OSError, MemoryError, RuntimeError) as error:  # no memory, no more processes or threads
                logger.info("A process for views could not be started: %s", error)
                if not self._workers:
                    self.give_up(f"none could be started: {error}")
                return

    def _add(self) -> None:
        worker = Worker()
        listening = threading.Thread(target=_listen, args=(weakref.ref(self), worker), name="view-worker", daemon=True)
        try:
            listening.start()
        except RuntimeError:
            _end([worker])
            raise
        self._workers.append(worker)

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

    def _closed(self, worker: Worker, closed: Closed) -> None:
        with self._changed:
            if (views := self._closing_views.get(closed.key)) is not None:
                views.by.discard(worker)
        self._release()

    def _release(self, ended: Iterable[Worker] = ()) -> None:
        """Let go of files that no worker can have open any more; `ended` cannot."""
        with self._changed:
            for views in self._closing_views.values():
                views.by.difference_update(ended)
            over = [key for key, views in self._closing_views.items() if not views.by]
            released = [self._closing_views.pop(key).release for key in over]
        for release in released:
            release()

    def _died(self, worker: Worker) -> None:
        with self._changed:
            if worker in self._workers:
                self._workers.remove(worker)
            dropped = [] if self._closing else self._replaced(worker)
        _give_back(dropped)
        self._release([worker])

    def _replaced(self, worker: Worker) -> list[Order]:
        """Start another worker, and have others make what this one was about to; what nobody is left to make."""
        if not worker.ready:
            self._failed_starts += KILLED if (worker.process.poll() or 0) < 0 else 1
        logger.info("A process for views ended (%s).", worker.process.poll())
        orders = list(worker.orders.values())
        self._waiting.extendleft(reversed([order.again() if n == 0 else order for n, order in enumerate(orders)]))
        if not self.trouble:
            self._fill()
        dropped = [] if self._workers else self._drop_all()  # those that are left make what they were given
        self._hand_out()
        self._changed.notify_all()
        return dropped

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
            elif isinstance(message, Closed):
                owner._closed(worker, message)
            else:
                owner._is_ready(worker)
            del owner
    except (EOFError, OSError, ValueError, pickle.UnpicklingError):
        pass  # it has ended, or what it says is no answer: `_died` logs it, and gives its orders to another one
    except Exception:  # whoever waits for its answers would wait for ever
        logger.exception("What a process for views answered could not be taken.")
    worker.leave()
    worker.process.wait()
    owner = pool()
    if owner is not None:
        owner._died(worker)


def _give_back(orders: list[Order]) -> None:
    """Have whoever ordered units make them."""
    for order in orders:
        order.finish(Made(order.unit.unit, error=WorkersUnavailable()))


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
