"""The seam between the training and what is trained for: three protocols that every task fulfils.

A target is whatever the task makes of an image: a class index, a row of 0 and 1, and, for tasks that answer for every
pixel, a map. A view is a pair `(image, target)`, both made from the view's number by `ImageViews.sample` in
`core/features/batches.py`. Classes have no place in the image, so their target is the same in every view; a task whose
target has one moves it there with the pixels.

A validation never holds the logits of all its images: `validation_step` makes of each batch what the scores need, and
every score is computed from those outputs. For one answer per image they are the logits themselves
(`core/tasks/image_level.py`); for one per pixel a confusion matrix and a loss per image are enough.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from torch import Tensor, device

from core.data.dataset import Item
from core.experiment import Recipe
from core.tasks.scorecard import Score, Scorecard

ValidationOutputs = tuple[Tensor, ...]  # what scores need of N images: tensors (N, ...) on the CPU


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
        """How many images of a training step are correct: a scalar that stays on the device. A task that answers for
        every pixel counts an image by the share of its pixels that are correct."""

    def probabilities(self, logits: Tensor) -> Tensor:
        """Logits as probabilities of the same shape, in float64."""

    def validation_step(self, criterion: Criterion, logits: Tensor, targets: Tensor) -> ValidationOutputs:
        """What the scores need of a batch. Its size should not grow with the number of pixels."""

    def validation_loss(self, criterion: Criterion, outputs: ValidationOutputs) -> float:
        """The criterion's weighted mean over all images."""

    def share_correct(self, outputs: ValidationOutputs) -> float:
        """The share of the images that are correct, counted as `correct` counts them."""

    def to_minimise(self, monitor: str, loss: float, outputs: ValidationOutputs) -> float:
        """The value that ends a phase early, lower is better: the loss as it is, or one minus a score."""

    def compared(self, monitor: str, criterion: Criterion, outputs: ValidationOutputs) -> Compared:
        """By what the kept epoch is chosen."""

    def standard_error(self, monitor: str, criterion: Criterion, outputs: ValidationOutputs) -> float:
        """That of `to_minimise` over the images; 0 for fewer than two."""

    def epoch_scores(self, outputs: ValidationOutputs) -> tuple[Score, ...]:
        """The scores of an epoch's validation, without intervals: cheap. The first one is the task's own."""

    def thresholds(self, outputs: ValidationOutputs) -> tuple[float, ...] | None:
        """The probability from which each class is there, chosen on validation images; None where the largest wins."""

    def evaluate(self, outputs: ValidationOutputs, thresholds: tuple[float, ...] | None) -> Scorecard:
        """The scores of a trained model, with their intervals. Raises `ValueError` for no image."""

    def prediction_record(self, outputs: ValidationOutputs) -> dict[str, Any]:
        """What a run keeps of its answers, as plain lists in the order of the images, for the pages of its results."""
