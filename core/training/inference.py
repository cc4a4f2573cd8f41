"""A model's answers for a list of images, without gradients."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.data.dataset import Item
from core.training.batches import Normalise, Picture, batches, chunked
from core.training.control import Control, Signal

BATCH_SIZE = 32


@dataclass(frozen=True, slots=True)
class Answers:
    """Logits (N, C) float32 on the CPU for `items`; `failed` names the images that could not be read."""

    logits: Tensor
    items: tuple[Item, ...]
    failed: tuple[tuple[Item, str], ...]

    @property
    def labels(self) -> Tensor:
        """True labels (N,)."""
        return torch.tensor([item.label for item in self.items], dtype=torch.long)


class Aborted(Exception):
    """The process is ending: leave at once."""


def answer(
    model: nn.Module,
    items: Sequence[Item],
    picture: Callable[[Item], Picture],
    normalise: Normalise,
    *,
    autocast: Callable[[], AbstractContextManager[None]],
    control: Control | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Answers:
    """Logits for `items`, in their order. The model is put into eval mode and left there. Raises `Aborted`."""
    model.eval()
    logits: list[Tensor] = []
    good: list[Item] = []
    failed: list[tuple[Item, str]] = []
    for batch in batches(chunked(items, BATCH_SIZE), picture):
        if control is not None and control.at_batch() is Signal.ABORT:
            raise Aborted
        failed += batch.failed
        if batch.items:
            logits.append(_forward(model, normalise(batch.pictures), autocast))
            good += batch.items
        if on_progress is not None:
            on_progress(len(good) + len(failed), len(items))
    values = torch.cat(logits) if logits else torch.empty(0, 0)
    return Answers(values, tuple(good), tuple(failed))


def autocast_for(device: torch.device, precision: str) -> Callable[[], AbstractContextManager[None]]:
    """A maker of autocast contexts for a precision: 'fp32' switches nothing."""
    dtype = {"bf16": torch.bfloat16, "fp16": torch.float16}.get(precision)

    def context() -> AbstractContextManager[None]:
        return torch.autocast(device.type, dtype=dtype or torch.bfloat16, enabled=dtype is not None)

    return context


def _forward(model: nn.Module, pixels: Tensor, autocast: Callable[[], AbstractContextManager[None]]) -> Tensor:
    with torch.no_grad(), autocast():
        return model(pixels).float().cpu()
