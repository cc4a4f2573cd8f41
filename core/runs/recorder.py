"""Events of a training go into the store, in batches: about twice a second, and at each epoch."""

import time
from dataclasses import asdict
from typing import Any

from core.runs.store import RunStore
from core.training.control import Control
from core.training.events import (
    EpochEnded,
    Event,
    PhaseStarted,
    Progress,
    RunEnded,
    RunStarted,
    StepEnded,
    Warned,
)
from core.training.remaining import Remaining

FLUSH_S = 0.5


class Recorder:
    """Keeps what a run says. One thread alone calls it."""

    def __init__(self, store: RunStore, run_id: str, control: Control, seconds_before: float = 0.0) -> None:
        self._store = store
        self._run_id = run_id
        self._control = control
        self._steps: list[StepEnded] = []
        self._flushed = time.monotonic()
        self._began = time.monotonic()
        self._before = seconds_before
        self._progress: dict[str, Any] = {}
        self._remaining = Remaining(lambda: self.seconds)
        self._frozen_precision = "fp32"  # told in the first phase that freezes something

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
            case PhaseStarted():
                self._say(
                    f"Phase {event.phase + 1}: training {', '.join(event.stages)} "
                    f"({event.trainable_parameters:,} of {event.total_parameters:,} weights), "
                    + (f"peak learning rate {event.learning_rate:g}." if event.learning_rate else "solved by L-BFGS.")
                )
                self._say_precision(event)
                self._flush(phases=[event])
            case StepEnded():
                self._steps.append(event)
                self._progress |= {"what": "training", "step": event.step, "epoch": event.epoch}
            case EpochEnded():
                self._progress |= {"epochs_done": event.epoch + 1, "images_per_second": event.images_per_second}
                self._say(_told(event))
                self._flush(epochs=[event])
            case Progress():
                self._progress |= {"what": event.what, "done": event.done, "total": event.total}
            case Warned():
                self._store.log(self._run_id, event.message, "warning")
            case RunEnded():
                self._flush()
        if time.monotonic() - self._flushed >= FLUSH_S:
            self._flush()

    def close(self) -> None:
        """Write what is still waiting."""
        self._flush()

    def _say(self, message: str) -> None:
        self._store.log(self._run_id, message)

    def _say_precision(self, phase: PhaseStarted) -> None:
        if self._frozen_precision != "fp32" and phase.trainable_parameters < phase.total_parameters:
            self._say(f"Frozen stages are computed in {self._frozen_precision}.")
            self._frozen_precision = "fp32"  # it is told once

    def _flush(self, epochs: list[EpochEnded] | None = None, phases: list[PhaseStarted] | None = None) -> None:
        self._progress["seconds"] = self.seconds
        if left := self._remaining.left():
            self._progress["left"] = left._asdict()
        self._store.record(
            self._run_id, steps=self._steps, epochs=epochs or (), phases=phases or (), progress=self._progress
        )
        self._steps = []
        self._flushed = time.monotonic()


def _first_step(event: RunStarted) -> int:
    return event.steps * event.first_epoch // max(1, event.epochs)


def _told(event: EpochEnded) -> str:
    best = ", the best so far" if event.best else ""
    return (
        f"Epoch {event.epoch + 1}: training loss {event.train_loss:.3f}, validation loss {event.val_loss:.3f}, "
        f"validation accuracy {event.val_accuracy:.1%}{best}."
    )
