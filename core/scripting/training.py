"""A training from plain values, as `graft train` makes it from options."""

import os
import warnings
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.augment.presets import take_pipeline
from core.cli.show import show
from core.errors import InvalidExperiment
from core.experiment import AS_FOUND, Experiment, Reading, SplitSpec, parse
from core.files import own_path
from core.paths import BEST
from core.planning.experiments import default_experiment
from core.planning.options import adjusted
from core.runs.execute import create_run, execute
from core.runs.prepare import prepare
from core.runs.records import Run
from core.runs.workspace import Workspace, open_workspace
from core.tasks.scorecard import Scorecard
from core.work.control import Control

Place = str | os.PathLike[str]
OF_A_TABLE = ("labels", "file_column", "label_column")
NO_IMAGES = "Say which images: train('my/folder'), train('sample:stamps') or train(experiment='experiment.yaml')."


@dataclass(frozen=True, slots=True)
class TrainedRun:
    """A completed run. `record` is all that the workspace keeps of it, its experiment included."""

    record: Run
    folder: Path

    @property
    def id(self) -> str:
        """Its name in the workspace, for `predict`, `graft predict` and the app."""
        return self.record.id

    @property
    def weights(self) -> Path:
        """The best epoch's weights: a safetensors file."""
        return self.folder / BEST

    @property
    def classes(self) -> tuple[str, ...]:
        """Their names, in the order of the model's outputs."""
        return self.record.classes

    @property
    def val(self) -> Scorecard | None:
        """Scores on the validation images: `val.main.value`, `.low`, `.high`; `val.get("macro_f1")`; `val.flat()`."""
        return self.record.val

    @property
    def test(self) -> Scorecard | None:
        """The same on the test images; None where there are none."""
        return self.record.test


def train_run(
    plan: Experiment, workspace: Workspace | Place | None, device: str, name: str, progress: bool
) -> TrainedRun:
    """Execute an experiment to its end. Raises as `core.train`."""
    with using(workspace) as opened:
        prepared = prepare(plan, opened.root, device)
        for note in prepared.notes:
            _warn(note)
        lease = create_run(opened, prepared, name)
        events = execute(opened, lease, Control())
        if progress:
            show(events)
        else:
            deque(events, maxlen=0)
        run = opened.store.run(lease.run_id)
        if run.test:
            opened.store.look_at_test(run)
        return TrainedRun(run, opened.folder(run.id))


def described(
    data: Place | None,
    experiment: Experiment | Place | None,
    *,
    augment: Place | None,
    reading: Mapping[str, Any],
    split: Mapping[str, Any],
    phases: Sequence[str],
    weights: Place | None,
    seed: int | None,
    **options: Any,
) -> Experiment:
    """The experiment that the arguments of `core.train` describe; `options` are the others of `adjusted`."""
    base, source = _base(data, experiment), _text(data)
    taken = None if augment is None else take_pipeline(os.fspath(augment))
    for note in taken.notes if taken else ():
        _warn(note)
    divided = parse(SplitSpec, base.data.split.model_dump() | dict(split))
    base = base.changed(data=base.data.model_copy(update={"split": divided}))
    return adjusted(
        base, data=source, phase=_several(phases), weights=_text(weights), reading=_reading(reading),
        pipeline=taken.spec if taken else None, seed=taken.seed if taken and seed is None else seed, **options,
    )  # fmt: skip


@contextmanager
def using(workspace: Workspace | Place | None) -> Iterator[Workspace]:
    """A workspace that is open as it is, or one that is opened for the block."""
    if isinstance(workspace, Workspace):
        yield workspace
        return
    with open_workspace(workspace) as opened:
        yield opened


def _base(data: Place | None, experiment: Experiment | Place | None) -> Experiment:
    if isinstance(experiment, Experiment):
        return experiment
    if experiment is not None:
        return Experiment.from_file(own_path(os.fspath(experiment)))
    if data is None:
        raise InvalidExperiment(NO_IMAGES)
    return default_experiment(os.fspath(data))


def _reading(fields: Mapping[str, Any]) -> Reading:
    """Columns and a file of labels mean the layout 'csv', as on the command line."""
    of_a_table = any(fields.get(name) for name in OF_A_TABLE)
    return parse(Reading, ({"layout": "csv"} if of_a_table else {}) | dict(fields)) if fields else AS_FOUND


def _several(phases: Sequence[str]) -> list[str]:
    if isinstance(phases, str):
        raise InvalidExperiment(f"`phases` is a list, such as ['{phases[:40]}']; got a single text.")
    return list(phases)


def _text(place: Place | None) -> str | None:
    return None if place is None else os.fspath(place)


def _warn(note: str) -> None:
    warnings.warn(note, stacklevel=4)  # at the line that called core.train
