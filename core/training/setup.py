"""Everything a training needs, built from an experiment and its images."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from core.backbones import catalogue
from core.backbones.build import build
from core.backbones.freezing import BATCHNORMS, set_modes
from core.backbones.split import parts
from core.backbones.stages import HEAD, Stage, stages
from core.data.cache import ImageCache
from core.data.dataset import Dataset, Item
from core.data.geometry import Geometry
from core.data.split import Split
from core.experiment import Experiment, Phase
from core.features.batches import ImageViews, Normalise, chunked, shuffled
from core.features.phase_inputs import PhaseInputs, choose_precision
from core.features.pixels import Pixels
from core.features.precision import Autocast, autocast_for, trained_precision
from core.features.preprocessing import Preprocessing
from core.features.store import FeatureStore
from core.features.workers.pool import WorkerPool
from core.model.record import ModelRecord
from core.tasks.base import Criterion, Task, ValidationOutputs
from core.tasks.registry import task_of
from core.training.checkpoints import Checkpoints
from core.training.device import require_precision


@dataclass(frozen=True, slots=True)
class Setup:
    """Model, images and helpers of one training."""

    experiment: Experiment
    task: Task
    device: torch.device
    model: nn.Module
    stages: tuple[Stage, ...]
    train_items: tuple[Item, ...]
    val_items: tuple[Item, ...]
    pixels: Pixels
    criterion: Criterion
    trained_precision: str  # number format of trainable stages, see `precision_of`
    checkpoints: Checkpoints
    store: FeatureStore | None
    record: ModelRecord  # of the model in the making; what it says of an image is what training goes by

    @property
    def steps_per_epoch(self) -> int:
        """Optimisation steps of one epoch."""
        return -(-len(self.train_items) // self.experiment.recipe.batch_size)

    def epoch_batches(self, epoch: int, view: int | None = None) -> tuple[list[list[Item]], int, list[Item]]:
        """What `Source.batches` is asked for in an epoch, by default with the view that belongs to it."""
        seed, number = self.experiment.seed, self.experiment.view_number(epoch) if view is None else view
        chunks = chunked(shuffled(self.train_items, seed, epoch), self.experiment.recipe.batch_size)
        # kept views are made in an order of their own, the same in whichever epoch that happens
        return chunks, number, shuffled(self.train_items, seed, number)

    def validation_step(self, logits: Tensor, targets: Tensor) -> ValidationOutputs:
        """What the task keeps of a batch of validation or test images."""
        return self.task.validation_step(self.criterion, logits, targets)

    def phase_inputs(self, frozen_precision: str) -> PhaseInputs:
        """The inputs of the phases. Made once the model has the weights that it begins or goes on with."""
        experiment = self.experiment
        return PhaseInputs(
            self.model, self.stages, self.pixels, [phase.stages for phase in experiment.phases],
            views=experiment.views, n_images=len(self.train_items), device=self.device, precision=frozen_precision,
            store=self.store,
        )  # fmt: skip

    def frozen_precision(self) -> str:
        """The number format of frozen stages, found out on two images."""
        self.model.eval()
        body = parts(self.model, self.stages).part(None, HEAD)  # a new head's answers are as good as noise
        wanted = self.experiment.recipe.precision
        return choose_precision(body, self.pixels, self.train_items, self.device, wanted)

    def precision_of(self, phase: Phase) -> str:
        """The number format in which a phase trains. For 'auto' a head alone is trained in fp32: it is small, and
        fitted exactly."""
        alone = phase.stages == (HEAD,) and self.experiment.recipe.precision == "auto"
        return "fp32" if alone else self.trained_precision

    def autocast_of(self, phase: Phase) -> Autocast:
        """Makes the contexts in which the trainable stages of a phase compute."""
        return autocast_for(self.device, self.precision_of(phase))

    def set_modes(self, trainable: Iterable[str]) -> None:
        """Put the model into the modes of a phase that trains these stages.

        Fixed statistics are those that pretrained weights bring: an untrained model has none to keep.
        """
        fixed = self.experiment.recipe.batchnorm == "fixed" and self.experiment.backbone.weights != "none"
        set_modes(self.model, self.stages, trainable, fixed_statistics=fixed)


def raise_momentum(model: nn.Module) -> None:
    """Let BatchNorm statistics follow within tens of steps, for a model that begins with none.

    torchvision's MobileNet v3 moves them by a hundredth a step, made for 100,000s of steps: after a short training from
    scratch they would still be where they began, and the model would answer at chance.
    """
    for module in model.modules():
        if isinstance(module, BATCHNORMS) and module.momentum is not None:
            module.momentum = max(module.momentum, 0.1)


def set_up(
    experiment: Experiment, dataset: Dataset, split: Split, *, device: torch.device, checkpoints: Checkpoints,
    features: Path | None = None, images: Callable[[Geometry], ImageCache] | None = None,
    workers: WorkerPool | None = None,
) -> Setup:  # fmt: skip
    """Load the backbone with a new head and gather what the loop needs. `features`: a folder where they are kept.
    `images`: decoded images of a size that others share; none: this training decodes its own. `workers`: processes that
    make views; none: threads of this one do.

    Raises `WeightsUnavailable`, `UnreadableWeights`, `UnknownDevice` (a precision that the device lacks).
    """
    require_precision(experiment.recipe, device)
    if device.type == "cuda":
        # fp32 is what it says: TF32, the default of convolutions on newer NVIDIA GPUs, keeps ten bits of what it
        # multiplies. By this name, since what asks for the flag by it fails where another one set it.
        torch.backends.cudnn.allow_tf32 = False
    backbone = catalogue.get(experiment.backbone.name)
    task = task_of(experiment, dataset)
    # a checkpoint replaces every weight: what it began from need not be on this machine any more
    start = {"weights": "none"} if checkpoints.exist else {}
    model = build(experiment.backbone.model_copy(update=start), task.outputs, experiment.seed).to(device)
    if experiment.backbone.weights == "none":
        raise_momentum(model)
    model = model.to(memory_format=torch.channels_last)  # convolutions are 2-3 times as fast
    record = ModelRecord.of(experiment, dataset.classes, dataset.value_range)
    train_items = tuple(dataset.items[i] for i in split.train)
    cache = images(record.geometry) if images else None
    image_views = ImageViews(experiment.pipeline, record.geometry, experiment.seed, cache, train_items, task)
    return Setup(
        experiment=experiment,
        task=task,
        device=device,
        model=model,
        stages=stages(model, backbone.name),
        train_items=train_items,
        val_items=tuple(dataset.items[i] for i in split.val),
        pixels=Pixels(image_views, Normalise(Preprocessing.of(record), device), workers),
        criterion=task.loss(experiment.recipe, task.collate([task.read(item) for item in train_items]), device),
        trained_precision=trained_precision(device, experiment.recipe.precision),
        checkpoints=checkpoints,
        store=FeatureStore(features) if features else None,
        record=record,
    )
