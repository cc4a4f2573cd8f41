"""What tasks with one answer per image have in common: the logits of a whole validation are few, and are kept."""

import math
from abc import ABC, abstractmethod
from typing import Any

from torch import Tensor

from core.tasks.base import Criterion, ValidationOutputs


class ImageLevel(ABC):
    """Validation outputs are `(logits, targets)`, both (N, ...). The task says which are `correct` and what a target's
    `label` is.
    """

    __slots__ = ()

    @abstractmethod
    def correct(self, logits: Tensor, targets: Tensor) -> Tensor:
        """How many images are correct, a scalar on the device of the logits."""

    @abstractmethod
    def probabilities(self, logits: Tensor) -> Tensor:
        """Logits (N, C) as probabilities (N, C), in float64: sure answers stay apart, which are all 1 in float32."""

    @abstractmethod
    def labels(self, targets: Tensor) -> list[Any]:
        """Targets as a run keeps them: a class index, or a list of them, per image."""

    def validation_step(self, criterion: Criterion, logits: Tensor, targets: Tensor) -> ValidationOutputs:
        """The logits and the targets as they are."""
        del criterion
        return logits, targets

    def validation_loss(self, criterion: Criterion, outputs: ValidationOutputs) -> float:
        """The criterion's weighted mean over all images."""
        return float(criterion.weighted_mean(*outputs))

    def share_correct(self, outputs: ValidationOutputs) -> float:
        """The share of the images that are correct; 0 for none."""
        logits, targets = outputs
        return int(self.correct(logits, targets)) / max(1, len(targets))

    def prediction_record(self, outputs: ValidationOutputs) -> dict[str, Any]:
        """Every image's label and probabilities."""
        logits, targets = outputs
        return prediction_record(self.labels(targets), self.probabilities(logits).tolist())


def prediction_record(labels: list[Any], probabilities: list[list[float]]) -> dict[str, Any]:
    """Labels and probabilities (N, C) as `core.runs.artifacts.read_predictions` reads them.

    Nothing is rounded: equal probabilities would rank images, and choose a class, otherwise than the scores did.
    """
    return {"labels": labels, "probabilities": probabilities}


def standard_error_of_loss(criterion: Criterion, logits: Tensor, targets: Tensor) -> float:
    """That of the weighted mean loss over N images; 0 for fewer than two.

    The simplest model within one standard error of the best one is as good a choice (Breiman et al. 1984, 3.4.3).
    """
    count = len(targets)
    if count < 2:
        return 0.0
    losses, weights = criterion.per_image(logits, targets), criterion.weights_of(targets)
    total = float(weights.sum())
    return float(losses.std() * math.sqrt(count) / total) if total else 0.0
