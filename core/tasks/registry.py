"""Every task by its kind: the one place that knows them all."""

from core.data.dataset import Dataset
from core.experiment import Experiment, MultiLabelSpec
from core.tasks.base import Task
from core.tasks.classification.task import Classification
from core.tasks.multilabel.task import MultiLabel


def task_of(experiment: Experiment, dataset: Dataset) -> Task:
    """The task that an experiment trains a model for."""
    if isinstance(experiment.task, MultiLabelSpec):
        return MultiLabel(dataset.classes, choose=experiment.task.thresholds == "chosen")
    return Classification(dataset.classes)


def task_of_model(kind: str, classes: tuple[str, ...]) -> Task:
    """The task of a trained model, for its probabilities. Raises `KeyError` for one that this version does not know."""
    tasks: dict[str, type[Classification] | type[MultiLabel]] = {
        "classification": Classification,
        "multilabel": MultiLabel,
    }
    return tasks[kind](classes)
