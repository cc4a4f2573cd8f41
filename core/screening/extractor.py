"""What a frozen backbone sees of an image, and roughly where: its last maps, pooled to grids of 3 x 3."""

from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.backbones.fold import folded
from core.backbones.split import CannotTrace, Part
from core.backbones.stages import HEAD
from core.backbones.tap import tapped
from core.data.dataset import Item
from core.errors import InvalidInput, UnreadableImage
from core.experiment import PipelineSpec
from core.features.batches import chunked
from core.features.phase_inputs import frozen_name
from core.features.precision import DTYPES, autocast_for
from core.features.sources import WIDE, Features
from core.screening.pooling import CELLS, PLACE, Maps, as_maps, has_places, pooled
from core.training.setup import Setup
from core.work.control import Aborted, Control, Signal


class FeatureExtractor:
    """Grid features (N, C * 18) of images under any pipeline, as the frozen stages before the head see them."""

    def __init__(self, setup: Setup, control: Control) -> None:
        """The model of `setup` must be as it was built; it is put into eval mode."""
        self._setup = setup
        self._control = control
        precision = setup.frozen_precision()
        side = setup.pixels.image_views.geometry.image_size
        image = torch.zeros(1, 3, side, side, device=setup.device)
        self._part = pooled(last_maps(setup.model, image, DTYPES.get(precision)))
        self._name = (
            f"{frozen_name(setup.model, setup.stages, HEAD, precision, setup.device)}|last maps, folded {CELLS} {PLACE}"
        )
        self._autocast = autocast_for(setup.device, precision)

    def extract(
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


def last_maps(model: nn.Module, image: Tensor, dtype: torch.dtype | None = None) -> Maps:
    """Two maps for images like `image` (1, 3, S, S): what is there, and where something stands out.

    The first is the last output of any module of `model` that still has places: a stage may end behind its pooling.
    The second is the last one of the same places before a final widening, where there is one: what classes need is
    spread over the widened map, so that objects hardly stand out from it. `dtype`: see `folded`, where the model can be
    traced. Raises `InvalidInput` where there are none.
    """
    found: list[tuple[nn.Module, torch.Size]] = []

    def note(module: nn.Module, _inputs: Any, output: Any) -> None:
        if isinstance(output, Tensor) and len(output) == len(image) and has_places(output):
            found.append((module, as_maps(output).shape))

    _watched(model, [module for module in model.modules() if module is not model], note, image)
    if not found:
        raise InvalidInput("This backbone gives no map of where things are: choose another one to screen labels with.")
    last, shape = found[-1]
    narrower = [(module, own) for module, own in found if own[2:] == shape[2:] and own[1] < shape[1]]
    before, own = narrower[-1] if narrower else (last, shape)
    try:
        return _of_graph(folded(tapped(model, (last, before)), dtype))
    except CannotTrace:  # the model's code decides something as it runs: it is run as it stands, and watched
        return _of_model(model, last, before, own[1])


def _of_model(model: nn.Module, last: nn.Module, before: nn.Module, channels: int) -> Maps:
    """The maps of two modules; of `before`, which may run twice, that with so many channels."""

    def extract(images: Tensor) -> tuple[Tensor, Tensor]:
        caught: list[tuple[nn.Module, Tensor]] = []

        def catch(module: nn.Module, _inputs: Any, output: Tensor) -> None:
            caught.append((module, as_maps(output)))

        _watched(model, {last, before}, catch, images)
        where = [maps for module, maps in caught if module is before and maps.shape[1] == channels]
        return [maps for module, maps in caught if module is last][-1], where[-1]

    return extract


def _of_graph(part: Part) -> Maps:
    def extract(images: Tensor) -> tuple[Tensor, Tensor]:
        last, before = part(images)
        return as_maps(last), as_maps(before)

    return extract


def _watched(model: nn.Module, modules: Iterable[nn.Module], hook: Callable[..., None], images: Tensor) -> None:
    """Run `model`, which must be in eval mode, with a hook behind some of its modules."""
    handles = [module.register_forward_hook(hook) for module in modules]
    try:
        with torch.no_grad():
            model(images)
    finally:
        for handle in handles:
            handle.remove()


def matrix(seen: dict[str, np.ndarray], items: Sequence[Item]) -> np.ndarray:
    """The rows of `items`, (N, D) float32. Raises `UnreadableImage` when one is missing."""
    gone = next((item for item in items if item.digest not in seen), None)
    if gone is not None:
        raise UnreadableImage(f"{gone.name} cannot be read any more. Restore it, or load the images again.")
    return np.stack([seen[item.digest] for item in items]).astype(np.float32)
