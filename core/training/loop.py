"""The training loop: a generator of events that a thread, a terminal and a test consume alike."""

import math
import time
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import torch

from core.backbones.freezing import count_parameters
from core.data.dataset import Item
from core.errors import LossNotFinite, OutOfMemory, TrainingFailed
from core.experiment import Phase
from core.features.batches import chunked, shuffled
from core.features.pixels import Inputs
from core.features.shortage import as_out_of_memory
from core.model.record import ModelRecord
from core.training import device
from core.training.checkpoints import START, Saver, State
from core.training.choice import Standing, aligned, gain_over, moved
from core.training.entering import announce_next, enter_phase, precisions_of
from core.training.events import EpochEnded, Event, PhaseStarted, RunEnded, RunStarted, Warned
from core.training.events import StepEnded as Step
from core.training.inference import BATCH_SIZE, MANY, Answers, answering
from core.training.lbfgs import LbfgsFit
from core.training.limits import Limits
from core.training.optimizers import peak_rate
from core.training.setup import Setup
from core.training.step import OUT_OF_MEMORY, EpochTotals, Stepper, StepResult
from core.work.control import Aborted, Control, Signal
from core.work.progress import Progress

NONE_LEFT = "None of the training images could be read any more. Restore them and resume the run."


def train(setup: Setup, control: Control) -> Iterator[Event]:
    """Run an experiment, from its last checkpoint if it has one, and yield what happens.

    `control` is asked at every batch: a pause waits there, a stop ends with `RunEnded`, an abort returns without it.
    Nothing is yielded inside `no_grad` or `autocast`. One thread alone calls `next` and `close`.
    Raises `TrainingFailed` (`LossNotFinite`, `OutOfMemory`), `StorageFailed`, `ResumeRefused`.
    """
    state = setup.checkpoints.load_last()
    try:
        with as_out_of_memory():
            yield from _Training(setup, control, state).run()
    except Aborted:
        return
    except torch.OutOfMemoryError as error:
        raise OutOfMemory(OUT_OF_MEMORY) from error


class _Training:
    def __init__(self, setup: Setup, control: Control, state: State | None) -> None:
        self.setup = setup
        self.control = control
        self.resumed = state
        self.at = state.position if state else START
        self.stopped = False
        self.warned: set[str] = set()
        if state:
            setup.model.load_state_dict(state.model)
            if self.at.best_epoch == self.at.epoch:  # a kill after this state was written may have left older weights
                setup.checkpoints.save_best(setup.model, self._record())
        self.precisions, self.notes = precisions_of(setup, state)
        self.setup = setup = replace(setup, trained_precision=self.precisions.trained)
        self.phase_inputs = setup.phase_inputs(self.precisions.frozen)
        self.steps_ahead = device.steps_ahead(setup.device)
        self.limits = Limits(setup.pixels, setup.train_items)
        self.saver = Saver(setup.checkpoints, setup.device)

    def run(self) -> Iterator[Event]:
        setup, phases = self.setup, self.setup.experiment.phases
        yield RunStarted(
            device=device.device_title(setup.device),
            train_images=len(setup.train_items), val_images=len(setup.val_items),
            epochs=setup.experiment.epochs, steps=setup.experiment.epochs * setup.steps_per_epoch,
            first_epoch=self.at.epoch + 1,
            frozen_precision=self.precisions.frozen, trained_precision=setup.trained_precision,
            phase_epochs=tuple(phase.epochs for phase in phases),
        )  # fmt: skip
        yield from self._drain_warnings(self.notes + self.phase_inputs.notes)
        first = self.at.phase + 1 if self.at.phase_over else self.at.phase
        try:
            for index in range(first, len(phases)):
                yield from self._phase(index, phases[index])
                if self.stopped:
                    break
            yield from self.saver.settled()
        finally:
            setup.pixels.forget()
            self.saver.wait()
        best = self.at.best_epoch
        yield RunEnded(stopped=self.stopped, epochs=self.at.epoch + 1, best_epoch=None if best < 0 else best)

    def _phase(self, index: int, phase: Phase) -> Iterator[Event]:
        setup = self.setup
        stepper = enter_phase(setup, self.phase_inputs, index)
        done = self._go_on(stepper)
        trainable, total = count_parameters(setup.stages, phase.stages)
        yield PhaseStarted(
            phase=index,
            stages=phase.stages,
            first_epoch=self.at.epoch + 1 - done,
            epochs=phase.epochs,
            learning_rate=peak_rate(phase, setup.experiment.recipe),
            trainable_parameters=trainable,
            total_parameters=total,
        )
        fit = LbfgsFit(setup, stepper.phase_input, stepper.optimizer) if phase.solver == "lbfgs" else None
        for epoch_in_phase in range(done, phase.epochs):
            if self.stopped or self.at.phase_over:
                return
            yield from self._epoch(stepper, fit, epoch_in_phase)

    def _go_on(self, stepper: Stepper) -> int:
        """Stand at the start of a phase, or in it where the checkpoint was made; epochs of it that are done."""
        if self.resumed and self.at.phase == stepper.index and not self.at.phase_over and self.at.epoch >= 0:
            stepper.restore(self.resumed.optimizer)
            stepper.scaler.load_state_dict(self.resumed.scaler)
            self.resumed = None
            return self.at.epoch_in_phase
        self.at = replace(
            self.at, phase=stepper.index, epoch_in_phase=0, stale_epochs=0, phase_best=math.inf, phase_over=False
        )
        return 0

    def _epoch(self, stepper: Stepper, fit: LbfgsFit | None, epoch_in_phase: int) -> Iterator[Event]:
        epoch, started, totals = self.at.epoch + 1, self._now(), EpochTotals()
        self.limits.begin()
        self.setup.set_modes(stepper.phase.stages)
        if fit is None:
            yield from self._steps(stepper, epoch_in_phase, epoch, totals)
        else:
            yield from self._round(stepper, fit, epoch_in_phase, epoch, totals)
        yield from self._phase_warnings(stepper)
        if self.stopped and (self.at.best_epoch >= 0 or not totals.images):
            return
        if not totals.images:
            raise TrainingFailed(NONE_LEFT)
        yield from self._close_epoch(epoch, stepper, totals, started)
        yield from self._phase_warnings(stepper)  # what validation images had to say

    def _steps(self, stepper: Stepper, epoch_in_phase: int, epoch: int, totals: EpochTotals) -> Iterator[Event]:
        setup, first = self.setup, self.at.step
        made = stepper.source.batches(*setup.epoch_batches(epoch))
        announce_next(setup, self.phase_inputs, stepper, epoch, epoch_in_phase)
        unread, since = deque[tuple[int, StepResult]](), self._now()
        with closing(made):
            for place, batch in enumerate(made):
                if self._asked_to_stop():
                    break
                yield from self._unreadable_warnings(batch.failed)
                if batch.items:
                    at = epoch_in_phase * setup.steps_per_epoch + place
                    unread.append((first + place + 1, stepper.step(batch, at)))
                while len(unread) > self.steps_ahead:
                    yield self._read(epoch, *unread.popleft(), totals, since)
                    since = self._now()
                yield from self._phase_warnings(stepper)
        for step, done in unread:
            yield self._read(epoch, step, done, totals, since)

    def _read(self, epoch: int, step: int, done: StepResult, totals: EpochTotals, since: float) -> Step:
        """Count a step, and tell it. `since` is when the one before was read."""
        loss, correct = done.read()
        totals.add(loss, correct, done.images, done.rate)
        totals.step = step
        return self._step(epoch, step, loss, done.rate, done.images / max(self._now() - since, 1e-9))

    def _step(self, epoch: int, step: int, loss: float, rate: float, images_per_second: float) -> Step:
        return Step(
            step=step, epoch=epoch, phase=self.at.phase, loss=loss, learning_rate=rate,
            images_per_second=images_per_second,
        )  # fmt: skip

    def _round(
        self, stepper: Stepper, fit: LbfgsFit, epoch_in_phase: int, epoch: int, totals: EpochTotals
    ) -> Iterator[Event]:
        """One round of L-BFGS, over one view more than the last one as long as there are more."""
        setup = self.setup
        most = int(setup.experiment.views) if setup.pixels.image_views.varies else 1
        while fit.views < min(epoch_in_phase + 1, most) and not self.stopped:
            number = setup.experiment.view_number(epoch - epoch_in_phase + fit.views)
            yield from self._add_view(stepper, fit, number)
        if self.stopped or self._asked_to_stop() or not fit.rows:
            return
        if epoch_in_phase < most:
            fit.forget()
        began = time.monotonic()
        setup.model.eval()
        loss, correct, flat = fit.round()
        totals.add(loss, correct, fit.rows, 0.0)
        totals.converged = flat and fit.views == most
        totals.step = self.at.step + setup.steps_per_epoch
        yield self._step(epoch, totals.step, loss, 0.0, fit.rows / max(time.monotonic() - began, 1e-9))

    def _add_view(self, stepper: Stepper, fit: LbfgsFit, number: int) -> Iterator[Event]:
        order = shuffled(self.setup.train_items, self.setup.experiment.seed, number)
        found, chunks = list[Inputs](), chunked(order, BATCH_SIZE)
        with closing(stepper.source.batches(chunks, number, order)) as made:
            for place, batch in enumerate(made, 1):
                if self._asked_to_stop():
                    return
                yield from self._unreadable_warnings(batch.failed)
                found += [batch] if batch.items else []
                if len(order) >= MANY:  # no step ends meanwhile
                    done = place * len(order) // len(chunks)
                    yield Progress(what="computing features", done=done, total=len(order))
        if not found:
            raise TrainingFailed(NONE_LEFT)
        fit.add(found)

    def _close_epoch(self, epoch: int, stepper: Stepper, totals: EpochTotals, started: float) -> Iterator[Event]:
        setup, trained_s = self.setup, self._now() - started
        setup.model.eval()
        val = yield from answering(
            stepper.phase_input.suffix, stepper.phase_input.source, setup.val_items, setup.validation_step,
            autocast=setup.autocast_of(stepper.phase), what="validating", control=self.control,
        )  # fmt: skip
        yield from self._unreadable_warnings(val.failed)
        if not val.items:
            raise TrainingFailed("None of the validation images could be read any more. Restore them and resume.")
        val_loss = setup.task.validation_loss(setup.criterion, val.outputs)
        if not math.isfinite(val_loss):
            raise LossNotFinite("The validation loss is not a number. Start again with a smaller learning rate.")
        before, partial = self.at, self.stopped
        now = self._standing(val, val_loss)
        gain = gain_over(self.at, now)
        self.at = moved(
            self.at, stepper.phase, setup.experiment.recipe, now, gain, step=totals.step, converged=totals.converged
        )
        best = self.at.best_epoch == epoch
        limited = self.limits.end(seconds := self._now() - started)
        yield EpochEnded(
            epoch=epoch, phase=before.phase, step=totals.step,
            train_loss=totals.loss / totals.images,
            train_accuracy=totals.correct / totals.images,
            val_loss=val_loss,
            val_accuracy=setup.task.share_correct(val.outputs),
            metrics=setup.task.epoch_scores(val.outputs),
            learning_rate=totals.rate,
            seconds=seconds, waited=limited.waited, limit=limited.by.value,
            images_per_second=totals.images / max(trained_s, 1e-9),
            best=best,
            value=now.compared.value,
            gain=gain.mean if gain else None,
            gain_error=gain.error if gain else None,
        )  # fmt: skip
        # After the epoch was told: whoever is killed in between tells it again, and never leaves it out. A resumed run
        # repeats an epoch that was cut short, and so stays exact. The state first: it has the best weights too.
        yield from self.saver.settled()
        parts, record = (setup.model, stepper.optimizer, stepper.scaler), self._record() if best else None
        self.saver.save(parts, self.at, self.precisions, record, partial=partial)
        if self.saver.at_once:
            yield from self.saver.settled()

    def _record(self) -> ModelRecord:
        """Of the model that is kept now."""
        return self.setup.record.changed(epoch=self.at.best_epoch, thresholds=self.at.best_thresholds)

    def _standing(self, val: Answers, val_loss: float) -> Standing:
        setup, monitor = self.setup, self.setup.experiment.recipe.monitor
        compared = setup.task.compared(monitor, setup.criterion, val.outputs)
        return Standing(
            monitored=setup.task.to_minimise(monitor, val_loss, val.outputs),
            error=setup.task.standard_error(monitor, setup.criterion, val.outputs),
            compared=compared._replace(each=aligned(compared.each, val.items, setup.val_items)),
            thresholds=setup.task.thresholds(val.outputs),
        )

    def _now(self) -> float:
        """Seconds on a clock that stands still during a pause."""
        return time.monotonic() - self.control.waited_s

    def _asked_to_stop(self) -> bool:
        signal = self.control.at_batch()
        if signal is Signal.ABORT:
            raise Aborted
        self.stopped = signal is Signal.STOP
        return self.stopped

    def _unreadable_warnings(self, failed: tuple[tuple[Item, str], ...]) -> Iterator[Warned]:
        for item, reason in failed:
            if item.name not in self.warned:
                self.warned.add(item.name)
                yield Warned(message=f"{item.name} could not be read and is skipped: {reason}")

    def _phase_warnings(self, stepper: Stepper) -> Iterator[Warned]:
        features = stepper.phase_input.features
        yield from self._drain_warnings(stepper.notes)
        yield from self._drain_warnings(self.setup.pixels.notes)
        yield from self._drain_warnings(features.notes if features else [])

    def _drain_warnings(self, notes: list[str]) -> Iterator[Warned]:
        """What others have to say to the user; each once."""
        while notes:
            yield Warned(message=notes.pop(0))
