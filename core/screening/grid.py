"""What a frozen backbone sees of an image, and roughly where: its last maps, pooled to grids of 3 x 3."""

from collections.abc import Callable, Generator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.backbones.split import Part
from core.backbones.stages import HEAD
from core.data.dataset import Item
from core.errors import InvalidInput, UnreadableImage
from core.experiment import PipelineSpec
from core.features.batches import chunked
from core.features.feeds import frozen_name
from core.features.precision import autocast_for
from core.features.sources import WIDE, Features
from core.screening.pooling import CELLS, PLACE, pooled
from core.training.control import Control, Signal
from core.training.inference import Aborted
from core.training.setup import Setup


class Eye:
    """Grid features (N, C * 18) of images under any pipeline, as the frozen stages before the head see them."""

    def __init__(self, setup: Setup, control: Control) -> None:
        """The model of `setup` must be as it was built; it is put into eval mode."""
        self._setup = setup
        self._control = control
        precision = setup.frozen_precision()
        side = setup.pixels.pictures.geometry.image_size
        self._part = pooled(last_map(setup.model, torch.zeros(1, 3, side, side, device=setup.device)))
        self._name = f"{frozen_name(setup.model, setup.stages, HEAD, precision, setup.device)}|last map {CELLS} {PLACE}"
        self._autocast = autocast_for(setup.device, precision)

    def see(
        self, items: Sequence[Item], pipeline: PipelineSpec, view: int | None, *, keep: bool = False
    ) -> Generator[int, None, dict[str, np.ndarray]]:
        """Features by digest of one view (None: the plain image); yields how many images are done.

        Those of plain images are kept for the next time, those of views on demand. What cannot be read is missing.
        Raises `Aborted`.
        """
        pixels = self._setup.pixels.under(pipeline)
        features = Features(
            self._part, pixels, name=self._name, pixels=pixels, autocast=self._autocast, device=self._setup.device,
            keep=keep, store=self._setup.store,
        )  # fmt: skip
        seen: dict[str, np.ndarray] = {}
        made = features.batches(chunked(items, WIDE), view, items)
        try:
            for inputs in made:
                if self._control.at_batch() is not Signal.GO:
                    raise Aborted
                rows = inputs.tensor.cpu().numpy()
                seen |= {item.digest: row for item, row in zip(inputs.items, rows, strict=True)}
                yield len(seen)
        finally:
            made.close()
        return seen


def last_map(model: nn.Module, image: Tensor) -> Part:
    """The last output of any module of `model` that still has places, for images like `image` (1, 3, S, S).

    A stage may end behind its pooling: the map is taken before it. Raises `InvalidInput` where no module gives one.
    """
    found: list[nn.Module] = []

    def note(module: nn.Module, _inputs: Any, output: Any) -> None:
        if isinstance(output, Tensor) and _has_places(output):
            found.append(module)

    _watched(model, [module for module in model.modules() if module is not model], note, image)
    if not found:
        raise InvalidInput("This backbone gives no map of where things are: choose another one to screen labels with.")
    last = found[-1]

    def see(images: Tensor) -> Tensor:
        caught: list[Tensor] = []
        _watched(model, [last], lambda _module, _inputs, output: caught.append(output), images)
        return caught[-1]

    return see


def _watched(model: nn.Module, modules: Sequence[nn.Module], hook: Callable[..., None], images: Tensor) -> None:
    """Run `model`, which must be in eval mode, with a hook behind some of its modules."""
    handles = [module.register_forward_hook(hook) for module in modules]
    try:
        with torch.no_grad():
            model(images)
    finally:
        for handle in handles:
            handle.remove()


def _has_places(output: Tensor) -> bool:
    return (output.ndim == 4 and min(sorted(output.shape[1:])[:2]) >= CELLS) or (
        output.ndim == 3 and output.shape[1] >= CELLS * CELLS
    )


def matrix(seen: dict[str, np.ndarray], items: Sequence[Item]) -> np.ndarray:
    """The rows of `items`, (N, D) float32. Raises `UnreadableImage` when one is missing."""
    gone = next((item for item in items if item.digest not in seen), None)
    if gone is not None:
        raise UnreadableImage(f"{gone.name} cannot be read any more. Restore it, or load the images again.")
    return np.stack([seen[item.digest] for item in items]).astype(np.float32)
