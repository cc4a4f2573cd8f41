"""The recipe that people copy: plain PyTorch and torchvision, as in PyTorch's transfer learning tutorial.

ImageFolder, random crop and flip, frozen layers but the model in train mode, SGD with momentum, a step schedule. The
mean, standard deviation and size are those of the weights. Also the limit: forward and backward of pixels in memory.
"""

import statistics
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from copy import deepcopy
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import ImageFolder

from tests.benchmarks import backbone
from tests.benchmarks.arms import Job, Outcome, count_images

RATES = {"head": 1e-2, "last": 1e-3, "all": 1e-3}
Batches = Iterable[tuple[torch.Tensor, torch.Tensor]]


def train(job: Job) -> Outcome:
    """Train as told; validates after every epoch and, with `keep_best`, keeps the weights of the best."""
    torch.manual_seed(job.seed)
    began = time.monotonic()
    loaders = {part: _loader(job, part) for part in ("train", "val", "test") if Path(job.folder, part).is_dir()}
    images = loaders["train"].dataset
    outcome = Outcome(train_images=len(images), epochs=0, seconds=0, prepare_s=time.monotonic() - began)
    began = time.monotonic()
    model = backbone.load(len(images.classes), job.seed, name=job.backbone, hurry=job.hurry).to(job.device)
    rates = _fit(job, model, loaders["train"], loaders["val"], outcome)
    outcome.seconds = time.monotonic() - began
    outcome.train_rate = statistics.median(rates)
    if "test" in loaders:
        right = named_rightly(model, loaders["test"], job.device)
        names = ["/".join(Path(path).parts[-2:]) for path, _ in loaders["test"].dataset.samples]
        outcome.test_accuracy, outcome.test_images = sum(right) / len(right), len(right)
        outcome.test_right = [name for name, good in zip(names, right, strict=True) if good]
    return outcome


def limit(job: Job) -> Outcome:
    """Forward and backward over everything, the same pixels in memory again and again: nothing can be quicker."""
    bare = Bare(job)
    images, epochs = count_images(job.folder, "train"), sum(stretch.epochs for stretch in job.stretches)
    bare.rate(2 * job.batch_size)  # the first steps are slow
    rate = bare.rate(images * epochs)
    return Outcome(train_images=images, epochs=epochs, seconds=images * epochs / rate, train_rate=rate)


class Bare:
    """A model and pixels in memory."""

    def __init__(self, job: Job) -> None:
        torch.manual_seed(job.seed)
        side = backbone.facts(job.backbone).image_size
        self._job = job
        model = backbone.load(5, job.seed, name=job.backbone)
        self._model = model.to(job.device, memory_format=torch.channels_last).train()
        # on a processor an update is next to nothing, and figures from before it was counted compare
        self._updates = [] if job.device == "cpu" else [torch.optim.AdamW(self._model.parameters(), fused=True)]
        pixels = torch.randn(job.batch_size, 3, side, side, device=job.device)
        self._pixels = pixels.to(memory_format=torch.channels_last)
        self._labels = torch.randint(5, (job.batch_size,), device=job.device)

    def rate(self, images: int) -> float:
        """Images per second over so many images or a few more."""
        steps, began = -(-images // self._job.batch_size), time.monotonic()
        for _ in range(steps):
            self._step()
        if self._job.device != "cpu":  # it was only told what to do
            torch.accelerator.synchronize()
        return steps * self._job.batch_size / (time.monotonic() - began)

    def _step(self) -> None:
        with _autocast(self._job):
            loss = nn.functional.cross_entropy(self._model(self._pixels), self._labels)
        loss.backward()
        for update in self._updates:
            update.step()
        self._model.zero_grad(set_to_none=True)
        if self._job.device == "cpu":
            loss.item()


def accuracy(model: nn.Module, batches: Batches, device: str) -> float:
    """Share of the images that are correctly classified."""
    right = named_rightly(model, batches, device)
    return sum(right) / len(right)


def named_rightly(model: nn.Module, batches: Batches, device: str) -> list[bool]:
    """For each image, in order, whether it is correctly classified."""
    model.eval()
    right: list[bool] = []
    with torch.no_grad():
        for pixels, labels in batches:
            right += (model(pixels.to(device)).argmax(1).cpu() == labels).tolist()
    return right


def _fit(job: Job, model: nn.Module, images: Batches, val: Batches, outcome: Outcome) -> list[float]:
    """All stretches; returns images per second of each epoch, without its validation."""
    best, kept, rates = -1.0, None, []
    for stretch in job.stretches:
        trainable = _freeze(model, stretch.stages, job.backbone)
        optimizer = torch.optim.SGD(trainable, stretch.rate or RATES[stretch.stages], momentum=0.9)
        schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=7, gamma=0.1)
        for _ in range(stretch.epochs):
            began = time.monotonic()
            _epoch(model, images, optimizer, job)
            schedule.step()
            rates.append(outcome.train_images / (time.monotonic() - began))
            outcome.val_accuracy = accuracy(model, val, job.device)
            outcome.epoch_s.append(time.monotonic() - began)
            if job.keep_best and outcome.val_accuracy > best:
                best, kept = outcome.val_accuracy, deepcopy(model.state_dict())
    if kept is not None:
        model.load_state_dict(kept)
    outcome.epochs = len(rates)
    return rates


def _autocast(job: Job) -> AbstractContextManager[None]:
    return torch.autocast(job.device, torch.bfloat16) if job.precision == "bf16" else nullcontext()


def _epoch(model: nn.Module, images: Batches, optimizer: torch.optim.Optimizer, job: Job) -> None:
    model.train()
    running = 0.0
    for pixels, labels in images:
        optimizer.zero_grad()
        with _autocast(job):
            loss = nn.functional.cross_entropy(model(pixels.to(job.device)), labels.to(job.device))
        loss.backward()
        optimizer.step()
        running += loss.item() * len(labels)


def _freeze(model: nn.Module, which: str, name: str) -> list[nn.Parameter]:
    trainable = backbone.weights(model, which, name)
    for parameter in model.parameters():
        parameter.requires_grad = any(parameter is other for other in trainable)
    return trainable


def _loader(job: Job, part: str) -> DataLoader:
    facts = backbone.facts(job.backbone)
    changes = (
        [transforms.RandomResizedCrop(facts.image_size), transforms.RandomHorizontalFlip()]
        if part == "train"
        else [transforms.Resize(facts.resize_size), transforms.CenterCrop(facts.image_size)]
    )
    changes += [transforms.ToTensor(), transforms.Normalize(facts.mean, facts.std)]
    images = ImageFolder(Path(job.folder, part), transforms.Compose(changes))
    return DataLoader(images, job.batch_size, shuffle=part == "train", num_workers=job.workers)
