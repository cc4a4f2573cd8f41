"""How long the phase that runs, and the whole run, will still take; from what the run has said. Read without torch."""

import time
from collections.abc import Callable
from typing import NamedTuple

from core.text import format_guess
from core.training.events import EpochEnded, Event, PhaseStarted, RunStarted, StepEnded

FEWEST_STEPS = 3  # before a time is guessed from the steps of a first epoch
RECENT = 3  # epochs over which the speed is averaged


class TimeLeft(NamedTuple):
    """Seconds left of phase `phase` of `phases` (from 1 on), and of the whole run's training."""

    phase: int
    phases: int
    phase_s: float
    run_s: float


class Remaining:
    """Takes the events of a run and says what is left. Phases that have not begun count at the present one's speed."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds; one that stands still in pauses is right about them."""
        self._clock = clock
        self._epochs_of: tuple[int, ...] = ()
        self._steps_per_epoch = 0
        self._first = 0  # epoch at which this session began
        self._phase = 0
        self._seconds: list[float] = []  # of the epochs of this phase that ended here
        self._done = 0  # epochs of this phase that are done
        self._steps = 0  # of the epoch that runs
        self._began = clock()

    def take(self, event: Event) -> None:
        """Note one event."""
        match event:
            case RunStarted():
                self._epochs_of = event.phase_epochs
                self._steps_per_epoch = event.steps // max(1, event.epochs)
                self._first = event.first_epoch
            case PhaseStarted():
                self._phase, self._seconds, self._steps = event.phase, [], 0
                self._done, self._began = max(0, self._first - event.first_epoch), self._clock()
            case StepEnded():
                self._steps += 1
            case EpochEnded():
                self._seconds.append(event.seconds)
                self._done, self._steps = self._done + 1, 0

    def left(self) -> TimeLeft | None:
        """What is left; None before there is anything to go by."""
        per_epoch = self._per_epoch()
        if per_epoch is None or self._phase >= len(self._epochs_of):
            return None
        within = min(1.0, self._steps / max(1, self._steps_per_epoch))
        own = max(0.0, self._epochs_of[self._phase] - self._done - within)
        rest = own + sum(self._epochs_of[self._phase + 1 :])
        return TimeLeft(self._phase + 1, len(self._epochs_of), own * per_epoch, rest * per_epoch)

    def _per_epoch(self) -> float | None:
        """The first epoch of a phase also computes what is kept: it counts only while there is no other."""
        if self._seconds:
            newest = (self._seconds[1:] or self._seconds)[-RECENT:]
            return sum(newest) / len(newest)
        if self._steps < FEWEST_STEPS:
            return None
        return (self._clock() - self._began) / self._steps * self._steps_per_epoch


def left_words(left: TimeLeft) -> str:
    """'phase 1 of 2: about 40 s left, whole run 2 min'; of a single phase, or of the last one, one time says it all."""
    if left.phases == 1:
        return f"about {format_guess(left.run_s)} left"
    whole = f", whole run {format_guess(left.run_s)}" if left.phase < left.phases else ""
    return f"phase {left.phase} of {left.phases}: about {format_guess(left.phase_s)} left{whole}"
