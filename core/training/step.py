"""One optimisation step: forward, loss, backward, update; in smaller parts when the device's memory is too small."""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from core.augment.mixing import mix
from core.backbones.rng import CPU, seeded
from core.errors import LossNotFinite, OutOfMemory, TrainingFailed
from core.experiment import Phase
from core.features.phase_inputs import PhaseInput
from core.features.pixels import Inputs, Source
from core.features.shortage import as_out_of_memory, with_relief
from core.features.transfer import read_later, sent
from core.optimizers import OPTIMIZERS
from core.training import graphs
from core.training.optimizers import fits, make_optimizer, peak_rate, rate_factor, set_rate
from core.training.setup import Setup

_WAYS = ("fused", "foreach", "capturable")  # how an update is computed: this program's choice, not the checkpoint's
OUT_OF_MEMORY = (
    "The device ran out of memory. Choose a smaller batch size or image size, freeze more stages, or train on the CPU."
)


@dataclass(slots=True)
class StepResult:
    """What a step gave. It lies on the device: whoever reads it waits until the device has come so far, and no
    longer."""

    loss: Tensor  # scalar, mean over the batch
    correct: Tensor  # scalar, images correctly classified
    rate: float  # the head's learning rate
    images: int
    weight: Tensor | float = 1.0  # what an image of the batch counts on average, by its class
    _read: Callable[[], list[float]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._read = read_later((self.loss, self.correct))

    def read(self) -> tuple[float, float]:
        """Loss and images correctly classified. Raises `LossNotFinite`."""
        loss, correct = self._read()
        if not math.isfinite(loss):
            raise LossNotFinite(
                f"The loss became {loss} (learning rate {self.rate:.2g}). "
                "Start again with a learning rate about ten times smaller, or precision fp32."
            )
        return loss, correct


@dataclass
class EpochTotals:
    """Running totals of one epoch."""

    loss: float = 0.0
    correct: float = 0.0
    images: int = 0
    rate: float = 0.0
    step: int = 0
    converged: bool = False

    def add(self, loss: float, correct: float, images: int, rate: float) -> None:
        """Count a step over so many images."""
        self.loss += loss * images
        self.correct += correct
        self.images += images
        self.rate = rate


class Stepper:
    """Optimises the trainable layers of one phase."""

    def __init__(self, setup: Setup, phase_input: PhaseInput, index: int) -> None:
        self.setup = setup
        self.phase_input = phase_input
        self.phase: Phase = setup.experiment.phases[index]
        self.index = index
        self.steps = self.phase.epochs * setup.steps_per_epoch
        self.optimizer = make_optimizer(setup.model, setup.stages, self.phase, setup.experiment.recipe)
        self.scaler = torch.amp.GradScaler(setup.device.type, enabled=setup.precision_of(self.phase) == "fp16")
        self._autocast = setup.autocast_of(self.phase)
        self.micro_batches = 1  # in which a batch is computed
        self.notes: list[str] = []
        # mixed images are drawn on the processor, and the factor of fp16 may change with each step
        able = graphs.usable(setup.device) and not self.mixes and not self.scaler.is_enabled()
        self._graphs = graphs.StepGraphs(setup.model, setup.device) if able else None

    def restore(self, state: dict[str, Any]) -> None:
        """Give the optimizer the state it was saved with."""
        if not fits(self.optimizer, state):  # of a version in which position embeddings decayed too
            setup = self.setup
            self.optimizer = make_optimizer(
                setup.model, setup.stages, self.phase, setup.experiment.recipe, as_before=True
            )
        pairs = zip(state["param_groups"], self.optimizer.param_groups, strict=True)
        groups = [saved | {name: own[name] for name in _WAYS if name in own} for saved, own in pairs]
        self.optimizer.load_state_dict(state | {"param_groups": groups})  # where a step lies depends on the way

    @property
    def source(self) -> Source:
        """Where training batches come from: mixed images are never the same twice, so nothing of them is kept."""
        return self.setup.pixels if self.mixes else self.phase_input.source

    @property
    def _trained(self) -> list[nn.Parameter]:
        return [weight for group in self.optimizer.param_groups for weight in group["params"]]

    @property
    def mixes(self) -> bool:
        """Whether batches are mixed."""
        return self.setup.experiment.recipe.mixes

    def step(self, batch: Inputs, step_in_phase: int, rate: float | None = None) -> StepResult:
        """One update, at the schedule's rate or at `rate`. Raises `OutOfMemory`, `TrainingFailed`."""
        setup, recipe = self.setup, self.setup.experiment.recipe
        if rate is None:
            rate = peak_rate(self.phase, recipe) * rate_factor(recipe, step_in_phase, self.steps)
        set_rate(self.optimizer, rate)
        targets = sent(batch.targets, setup.device)
        seed = _step_seed(setup.experiment.seed, self.index, step_in_phase)
        loss, correct, weight = self._backward(batch.tensor, targets, seed, self.steps - step_in_phase)
        self._apply(recipe.clip_norm)
        return StepResult(loss, correct, rate, len(targets), weight)

    def _backward(
        self, tensor: Tensor, targets: Tensor, seed: int, steps_left: int
    ) -> tuple[Tensor, Tensor, Tensor | float]:
        while True:
            try:
                with as_out_of_memory():
                    replayed = self._replayed(tensor, targets, seed, steps_left)
                    return replayed or self._accumulated(tensor, targets, seed)
            except torch.OutOfMemoryError as error:
                self.optimizer.zero_grad(set_to_none=True)
                if self._made_room():
                    continue
                if self.micro_batches >= len(targets):
                    raise OutOfMemory(OUT_OF_MEMORY) from error
                self.micro_batches = min(2 * self.micro_batches, len(targets))
            self._give_back()
            self.notes.append(
                f"The device ran out of memory: each batch of {len(targets)} images is now computed in "
                f"{self.micro_batches} parts. The result is the same, except that BatchNorm layers that are trained "
                "see the smaller parts."
            )

    def _replayed(
        self, tensor: Tensor, targets: Tensor, seed: int, steps_left: int
    ) -> tuple[Tensor, Tensor, Tensor | float] | None:
        """What `_accumulated` gives, if steps are replayed."""
        if self._graphs is None or self.micro_batches > 1:
            return None
        found = self._graphs.step(self._whole, tensor, targets, seed, steps_left)
        self.notes += self._graphs.notes
        self._graphs.notes.clear()
        return None if found is None else (found.loss, found.correct, self.setup.criterion.mean_weight(targets))

    def _whole(self, inputs: Tensor, targets: Tensor) -> graphs.Computed:
        """Compute a whole batch, and leave its gradients in the parameters."""
        with self._autocast():
            logits = self._forward(inputs)
            loss = self.setup.criterion(logits, targets)
        loss.backward()
        return graphs.Computed(loss.detach(), self.setup.task.correct(logits.detach(), targets))

    def _made_room(self) -> bool:
        """Whether memory was freed that a batch may now use: that of recorded steps, or of kept features, which then
        lie elsewhere."""
        if self._graphs is not None:
            self._graphs.forget()
            self._graphs = None
            self._give_back()
            return True
        if not self.setup.pixels.relieve():
            return False
        self._give_back()
        return True

    def _give_back(self) -> None:
        if self.setup.device.type == "cuda":
            torch.cuda.empty_cache()

    def _accumulated(self, tensor: Tensor, wanted: Tensor, seed: int) -> tuple[Tensor, Tensor, Tensor | float]:
        """Gradients of the whole batch; its mean loss, how many images are correctly classified, their mean weight."""
        setup = self.setup
        targets = wanted
        if self.mixes:
            with seeded(seed, CPU, setup.device):  # the shares are drawn on the processor
                tensor, targets = self._mixed(tensor, wanted)
        micro_batches = min(self.micro_batches, len(wanted))  # a smaller batch may follow: an empty part has no loss
        parts = list(zip(*(each.tensor_split(micro_batches) for each in (tensor, targets, wanted)), strict=True))
        losses, correct = [], []
        for number, (inputs, blended, own) in enumerate(parts):
            if self.mixes and self.phase_input.prefix:
                inputs = self.phase_input.prefix(inputs)
            # held for the forward alone: a page that builds a model waits for it
            with seeded(seed + number, setup.device), self._autocast():
                logits = self._forward(inputs)
                loss = setup.criterion(logits, blended) * (len(own) / len(wanted))  # 1 for a whole batch
            self.scaler.scale(loss).backward()
            losses.append(loss.detach())
            correct.append(setup.task.correct(logits.detach(), own))
        return torch.stack(losses).sum(), torch.stack(correct).sum(), setup.criterion.mean_weight(targets)

    def _mixed(self, images: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        recipe = self.setup.experiment.recipe
        shares = self.setup.task.blendable(targets)
        return mix(images, shares, mixup=recipe.mixup, cutmix=recipe.cutmix)

    def _forward(self, inputs: Tensor) -> Tensor:
        try:
            return self.phase_input.suffix(inputs)
        except ValueError as error:
            if len(inputs) > 1:
                raise
            # a trainable BatchNorm has no variance to work with when one value per channel is left
            raise TrainingFailed(
                "A batch of one image is too small for the BatchNorm layers that are trained. "
                "Choose a batch size of at least 3, or freeze more stages."
            ) from error

    def _apply(self, clip_norm: float) -> None:
        if not self.optimizer.state and self.setup.device.type != "cpu":
            try:
                with_relief(self._reserve, self._made_room)
            except torch.OutOfMemoryError as error:
                raise OutOfMemory(OUT_OF_MEMORY) from error
        if clip_norm > 0:
            self.scaler.unscale_(self.optimizer)
            nn.utils.clip_grad_norm_(self._trained, clip_norm)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.optimizer.zero_grad(set_to_none=True)

    def _reserve(self) -> None:
        """Take the memory that the optimizer's first update will take, and let it go: once an update has begun, it
        cannot be made again."""
        moments = OPTIMIZERS[self.setup.experiment.recipe.optimizer].moments
        taken = [torch.empty_like(weight) for weight in self._trained for _ in range(moments)]
        del taken


def _step_seed(seed: int, phase: int, step: int) -> int:
    """What dropout and mixing of one step depend on; makes a resumed run equal to one that never stopped."""
    return int.from_bytes(hashlib.blake2b(f"{seed}/{phase}/{step}".encode(), digest_size=4).digest())
