"""The loss of multi-label classification: one yes-or-no question per class."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class SmoothedBinaryCrossEntropy(nn.Module):
    """Binary cross-entropy over logits (N, C) and targets (N, C) in 0..1, the mean over the classes.

    With weights every yes and every no of a class counts by how rare it is. Like `SmoothedCrossEntropy`, a batch's loss
    is the mean over its images, `sum(w * BCE) / N`, so that an image weighs the same in whichever batch it lies.
    """

    yes: Tensor | None
    no: Tensor | None

    def __init__(self, yes: Tensor | None = None, no: Tensor | None = None, smoothing: float = 0.0) -> None:
        """`yes`, `no` (C,): what a class that is there, or is not, counts; None: 1. `smoothing` moves 0 and 1 inwards
        by half of itself."""
        super().__init__()
        self.register_buffer("yes", yes)
        self.register_buffer("no", no)
        self.label_smoothing = smoothing

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """The mean over a batch, a scalar."""
        return self.per_image(logits, targets).mean()

    def per_image(self, logits: Tensor, targets: Tensor) -> Tensor:
        """The weighted loss of every image (N,)."""
        smooth = targets.to(logits.dtype) * (1 - self.label_smoothing) + self.label_smoothing / 2
        losses = functional.binary_cross_entropy_with_logits(logits, smooth, reduction="none")
        return (losses if self.yes is None else losses * self._weights(targets)).mean(dim=1)

    def weights_of(self, targets: Tensor) -> Tensor:
        """What every image counts (N,): the mean weight of its answers."""
        if self.yes is None:
            return torch.ones(len(targets), device=targets.device)
        return self._weights(targets).mean(dim=1)

    def mean_weight(self, targets: Tensor) -> Tensor | float:
        """What an image of a batch counts on average: `forward` divided by it is the batch's `weighted_mean`."""
        return 1.0 if self.yes is None else self.weights_of(targets).mean()

    def weighted_mean(self, logits: Tensor, targets: Tensor) -> Tensor:
        """`sum(w * BCE) / sum(w)`, a scalar: the value to be shown and compared. 0 where nothing has any weight."""
        if self.yes is None:
            return self(logits, targets)
        return self.per_image(logits, targets).sum() / self.weights_of(targets).sum().clamp(min=1e-12)

    def _weights(self, targets: Tensor) -> Tensor:
        yes, no = (torch.as_tensor(weight, device=targets.device) for weight in (self.yes, self.no))
        return targets * yes + (1 - targets) * no


def balanced_weights(targets: Tensor) -> tuple[Tensor, Tensor]:
    """Weights (C,) of yes and no, `N / (2 n)`, so that the images with a class count together as much as those without.

    0 where there are none: there is no loss to weigh. `targets` (N, C) are those of the training images.
    """
    there = targets.sum(dim=0)
    counts = torch.stack([there, len(targets) - there])
    yes, no = torch.where(counts > 0, len(targets) / (2 * counts.clamp(min=1)), 0.0)
    return yes, no
