"""Whose turn it is on a device: trainings and analyses that compute on one accelerator take it batch by batch.

So the memory of two batches is never needed at once (what one batch gives back, torch lends to the next one), and a
short analysis waits for one batch of a long training, not for its end. A processor has cores for both and no such
memory: there they compute side by side.

Whoever computes on a training's device takes its turn: trainings with their evaluation, analyses, and the evaluation of
another epoch that is to be kept. Predictions for new images do not, for they do not compute there: a `Predictor` stays
on the processor, so that nobody on the Predict page waits for a training, nor takes memory from it. One that is moved
to an accelerator one day has to take turns too. Leases are those of one process: a terminal beside the app shares the
device with it as any two programs do.
"""

import threading
from collections import deque
from collections.abc import Callable


class DeviceLease:
    """One device, for one holder at a time. Those who wait come in the order in which they asked."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._line: deque[object] = deque()  # the first one has the device

    def take(self, holder: object, gives_up: Callable[[], bool]) -> bool:
        """Have the device from now on. Who has it already lets those that wait go first, and comes after them.

        Waits until it is this one's turn or `gives_up()`, asked again at every `nudge`, says not to. Whether it has it.
        """
        with self._changed:
            if holder not in self._line:
                self._line.append(holder)
            elif self._line[0] is holder:
                self._line.rotate(-1)
                self._changed.notify_all()
            try:
                self._changed.wait_for(lambda: self._line[0] is holder or gives_up())
            except BaseException:  # such as Ctrl-C: nobody may wait for one who has left
                self._line.remove(holder)
                self._changed.notify_all()
                raise
            has_it = self._line[0] is holder
            if not has_it:
                self._line.remove(holder)
            return has_it

    def release(self, holder: object) -> None:
        """Let go of the device; who does not have it may say so too."""
        with self._changed:
            if holder in self._line:
                self._line.remove(holder)
                self._changed.notify_all()

    def nudge(self) -> None:
        """Let those that wait ask again whether they give up."""
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
