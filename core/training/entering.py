"""Entering a phase: everything that must be as the phase needs it, in one place."""

from core.backbones.freezing import freeze
from core.features.phase_inputs import PhaseInputs
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
