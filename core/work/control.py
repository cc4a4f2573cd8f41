"""How the outside tells something long to wait, to end, or to get out."""

import threading
import time
from collections.abc import Callable
from enum import StrEnum

from core.work.leases import DeviceLease, DeviceLeases


class Signal(StrEnum):
    """What something long is told at each batch."""

    GO = "go"
    STOP = "stop"  # end now, keep and evaluate the best model
    ABORT = "abort"  # get out now: the process is ending


class Aborted(Exception):
    """The process is ending: leave at once."""


class Control:
    """Asked by the training at every batch; told what to do by any other thread. Every call may be repeated."""

    def __init__(self, on_wait: Callable[[bool], None] | None = None, leases: DeviceLeases | None = None) -> None:
        """The training's thread calls `on_wait(True)` when it begins to wait and `on_wait(False)` when it goes on.

        With `leases`, whoever `computes_on` a device shares it with others, batch by batch.
        """
        self.on_wait = on_wait
        self._leases = leases
        self._lease: DeviceLease | None = None
        self._changed = threading.Condition()
        self._paused = False
        self._signal = Signal.GO
        self.waited_s = 0.0  # in all pauses so far

    @property
    def paused(self) -> bool:
        """Whether a pause has been asked for."""
        return self._paused

    @property
    def aborted(self) -> bool:
        """Whether the process is ending."""
        return self._signal is Signal.ABORT

    def pause(self) -> None:
        """Wait at the next batch."""
        self._set(paused=True)

    def unpause(self) -> None:
        """Go on."""
        self._set(paused=False)

    def stop(self) -> None:
        """End at the next batch and keep the best model. Ends a pause."""
        self._set(paused=False, signal=Signal.STOP)

    def abort(self) -> None:
        """Get out at the next batch; the run can be resumed from its last checkpoint. Ends a pause."""
        self._set(paused=False, signal=Signal.ABORT)

    def computes_on(self, device: str) -> None:
        """Said once the device is known: from the next batch on, it is taken in turns. `over` lets go of it."""
        self._lease = self._leases.of(device) if self._leases is not None else None

    def over(self) -> None:
        """Nothing more will be computed; others may have the device. To be said at the end, however it came."""
        if self._lease is not None:
            self._lease.release(self)

    def at_batch(self) -> Signal:
        """Called by the training: waits while paused and until it is its turn on the device, then says what to do.

        Nothing that others on the device may wait for, such as a lock, may be held meanwhile.
        """
        while True:
            self._while_paused()
            if self._lease is None or self.aborted:
                return self._signal
            if self._lease.take(self, lambda: self._paused or self.aborted):
                return self._signal

    def _while_paused(self) -> None:
        with self._changed:
            if not self._paused:
                return
        self.over()  # a pause may last for days
        self._tell(True)
        began = time.monotonic()
        with self._changed:
            self._changed.wait_for(lambda: not self._paused)
        self.waited_s += time.monotonic() - began
        self._tell(False)

    def _tell(self, waiting: bool) -> None:
        if self.on_wait is not None:
            self.on_wait(waiting)

    def _set(self, *, paused: bool, signal: Signal | None = None) -> None:
        with self._changed:
            self._paused = paused
            # an abort outranks a stop: the process is going away
            if signal is not None and self._signal is not Signal.ABORT:
                self._signal = signal
            self._changed.notify_all()
        if self._lease is not None:
            self._lease.nudge()
