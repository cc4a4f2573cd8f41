"""Leases for accelerators: trainings and analyses on one device take turns, batch by batch.

So memory is never needed for two batches at once (torch reuses the memory of the previous batch), and a short analysis
waits for one batch of a training, not for its end. On a CPU they run in parallel.

Turns are taken by trainings with their evaluation, analyses, and the evaluation of another epoch to keep. Predictions
do not take turns: a `Predictor` runs on the CPU, so that the Predict page neither waits for a training nor takes memory
from it. Leases are local to a process: an app and a terminal share a device without them.
"""

import threading
from collections import deque
from collections.abc import Callable


class DeviceLease:
    """A lease of one device, for one holder at a time; waiting holders are served in order."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._queue: deque[object] = deque()  # the first one holds the device

    def take(self, holder: object, gives_up: Callable[[], bool]) -> bool:
        """Acquire the device. A current holder goes to the end of the queue.

        Waits until it is the holder's turn, or until `gives_up()`, re-evaluated at every `nudge`, is true. Returns
        whether the device was acquired.
        """
        with self._changed:
            if holder not in self._queue:
                self._queue.append(holder)
            elif self._queue[0] is holder:
                self._queue.rotate(-1)
                self._changed.notify_all()
            try:
                self._changed.wait_for(lambda: self._queue[0] is holder or gives_up())
            except BaseException:  # such as Ctrl-C: others must not wait for this holder
                self._queue.remove(holder)
                self._changed.notify_all()
                raise
            acquired = self._queue[0] is holder
            if not acquired:
                self._queue.remove(holder)
            return acquired

    def release(self, holder: object) -> None:
        """Release the device; may be called without holding it."""
        with self._changed:
            if holder in self._queue:
                self._queue.remove(holder)
                self._changed.notify_all()

    def nudge(self) -> None:
        """Let waiting holders re-evaluate `gives_up`."""
        with self._changed:
            self._changed.notify_all()


class DeviceLeases:
    """The leases of a process, one for each accelerator."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._leases: dict[str, DeviceLease] = {}

    def of(self, device: str) -> DeviceLease | None:
        """The lease of a device by torch's name, such as 'cuda:1'; None where work goes on side by side."""
        if device == "cpu":
            return None
        with self._lock:
            return self._leases.setdefault(device, DeviceLease())
