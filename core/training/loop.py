"""The training loop: a generator of events that a thread, a terminal and a test consume alike."""

import hashlib
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import nn

from core.backbones.rng import seeded
from core.data.dataset import Item
from core.errors import LossNotFinite, OutOfMemory, TrainingFailed
from core.experiment import Phase
from core.training.batches import Batch, batches, chunked, shuffled
from core.training.checkpoints import Position, State
from core.training.control import Control, Signal
from core.training.device import device_title
from core.training.events import CheckpointWritten, EpochEnded, Event, PhaseStarted, RunEnded, RunStarted, Warned
from core.training.events import StepEnded as Step
from core.training.inference import Aborted, answer
from core.training.phases import count_parameters, freeze, make_optimizer, peak_rate, set_modes
from core.training.schedule import rate_factor, set_rate
from core.training.setup import Setup

START = Position(
    epoch=-1,
    phase=0,
    step=0,
    epoch_in_phase=0,
    stale_epochs=0,
    phase_over=False,
    phase_best=math.inf,
    best_loss=math.inf,
    best_epoch=-1,
)


OUT_OF_MEMORY = (
    "The device ran out of memory. Choose a smaller batch size or image size, freeze more stages, or train on the CPU."
)


@dataclass
class Sums:
    """Running totals of one epoch."""

    loss: float = 0.0
    correct: int = 0
    images: int = 0
    rate: float = 0.0


def train(setup: Setup, control: Control) -> Iterator[Event]:
    """Run an experiment, from its last checkpoint if it has one, and yield what happens.

    `control` is asked at every batch: a pause waits there, a stop ends with `RunEnded`, an abort returns without it.
    Nothing is yielded inside `no_grad` or `autocast`. One thread alone calls `next` and `close`.
    Raises `TrainingFailed` (`LossNotFinite`, `OutOfMemory`), `StorageFailed`, `ResumeRefused`.
    """
    state = setup.checkpoints.load_last()
    try:
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

    def run(self) -> Iterator[Event]:
        setup, phases = self.setup, self.setup.experiment.phases
        yield RunStarted(
            device=device_title(setup.device),
            train_images=len(setup.train_items),
            val_images=len(setup.val_items),
            epochs=setup.experiment.epochs,
            steps=setup.experiment.epochs * setup.steps_per_epoch,
            first_epoch=self.at.epoch + 1,
        )
        first = self.at.phase + 1 if self.at.phase_over else self.at.phase
        for index in range(first, len(phases)):
            yield from self._phase(index, phases[index])
            if self.stopped:
                break
        best = self.at.best_epoch
        yield RunEnded(stopped=self.stopped, epochs=self.at.epoch + 1, best_epoch=None if best < 0 else best)

    def _phase(self, index: int, phase: Phase) -> Iterator[Event]:
        setup = self.setup
        freeze(setup.model, setup.stages, phase.stages)
        self.optimizer = make_optimizer(setup.model, phase, setup.experiment.recipe)
        self.scaler = torch.amp.GradScaler(setup.device.type, enabled=setup.experiment.recipe.precision == "fp16")
        self.steps_in_phase = phase.epochs * setup.steps_per_epoch
        done = self._enter(index)
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
        for epoch_in_phase in range(done, phase.epochs):
            yield from self._epoch(phase, epoch_in_phase)
            if self.stopped or self.at.phase_over:
                return

    def _enter(self, index: int) -> int:
        """Stand at the start of a phase, or in it where the checkpoint was made; epochs of it that are done."""
        if self.resumed and self.at.phase == index and not self.at.phase_over and self.at.epoch >= 0:
            self.optimizer.load_state_dict(self.resumed.optimizer)
            self.scaler.load_state_dict(self.resumed.scaler)
            self.resumed = None
            return self.at.epoch_in_phase
        self.at = replace(self.at, phase=index, epoch_in_phase=0, stale_epochs=0, phase_best=math.inf, phase_over=False)
        return 0

    def _epoch(self, phase: Phase, epoch_in_phase: int) -> Iterator[Event]:
        setup, epoch, started = self.setup, self.at.epoch + 1, self._now()
        number = setup.experiment.view_number(epoch)
        chunks = chunked(shuffled(setup.train_items, setup.experiment.seed, epoch), setup.experiment.recipe.batch_size)
        sums, step = Sums(), self.at.step
        set_modes(setup.model, setup.stages, phase.stages)
        made = batches(chunks, lambda item: setup.pictures.view(item, number))
        for done, batch in enumerate(made):
            if self._asked_to_stop():
                break
            step = self.at.step + done + 1
            yield from self._named(batch.failed)
            if batch.items:
                yield self._step(batch, phase, epoch_in_phase * setup.steps_per_epoch + done, step, epoch, sums)
        made.close()  # its threads stop making views that nobody will look at
        if self.stopped and (self.at.best_epoch >= 0 or not sums.images):
            return
        if not sums.images:
            raise TrainingFailed("None of the training images could be read any more. Restore them and resume the run.")
        yield from self._close_epoch(epoch, phase, sums, step, started)

    def _step(self, batch: Batch, phase: Phase, step_in_phase: int, step: int, epoch: int, sums: Sums) -> Step:
        setup, recipe, started = self.setup, self.setup.experiment.recipe, time.monotonic()
        sums.rate = peak_rate(phase, recipe) * rate_factor(recipe, step_in_phase, self.steps_in_phase)
        set_rate(self.optimizer, sums.rate)
        pixels, labels = setup.normalise(batch.pictures), batch.labels.to(setup.device)
        with seeded(_step_seed(setup.experiment.seed, self.at.phase, step_in_phase), setup.device), setup.autocast():
            logits = self._forward(pixels)
            loss = setup.criterion(logits, labels)
        value = loss.item()
        if not math.isfinite(value):
            raise LossNotFinite(
                f"The loss became {value} at step {step} (learning rate {sums.rate:.2g}). "
                "Start again with a learning rate about ten times smaller, or precision fp32."
            )
        self.scaler.scale(loss).backward()
        self._apply(recipe.clip_norm)
        seconds = time.monotonic() - started
        sums.loss += value * len(batch.items)
        sums.correct += setup.task.correct(logits.detach(), labels)
        sums.images += len(batch.items)
        return Step(
            step=step,
            epoch=epoch,
            phase=self.at.phase,
            loss=value,
            learning_rate=sums.rate,
            images_per_second=len(batch.items) / max(seconds, 1e-9),
        )

    def _forward(self, pixels: torch.Tensor) -> torch.Tensor:
        try:
            logits: torch.Tensor = self.setup.model(pixels)
        except ValueError as error:
            if len(pixels) > 1:
                raise
            # a trainable BatchNorm has no variance to work with when one value per channel is left
            raise TrainingFailed(
                "A batch of one image is too small for the BatchNorm layers that are trained. "
                "Choose a batch size of at least 3, or freeze more stages."
            ) from error
        return logits

    def _apply(self, clip_norm: float) -> None:
        if clip_norm > 0:
            self.scaler.unscale_(self.optimizer)
            nn.utils.clip_grad_norm_([p for p in self.setup.model.parameters() if p.grad is not None], clip_norm)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.optimizer.zero_grad(set_to_none=True)

    def _close_epoch(self, epoch: int, phase: Phase, sums: Sums, step: int, started: float) -> Iterator[Event]:
        setup, trained_s = self.setup, self._now() - started
        val = answer(
            setup.model, setup.val_items, setup.pictures.plain, setup.normalise,
            autocast=setup.autocast, control=self.control,
        )  # fmt: skip
        yield from self._named(val.failed)
        if not val.items:
            raise TrainingFailed("None of the validation images could be read any more. Restore them and resume.")
        val_loss = float(setup.criterion(val.logits.to(setup.device), val.labels.to(setup.device)))
        if not math.isfinite(val_loss):
            raise LossNotFinite("The validation loss is not a number. Start again with a smaller learning rate.")
        before, partial = self.at, self.stopped
        self.at = self._moved(epoch, phase, step, val_loss)
        best = self.at.best_epoch == epoch
        if best:
            setup.checkpoints.save_best(setup.model, setup.facts(epoch))
        yield EpochEnded(
            epoch=epoch,
            phase=before.phase,
            step=step,
            train_loss=sums.loss / sums.images,
            train_accuracy=sums.correct / sums.images,
            val_loss=val_loss,
            val_accuracy=setup.task.correct(val.logits, val.labels) / len(val.items),
            learning_rate=sums.rate,
            seconds=self._now() - started,
            images_per_second=sums.images / max(trained_s, 1e-9),
            best=best,
        )
        # After the epoch was told: whoever is killed in between tells it again, and never leaves it out. A resumed run
        # repeats an epoch that was cut short, and so stays exact.
        if not partial:
            setup.checkpoints.save_last(setup.model, self.optimizer, self.scaler, self.at)
            yield CheckpointWritten(epoch=epoch, best=best)

    def _moved(self, epoch: int, phase: Phase, step: int, val_loss: float) -> Position:
        at, patience = self.at, self.setup.experiment.recipe.patience
        stale = 0 if val_loss < at.phase_best else at.stale_epochs + 1
        done = at.epoch_in_phase + 1
        better = val_loss < at.best_loss
        return Position(
            epoch=epoch,
            phase=at.phase,
            epoch_in_phase=done,
            step=step,
            stale_epochs=stale,
            phase_over=done >= phase.epochs or (0 < patience <= stale),
            phase_best=min(val_loss, at.phase_best),
            best_loss=val_loss if better else at.best_loss,
            best_epoch=epoch if better else at.best_epoch,
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

    def _named(self, failed: tuple[tuple[Item, str], ...]) -> Iterator[Warned]:
        for item, reason in failed:
            if item.name not in self.warned:
                self.warned.add(item.name)
                yield Warned(message=f"{item.name} could not be read and is skipped: {reason}")


def _step_seed(seed: int, phase: int, step: int) -> int:
    """What dropout of one step depends on; makes a resumed run equal to one that never stopped."""
    return int.from_bytes(hashlib.blake2b(f"{seed}/{phase}/{step}".encode(), digest_size=4).digest())
