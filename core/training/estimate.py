"""What a run will take, measured in a short dry run: a few images through each part of the work."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

import torch

from core.data.dataset import Item
from core.errors import TrainingFailed
from core.features.batches import chunked
from core.features.phase_inputs import PhaseInput
from core.features.pixels import Inputs
from core.features.shortage import forward_with_oom_retry
from core.training.entering import enter_phase
from core.training.setup import Setup
from core.training.step import Stepper
from core.work.control import Aborted, Control, Signal

IMAGES = 16  # that are tried; where processes make views, so many for each of them
READY_S = 20.0  # that processes for views are given to start, as they do while a run reads its images
TURN_S = 0.5  # after which it may be cancelled
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds of a whole run, with what is kept and if every image went through the whole model at every epoch."""

    seconds: float
    seconds_uncut: float
    kept_bytes: int


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds per image: to make a view, to train on it from the cut on, to answer from there, to run it to the cut.

    `decoding`: per image that was not decoded yet, before its first view. Seconds that only the first batch of a phase
    takes, when a device chooses and loads what it computes with: `once_inputs` before the cut, `once` behind it.
    """

    views: float
    training: float
    answering: float
    decoding: float = 0.0
    once_inputs: float = 0.0
    once: float = 0.0
    freezing: float = 0.0

    def seconds(self, images: int, decoding: float, behind: float, device: torch.device) -> float:
        """Seconds of a phase that makes inputs of so many images, for which images are decoded in `decoding` seconds,
        and takes `behind` seconds behind the cut. A device computes while the next views are made."""
        making = images * self.views + decoding
        computing = images * self.freezing + behind + (self.once_inputs if images else 0.0)
        return making + computing if device.type == "cpu" else max(making, computing)


def estimate(setup: Setup, control: Control) -> Estimate:
    """Try every phase on a few images. Decoding and what a device spends on a first batch are counted.

    Changes the weights of `setup.model`: give it a model of its own.
    Raises `Aborted`, and what a training raises.
    """
    experiment, n_train, n_val = setup.experiment, len(setup.train_items), len(setup.val_items)
    phase_inputs = setup.phase_inputs(setup.frozen_precision())
    seen: set[tuple[str | None, str, tuple[Item, ...]]] = set()  # cut, view, images: made by an earlier phase
    every, cache = (*setup.train_items, *setup.val_items), setup.pixels.image_views.cache
    undecoded = cache.undecoded(every)
    seconds, uncut, decoding, first = 0.0, 0.0, 0.0, 0
    for index, phase in enumerate(experiment.phases):
        stepper = enter_phase(setup, phase_inputs, index)
        phase_input = stepper.phase_input
        speed = _speed(setup, stepper, control)
        shared = phase_inputs.shared_cut(index)
        numbers = [experiment.view_number(epoch) for epoch in range(first, first + phase.epochs)]
        views: dict[str, int | None] = {setup.pixels.key(number): number for number in numbers}
        plain: dict[str, int | None] = {setup.pixels.key(None): None}
        made = 0
        for items, wanted, keeps in (
            (setup.train_items, views, _keeps_views(setup) and _keeps(phase_input, setup.train_items, first)),
            (setup.val_items, plain, _keeps(phase_input, setup.val_items, None)),
        ):
            new = {key: view for key, view in wanted.items() if (shared, key, items) not in seen}
            made += _missing(phase_input, items, new) if keeps else phase.epochs * len(items)
            seen |= {(shared, key, items) for key in new} if keeps else set()
        suffix = speed.once + phase.epochs * (n_train * speed.training + n_val * speed.answering)
        decoding = max(decoding, undecoded * speed.decoding)
        seconds += speed.seconds(made, decoding if made else 0.0, suffix, setup.device)
        uncut += speed.seconds(phase.epochs * (n_train + n_val), decoding, suffix, setup.device)
        if made:
            undecoded, decoding = 0, 0.0
        first += phase.epochs
        phase_inputs.notes.clear()
    return Estimate(seconds, max(uncut, seconds), phase_inputs.most_kept_bytes() if _keeps_views(setup) else 0)


def _keeps_views(setup: Setup) -> bool:
    return setup.experiment.views != "fresh" and not setup.experiment.recipe.mixes


def _keeps(phase_input: PhaseInput, items: Sequence[Item], view: int | None) -> bool:
    return phase_input.features is not None and phase_input.features.keeps(items, view)


def _missing(phase_input: PhaseInput, items: Sequence[Item], views: Mapping[str, int | None]) -> int:
    return sum(phase_input.features.missing(items, view) for view in views.values()) if phase_input.features else 0


def _speed(setup: Setup, stepper: Stepper, control: Control) -> Speed:
    """Time each part of the work on a few images."""
    tried = setup.train_items[: IMAGES * _ready(setup, control)]
    chunks = chunked(tried, min(setup.experiment.recipe.batch_size, len(tried)))
    undecoded = setup.pixels.image_views.cache.undecoded(tried)
    phase_input, index = stepper.phase_input, stepper.index
    if stepper.phase.solver == "lbfgs":  # a round is some thirty passes over small features
        stepper = Stepper(_by_steps(setup, index), phase_input, index)

    def views() -> list[Inputs]:
        made = [batch for batch in setup.pixels.batches(chunks, 0) if batch.items]
        if control.at_batch() is not Signal.GO:
            raise Aborted
        if not made:
            raise TrainingFailed(
                "None of the training images that were tried could be read. Restore them and try again."
            )
        return made

    on = setup.device
    batches, making = _timed(views, on)
    cut, freezing = _timed(lambda: [_frozen(phase_input, batch) for batch in batches], on)
    _, training = _timed(lambda: [stepper.step(batch, 0).read() for batch in cut], on)
    setup.set_modes(())
    autocast = setup.autocast_of(stepper.phase)
    _, answering = _timed(
        lambda: [forward_with_oom_retry(phase_input.suffix, batch.tensor, autocast) for batch in cut], on
    )
    setup.set_modes(stepper.phase.stages)
    n = sum(len(batch.items) for batch in batches)
    return Speed(
        making.again / n, training.again / n, answering.again / n, making.more / undecoded if undecoded else 0.0,
        once_inputs=freezing.more, once=training.more + answering.more,
        freezing=freezing.again / n,
    )  # fmt: skip


def _ready(setup: Setup, control: Control) -> int:
    """How many processes make views, once they can. Raises `Aborted`."""
    until = time.monotonic() + READY_S
    while True:
        began = time.monotonic()
        count = setup.pixels.ready(min(TURN_S, until - began))
        if count > 1 or time.monotonic() >= until or time.monotonic() - began < TURN_S / 2:  # there will be none
            return count
        if control.at_batch() is not Signal.GO:
            raise Aborted


def _frozen(phase_input: PhaseInput, batch: Inputs) -> Inputs:
    return replace(batch, tensor=phase_input.prefix(batch.tensor) if phase_input.prefix else batch.tensor)


def _by_steps(setup: Setup, index: int) -> Setup:
    phases = list(setup.experiment.phases)
    phases[index] = phases[index].model_copy(update={"solver": "steps"})
    return replace(setup, experiment=setup.experiment.changed(phases=tuple(phases)))


class _Turns(NamedTuple):
    """Seconds of the first turn, in which kernels are chosen, images decoded and memory taken, and of the second."""

    first: float
    again: float

    @property
    def more(self) -> float:
        """What the first one took beyond the second."""
        return max(0.0, self.first - self.again)


def _timed(work: Callable[[], T], device: torch.device) -> tuple[T, _Turns]:
    """Do it twice. Raises what it raises."""

    def turn() -> tuple[T, float]:
        began = time.monotonic()
        result = work()
        if device.type != "cpu":  # it computes beside the processor
            torch.accelerator.synchronize(device)
        return result, time.monotonic() - began

    _, first = turn()
    result, again = turn()
    return result, _Turns(first, again)
