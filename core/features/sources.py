"""Where the trained part of a model takes its inputs from: pixels, or what its frozen part makes of them."""

import hashlib
from collections.abc import Collection, Generator, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import torch
from torch import Tensor

from core.backbones.split import Part
from core.data.dataset import Item
from core.errors import StorageFailed
from core.experiment import PipelineSpec
from core.features.batches import Batch, ImageViews, Normalise, ahead, batches, sent
from core.features.precision import Autocast
from core.features.shortage import forward_with_oom_retry
from core.features.store import MEMORY_BYTES, Block, FeatureStore, Layout
from core.text import format_size

WIDE = 32  # images that are read and go through the frozen part together: a stop waits for them
FIRST = 8  # the first time, so that training begins soon
Chunks = Sequence[Sequence[Item]]


@dataclass(frozen=True, slots=True)
class Inputs:
    """`tensor` (N, ...) on the device with targets (N, ...) on the CPU; `failed` could not be read."""

    tensor: Tensor
    targets: Tensor
    items: tuple[Item, ...]
    failed: tuple[tuple[Item, str], ...]


class Source(Protocol):
    """Gives inputs for chunks of images, in order."""

    def batches(self, chunks: Chunks, view: int | None, order: Sequence[Item]) -> Generator[Inputs, None, None]:
        """One `Inputs` per chunk. `view` None is the plain image; `order` is that in which views are made."""


class Pixels:
    """The images themselves, (N, 3, S, S)."""

    def __init__(self, image_views: ImageViews, normalise: Normalise) -> None:
        self.image_views = image_views
        self._normalise = normalise

    def under(self, pipeline: PipelineSpec) -> "Pixels":
        """The same images under another pipeline; what is decoded is shared."""
        return Pixels(self.image_views.under(pipeline), self._normalise)

    def key(self, view: int | None) -> str:
        """A name for what `batches` gives for one image: equal names mean equal inputs."""
        return f"{self._normalise.key}|{self.image_views.key(view)}"

    def batches(self, chunks: Chunks, view: int | None, order: Sequence[Item] = ()) -> Generator[Inputs, None, None]:
        """See `Source`."""
        del order  # pixels are made as they are asked for
        sample = partial(self.image_views.sample, number=view)
        made = batches(chunks, sample, ahead(self._normalise.device), self.image_views.targets)
        try:
            for batch in made:
                yield self._inputs(batch)
        finally:
            made.close()  # its threads stop making views that nobody will look at

    def _inputs(self, batch: Batch) -> Inputs:
        tensor = self._normalise(batch.images) if batch.items else torch.empty(0)
        return Inputs(tensor, batch.targets, batch.items, batch.failed)

    def targets(self, items: Sequence[Item], view: int | None) -> Tensor:
        """The targets that belong to a view of `items`."""
        return self.image_views.targets.collate([self.image_views.target(item, view) for item in items])


class Features:
    """What a frozen part makes of its inputs: computed once per (image, view) where that is kept, else each time.

    A block is filled in an order of its own, by slices of a fixed width, and stored only when it is whole: what a row
    holds never depends on the batches or on when a run was stopped. The frozen part must be in eval mode.

    At most MEMORY_BYTES of a view are kept, and of all views in memory: more lies in files, or is computed each time.
    """

    def __init__(
        self, part: Part, base: Source, *, name: str, pixels: Pixels, autocast: Autocast, device: torch.device,
        keep: bool, store: FeatureStore | None, row_bytes: int = 0,
    ) -> None:  # fmt: skip
        """`name` stands for weights, cut and number format. `keep` False: only plain images are kept.

        `row_bytes`: what the features of one image take; 0 where they are few and small.
        """
        self._part = part
        self._base = base
        self._name = name
        self._pixels = pixels
        self._autocast = autocast
        self._device = device
        self._keep = keep
        self._store = store
        self._row_bytes = row_bytes
        self._blocks: dict[str, Block] = {}
        self._too_large_told = False
        # what the user should know, also of what stands before; whoever shows it takes it out
        self.notes: list[str] = base.notes if isinstance(base, Features) else []

    def batches(self, chunks: Chunks, view: int | None, order: Sequence[Item]) -> Generator[Inputs, None, None]:
        """See `Source`."""
        items = [item for chunk in chunks for item in chunk]
        if self.keeps(items, view):
            return self._kept(chunks, view, order)
        if self._keep or view is None:
            self._tell_too_large(len(items))
        return self._passing(chunks, view, order)

    def keeps(self, items: Sequence[Item], view: int | None) -> bool:
        """Whether this view of `items` is kept: only where that is wanted, and where there is room for it."""
        return (self._keep or view is None) and self._fit(self._blocks.get(self._key(view)), _digests(items))

    def missing(self, items: Sequence[Item], view: int | None) -> int:
        """Images of `items` that still have to go through the frozen part for this view."""
        if not self.keeps(items, view):
            return len(items)
        wanted = _digests(items)
        block = self._known(self._key(view), wanted)
        return len([digest for digest in wanted if block is None or digest not in block])

    def _known(self, key: str, wanted: Collection[str]) -> Block | None:
        """What there is of a view; nothing where images of other data leave no room for those that are wanted."""
        if key in self._blocks:
            return self._blocks[key]
        block = self._store.load(key) if self._store else None
        return block if block is not None and self._fit(block, wanted) else None

    def _fit(self, block: Block | None, wanted: Collection[str]) -> bool:
        """Whether a block with what it has and with what is wanted is small enough to be kept."""
        held = len(block) if block is not None else 0
        new = [digest for digest in wanted if block is None or digest not in block]
        return (held + len(new)) * self._row_bytes <= MEMORY_BYTES

    def _kept(self, chunks: Chunks, view: int | None, order: Sequence[Item]) -> Generator[Inputs, None, None]:
        key = self._key(view)
        wanted = _digests(item for chunk in chunks for item in chunk)
        block = self._known(key, wanted)
        missing = [
            item for item in {item.digest: item for item in order}.values()
            if item.digest in wanted and (block is None or item.digest not in block)
        ]  # fmt: skip
        failed: dict[str, str] = {}
        made = self._base.batches(_slices(missing), view, order)
        try:
            for chunk in chunks:
                while any(item.digest not in failed and (block is None or item.digest not in block) for item in chunk):
                    inputs = next(made)
                    failed |= {item.digest: reason for item, reason in inputs.failed}
                    block = self._filled(block, inputs, len(missing))
                yield self._gathered(block, chunk, view, failed)
            next(made, None)  # nothing is left: what stands before keeps its block when it comes to its end
        finally:
            made.close()
        if block is not None:
            self._remember(key, block, new=bool(missing) and len(failed) < len(missing))

    def _filled(self, block: Block | None, inputs: Inputs, room: int) -> Block | None:
        if not inputs.items:
            return block
        features = self._forward(inputs.tensor).cpu()
        if block is None:
            block = Block.empty(Layout.of(features), room)
        elif len(block) + len(inputs.items) > block.capacity:
            block = block.grown(room)
        block.add([item.digest for item in inputs.items], features)
        return block

    def _gathered(self, block: Block | None, chunk: Sequence[Item], view: int | None, failed: dict[str, str]) -> Inputs:
        good = tuple(item for item in chunk if item.digest not in failed)
        bad = tuple((item, failed[item.digest]) for item in chunk if item.digest in failed)
        rows = torch.empty(0) if block is None or not good else block.get([item.digest for item in good])
        return Inputs(sent(rows, self._device).float(), self._pixels.targets(good, view), good, bad)

    def _passing(self, chunks: Chunks, view: int | None, order: Sequence[Item]) -> Generator[Inputs, None, None]:
        groups = _grouped(chunks)
        made = self._base.batches([[item for chunk in group for item in chunk] for group in groups], view, order)
        try:
            for group, inputs in zip(groups, made, strict=True):
                features = self._forward(inputs.tensor).float() if inputs.items else inputs.tensor
                place = {id(item): n for n, item in enumerate(inputs.items)}
                reasons = {id(item): reason for item, reason in inputs.failed}
                for chunk in group:
                    good = tuple(item for item in chunk if id(item) in place)
                    bad = tuple((item, reasons[id(item)]) for item in chunk if id(item) in reasons)
                    rows = [place[id(item)] for item in good]
                    yield Inputs(features[rows], inputs.targets[rows], good, bad)
        finally:
            made.close()

    def _forward(self, tensor: Tensor) -> Tensor:
        return forward_with_oom_retry(self._part, tensor, self._autocast)

    def _remember(self, key: str, block: Block, *, new: bool) -> None:
        """Have a block for the next time, in memory or in its file; with room in neither it is computed again."""
        if new:
            self._save(key, block)
        others = sum(kept.memory_bytes for name, kept in self._blocks.items() if name != key)
        if others + block.memory_bytes > MEMORY_BYTES:
            filed = self._store.load(key) if self._store else None
            if filed is None:
                return
            block = filed
        self._blocks[key] = block

    def _save(self, key: str, block: Block) -> None:
        if self._store is None or self._store.failed:
            return
        try:
            self._store.save(key, block)
        except StorageFailed as error:
            self._store.failed = True  # nobody in this run tries again: it is said once
            self.notes.append(
                f"Features are not kept for later runs: {error} "
                f"What exceeds {format_size(MEMORY_BYTES)} is computed anew at every epoch."
            )

    def _tell_too_large(self, images: int) -> None:
        if not self._too_large_told:
            self._too_large_told = True
            self.notes.append(
                f"The features of one view of {images} images would take {format_size(images * self._row_bytes)}; at "
                f"most {format_size(MEMORY_BYTES)} are kept. They are computed anew at every epoch. Freeze more stages "
                "or choose a smaller image size to have them kept."
            )

    def _key(self, view: int | None) -> str:
        return hashlib.blake2b(f"{self._name}|{self._pixels.key(view)}".encode(), digest_size=16).hexdigest()


def _slices(items: Sequence[Item]) -> list[list[Item]]:
    starts = [0, *range(FIRST, len(items), WIDE)]
    return [list(items[start:end]) for start, end in zip(starts, [*starts[1:], len(items)], strict=True) if end > start]


def _grouped(chunks: Chunks) -> list[list[Sequence[Item]]]:
    """Neighbouring chunks together, up to the width of a frozen forward."""
    groups: list[list[Sequence[Item]]] = []
    for chunk in chunks:
        if groups and len(groups) > 1 and sum(map(len, groups[-1])) + len(chunk) <= WIDE:
            groups[-1].append(chunk)
        else:
            groups.append([chunk])
    return groups


def _digests(items: Iterable[Item]) -> set[str]:
    return {item.digest for item in items}
