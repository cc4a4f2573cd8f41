"""A model's answers for a list of images, without gradients."""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass

import torch
from torch import Tensor

from core.backbones.split import Part
from core.data.dataset import Item
from core.features.batches import chunked
from core.features.pixels import Source
from core.features.precision import Autocast
from core.features.shortage import forward_with_oom_retry
from core.tasks.base import ValidationOutputs
from core.work.control import Aborted, Control, Signal
from core.work.progress import Progress

BATCH_SIZE = 32
MANY = 1000  # images: working on them takes so long that it is told how far it is


@dataclass(frozen=True, slots=True)
class Answers:
    """What the task keeps of `items`, tensors (N, ...) on the CPU; `failed` names the images that could not be read.

    `outputs` is empty where there is no image.
    """

    outputs: ValidationOutputs
    items: tuple[Item, ...]
    failed: tuple[tuple[Item, str], ...]


def answering(
    part: Part,
    source: Source,
    items: Sequence[Item],
    step: Callable[[Tensor, Tensor], ValidationOutputs],
    *,
    autocast: Autocast,
    what: str,
    control: Control | None = None,
) -> Generator[Progress, None, Answers]:
    """What `step` makes of logits and targets of the plain images of `items`, in their order.

    `part`, in eval mode, runs on what `source` gives; the logits are float32 on the CPU, a batch at a time. Where
    images are many, it is told how far `what` is. Raises `Aborted`.
    """
    found: list[ValidationOutputs] = []
    good: list[Item] = []
    failed: list[tuple[Item, str]] = []
    with closing(source.batches(chunked(items, BATCH_SIZE), None, items)) as batches:
        for batch in batches:
            if control is not None and control.at_batch() is Signal.ABORT:
                raise Aborted
            failed += batch.failed
            if batch.items:
                logits = forward_with_oom_retry(part, batch.tensor, autocast).float().cpu()
                found.append(step(logits, batch.targets))
                good += batch.items
            if len(items) >= MANY:
                yield Progress(what=what, done=len(good) + len(failed), total=len(items))
    outputs = tuple(torch.cat(every) for every in zip(*found, strict=True))
    return Answers(outputs, tuple(good), tuple(failed))
