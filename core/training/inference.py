"""A model's answers for a list of images, without gradients."""

from collections.abc import Callable, Sequence
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

BATCH_SIZE = 32


@dataclass(frozen=True, slots=True)
class Answers:
    """What the task keeps of `items`, tensors (N, ...) on the CPU; `failed` names the images that could not be read.

    `outputs` is empty where there is no image.
    """

    outputs: ValidationOutputs
    items: tuple[Item, ...]
    failed: tuple[tuple[Item, str], ...]


def answer(
    part: Part,
    source: Source,
    items: Sequence[Item],
    step: Callable[[Tensor, Tensor], ValidationOutputs],
    *,
    autocast: Autocast,
    control: Control | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Answers:
    """What `step` makes of logits and targets of the plain images of `items`, in their order.

    `part`, in eval mode, runs on what `source` gives; the logits are float32 on the CPU, a batch at a time.
    Raises `Aborted`.
    """
    found: list[ValidationOutputs] = []
    good: list[Item] = []
    failed: list[tuple[Item, str]] = []
    for batch in source.batches(chunked(items, BATCH_SIZE), None, items):
        if control is not None and control.at_batch() is Signal.ABORT:
            raise Aborted
        failed += batch.failed
        if batch.items:
            logits = forward_with_oom_retry(part, batch.tensor, autocast).float().cpu()
            found.append(step(logits, batch.targets))
            good += batch.items
        if on_progress is not None:
            on_progress(len(good) + len(failed), len(items))
    outputs = tuple(torch.cat(every) for every in zip(*found, strict=True))
    return Answers(outputs, tuple(good), tuple(failed))
