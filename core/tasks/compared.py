"""By what epochs are compared: a value, and what every validation image adds to it, so that differences can be paired.

A training grows overconfident: its loss rises while its ranking of the classes still gets better. What is compared is
therefore the loss at the temperature that suits the logits best (C. Guo et al. 2017, On calibration of modern neural
networks): one number per epoch that scales all logits, and changes no prediction.
"""

import math

from torch import Tensor

from core.tasks.base import Compared, Criterion

COLDEST, WARMEST = 0.2, 5.0  # temperatures; where every image is correctly classified, the loss alone knows no bound
SEARCHES = 24  # of the golden section: the temperature is then found to one part in 10,000
_GOLDEN = (math.sqrt(5) - 1) / 2


def at_its_temperature(criterion: Criterion, logits: Tensor, targets: Tensor) -> Compared:
    """The criterion's loss over logits and targets at its fitted temperature; the mean of `each`."""
    logits, targets = logits.double().cpu(), targets.cpu()
    sharpness = _sharpest(criterion, logits, targets)
    losses, total = criterion.per_image(logits * sharpness, targets), float(criterion.weights_of(targets).sum())
    each = losses * (len(targets) / total) if total else losses
    return Compared(float(each.mean()), tuple(each.tolist()))


def _sharpest(criterion: Criterion, logits: Tensor, targets: Tensor) -> float:
    """The factor of the logits at which the loss is lowest. The loss is convex in it: a golden section finds it."""

    def loss(factor: float) -> float:
        return float(criterion.weighted_mean(logits * factor, targets))

    low, high = 1 / WARMEST, 1 / COLDEST
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = loss(left), loss(right)
    for _ in range(SEARCHES):
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = loss(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = loss(right)
    return (low + high) / 2
