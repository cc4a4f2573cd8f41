"""Every task by its kind: the one place that knows them all."""

from core.data.dataset import Dataset
from core.experiment import Experiment
from core.task import SPECS, TaskSpec
from core.tasks.base import Task
from core.tasks.classification.task import Classification
from core.tasks.multilabel.task import MultiLabel

TASKS: dict[str, type[Classification] | type[MultiLabel]] = {
    "classification": Classification,
    "multilabel": MultiLabel,
}


def task_of(experiment: Experiment, dataset: Dataset) -> Task:
    """The task that an experiment trains a model for."""
    return _task(experiment.task, dataset.classes)


def task_of_model(kind: str, classes: tuple[str, ...]) -> Task:
    """The task of a trained model, for its probabilities. Raises `KeyError` for one that this version does not know."""
    return _task(SPECS[kind](), classes)


def _task(spec: TaskSpec, classes: tuple[str, ...]) -> Task:
    return TASKS[spec.kind].of(spec, classes)
