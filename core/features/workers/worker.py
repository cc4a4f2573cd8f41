"""One view worker, as the program sees it, and what it is asked for."""

import os
import pickle
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.spawn import get_executable
from typing import IO

from core.features.workers.messages import Closed, Made, Opened, Unit, send
from core.features.workers.process import BOOT

LOST = 3  # times that a worker may end over one image before the image is left out
LEFT_OUT = (
    f"The process that reads it ended {LOST} times. Either the computer was short of memory: close other programs, or "
    "use fewer such processes. Or the image is damaged: remove it, or save it anew."
)
GONE = (OSError, ValueError)  # of a pipe whose other end, or whose own one, is closed
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(eq=False)
class Order:
    """A unit that is to be made. `made` is called once, by any thread, when it is done or failed."""

    unit: Unit
    made: Callable[[Made], None]
    trying: int | None = None  # the place of the image that is made now; known from the second attempt on
    lost: Counter[int] = field(default_factory=Counter)  # workers that ended over the image of a place

    def again(self) -> "Order":
        """The order after its worker ended: careful, and without an image that ended several."""
        if self.trying is not None:
            self.lost[self.trying] += 1
        self.trying = None
        left_out = frozenset(place for place, times in self.lost.items() if times >= LOST)
        self.unit = self.unit._replace(left_out=left_out, careful=True)
        return self

    def finish(self, made: Made) -> None:
        """Tell the outcome."""
        self.made(made._replace(failures=self.explained(made.failures)))

    def explained(self, failures: tuple[str | None, ...]) -> tuple[str | None, ...]:
        """The failures of the unit, if it was made, with those of the images that were not tried."""
        left_out = self.unit.left_out
        return tuple(LEFT_OUT if place in left_out else reason for place, reason in enumerate(failures))


class Worker:
    """A process, and what it was asked for. Its pool's lock guards it."""

    def __init__(self) -> None:
        """Raises `OSError`."""
        self.orders: dict[int, Order] = {}  # by the unit's number, in the order in which they are made
        self.ready = False
        self._known = set[int]()
        # a session of its own: Ctrl-C in a terminal is for the program, which then ends its workers
        self.process = subprocess.Popen(
            # -P: a file of the folder in which the program was started is no module of this one
            [get_executable(), "-P", "-c", BOOT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
            env=os.environ | ONE_THREAD,
        )  # fmt: skip
        self._asks, self.answers = _pipe(self.process.stdin), _pipe(self.process.stdout)
        with suppress(*GONE):  # it ended at once: whoever listens is told
            self._asks.write(pickle.dumps(sys.path))
            self._asks.flush()

    def ask(self, order: Order, opened: Opened) -> None:
        """Have a unit made."""
        self.orders[order.unit.unit] = order
        with suppress(*GONE):  # it has ended: whoever listens gives the order to another one
            if opened.key not in self._known:
                self._known.add(opened.key)
                send(self._asks, opened)
            send(self._asks, order.unit)

    def close_views(self, key: int) -> bool:
        """Have views forgotten. Whether it may still open, or has open, their files: until it answers, or ends."""
        if key not in self._known:
            return False
        self._known.remove(key)
        with suppress(*GONE):  # it has ended, but perhaps it is not known yet that it has
            send(self._asks, Closed(key))
        return True

    def leave(self) -> None:
        """Have it end, as it does when the program has gone."""
        with suppress(*GONE):
            self._asks.close()


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    assert end is not None  # as it was asked for
    return end
