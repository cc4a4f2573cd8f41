"""The seam between the training and what is trained for: two protocols that every task fulfils.

A target is whatever the task makes of an image: a class index, a row of 0 and 1, and, for tasks that answer for every
pixel, a map. Views transform `(image, target)`: a target that has a place in the image (`read` gives an array of the
image's height and width) must move with it, one that has none stays as it is.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from torch import Tensor, device

from core.data.dataset import Item
from core.experiment import Recipe
from core.tasks.scorecard import Score, Scorecard


class Compared(NamedTuple):
    """`value` is what the recipe monitors, lower is better; `each` is what every image adds, in the images' order."""

    value: float
    each: tuple[float, ...]


class Targets(Protocol):
    """How targets are read and stacked."""

    def read(self, item: Item) -> Any:
        """The target of one image as plain values, before any view."""

    def collate(self, targets: Sequence[Any]) -> Tensor:
        """Targets of a batch as one tensor whose first dimension is the images; also of none."""


class Criterion(Protocol):
    """A loss over logits and targets of N images."""

    def __call__(self, logits: Tensor, targets: Tensor) -> Tensor:
        """The mean over a batch, a scalar with a gradient. Targets may be mixed (`Task.blendable`)."""

    def per_image(self, logits: Tensor, targets: Tensor) -> Tensor:
        """The weighted loss of every image (N,)."""

    def weights_of(self, targets: Tensor) -> Tensor:
        """What every image counts (N,)."""

    def mean_weight(self, targets: Tensor) -> Tensor | float:
        """What an image of a batch counts on average: the loss divided by it is the batch's `weighted_mean`."""

    def weighted_mean(self, logits: Tensor, targets: Tensor) -> Tensor:
        """The value to be shown and compared, whatever mix of classes the images are; a scalar."""


class Task(Targets, Protocol):
    """Everything that training and evaluation ask. Logits are (N, outputs, ...) in float32, targets as collated."""

    @property
    def kind(self) -> str:
        """As the experiment names it."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Their names, in the order of the outputs."""

    @property
    def outputs(self) -> int:
        """Width of the head."""

    def loss(self, recipe: Recipe, targets: Tensor, device: device) -> Criterion:
        """The criterion of a recipe. `targets` are those of the training images: they alone decide its weights."""

    def blendable(self, targets: Tensor) -> Tensor:
        """Targets as float shares (N, outputs) that mixup and CutMix may blend."""

    def correct(self, logits: Tensor, targets: Tensor) -> Tensor:
        """How many images the model gets right: a scalar that stays on the device. A task that answers for every pixel
        counts an image by the share of it that is right."""

    def probabilities(self, logits: Tensor) -> Tensor:
        """Logits as probabilities of the same shape, in float32."""

    def to_minimise(self, monitor: str, loss: float, logits: Tensor, targets: Tensor) -> float:
        """The value that ends a phase early, lower is better: the loss as it is, or one minus a score."""

    def compared(self, monitor: str, criterion: Criterion, logits: Tensor, targets: Tensor) -> Compared:
        """By what the kept epoch is chosen."""

    def standard_error(self, monitor: str, criterion: Criterion, logits: Tensor, targets: Tensor) -> float:
        """That of `to_minimise` over the images; 0 for fewer than two."""

    def epoch_scores(self, logits: Tensor, targets: Tensor) -> tuple[Score, ...]:
        """The scores of an epoch's validation, without intervals: cheap. The first one is the task's own."""

    def thresholds(self, logits: Tensor, targets: Tensor) -> tuple[float, ...] | None:
        """The probability from which each class is there, chosen on validation images; None where the largest wins."""

    def evaluate(self, targets: Tensor, probabilities: np.ndarray, thresholds: tuple[float, ...] | None) -> Scorecard:
        """The scores of a trained model, with their intervals. Raises `ValueError` for no image."""
