"""The learning-rate finder: a short training of one phase in which the rate grows from step to step.

L. N. Smith, "Cyclical learning rates for training neural networks", WACV 2017, section 3.3.
"""

import copy
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from itertools import count

import numpy as np
import torch

from core.errors import InvalidExperiment, LossNotFinite, OutOfMemory, TrainingFailed
from core.features.pixels import Inputs
from core.features.shortage import as_out_of_memory
from core.optimizers import OPTIMIZERS
from core.training.entering import enter_phase
from core.training.lbfgs import LbfgsFit
from core.training.setup import Setup
from core.training.step import OUT_OF_MEMORY, Stepper
from core.training.sweep import Sweep, diverged, read
from core.work.control import Aborted, Control, Signal
from core.work.progress import Progress

STEPS = 80
VIEWS = 2  # of each image, at most: on frozen stages each view costs seconds, and more of them tell little
LEAD_STEPS = 40  # of each phase before the one that is swept, at most
ROUNDS = 10  # of a phase before it that is fitted with L-BFGS, at most
NO_RATE_TO_FIND = (
    "This phase is fitted with L-BFGS, which finds the length of each step itself: it has no learning rate, and "
    "there is nothing to look for."
)


def find_rate(
    setup: Setup, control: Control, phase_index: int = 0, *, steps: int = STEPS
) -> Generator[Progress, None, Sweep]:
    """Sweep the rate of one phase (0-based) over a copy of the model; yields how far it is and returns the `Sweep`.

    The phase begins where a run would let it begin, nearly: the phases before it are first trained in short form, with
    their own rates. Optimizer, batches, smoothing and number format are the experiment's; the same experiment gives
    the same sweep. Features of frozen stages are kept as in a training, which finds them again.
    Raises `InvalidExperiment` (no such phase), `Aborted`, and what a training raises but `LossNotFinite`, which is how
    a sweep may end.
    """
    phases = setup.experiment.phases
    if not 0 <= phase_index < len(phases):
        raise InvalidExperiment(f"There is no phase {phase_index + 1}. The experiment has {len(phases)}, from 1 on.")
    if phases[phase_index].solver == "lbfgs":
        return Sweep((), (), (), None, NO_RATE_TO_FIND)
    try:
        with as_out_of_memory():
            finder = _Finder(setup, control)
            before = yield from finder.lead_in(phase_index)
            rates, losses = yield from finder.sweep(phase_index, steps)
    except torch.OutOfMemoryError as error:
        raise OutOfMemory(OUT_OF_MEMORY) from error
    return read(rates, losses, before)


class _Finder:
    def __init__(self, setup: Setup, control: Control) -> None:
        fresh = setup.experiment.views == "fresh"  # nobody would find kept features again
        self.setup = replace(
            setup,
            model=copy.deepcopy(setup.model),
            experiment=setup.experiment.changed(views=VIEWS) if fresh else setup.experiment,
            store=None if fresh else setup.store,
        )
        self.control = control
        self.phase_inputs = self.setup.phase_inputs(self.setup.frozen_precision())

    def lead_in(self, index: int) -> Generator[Progress, None, str]:
        """Train the phases before `index` in short form; the sentence that says so."""
        done = []
        for earlier in range(index):
            uses_lbfgs = self.setup.experiment.phases[earlier].solver == "lbfgs"
            done.append((yield from self._fit_with_lbfgs(earlier) if uses_lbfgs else self._train(earlier)))
        if not done:
            return ""
        return f"Before the sweep the model was brought to where this phase begins, in short form: {', '.join(done)}."

    def sweep(self, index: int, steps: int) -> Generator[Progress, None, tuple[list[float], list[float]]]:
        """The rates and losses until the loss diverges."""
        stepper = self._stepper(index)
        stepper.steps = steps  # each is told its rate
        rates = np.geomspace(*OPTIMIZERS[self.setup.experiment.recipe.optimizer].rates, steps).tolist()
        losses: list[float] = []
        with closing(self._batches(stepper, steps)) as made:
            for at, batch in enumerate(made):
                yield Progress(what="trying learning rates", done=at, total=steps)
                try:
                    done = stepper.step(batch, at, rates[at])
                    # a batch without a rare image has a small loss for that alone: it says nothing about the rate
                    losses.append(done.read()[0] / max(float(done.weight), 1e-12))
                except LossNotFinite:
                    break
                if diverged(losses):
                    break
        return rates[: len(losses)], losses

    def _train(self, index: int) -> Generator[Progress, None, str]:
        stepper = self._stepper(index)
        stepper.steps = min(stepper.steps, LEAD_STEPS)  # the schedule in whole, only shorter
        with closing(self._batches(stepper, stepper.steps)) as made:
            for at, batch in enumerate(made):
                yield Progress(what=f"training phase {index + 1} in short", done=at, total=stepper.steps)
                stepper.step(batch, at).read()
        return f"phase {index + 1} was trained for {stepper.steps} steps"

    def _fit_with_lbfgs(self, index: int) -> Generator[Progress, None, str]:
        stepper, setup = self._stepper(index), self.setup
        per_view, views = setup.steps_per_epoch, VIEWS if setup.pixels.image_views.varies else 1
        fit, found = LbfgsFit(setup, stepper.phase_input, stepper.optimizer), list[Inputs]()
        with closing(self._batches(stepper, per_view * views)) as made:
            for at, batch in enumerate(made):
                yield Progress(what="computing features", done=at, total=per_view * views)
                found.append(batch)
        setup.model.eval()
        fit.add(found)
        for number in range(min(ROUNDS, stepper.phase.epochs)):
            yield Progress(what=f"fitting phase {index + 1} with L-BFGS", done=number, total=ROUNDS)
            self._go_on()
            if fit.round()[2]:
                break
        return f"phase {index + 1} was fitted"

    def _stepper(self, index: int) -> Stepper:
        return enter_phase(self.setup, self.phase_inputs, index)

    def _batches(self, stepper: Stepper, steps: int) -> Generator[Inputs, None, None]:
        """Batches as a training sees them, of few views, until there were `steps`."""
        setup, done = self.setup, 0
        for epoch in count():
            # as a training asks for them: what is kept here is what it would keep
            number = setup.experiment.view_number(epoch % VIEWS)
            made = stepper.source.batches(*setup.epoch_batches(epoch, number))
            before = done
            with closing(made):
                for batch in made:
                    self._go_on()
                    if batch.items:
                        yield batch
                        done += 1
                    if done == steps:
                        return
            if done == before:
                raise TrainingFailed("None of the training images could be read. Restore them and try again.")

    def _go_on(self) -> None:
        if self.control.at_batch() is not Signal.GO:
            raise Aborted
