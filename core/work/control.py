"""Control of long tasks from other threads: pause, stop, abort."""

import threading
import time
from collections.abc import Callable
from enum import StrEnum

from core.work.leases import DeviceLease, DeviceLeases


class Signal(StrEnum):
    """The signal that a long task receives at each batch."""

    GO = "go"
    STOP = "stop"  # end now, keep and evaluate the best model
    ABORT = "abort"  # leave now: the process is ending


class Aborted(Exception):
    """Raised to leave at once, because the process is ending."""


class StoppedEarly(Aborted):
    """Raised to leave because a stop was requested before there was anything to keep."""


class Control:
    """Polled by a task at every batch and controlled by other threads. All calls may be repeated."""

    def __init__(self, on_wait: Callable[[bool], None] | None = None, leases: DeviceLeases | None = None) -> None:
        """The task's thread calls `on_wait(True)` when it starts waiting and `on_wait(False)` when it continues.

        With `leases`, tasks that call `computes_on` take turns on the device, batch by batch.
        """
        self.on_wait = on_wait
        self._leases = leases
        self._lease: DeviceLease | None = None
        self._changed = threading.Condition()
        self._paused = False
        self._signal = Signal.GO
        self.waited_s = 0.0  # total of all pauses so far

    @property
    def paused(self) -> bool:
        """Whether a pause was requested."""
        return self._paused

    @property
    def aborted(self) -> bool:
        """Whether the process is ending."""
        return self._signal is Signal.ABORT

    def pause(self) -> None:
        """Wait at the next batch."""
        self._set(paused=True)

    def unpause(self) -> None:
        """Continue."""
        self._set(paused=False)

    def stop(self) -> None:
        """End at the next batch and keep the best model. Ends a pause."""
        self._set(paused=False, signal=Signal.STOP)

    def abort(self) -> None:
        """Leave at the next batch; the run can be resumed from its last checkpoint. Ends a pause."""
        self._set(paused=False, signal=Signal.ABORT)

    def computes_on(self, device: str) -> None:
        """Call when the device is known: from the next batch on, take turns on it. `over` releases it."""
        self._lease = self._leases.of(device) if self._leases is not None else None

    def over(self) -> None:
        """Release the device. Call at the end of the task in any case."""
        if self._lease is not None:
            self._lease.release(self)

    def at_batch(self) -> Signal:
        """Called by the task: wait while paused and until it is its turn on the device, then return the signal.

        The caller must not hold locks that other tasks on the device need.
        """
        while True:
            self._wait_while_paused()
            if self._lease is None or self.aborted:
                return self._signal
            if self._lease.take(self, lambda: self._paused or self.aborted):
                return self._signal

    def _wait_while_paused(self) -> None:
        with self._changed:
            if not self._paused:
                return
        self.over()  # release the device: a pause may be long
        self._notify(True)
        started = time.monotonic()
        with self._changed:
            self._changed.wait_for(lambda: not self._paused)
        self.waited_s += time.monotonic() - started
        self._notify(False)

    def _notify(self, waiting: bool) -> None:
        if self.on_wait is not None:
            self.on_wait(waiting)

    def _set(self, *, paused: bool, signal: Signal | None = None) -> None:
        with self._changed:
            self._paused = paused
            # an abort takes precedence over a stop
            if signal is not None and self._signal is not Signal.ABORT:
                self._signal = signal
            self._changed.notify_all()
        if self._lease is not None:
            self._lease.nudge()
