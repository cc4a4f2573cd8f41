"""Events of a training go into the store, in batches: about twice a second, and at each epoch.

While another program keeps the database locked they wait in memory, with their times, and the training goes on.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from core.backbones.stages import HEAD
from core.runs.outbox import FREE, LOCKED, Outbox
from core.runs.records import Run
from core.runs.status import Status
from core.runs.store import RunStore
from core.runs.unwritten import Unwritten, forget
from core.tasks.scorecard import format_score
from core.training.events import EpochEnded, Event, PhaseStarted, RunEnded, RunStarted, StepEnded, Warned
from core.training.remaining import Remaining
from core.work.control import Control
from core.work.progress import Progress

FLUSH_S = 0.5


class Recorder:
    """Keeps what a run says. One thread alone calls it."""

    def __init__(
        self, store: RunStore, run: Run, control: Control, folder: Path, require_held: Callable[[], None]
    ) -> None:
        """`require_held` raises when `folder` is no longer the run's own: nothing is then recorded as done."""
        self._store = store
        self._run_id = run.id
        self._control = control
        self._folder = folder
        self._require_held = require_held
        self._outbox = Outbox(store, control)
        self._unwritten = Unwritten()
        self._lock_reported = False
        self._steps: list[StepEnded] = []
        self._flushed = time.monotonic()
        self._began = time.monotonic()
        self._before = run.progress.get("seconds", 0.0)
        self._progress: dict[str, Any] = {}
        self._remaining = Remaining(lambda: self.seconds)
        self._frozen_precision = "fp32"  # reported in the first phase that freezes something
        self._trained_precision = "fp32"  # reported in the first phase that trains more than the head

    @property
    def seconds(self) -> float:
        """Seconds that the run has taken, earlier sessions counted in, pauses left out."""
        return self._before + time.monotonic() - self._began - self._control.waited_s

    def take(self, event: Event) -> None:
        """Keep one event."""
        self._remaining.take(event)
        match event:
            case RunStarted():
                self._progress |= {**asdict(event), "what": "training", "step": _first_step(event)}
                self._say(f"{event.train_images} training and {event.val_images} validation images on {event.device}.")
                self._frozen_precision = event.frozen_precision
                self._trained_precision = event.trained_precision
            case PhaseStarted():
                self._say(
                    f"Phase {event.phase + 1}: training {', '.join(event.stages)} "
                    f"({event.trainable_parameters:,} of {event.total_parameters:,} weights), "
                    + (f"peak learning rate {event.learning_rate:g}." if event.learning_rate else "fitted with L-BFGS.")
                )
                self._say_precision(event)
                self._flush(phases=[event])
            case StepEnded():
                self._steps.append(event)
                self._progress |= {"what": "training", "step": event.step, "epoch": event.epoch}
            case EpochEnded():
                self._progress |= {"epochs_done": event.epoch + 1, "images_per_second": event.images_per_second}
                self._progress |= {"limit": event.limit, "waited": event.waited}
                self._say(_epoch_line(event))
                self._flush(epochs=[event])
            case Progress():
                self._progress |= {"what": event.what, "done": event.done, "total": event.total}
            case Warned():
                self._say(event.message, "warning")
            case RunEnded():
                self._flush()
        if time.monotonic() - self._flushed >= FLUSH_S:
            self._flush()

    def waits(self, waiting: bool) -> None:
        """The run is paused, or goes on; a stop that came in between stays."""
        before, after = (Status.RUNNING, Status.PAUSED) if waiting else (Status.PAUSED, Status.RUNNING)
        self._outbox.add(partial(self._store.move, self._run_id, after, only_from=before, at=time.time()))
        self._flush()

    def news(self) -> Iterator[Warned]:
        """What viewers should know and no event carries: that the database is locked, once, and free again."""
        if self._outbox.locked != self._lock_reported:
            self._lock_reported = self._outbox.locked
            yield Warned(message=LOCKED if self._lock_reported else FREE)

    def settle(self) -> None:
        """Write what is still waiting; waits for a database that is locked. Raises `StorageFailed`."""
        self._flush()
        self._outbox.settle()
        self._tidy()

    def _say(self, message: str, level: str = "info") -> None:
        self._outbox.add(partial(self._store.log, self._run_id, message, level, at=time.time()))

    def _say_precision(self, phase: PhaseStarted) -> None:
        if self._frozen_precision != "fp32" and phase.trainable_parameters < phase.total_parameters:
            self._say(f"Frozen stages are computed in {self._frozen_precision}.")
            self._frozen_precision = "fp32"  # it is reported once
        if self._trained_precision != "fp32" and phase.stages != (HEAD,):
            self._say(f"Trainable stages are computed in {self._trained_precision}; weights and optimizer are in fp32.")
            self._trained_precision = "fp32"

    def _flush(self, epochs: Sequence[EpochEnded] = (), phases: Sequence[PhaseStarted] = ()) -> None:
        self._require_held()
        self._progress["seconds"] = self.seconds
        if left := self._remaining.left():
            self._progress["left"] = left._asdict()
        progress = dict(self._progress)
        steps, self._steps = self._steps, []
        self._unwritten.add(steps, epochs, phases)
        write = partial(self._store.record, self._run_id, steps=steps, epochs=epochs, phases=phases, progress=progress)
        self._outbox.add(write, records=1 + len(steps))
        self._outbox.flush()
        if self._outbox.empty:
            self._tidy()
        elif epochs:  # its checkpoint is about to be written, and must not be ahead of what is on the disk
            self._unwritten.keep(self._folder)
        self._flushed = time.monotonic()

    def _tidy(self) -> None:
        self._unwritten = Unwritten()
        forget(self._folder)


def _first_step(event: RunStarted) -> int:
    return event.steps * event.first_epoch // max(1, event.epochs)


def _epoch_line(event: EpochEnded) -> str:
    best = ", the best so far" if event.best else ""
    return (
        f"Epoch {event.epoch + 1}: training loss {event.train_loss:.3f}, validation loss {event.val_loss:.3f}, "
        f"validation {event.score.title.lower()} {format_score(event.score, 1)}{best}."
    )
