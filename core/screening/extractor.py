"""Features of a frozen backbone with coarse positions: its last feature maps, pooled to 3 x 3 grids."""

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
    """Grid features (N, C * 18) of images with any pipeline, from the stages before the head."""

    def __init__(self, setup: Setup, control: Control) -> None:
        """The model of `setup` must be unmodified; it is set to eval mode."""
        self._setup = setup
        self._control = control
        precision = setup.frozen_precision()
        side = setup.pixels.image_views.geometry.image_size
        image = torch.zeros(1, 3, side, side, device=setup.device)
        self._grid_features = pooled(last_maps(setup.model, image, DTYPES.get(precision)))
        self._name = (
            f"{frozen_name(setup.model, setup.stages, HEAD, precision, setup.device)}|last maps, folded {CELLS} {PLACE}"
        )
        self._autocast = autocast_for(setup.device, precision)

    def extract(
        self, items: Sequence[Item], pipeline: PipelineSpec, view: int | None, *, keep: bool = False
    ) -> Generator[int, None, dict[str, np.ndarray]]:
        """Features of one view (None: the plain image) by digest; yields the number of finished images.

        Features of plain images are kept, those of views only with `keep`. Unreadable images are missing.
        Raises `Aborted`.
        """
        pixels = self._setup.pixels.under(pipeline)
        features = Features(
            self._grid_features, pixels, name=self._name, pixels=pixels, autocast=self._autocast,
            device=self._setup.device, keep=keep, store=self._setup.store,
        )  # fmt: skip
        features_by_digest: dict[str, np.ndarray] = {}
        feature_batches = features.batches(chunked(items, WIDE), view, items)
        try:
            for inputs in feature_batches:
                if self._control.at_batch() is not Signal.GO:
                    raise Aborted
                rows = inputs.tensor.cpu().numpy()
                features_by_digest |= {item.digest: row for item, row in zip(inputs.items, rows, strict=True)}
                yield len(features_by_digest)
        finally:
            feature_batches.close()
        return features_by_digest


def last_maps(model: nn.Module, image: Tensor, dtype: torch.dtype | None = None) -> Maps:
    """Two feature maps for images like `image` (1, 3, S, S): one for features, one for saliency.

    The first is the last output of any module of `model` with spatial positions (a stage may end with pooling). The
    second is the last one with the same positions before a final channel expansion, if there is one: in the expanded
    map objects hardly stand out. `dtype`: see `folded`, if the model can be traced. Raises `InvalidInput` if there are
    none.
    """
    maps_found: list[tuple[nn.Module, torch.Size]] = []

    def record_map(module: nn.Module, _inputs: Any, output: Any) -> None:
        if isinstance(output, Tensor) and len(output) == len(image) and has_places(output):
            maps_found.append((module, as_maps(output).shape))

    _run_with_hooks(model, [module for module in model.modules() if module is not model], record_map, image)
    if not maps_found:
        raise InvalidInput("This backbone gives no map of where things are: choose another one to screen labels with.")
    last, shape = maps_found[-1]
    narrower_maps = [(module, own) for module, own in maps_found if own[2:] == shape[2:] and own[1] < shape[1]]
    before, own = narrower_maps[-1] if narrower_maps else (last, shape)
    try:
        return _of_graph(folded(tapped(model, (last, before)), dtype))
    except CannotTrace:  # data-dependent control flow: run the model with hooks
        return _of_model(model, last, before, own[1])


def _of_model(model: nn.Module, last: nn.Module, before: nn.Module, channels: int) -> Maps:
    """The maps of two modules; of `before`, which may run twice, the one with `channels` channels."""

    def extract(images: Tensor) -> tuple[Tensor, Tensor]:
        outputs: list[tuple[nn.Module, Tensor]] = []

        def record_output(module: nn.Module, _inputs: Any, output: Tensor) -> None:
            outputs.append((module, as_maps(output)))

        _run_with_hooks(model, {last, before}, record_output, images)
        saliency_maps = [maps for module, maps in outputs if module is before and maps.shape[1] == channels]
        return [maps for module, maps in outputs if module is last][-1], saliency_maps[-1]

    return extract


def _of_graph(part: Part) -> Maps:
    def extract(images: Tensor) -> tuple[Tensor, Tensor]:
        last, before = part(images)
        return as_maps(last), as_maps(before)

    return extract


def _run_with_hooks(model: nn.Module, modules: Iterable[nn.Module], hook: Callable[..., None], images: Tensor) -> None:
    """Run `model`, which must be in eval mode, with forward hooks on some modules."""
    handles = [module.register_forward_hook(hook) for module in modules]
    try:
        with torch.no_grad():
            model(images)
    finally:
        for handle in handles:
            handle.remove()


def matrix(features_by_digest: dict[str, np.ndarray], items: Sequence[Item]) -> np.ndarray:
    """The feature rows of `items`, (N, D) float32. Raises `UnreadableImage` if one is missing."""
    missing = next((item for item in items if item.digest not in features_by_digest), None)
    if missing is not None:
        raise UnreadableImage(f"{missing.name} cannot be read any more. Restore it, or load the images again.")
    return np.stack([features_by_digest[item.digest] for item in items]).astype(np.float32)
