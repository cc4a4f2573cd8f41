"""A training from plain values, as `graft train` makes it from options."""

import os
import warnings
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.augment.presets import take_pipeline
from core.cli.show import show
from core.errors import InvalidExperiment
from core.experiment import Description, Experiment, SplitSpec, parse
from core.files import own_path
from core.paths import BEST
from core.planning.experiments import default_experiment
from core.planning.options import adjusted
from core.runs.execute import create_run, execute
from core.runs.prepare import prepare
from core.runs.records import Run
from core.runs.workspace import Workspace, using
from core.tasks.scorecard import Scorecard
from core.text import short
from core.work.control import Control

Place = str | os.PathLike[str]
EXAMPLES = {"reading": "{'layout': 'folders'}", "split": "{'test': 0.3}", "recipe": "{'mixup': 0.2}"}
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
        prepared = prepare(plan, opened.root, device, images=opened.images)
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
    reading: Mapping[str, Any] | Description | None,
    split: Mapping[str, Any] | Description | None,
    recipe: Mapping[str, Any] | Description | None,
    phases: Sequence[str] | None,
    weights: Place | None,
    seed: int | None,
    **options: Any,
) -> Experiment:
    """The experiment that the arguments of `core.train` describe; `options` are the others of `adjusted`."""
    base, source = _base(data, experiment), _text(data)
    taken = None if augment is None else take_pipeline(os.fspath(augment))
    for note in () if taken is None else taken.notes:
        _warn(note)
    divided = parse(SplitSpec, base.data.split.model_dump() | _fields("split", split))
    base = base.changed(data=base.data.model_copy(update={"split": divided}))
    return adjusted(
        base, data=source, phase=_several(phases), weights=_text(weights),
        reading=_fields("reading", reading), recipe=_fields("recipe", recipe),
        pipeline=None if taken is None else taken.spec, seed=taken.seed if taken and seed is None else seed, **options,
    )  # fmt: skip


def _base(data: Place | None, experiment: Experiment | Place | None) -> Experiment:
    if isinstance(experiment, Experiment):
        return experiment
    if experiment is not None:
        return Experiment.from_file(own_path(os.fspath(experiment)))
    if data is None:
        raise InvalidExperiment(NO_IMAGES)
    return default_experiment(os.fspath(data))


def _fields(name: str, given: Mapping[str, Any] | Description | None) -> dict[str, Any]:
    """The fields that an argument sets; None sets none. Raises `InvalidExperiment` for what has no fields."""
    if given is None:
        return {}
    if isinstance(given, Description):  # its other fields have defaults that nobody asked for
        return {field: getattr(given, field) for field in given.model_fields_set}
    if not isinstance(given, Mapping):
        raise InvalidExperiment(
            f"`{name}` holds fields and their values, such as {EXAMPLES[name]}; got {_brief(given)}."
        )
    return {field: value for field, value in given.items() if value is not None}


def _brief(value: object) -> str:
    return short(repr(value), 40)


def _several(phases: Sequence[str] | None) -> list[str]:
    if phases is None:
        return []
    if isinstance(phases, str):
        raise InvalidExperiment(f"`phases` is a list, such as ['{phases[:40]}']; got a single text.")
    return list(phases)


def _text(place: Place | None) -> str | None:
    return None if place is None else os.fspath(place)


def _warn(note: str) -> None:
    warnings.warn(note, stacklevel=4)  # at the line that called core.train
