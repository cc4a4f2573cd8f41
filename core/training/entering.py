"""Entering a phase with everything as it needs it, and saying ahead what comes next."""

from core.backbones.freezing import freeze
from core.features.batches import chunked
from core.features.phase_inputs import PhaseInputs
from core.training.checkpoints import Precisions, State
from core.training.device import device_title, precisions
from core.training.inference import BATCH_SIZE
from core.training.setup import Setup
from core.training.step import Stepper


def enter_phase(setup: Setup, phase_inputs: PhaseInputs, index: int) -> Stepper:
    """Freeze what phase `index` leaves alone, set the modes, find what it is fed with, and make its optimizer.

    The weights of the model must be those that the phase begins or goes on with.
    """
    stages = setup.experiment.phases[index].stages
    freeze(setup.model, setup.stages, stages)
    setup.set_modes(stages)
    return Stepper(setup, phase_inputs.of_phase(index), index)


def precisions_of(setup: Setup, state: State | None) -> tuple[Precisions, list[str]]:
    """The number formats of a run, those with which it began as far as the device has them, and what the user is told
    of the others."""
    if state is None:
        return Precisions(setup.frozen_precision(), setup.trained_precision), []
    frozen, trained = state.precisions
    if not trained:  # an earlier version, which trained in fp32 where the recipe did not say otherwise
        trained = "fp32" if setup.experiment.recipe.precision == "auto" else setup.trained_precision
    known = precisions(setup.device)
    notes = [
        f"This run computed in {precision} until now, which {device_title(setup.device)} does not train in: it goes on "
        "in fp32, which takes longer and more memory, and gives slightly other results."
        for precision in sorted({frozen, trained} - set(known))
    ]
    return Precisions(*(one if one in known else "fp32" for one in (frozen, trained))), notes


def announce_next(setup: Setup, phase_inputs: PhaseInputs, stepper: Stepper, epoch: int, epoch_in_phase: int) -> None:
    """Say what views this epoch's validation and the next epoch need, so that they are made while this one trains."""
    val = setup.val_items
    stepper.phase_input.source.announce(chunked(val, BATCH_SIZE), None, val)
    if epoch_in_phase + 1 < stepper.phase.epochs:
        stepper.source.announce(*setup.epoch_batches(epoch + 1))
    elif stepper.index + 1 < len(setup.experiment.phases) and phase_inputs.takes_pixels(stepper.index + 1):
        setup.pixels.announce(*setup.epoch_batches(epoch + 1))
