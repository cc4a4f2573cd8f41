"""One class per image: loss, class weights, accuracy and probabilities."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from core.data.dataset import Item
from core.experiment import Recipe
from core.task import TaskSpec
from core.tasks.base import Compared, Criterion, ValidationOutputs
from core.tasks.classification.loss import SmoothedCrossEntropy
from core.tasks.classification.scores import scores
from core.tasks.compared import at_its_temperature
from core.tasks.image_level import ImageLevel, standard_error_of_loss
from core.tasks.scorecard import Score, Scorecard


@dataclass(frozen=True, slots=True)
class Classification(ImageLevel):
    """One label of `classes` per image: targets (N,) of class indices. The head gives one logit per class."""

    classes: tuple[str, ...]
    kind: str = "classification"

    @classmethod
    def of(cls, spec: TaskSpec, classes: tuple[str, ...]) -> "Classification":
        """The task as an experiment describes it: there is nothing to choose."""
        del spec
        return cls(classes)

    @property
    def outputs(self) -> int:
        """Width of the head."""
        return len(self.classes)

    def read(self, item: Item) -> int:
        """The index of an image's class."""
        return item.label

    def collate(self, targets: Sequence[int]) -> Tensor:
        """Class indices (N,)."""
        return torch.tensor(targets, dtype=torch.long)

    def loss(self, recipe: Recipe, targets: Tensor, device: torch.device) -> SmoothedCrossEntropy:
        """Cross-entropy over logits (N, C) and labels (N,), with the recipe's smoothing and class weights."""
        weight = class_weights(targets, self.outputs).to(device) if recipe.class_weights == "balanced" else None
        return SmoothedCrossEntropy(weight, recipe.label_smoothing)

    def blendable(self, targets: Tensor) -> Tensor:
        """Class indices (N,) as rows (N, C) with a 1 each."""
        return functional.one_hot(targets, self.outputs).float()

    def correct(self, logits: Tensor, targets: Tensor) -> Tensor:
        """How many of the images have the largest logit at their class: a scalar that stays on the device."""
        return (logits.argmax(dim=1) == targets).sum()

    def probabilities(self, logits: Tensor) -> Tensor:
        """Logits (N, C) as probabilities (N, C), in float64."""
        return functional.softmax(logits.double(), dim=1)

    def labels(self, targets: Tensor) -> list[int]:
        """The class indices."""
        return [int(index) for index in targets]

    def to_minimise(self, monitor: str, loss: float, outputs: ValidationOutputs) -> float:
        """The value that ends a phase early, lower is better: the loss as it is, or one minus a score."""
        if monitor == "loss":
            return loss
        if monitor == "accuracy":
            return 1 - self.share_correct(outputs)
        from sklearn.metrics import f1_score  # takes a second to import

        logits, targets = outputs
        predicted = logits.argmax(dim=1).numpy()
        return 1 - float(f1_score(targets.numpy(), predicted, average="macro", zero_division=0.0))

    def compared(self, monitor: str, criterion: Criterion, outputs: ValidationOutputs) -> Compared:
        """By what the kept epoch is chosen: the loss at its fitted temperature, or one minus a score.

        Of a score `each` says which images are misclassified.
        """
        if monitor == "loss":
            return at_its_temperature(criterion, *outputs)
        return Compared(self.to_minimise(monitor, 0.0, outputs), _misclassified(*outputs))

    def standard_error(self, monitor: str, criterion: Criterion, outputs: ValidationOutputs) -> float:
        """That of `to_minimise` over N images; of a score that of the accuracy. 0 for fewer than two images."""
        count = len(outputs[0])
        if monitor == "loss" or count < 2:
            return standard_error_of_loss(criterion, *outputs)
        right = self.share_correct(outputs)
        return math.sqrt(right * (1 - right) / count)

    def epoch_scores(self, outputs: ValidationOutputs) -> tuple[Score, ...]:
        """The accuracy."""
        return (Score("accuracy", self.share_correct(outputs)),)

    def thresholds(self, outputs: ValidationOutputs) -> None:
        """None: the largest probability decides."""
        del outputs

    def evaluate(self, outputs: ValidationOutputs, thresholds: tuple[float, ...] | None) -> Scorecard:
        """Accuracy, balanced accuracy and macro F1 with intervals: see `scores`."""
        del thresholds
        logits, targets = outputs
        return scores(targets.numpy(), logits.argmax(dim=1).numpy(), self.outputs, classes=self.classes)


def _misclassified(logits: Tensor, targets: Tensor) -> tuple[float, ...]:
    """1 for every image that is misclassified, else 0."""
    return tuple((logits.argmax(dim=1) != targets).double().tolist())


def class_weights(labels: Sequence[int] | Tensor, n_classes: int) -> Tensor:
    """Weight N / (C * n_c) per class, so that every class has the same total weight (scikit-learn's 'balanced').

    A class without images gets 0: it has no loss to weigh.
    """
    counts = torch.bincount(torch.as_tensor(labels), minlength=n_classes).float()
    return torch.where(counts > 0, counts.sum() / (n_classes * counts.clamp(min=1)), 0.0)
