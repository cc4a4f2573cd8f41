"""Analyses of an experiment before it is run; only features of frozen stages are kept."""

import time
from collections.abc import Generator, Sequence
from dataclasses import replace
from functools import partial

from core.data.sources import load_dataset
from core.experiment import Experiment, PipelineSpec
from core.paths import TRIALS
from core.runs.download import downloaded
from core.runs.prepare import prepare
from core.runs.workspace import Workspace
from core.screening.cache import kept_in
from core.screening.question import VIEWS, question_of
from core.screening.screen import screen
from core.screening.suspects import Suspects, find_suspects
from core.screening.sweep import SWEEP_VIEWS, StrengthSweep, sweep_strength
from core.screening.verdict import Safety
from core.training.checkpoints import Checkpoints
from core.training.estimate import Estimate, estimate
from core.training.finder import find_rate
from core.training.setup import Setup, set_up
from core.training.sweep import Sweep
from core.work.control import Aborted, Control
from core.work.progress import Progress

DOWNLOADING = "downloading the weights"


def trial(
    experiment: Experiment, workspace: Workspace, device: str, control: Control
) -> Generator[Progress, None, Setup]:
    """A model of its own, with the images of an experiment.

    Raises `InvalidInput`, `WeightsUnavailable`, `Aborted`.
    """
    yield Progress(what="reading images", done=0, total=1)
    prepared = prepare(experiment, workspace.root, device, partial(_go_on, control), images=workspace.images)
    control.computes_on(str(prepared.device))
    for done, total in downloaded(prepared.experiment, control):
        yield Progress(what=DOWNLOADING, done=done, total=total)
    yield Progress(what="loading the model", done=0, total=1)
    # never written
    nowhere = Checkpoints(workspace.root / TRIALS, prepared.experiment.digest, prepared.dataset.fingerprint)
    return set_up(
        prepared.experiment, prepared.dataset, prepared.split, device=prepared.device, checkpoints=nowhere,
        features=workspace.features, images=workspace.images, workers=workspace.workers(prepared.device.type),
    )  # fmt: skip


def _go_on(control: Control, *_: int) -> None:
    """Raises `Aborted` when the analysis was cancelled while images are read or compared."""
    if control.aborted:
        raise Aborted


def sweep_rates(
    experiment: Experiment, workspace: Workspace, device: str, phase_index: int, control: Control
) -> Generator[Progress, None, Sweep]:
    """Look for the learning rate of a phase (0-based). Raises what `trial` and `find_rate` raise."""
    setup = yield from trial(experiment, workspace, device, control)
    return (yield from find_rate(setup, control, phase_index))


def measure(
    experiment: Experiment, workspace: Workspace, device: str, control: Control
) -> Generator[Progress, None, Estimate]:
    """Estimate the duration of a run, including its start. Raises what `trial` and `estimate` raise."""
    setup, start_s = yield from _timed(trial(experiment, workspace, device, control))
    yield Progress(what="measuring", done=0, total=1)
    found = estimate(setup, control)
    return replace(found, seconds=found.seconds + start_s, seconds_uncut=found.seconds_uncut + start_s)


def _timed(trying: Generator[Progress, None, Setup]) -> Generator[Progress, None, tuple[Setup, float]]:
    """The setup, and the seconds that it took: a run reads its images and loads its model alike, but downloads once."""
    spent, what = 0.0, ""
    while True:
        began = time.monotonic()
        try:
            event = next(trying)
        except StopIteration as ended:
            return ended.value, spent + time.monotonic() - began
        spent += 0.0 if what == DOWNLOADING else time.monotonic() - began
        what = event.what
        yield event


def screen_labels(
    experiment: Experiment, workspace: Workspace, device: str, pipelines: Sequence[PipelineSpec], control: Control,
    views: int = VIEWS,
) -> Generator[Progress, None, tuple[Safety, ...]]:  # fmt: skip
    """Check what pipelines do to the labels of an experiment's training images.

    Answers that the workspace keeps are read, the others found and kept. Raises what `trial` and `screen` raise.
    """
    yield Progress(what="reading images", done=0, total=1)
    dataset = load_dataset(experiment.data.source, workspace.root, reading=experiment.data.reading)
    about = question_of(experiment, dataset.fingerprint, device, views)
    kept = kept_in(workspace.root)
    wanted = {about.key(pipeline): pipeline for pipeline in pipelines}
    answers = {key: answer for key in wanted if (answer := kept.load(key)) is not None}
    yield Progress(what="reading what was found before", done=len(answers), total=len(wanted))
    missing = [pipeline for key, pipeline in wanted.items() if key not in answers]
    if missing:
        setup = yield from trial(experiment, workspace, device, control)

        def keep(pipeline: PipelineSpec, safety: Safety) -> None:
            answers[about.key(pipeline)] = safety
            kept.save(about.key(pipeline), safety)
            if views == VIEWS:  # a sweep looks at fewer, and leaves the light alone
                kept.save(about.gist(pipeline), safety)

        yield from screen(setup, missing, control, views=views, on_found=keep)
    return tuple(answers[about.key(pipeline)] for pipeline in pipelines)


def suspicious_labels(
    experiment: Experiment, workspace: Workspace, device: str, control: Control
) -> Generator[Progress, None, Suspects]:
    """Rank all images of an experiment's data set by how sure features are of their labels.

    Raises what `trial` and `find_suspects` raise.
    """
    setup = yield from trial(experiment, workspace, device, control)
    prepared = prepare(experiment, workspace.root, device, partial(_go_on, control))  # a second time, from what is kept
    return (yield from find_suspects(setup, prepared.dataset, prepared.split, control))


def sweep_labels(
    experiment: Experiment, workspace: Workspace, device: str, pipeline: PipelineSpec, control: Control
) -> Generator[Progress, None, StrengthSweep]:
    """Find the strength at which a pipeline begins to harm labels. Keeps and raises what `screen_labels` does."""

    def screened(levels: Sequence[PipelineSpec]) -> Generator[Progress, None, tuple[Safety, ...]]:
        return screen_labels(experiment, workspace, device, levels, control, SWEEP_VIEWS)

    return (yield from sweep_strength(pipeline, screened))
