"""A head on kept features, fitted to convergence with L-BFGS: a convex problem needs no learning rate."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor

from core.errors import LossNotFinite, OutOfMemory
from core.experiment import Recipe
from core.features.phase_inputs import PhaseInput
from core.features.pixels import Inputs
from core.features.shortage import as_out_of_memory, with_relief
from core.training.setup import Setup

FLAT = 1e-5  # change of the loss in a round, relative to the loss, below which the head is converged
TOO_MANY = (
    "The device ran out of memory: fitting a head with L-BFGS takes the features of all images and views at once. "
    "Choose fewer views, or train this phase in steps."
)


@contextmanager
def _all_at_once() -> Iterator[None]:
    try:
        with as_out_of_memory():
            yield
    except torch.OutOfMemoryError as error:
        raise OutOfMemory(TOO_MANY) from error


class LbfgsFit:
    """Minimises the mean loss over all features plus `weight_decay / 2 * |W|^2`, in rounds of a few iterations.

    L-BFGS with a strong Wolfe line search (Nocedal and Wright 2006, chapter 7). The head is in eval mode: with dropout
    there would be nothing to converge to. Views may be added between rounds: the first one begins as soon as one view
    of every image is there.
    """

    def __init__(self, setup: Setup, phase_input: PhaseInput, optimizer: torch.optim.Optimizer) -> None:
        self._setup = setup
        self._phase_input = phase_input
        self._optimizer = optimizer
        self._features = torch.empty(0)
        self._targets = torch.empty(0)
        self.views = 0
        self._weights: Sequence[Tensor] = [p for group in optimizer.param_groups for p in group["params"] if p.ndim > 1]

    @property
    def rows(self) -> int:
        """Features so far, one per image and view."""
        return len(self._targets)

    @_all_at_once()
    def add(self, batches: Sequence[Inputs]) -> None:
        """One more view of every training image. Raises `OutOfMemory`."""
        with_relief(lambda: self._add(batches), self._setup.pixels.relieve)

    def _add(self, batches: Sequence[Inputs]) -> None:
        features = torch.cat([batch.tensor for batch in batches])
        targets = torch.cat([batch.targets for batch in batches]).to(self._setup.device)
        if self.views:
            features, targets = torch.cat([self._features, features]), torch.cat([self._targets, targets])
        self._features, self._targets = features, targets
        self.views += 1

    def forget(self) -> None:
        """Begin anew to learn how the loss curves: with more views it is another function."""
        self._optimizer.state.clear()

    @_all_at_once()
    def round(self) -> tuple[float, float, bool]:
        """A few iterations. The loss after them, rows that are then correct, and whether nothing moves any more.

        Raises `LossNotFinite`, `OutOfMemory`.
        """
        return with_relief(self._round, self._relieve)

    def _relieve(self) -> bool:
        self.forget()  # of a round that broke off
        return self._setup.pixels.relieve()

    def _round(self) -> tuple[float, float, bool]:
        recipe: Recipe = self._setup.experiment.recipe
        found: list[tuple[float, Tensor]] = []

        def closure() -> Tensor:
            self._optimizer.zero_grad(set_to_none=True)
            logits = self._phase_input.suffix(self._features)
            loss: Tensor = self._setup.criterion(logits, self._targets)
            objective = loss + 0.5 * recipe.weight_decay * sum(((w**2).sum() for w in self._weights), torch.tensor(0.0))
            objective.backward()
            found.append((loss.item(), logits.detach()))
            return objective

        first: Tensor = self._optimizer.step(closure)  # type: ignore[arg-type, assignment]  # it takes and gives tensors
        before = float(first.detach())
        after = float(closure().detach())
        self._optimizer.zero_grad(set_to_none=True)
        if not (before == before and after == after):
            raise LossNotFinite("The features of some images are not finite. Choose precision fp32 or other weights.")
        loss, logits = found[-1]
        return loss, float(self._setup.task.correct(logits, self._targets)), abs(before - after) <= FLAT * abs(before)
