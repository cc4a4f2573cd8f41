"""For each phase: the trainable suffix of the model and the source of its inputs."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor, nn

from core.backbones.fold import folded
from core.backbones.freezing import first_trainable
from core.backbones.split import Part, parts, state_of
from core.backbones.stages import Stage
from core.data.dataset import Item
from core.experiment import Views
from core.features.pixels import Pixels, Source, nothing_to_free
from core.features.precision import DTYPES, autocast_for, frozen_precision, tolerates_precision
from core.features.shortage import forward_with_oom_retry
from core.features.sources import Features
from core.features.store import DISK_BYTES, MEMORY_BYTES, FeatureStore, Layout, as_bytes, room_on


@dataclass(frozen=True, slots=True)
class PhaseInput:
    """The `suffix` of the model applied to the inputs from `source` equals the whole model.

    `cut` is its first stage.
    """

    source: Source
    suffix: Part
    cut: str | None = None  # None: the whole model runs
    prefix: Part | None = None  # maps images to features, without gradients

    @property
    def features(self) -> Features | None:
        """The source, if it yields features of a frozen prefix."""
        return self.source if isinstance(self.source, Features) else None


class PhaseInputs:
    """The inputs of all phases of a run. Create it after the initial or resumed weights are loaded."""

    def __init__(
        self, model: nn.Module, stages: Sequence[Stage], pixels: Pixels, phases: Sequence[Sequence[str]], *,
        views: Views, n_images: int, device: torch.device, precision: str, store: FeatureStore | None,
    ) -> None:  # fmt: skip
        """`phases`: trainable stages of each. `n_images`: number of images with views. `precision`: of the frozen
        stages.

        Frozen stages must be in eval mode.
        """
        self._model = model
        self._stages = tuple(stages)
        self._pixels = pixels
        self._views = views
        self._n_images = n_images
        self._device = device
        self._precision = precision
        self._store = store
        self._names = [stage.name for stage in stages]
        self._parts = parts(model, stages)
        self._cuts = [self._cut(trainable) for trainable in phases]
        self._layouts: dict[str, Layout] = {}
        self.notes = self._notes(phases)

    def of_phase(self, index: int) -> PhaseInput:
        """The input of phase `index`. The frozen weights before its cut must already be final."""
        cut = self._cuts[index]
        self._pixels.relieve = nothing_to_free  # what an earlier phase kept can go now
        if cut is None:
            return PhaseInput(self._pixels, self._model)
        base = self._base(index, cut)
        return PhaseInput(self._features(cut, base), self._parts.part(cut, None), cut, self._prefix(cut))

    def takes_pixels(self, index: int) -> bool:
        """Whether phase `index` trains the whole model."""
        return self._cuts[index] is None

    def kept_bytes(self, cut: str) -> int | None:
        """Bytes for all views and the plain image of every training image at `cut`; None if views are not kept."""
        if self._views == "fresh":
            return None
        view_bytes, wanted = self._row_bytes(cut) * self._n_images, self._views + 1
        if view_bytes <= MEMORY_BYTES:
            return view_bytes * wanted
        return view_bytes * min(wanted, room_on(self._device) // view_bytes) or None  # where a GPU has room

    def shared_cut(self, index: int) -> str | None:
        """The earliest cut whose features phase `index` shares with its neighbours."""
        cut = self._cuts[index]
        return None if cut is None else self._base(index, cut) or cut

    def most_kept_bytes(self) -> int:
        """Bytes for the features kept at all cuts of the run."""
        cuts = {cut for index, own in enumerate(self._cuts) if own for cut in (own, self.shared_cut(index)) if cut}
        return sum(self.kept_bytes(cut) or 0 for cut in cuts)

    def _features(self, cut: str, base: str | None) -> Features:
        return Features(
            self._frozen(base, cut),
            self._pixels if base is None else self._features(base, None),
            name=f"{frozen_name(self._model, self._stages, cut, self._precision, self._device)}|fused",
            pixels=self._pixels,
            autocast=autocast_for(self._device, self._precision),
            device=self._device,
            keep=self._views != "fresh",
            store=self._store,
            row_bytes=self._row_bytes(cut),
        )

    def _prefix(self, cut: str) -> Part:
        part, autocast = self._frozen(None, cut), autocast_for(self._device, self._precision)

        def run(images: Tensor) -> Tensor:
            return forward_with_oom_retry(part, images, autocast).float()

        return run

    def _frozen(self, first: str | None, last: str) -> Part:
        """Frozen stages from `first` to before `last`; folded in reduced precision only, as it changes last bits."""
        part = self._parts.part(first, last)
        return _folded_when_used(part, DTYPES[self._precision]) if self._precision in DTYPES else part

    def _cut(self, trainable: Iterable[str]) -> str | None:
        """The first trainable stage, or None if the model cannot be split there."""
        first = first_trainable(self._names, trainable)
        return first if first in self._parts.cuts else None

    def _base(self, index: int, cut: str) -> str | None:
        """An earlier cut that a neighbouring phase needs too: the stages before it are then computed only once."""
        lowest = cut
        for neighbours in (self._cuts[index + 1 :], reversed(self._cuts[:index])):
            for other in neighbours:
                if other is None:
                    break
                lowest = min(lowest, other, key=self._names.index)
        if lowest == cut or self._views == "fresh":
            return None
        kept = self.kept_bytes(lowest)
        return lowest if kept is not None and kept <= min(MEMORY_BYTES, DISK_BYTES // 4) else None

    def _row_bytes(self, cut: str) -> int:
        if cut not in self._layouts:
            side = self._pixels.image_views.geometry.image_size
            images = torch.zeros(1, 3, side, side, device=self._device).to(memory_format=torch.channels_last)
            with torch.no_grad(), autocast_for(self._device, self._precision)():
                self._layouts[cut] = Layout.of(self._parts.part(None, cut)(images))
        return self._layouts[cut].row_bytes

    def _notes(self, phases: Sequence[Sequence[str]]) -> list[str]:
        """Notes for the user about what is kept."""
        notes = []
        uncut = [
            trainable for trainable, cut in zip(phases, self._cuts, strict=True)
            if cut is None and self._names[0] not in trainable
        ]  # fmt: skip
        if uncut:
            notes.append("This backbone can be cut before its head only: its frozen stages run at every step.")
        return notes


def _folded_when_used(part: Part, dtype: torch.dtype) -> Part:
    """Fold `part` at its first call: it is never called if all features are kept already."""
    folded_part = cache(lambda: folded(part, dtype))

    def run(images: Tensor) -> Tensor:
        return folded_part()(images)

    return run


def frozen_name(model: nn.Module, stages: Sequence[Stage], cut: str, precision: str, device: torch.device) -> str:
    """A key for the output of the stages before `cut`: weights, cut, precision, device type and torch version."""
    before = stages[: [stage.name for stage in stages].index(cut)]
    digest = hashlib.blake2b(digest_size=16)
    for key, tensor in state_of(model, before).items():
        digest.update(key.encode())
        digest.update(as_bytes(tensor.detach().cpu()))
    exact = "|ieee" if device.type == "cuda" and precision == "fp32" else ""  # once it was computed with TF32 there
    return f"{digest.hexdigest()}|{cut}|{precision}{exact}|{device.type}|{torch.__version__}"


def choose_precision(part: Part, pixels: Pixels, items: Sequence[Item], device: torch.device, precision: str) -> str:
    """The precision of the frozen stages: for 'auto' bf16 if it is faster and gives nearly the same features.

    `part` is the model before the head, in eval mode; it is tested on the first images of `items`.
    """
    chosen = frozen_precision(device, precision)
    if precision != "auto" or chosen == "fp32":
        return chosen
    images: Tensor | None = None
    for inputs in pixels.batches([items[:2]], None):
        images = inputs.tensor if inputs.items else None
    return chosen if images is not None and tolerates_precision(part, images, device, chosen) else "fp32"
