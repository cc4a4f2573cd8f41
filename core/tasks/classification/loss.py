"""The loss of single-label classification, with label smoothing and class weights that do not fight each other."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class SmoothedCrossEntropy(nn.Module):
    """Cross-entropy over logits (N, C) and labels (N,) or targets (N, C) that sum to 1 (mixed images).

    Class weights weigh the image: `w[y] * CE(smoothed target)`. torch's own `weight` also weighs the share that
    smoothing gives to the other classes, each by *its* class's weight; where one class is rare, that share outweighs
    the label itself, and the loss is lowest at the wrong class. A mixed image weighs the mean of its classes' weights.

    The loss of a batch is the mean over its images, `sum(w * CE) / N`, not torch's `sum(w * CE) / sum(w)`: an image
    then weighs the same in whichever batch it lies, and over an epoch every class has the same total weight. Divided
    by the weights in the batch, batches without a rare image would count as much as those with one, and the balance
    would be lost. (Balanced weights have the mean 1 over the training images: the step's length stays what it was.)
    """

    weight: Tensor | None

    def __init__(self, weight: Tensor | None = None, smoothing: float = 0.0) -> None:
        """`weight` (C,) per class; None: every image counts 1. `smoothing`: the share spread over all classes."""
        super().__init__()
        self.register_buffer("weight", weight)
        self.label_smoothing = smoothing

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """The mean over a batch, a scalar. Of parts of a batch, the mean by their numbers of images is the batch's."""
        if self.weight is None:
            return functional.cross_entropy(logits, targets, label_smoothing=self.label_smoothing)
        return self.per_image(logits, targets).mean()

    def per_image(self, logits: Tensor, targets: Tensor) -> Tensor:
        """The weighted loss of every image (N,)."""
        losses = functional.cross_entropy(logits, targets, reduction="none", label_smoothing=self.label_smoothing)
        return losses if self.weight is None else losses * self.weights_of(targets)

    def weights_of(self, targets: Tensor) -> Tensor:
        """What every image counts (N,), on the device of `targets`."""
        if self.weight is None:
            return torch.ones(len(targets), device=targets.device)
        weight = self.weight.to(targets.device)
        return weight[targets] if targets.ndim == 1 else (targets * weight).sum(dim=1)

    def mean_weight(self, targets: Tensor) -> Tensor | float:
        """What an image of a batch counts on average: `forward` divided by it is the batch's `weighted_mean`."""
        return 1.0 if self.weight is None else self.weights_of(targets).mean()

    def weighted_mean(self, logits: Tensor, targets: Tensor) -> Tensor:
        """`sum(w * CE) / sum(w)`, a scalar: the value to be shown and compared, whatever mix of classes the images are.

        Over all training images it is the mean of `forward` over the epoch. 0 where no image has any weight.
        """
        if self.weight is None:
            return self(logits, targets)
        return self.per_image(logits, targets).sum() / self.weights_of(targets).sum().clamp(min=1e-12)
