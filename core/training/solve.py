"""A head on kept features, solved to convergence by L-BFGS: a convex problem needs no learning rate."""

from collections.abc import Sequence

import torch
from torch import Tensor

from core.errors import LossNotFinite
from core.experiment import Recipe
from core.features.feeds import Feed
from core.training.setup import Setup

FLAT = 1e-5  # change of the loss in a round, relative to the loss, below which the head is converged


class Solver:
    """Minimises the mean loss over all features plus `weight_decay / 2 * |W|^2`, in rounds of a few iterations.

    L-BFGS with a strong Wolfe line search (Nocedal and Wright 2006, chapter 7). The head is in eval mode: with dropout
    there would be nothing to converge to.
    """

    def __init__(self, setup: Setup, feed: Feed, optimizer: torch.optim.Optimizer, features: Tensor, labels: Tensor):
        """`features` (M, D) and `labels` (M,): every view of every training image, on the device."""
        self._setup = setup
        self._feed = feed
        self._optimizer = optimizer
        self._features = features
        self._labels = labels
        self.rows = len(labels)
        self._weights: Sequence[Tensor] = [p for group in optimizer.param_groups for p in group["params"] if p.ndim > 1]

    def round(self) -> tuple[float, int, bool]:
        """A few iterations. The loss before them, rows named rightly before them, and whether nothing moves any more.

        Raises `LossNotFinite`.
        """
        recipe: Recipe = self._setup.experiment.recipe
        found: list[tuple[float, Tensor]] = []

        def closure() -> Tensor:
            self._optimizer.zero_grad(set_to_none=True)
            logits = self._feed.part(self._features)
            loss: Tensor = self._setup.criterion(logits, self._labels)
            objective = loss + 0.5 * recipe.weight_decay * sum(((w**2).sum() for w in self._weights), torch.tensor(0.0))
            objective.backward()
            found.append((loss.item(), logits.detach()))
            return objective

        told: Tensor = self._optimizer.step(closure)  # type: ignore[arg-type, assignment]  # it takes and gives tensors
        before = float(told.detach())
        after = float(closure().detach())
        self._optimizer.zero_grad(set_to_none=True)
        if not (before == before and after == after):
            raise LossNotFinite("The features of some images are not finite. Choose precision fp32 or other weights.")
        loss, logits = found[-1]
        return loss, self._setup.task.correct(logits, self._labels), abs(before - after) <= FLAT * abs(before)
