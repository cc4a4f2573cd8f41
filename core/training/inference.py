"""A model's answers for a list of images, without gradients."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.backbones.split import Part
from core.data.dataset import Item
from core.features.batches import chunked
from core.features.precision import Autocast
from core.features.shortage import forward_with_oom_retry
from core.features.sources import Source
from core.work.control import Aborted, Control, Signal

BATCH_SIZE = 32


@dataclass(frozen=True, slots=True)
class Answers:
    """Logits (N, C) float32 on the CPU for `items`; `failed` names the images that could not be read."""

    logits: Tensor
    targets: Tensor  # (N, ...) as the task collates them
    items: tuple[Item, ...]
    failed: tuple[tuple[Item, str], ...]


def answer(
    part: Part,
    source: Source,
    items: Sequence[Item],
    *,
    autocast: Autocast,
    control: Control | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Answers:
    """Logits for the plain images of `items`, in their order: `part`, in eval mode, run on what `source` gives.

    Raises `Aborted`.
    """
    logits: list[Tensor] = []
    targets: list[Tensor] = []
    good: list[Item] = []
    failed: list[tuple[Item, str]] = []
    for batch in source.batches(chunked(items, BATCH_SIZE), None, items):
        if control is not None and control.at_batch() is Signal.ABORT:
            raise Aborted
        failed += batch.failed
        if batch.items:
            logits.append(forward_with_oom_retry(part, batch.tensor, autocast).float().cpu())
            targets.append(batch.targets)
            good += batch.items
        if on_progress is not None:
            on_progress(len(good) + len(failed), len(items))
    values, wanted = (torch.cat(every) if every else torch.empty(0, 0) for every in (logits, targets))
    return Answers(values, wanted, tuple(good), tuple(failed))
