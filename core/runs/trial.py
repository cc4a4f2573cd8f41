"""Trying an experiment out before it is run: nothing of a trial is recorded but the features of frozen stages."""

from collections.abc import Generator, Sequence

from core.experiment import Experiment, PipelineSpec
from core.runs.download import downloaded
from core.runs.prepare import prepare
from core.runs.workspace import Workspace
from core.screening.screen import screen
from core.screening.verdict import Safety
from core.training.checkpoints import Checkpoints
from core.training.control import Control
from core.training.estimate import Estimate, estimate
from core.training.events import Progress
from core.training.finder import find_rate
from core.training.setup import Setup, set_up
from core.training.sweep import Sweep


def trial(
    experiment: Experiment, workspace: Workspace, device: str, control: Control
) -> Generator[Progress, None, Setup]:
    """A model of its own, with the images of an experiment.

    Raises `InvalidInput`, `WeightsUnavailable`, `Aborted`.
    """
    yield Progress(what="reading images", done=0, total=1)
    prepared = prepare(experiment, workspace.root, device)
    for done, total in downloaded(prepared.experiment, control):
        yield Progress(what="downloading the weights", done=done, total=total)
    yield Progress(what="loading the model", done=0, total=1)
    # never written
    nowhere = Checkpoints(workspace.root / "trials", prepared.experiment.digest, prepared.dataset.fingerprint)
    return set_up(
        prepared.experiment, prepared.dataset, prepared.split, device=prepared.device, checkpoints=nowhere,
        features=workspace.features,
    )  # fmt: skip


def sweep_rates(
    experiment: Experiment, workspace: Workspace, device: str, phase_index: int, control: Control
) -> Generator[Progress, None, Sweep]:
    """Look for the learning rate of a phase (0-based). Raises what `trial` and `find_rate` raise."""
    setup = yield from trial(experiment, workspace, device, control)
    return (yield from find_rate(setup, control, phase_index))


def measure(
    experiment: Experiment, workspace: Workspace, device: str, control: Control
) -> Generator[Progress, None, Estimate]:
    """What a run of the experiment will take. Raises what `trial` and `estimate` raise."""
    setup = yield from trial(experiment, workspace, device, control)
    yield Progress(what="measuring", done=0, total=1)
    return estimate(setup, control)


def screen_labels(
    experiment: Experiment, workspace: Workspace, device: str, pipelines: Sequence[PipelineSpec], control: Control
) -> Generator[Progress, None, tuple[Safety, ...]]:
    """What pipelines do to the labels of an experiment's training images. Raises what `trial` and `screen` raise."""
    setup = yield from trial(experiment, workspace, device, control)
    return (yield from screen(setup, pipelines, control))
