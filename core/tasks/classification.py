"""Single-label classification: loss, class weights, accuracy and probabilities."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from core.experiment import Recipe
from core.tasks.compared import Compared, at_its_temperature, wrong
from core.tasks.losses import SmoothedCrossEntropy


@dataclass(frozen=True, slots=True)
class Classification:
    """One label of `classes` per image. The head gives one logit per class."""

    classes: tuple[str, ...]

    @property
    def outputs(self) -> int:
        """Width of the head."""
        return len(self.classes)

    def loss(self, recipe: Recipe, labels: Sequence[int], device: torch.device) -> SmoothedCrossEntropy:
        """Cross-entropy over logits (N, C) and labels (N,), with the recipe's smoothing and class weights.

        `labels` are those of the training images: they alone decide the weights.
        """
        weight = class_weights(labels, self.outputs).to(device) if recipe.class_weights == "balanced" else None
        return SmoothedCrossEntropy(weight, recipe.label_smoothing)

    def correct(self, logits: Tensor, labels: Tensor) -> Tensor:
        """How many of the images the largest logit names rightly: a scalar that stays on the device."""
        return (logits.argmax(dim=1) == labels).sum()

    def to_minimise(self, monitor: str, loss: float, logits: Tensor, labels: Tensor) -> float:
        """The value that ends a phase early, lower is better: the loss as it is, or one minus a score."""
        if monitor == "loss":
            return loss
        named = logits.argmax(dim=1).numpy()
        if monitor == "accuracy":
            return 1 - float((named == labels.numpy()).mean())
        from sklearn.metrics import f1_score  # takes a second to import

        return 1 - float(f1_score(labels.numpy(), named, average="macro", zero_division=0.0))

    def compared(self, monitor: str, criterion: SmoothedCrossEntropy, logits: Tensor, labels: Tensor) -> Compared:
        """By what the kept epoch is chosen: the loss at its fitted temperature, or one minus a score.

        Of a score `each` says which images are misclassified.
        """
        if monitor == "loss":
            return at_its_temperature(criterion, logits, labels)
        return Compared(self.to_minimise(monitor, 0.0, logits, labels), wrong(logits, labels))

    def standard_error(self, monitor: str, criterion: SmoothedCrossEntropy, logits: Tensor, labels: Tensor) -> float:
        """That of `to_minimise` over N images; of a score that of the accuracy. 0 for fewer than two images.

        The simplest model within one standard error of the best one is as good a choice (Breiman et al. 1984, 3.4.3).
        """
        count = len(labels)
        if count < 2:
            return 0.0
        if monitor != "loss":
            right = float((logits.argmax(dim=1) == labels).float().mean())
            return math.sqrt(right * (1 - right) / count)
        losses, weights = criterion.per_image(logits, labels), criterion.weights_of(labels)
        total = float(weights.sum())
        return float(losses.std() * math.sqrt(count) / total) if total else 0.0

    def probabilities(self, logits: Tensor) -> Tensor:
        """Logits (N, C) as probabilities (N, C), in float32."""
        return functional.softmax(logits.float(), dim=1)


def class_weights(labels: Sequence[int], n_classes: int) -> Tensor:
    """Weight N / (C * n_c) per class, so that every class has the same total weight (scikit-learn's 'balanced').

    A class without images gets 0: it has no loss to weigh.
    """
    counts = torch.bincount(torch.as_tensor(labels), minlength=n_classes).float()
    return torch.where(counts > 0, counts.sum() / (n_classes * counts.clamp(min=1)), 0.0)
