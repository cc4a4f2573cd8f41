"""Our engine, used as the app and the terminal use it: an experiment, a workspace, a run."""

import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from core.experiment import Experiment, Phase
from core.planning.experiments import default_experiment
from core.runs import artifacts
from core.runs.execute import create_run, execute
from core.runs.prepare import prepare
from core.runs.workspace import Workspace
from core.training.events import EpochEnded, Event, RunEnded, RunStarted, StepEnded
from core.work.control import Control
from tests.benchmarks.arms import Job, Outcome, Stretch
from tests.benchmarks.backbone import spec, stage_names
from tests.benchmarks.plain import Bare

RATE_OF_ALL = 3e-4  # the default experiment never trains every stage


def train(job: Job) -> Outcome:
    """One run in a workspace of its own; with `again`, a second one whose figures are among the notes."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        experiment = _experiment(job)
        outcome = _run(job, workspace, experiment)
        if job.again:
            second = _run(job, workspace, _other_rate(experiment))
            outcome.notes |= {f"again_{key}": value for key, value in _told(second).items()}
            outcome.notes["share_of_first"] = second.seconds / outcome.seconds
    return outcome


def _experiment(job: Job) -> Experiment:
    base = default_experiment(job.folder, spec(job.backbone))
    recipe = {"batch_size": job.batch_size}
    if job.precision != "default":
        recipe["precision"] = job.precision
    parts = {"seed": job.seed, "recipe": base.recipe.model_copy(update=recipe)}
    if job.views is not None:
        parts["views"] = job.views
    if job.stretches:
        rates = {"head": base.phases[0].learning_rate, "last": base.phases[-1].learning_rate, "all": RATE_OF_ALL}
        parts["phases"] = tuple(_phase(job, stretch, rates[stretch.stages]) for stretch in job.stretches)
    return base.changed(**parts)


def _phase(job: Job, stretch: Stretch, rate: float) -> Phase:
    solver = job.solver if stretch.stages == "head" else "steps"
    stages = stage_names(stretch.stages, job.backbone)
    return Phase(stages=stages, epochs=stretch.epochs, learning_rate=stretch.rate or rate, solver=solver)


def _other_rate(experiment: Experiment) -> Experiment:
    first, *rest = experiment.phases
    return experiment.changed(phases=(first.model_copy(update={"learning_rate": first.learning_rate / 2}), *rest))


def _run(job: Job, workspace: Workspace, experiment: Experiment) -> Outcome:
    began = time.monotonic()
    workspace.workers(job.device)  # the app starts them while people still choose
    prepared = prepare(experiment, workspace.root, job.device, images=workspace.images)
    lease = create_run(workspace, prepared)
    outcome = Outcome(
        train_images=len(prepared.split.train), epochs=0, seconds=0, prepare_s=time.monotonic() - began,
        test_images=len(prepared.split.test),
    )  # fmt: skip
    turns = Turns(job, outcome.train_images) if job.beside else None
    began, ended, gaps = time.monotonic(), [], Gaps()
    for event in execute(workspace, lease, Control()):
        if turns:
            turns.take(event)
        gaps.take(event, time.monotonic())
        if isinstance(event, EpochEnded):
            ended.append(event)
            outcome.notes.setdefault("to_first_epoch_s", time.monotonic() - began)
        elif isinstance(event, RunStarted):
            outcome.notes["frozen_precision"] = event.frozen_precision
            outcome.notes["trained_precision"] = event.trained_precision
        elif isinstance(event, RunEnded):
            outcome.seconds = time.monotonic() - began  # what comes after is the evaluation of the best epoch
    outcome.epochs = len(ended)
    outcome.notes["between_epochs_s"] = gaps.median
    outcome.epoch_s = [event.seconds for event in ended]
    outcome.train_rate = statistics.median(event.images_per_second for event in ended)
    outcome.val_accuracy = ended[-1].val_accuracy
    if turns:
        outcome.train_rate = turns.rate
        outcome.notes["shares_of_limit_beside"] = turns.shares()
    outcome.notes["precision"] = experiment.recipe.precision
    scores = workspace.store.run(lease.run_id).test
    outcome.test_accuracy = scores.main.value if scores else None
    if scores:
        said = artifacts.read_predictions(workspace.folder(lease.run_id), "test")
        right = said.probabilities.argmax(axis=1) == said.labels
        outcome.test_right = [_short(name) for name, good in zip(said.names, right, strict=True) if good]
    return outcome


def _short(name: str) -> str:
    """'class/file' of an image below test/."""
    return "/".join(name.split("/")[-2:])


def _told(outcome: Outcome) -> dict[str, object]:
    return {
        "seconds": outcome.seconds,
        "first_epoch_s": outcome.epoch_s[0],
        "to_first_epoch_s": outcome.notes["to_first_epoch_s"],
        "val_accuracy": outcome.val_accuracy,
    }


class Gaps:
    """How long nothing is trained between two epochs: validation, a checkpoint, the first batch."""

    def __init__(self) -> None:
        self._last: float | None = None
        self._steps: list[float] = []
        self._gaps: list[float] = []
        self._ended = False

    def take(self, event: Event, now: float) -> None:
        """An event, and when it came."""
        if isinstance(event, EpochEnded):
            self._ended = True
        elif isinstance(event, StepEnded):
            if self._last is not None:
                (self._gaps if self._ended else self._steps).append(now - self._last)
            self._last, self._ended = now, False

    @property
    def median(self) -> float | None:
        """Seconds from the last step of an epoch to the first one of the next, less those of a step."""
        if not self._gaps or not self._steps:
            return None
        return statistics.median(self._gaps) - statistics.median(self._steps)


class Turns:
    """Ours and the limit in turn within one process: a machine that becomes slower meanwhile is no matter.

    They take turns step by step; where an accelerator runs ahead of what is read, epoch by epoch.
    """

    def __init__(self, job: Job, train_images: int) -> None:
        self._turn, self._images = (
            (StepEnded, job.batch_size) if job.device == "cpu" else (EpochEnded, train_images)
        )  # fmt: skip
        self._bare = Bare(job)
        self._bare.rate(2 * job.batch_size)  # the first steps are slow
        self._before = self._bare.rate(self._images)
        self._rates: list[float] = []
        self._shares: dict[int, list[float]] = defaultdict(list)

    def take(self, event: Event) -> None:
        """Let the limit run after each turn of ours, whose rate is compared with the limit's before and after."""
        if not isinstance(event, self._turn):
            return
        after = self._bare.rate(self._images)
        self._rates.append(event.images_per_second)
        self._shares[event.epoch].append(2 * event.images_per_second / (self._before + after))
        self._before = after

    @property
    def rate(self) -> float:
        """Images per second of ours, the median turn."""
        return statistics.median(self._rates)

    def shares(self) -> list[float]:
        """Of the limit's images per second, the share that ours reaches: the median turn of each epoch."""
        return [statistics.median(shares) for shares in self._shares.values()]
