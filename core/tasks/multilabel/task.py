"""Any number of classes per image: one logit per class, each answered by itself."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.data.dataset import Item
from core.experiment import Recipe
from core.task import MultiLabelSpec, TaskSpec
from core.tasks.base import Compared, Criterion, ValidationOutputs
from core.tasks.compared import at_its_temperature
from core.tasks.image_level import ImageLevel, standard_error_of_loss
from core.tasks.multilabel.loss import SmoothedBinaryCrossEntropy, balanced_weights
from core.tasks.multilabel.scores import macro_f1, mean_average_precision, scores
from core.tasks.multilabel.thresholds import HALF, best_thresholds
from core.tasks.scorecard import Score, Scorecard


@dataclass(frozen=True, slots=True)
class MultiLabel(ImageLevel):
    """Targets (N, C) of 0 and 1, float. `choose` False: every threshold is a half."""

    classes: tuple[str, ...]
    choose: bool = True
    kind: str = "multilabel"

    @classmethod
    def of(cls, spec: TaskSpec, classes: tuple[str, ...]) -> "MultiLabel":
        """The task as an experiment describes it."""
        return cls(classes, choose=isinstance(spec, MultiLabelSpec) and spec.thresholds == "chosen")

    @property
    def outputs(self) -> int:
        """Width of the head."""
        return len(self.classes)

    def read(self, item: Item) -> tuple[int, ...]:
        """The indices of an image's classes."""
        return item.classes

    def collate(self, targets: Sequence[Sequence[int]]) -> Tensor:
        """Rows (N, C) of 0 and 1."""
        rows = torch.zeros(len(targets), self.outputs)
        for row, indices in zip(rows, targets, strict=True):
            row[list(indices)] = 1.0
        return rows

    def loss(self, recipe: Recipe, targets: Tensor, device: torch.device) -> SmoothedBinaryCrossEntropy:
        """Binary cross-entropy per class, with the recipe's smoothing and class weights."""
        if recipe.class_weights != "balanced":
            return SmoothedBinaryCrossEntropy(smoothing=recipe.label_smoothing)
        yes, no = balanced_weights(targets)
        return SmoothedBinaryCrossEntropy(yes.to(device), no.to(device), recipe.label_smoothing)

    def blendable(self, targets: Tensor) -> Tensor:
        """The rows as they are: a blend of two images shows the classes of both in part."""
        return targets.float()

    def correct(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Of how many images every class is answered right at a probability of a half."""
        return ((logits > 0) == (targets > 0.5)).all(dim=1).sum()

    def probabilities(self, logits: Tensor) -> Tensor:
        """Logits (N, C) as probabilities (N, C), in float64; a row need not sum to 1."""
        return torch.sigmoid(logits.double())

    def labels(self, targets: Tensor) -> list[list[int]]:
        """The indices of the classes that each image shows."""
        return [torch.nonzero(row > 0.5).flatten().tolist() for row in targets]

    def to_minimise(self, monitor: str, loss: float, outputs: ValidationOutputs) -> float:
        """The loss as it is, or one minus a score; 'accuracy' is exact match."""
        if monitor == "loss":
            return loss
        if monitor == "accuracy":
            return 1 - self.share_correct(outputs)
        if monitor == "macro-f1":
            logits, targets = outputs
            return 1 - macro_f1(targets.numpy() > 0.5, logits.numpy() > 0)
        return 1 - self._mean_average_precision(outputs)

    def compared(self, monitor: str, criterion: Criterion, outputs: ValidationOutputs) -> Compared:
        """By what the kept epoch is chosen: the loss at its fitted temperature, or one minus a score.

        Of a score `each` is the share of an image's classes that are answered wrong.
        """
        if monitor == "loss":
            return at_its_temperature(criterion, *outputs)
        return Compared(self.to_minimise(monitor, 0.0, outputs), tuple(_share_wrong(*outputs).tolist()))

    def standard_error(self, monitor: str, criterion: Criterion, outputs: ValidationOutputs) -> float:
        """That of the loss; of a score that of the share of classes answered wrong. 0 for fewer than two images."""
        count = len(outputs[0])
        if monitor == "loss" or count < 2:
            return standard_error_of_loss(criterion, *outputs)
        return float(_share_wrong(*outputs).std() / math.sqrt(count))

    def epoch_scores(self, outputs: ValidationOutputs) -> tuple[Score, ...]:
        """Mean average precision, which needs no threshold, and exact match at a half."""
        if not len(outputs[0]):
            return ()
        return (
            Score("mean_average_precision", self._mean_average_precision(outputs)),
            Score("exact_match", self.share_correct(outputs)),
        )

    def _mean_average_precision(self, outputs: ValidationOutputs) -> float:
        """Of the probabilities, by the function and from the numbers that `evaluate` and a run's page use."""
        logits, targets = outputs
        return mean_average_precision(targets.numpy() > 0.5, self.probabilities(logits).numpy())

    def thresholds(self, outputs: ValidationOutputs) -> tuple[float, ...]:
        """Per class that with the best F1 on these images, or a half."""
        logits, targets = outputs
        if not self.choose or not len(targets):
            return (HALF,) * self.outputs
        return best_thresholds(targets.numpy() > 0.5, self.probabilities(logits).numpy())

    def evaluate(self, outputs: ValidationOutputs, thresholds: tuple[float, ...] | None) -> Scorecard:
        """Mean average precision, macro F1 and exact match with intervals: see `scores`."""
        logits, targets = outputs
        probabilities = self.probabilities(logits).numpy()
        chosen = thresholds or (HALF,) * self.outputs
        return scores(targets.numpy() > 0.5, probabilities, chosen, classes=self.classes)


def _share_wrong(logits: Tensor, targets: Tensor) -> Tensor:
    """Of every image (N,) the share of its classes that are answered wrong."""
    return ((logits > 0) != (targets > 0.5)).double().mean(dim=1)
