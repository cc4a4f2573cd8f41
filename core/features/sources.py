"""Where the trained part of a model takes its inputs from: pixels, or what its frozen part makes of them."""

import hashlib
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import torch
from torch import Tensor

from core.backbones.look import look
from core.backbones.split import Part
from core.data.dataset import Item
from core.errors import StorageFailed
from core.experiment import PipelineSpec
from core.features.batches import Batch, Normalise, Pictures, ahead, batches
from core.features.precision import Autocast
from core.features.store import MEMORY_BYTES, Block, FeatureStore, Layout

WIDE = 32  # images that are read and go through the frozen part together: a stop waits for them
FIRST = 8  # the first time, so that training begins soon
Chunks = Sequence[Sequence[Item]]


@dataclass(frozen=True, slots=True)
class Inputs:
    """`tensor` (N, ...) on the device with labels (N,) on the CPU; `failed` could not be read."""

    tensor: Tensor
    labels: Tensor
    items: tuple[Item, ...]
    failed: tuple[tuple[Item, str], ...]


class Source(Protocol):
    """Gives inputs for chunks of images, in order."""

    def batches(self, chunks: Chunks, view: int | None, order: Sequence[Item]) -> Generator[Inputs, None, None]:
        """One `Inputs` per chunk. `view` None is the plain image; `order` is that in which views are made."""


class Pixels:
    """The images themselves, (N, 3, S, S)."""

    def __init__(self, pictures: Pictures, normalise: Normalise) -> None:
        self.pictures = pictures
        self._normalise = normalise

    def under(self, pipeline: PipelineSpec) -> "Pixels":
        """The same images under another pipeline; what is decoded is shared."""
        return Pixels(self.pictures.under(pipeline), self._normalise)

    def key(self, view: int | None) -> str:
        """A name for what `batches` gives for one image: equal names mean equal inputs."""
        return f"{self._normalise.key}|{self.pictures.key(view)}"

    def batches(self, chunks: Chunks, view: int | None, order: Sequence[Item] = ()) -> Generator[Inputs, None, None]:
        """See `Source`."""
        del order  # pixels are made as they are asked for
        picture = self.pictures.plain if view is None else partial(self.pictures.view, number=view)
        made = batches(chunks, picture, ahead(self._normalise.device))
        try:
            for batch in made:
                yield self._inputs(batch)
        finally:
            made.close()  # its threads stop making views that nobody will look at

    def _inputs(self, batch: Batch) -> Inputs:
        tensor = self._normalise(batch.pictures) if batch.items else torch.empty(0)
        return Inputs(tensor, batch.labels, batch.items, batch.failed)


class Features:
    """What a frozen part makes of its inputs: computed once per (image, view) where that is kept, else each time.

    A block is filled in an order of its own, by slices of a fixed width, and stored only when it is whole: what a row
    holds never depends on the batches or on when a run was stopped. The frozen part must be in eval mode.
    """

    def __init__(
        self, part: Part, base: Source, *, name: str, pixels: Pixels, autocast: Autocast, device: torch.device,
        keep: bool, store: FeatureStore | None,
    ) -> None:  # fmt: skip
        """`name` stands for weights, cut and number format. `keep` False: only plain images are kept."""
        self._part = part
        self._base = base
        self._name = name
        self._pixels = pixels
        self._autocast = autocast
        self._device = device
        self._keep = keep
        self._store = store
        self._blocks: dict[str, Block] = {}
        # what the user should know, also of what stands before; whoever shows it takes it out
        self.notes: list[str] = base.notes if isinstance(base, Features) else []

    def batches(self, chunks: Chunks, view: int | None, order: Sequence[Item]) -> Generator[Inputs, None, None]:
        """See `Source`."""
        if self._keep or view is None:
            return self._kept(chunks, view, order)
        return self._passing(chunks, view, order)

    def missing(self, items: Sequence[Item], view: int | None) -> int:
        """Images of `items` that still have to go through the frozen part for this view."""
        if not self._keep and view is not None:
            return len(items)
        block = self._known(self._key(view))
        return len({item.digest for item in items if block is None or item.digest not in block})

    def _known(self, key: str) -> Block | None:
        return self._blocks.get(key) or (self._store.load(key) if self._store else None)

    def _kept(self, chunks: Chunks, view: int | None, order: Sequence[Item]) -> Generator[Inputs, None, None]:
        key = self._key(view)
        block = self._known(key)
        wanted = {item.digest: item for chunk in chunks for item in chunk}
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
                yield self._gathered(block, chunk, failed)
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

    def _gathered(self, block: Block | None, chunk: Sequence[Item], failed: dict[str, str]) -> Inputs:
        good = tuple(item for item in chunk if item.digest not in failed)
        bad = tuple((item, failed[item.digest]) for item in chunk if item.digest in failed)
        rows = torch.empty(0) if block is None or not good else block.get([item.digest for item in good])
        return Inputs(rows.to(self._device, torch.float32), _labels(good), good, bad)

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
                    yield Inputs(features[[place[id(item)] for item in good]], _labels(good), good, bad)
        finally:
            made.close()

    def _forward(self, tensor: Tensor) -> Tensor:
        return look(self._part, tensor, self._autocast)

    def _remember(self, key: str, block: Block, *, new: bool) -> None:
        self._blocks[key] = block
        if not new or self._store is None or self._store.failed:
            return
        try:
            self._store.save(key, block)
        except StorageFailed as error:
            self._store.failed = True  # nobody in this run tries again: it is said once
            self.notes.append(f"Features are not kept for later runs: {error}")
            return
        if sum(len(kept) * kept.layout.row_bytes for kept in self._blocks.values()) > MEMORY_BYTES:
            mapped = self._store.load(key)
            self._blocks[key] = mapped or block

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


def _labels(items: Iterable[Item]) -> Tensor:
    return torch.tensor([item.label for item in items], dtype=torch.long)
