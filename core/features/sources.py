"""Features from the frozen prefix of a model as inputs of its trainable suffix, kept where they fit."""

import hashlib
import weakref
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from time import perf_counter

import torch
from torch import Tensor

from core.backbones.split import Part
from core.data.dataset import Item
from core.errors import StorageFailed
from core.features.groups import Filling, digests_of, joined, merge_chunks, missing_items, slices
from core.features.pixels import Chunks, Inputs, Pixels, Source
from core.features.precision import Autocast
from core.features.quicker import NOT_ALL, TOO_LARGE, Quicker
from core.features.shortage import forward_with_oom_retry, with_relief
from core.features.store import CPU, MEMORY_BYTES, Block, FeatureStore, Layout, room_on
from core.features.transfer import sent
from core.text import format_size

WIDE = 32  # images per slice of a frozen forward on a processor; stopping waits for one slice
LEFT = "The device ran out of memory: kept features lie in the computer's memory from now on."
WIDE_ON_GPU = 256  # fewer where its memory is short: see `forward_in_slices`


class Features:
    """Outputs of a frozen prefix, which is in eval mode: computed once per (image, view) if kept, otherwise each time.

    A block is filled in a fixed order and in slices of fixed size, and stored only when complete: its rows never depend
    on the batches or on when a run was stopped.

    At most MEMORY_BYTES per view are kept, and the same for all views in memory; on a GPU also what its memory has
    room for. More is read from files or computed each time: whichever turns out to be quicker where a device computes
    beside the processor.
    """

    def __init__(
        self, prefix: Part, base: Source, *, name: str, pixels: Pixels, autocast: Autocast, device: torch.device,
        keep: bool, store: FeatureStore | None, row_bytes: int = 0,
    ) -> None:  # fmt: skip
        """`name` identifies weights, split point and dtype. `keep` False: only plain images are kept.

        `row_bytes`: size of the features of one image; 0 if negligible.
        """
        self._prefix = prefix
        self._base = base
        self._name = name
        self._pixels = pixels
        self._autocast = autocast
        self._device = device
        self._keep = keep
        self._store = store
        self._row_bytes = row_bytes
        self._blocks: dict[str, Block] = {}
        self._filling: list[Filling] = []  # what is given to whoever trains, of which more may be computed
        self._not_kept_noted = False
        self._full_noted, self._saved_bytes = False, 0
        self._uses_device = device.type == "cuda"
        # a processor's results may not depend on how quick its disk is
        self._quicker = Quicker(device.type != "cpu")
        # notes for the user, shared with the base source; callers remove what they show
        self.notes: list[str] = base.notes if isinstance(base, Features) else []
        this = weakref.ref(self)  # a cycle would keep the blocks on the device until the next collection
        pixels.relieve = lambda: (features := this()) is not None and features.leave_device()

    @property
    def _wide(self) -> int:
        return WIDE if self._device.type == "cpu" else WIDE_ON_GPU

    def batches(self, chunks: Chunks, view: int | None, order: Sequence[Item]) -> Generator[Inputs, None, None]:
        """See `Source`."""
        items = [item for chunk in chunks for item in chunk]
        if self.keeps(items, view):
            return self._from_block(chunks, view, order)
        if self._keep or view is None:
            self._note_not_kept(len(items))
        return self._computed(chunks, view, order)

    def announce(self, chunks: Chunks, view: int | None, order: Sequence[Item]) -> None:
        """See `Source`."""
        items = [item for chunk in chunks for item in chunk]
        if not self.keeps(items, view):
            self._base.announce(joined(merge_chunks(chunks, self._wide)), view, order)
            return
        needed_digests = digests_of(items)
        block = self._existing_block(self._key(view), needed_digests)
        if missing := missing_items(order, needed_digests, block):
            self._base.announce(slices(missing, self._wide), view, order)

    def keeps(self, items: Sequence[Item], view: int | None) -> bool:
        """Whether this view of `items` is kept: if requested, small enough, and not quicker to compute than to read."""
        if not self._keep and view is not None:
            return False
        block, digests = self._blocks.get(self._key(view)), digests_of(items)
        return self._fit(block, digests) and (self._in_memory(block, len(digests)) or not self._quicker.to_compute)

    def _in_memory(self, block: Block | None, rows: int) -> bool:
        """Whether a block is in memory, or a new one of so many rows would be."""
        if block is not None:
            return not block.mapped
        used = sum(kept.memory_bytes for kept in self._blocks.values())
        return rows * self._row_bytes <= max(MEMORY_BYTES - used, self._room())

    def missing(self, items: Sequence[Item], view: int | None) -> int:
        """Number of `items` whose features still have to be computed for this view."""
        if not self.keeps(items, view):
            return len(items)
        needed_digests = digests_of(items)
        block = self._existing_block(self._key(view), needed_digests)
        return len([digest for digest in needed_digests if block is None or digest not in block])

    def _existing_block(self, key: str, needed_digests: Collection[str]) -> Block | None:
        """The existing block of a view; None if rows of other images leave no space for the needed ones."""
        if key in self._blocks:
            return self._blocks[key]
        block = self._store.load(key) if self._store else None
        return block if block is not None and self._fit(block, needed_digests) else None

    def _fit(self, block: Block | None, needed_digests: Collection[str]) -> bool:
        """Whether a block, with the missing rows added, is small enough to be kept."""
        existing_rows = len(block) if block is not None else 0
        new = [digest for digest in needed_digests if block is None or digest not in block]
        if existing_rows and not new:
            return True
        return (existing_rows + len(new)) * self._row_bytes <= max(MEMORY_BYTES, self._room())

    def _from_block(self, chunks: Chunks, view: int | None, order: Sequence[Item]) -> Generator[Inputs, None, None]:
        key = self._key(view)
        needed_digests = digests_of(item for chunk in chunks for item in chunk)
        at = Filling(self._existing_block(key, needed_digests))
        missing = missing_items(order, needed_digests, at.block)
        failed: dict[str, str] = {}
        if at.block is not None and not missing:
            self._retain(key, at.block, new=False)
            at.block = self._blocks.get(key, at.block)
        source_batches = self._base.batches(slices(missing, self._wide), view, order)
        self._filling.append(at)
        try:
            for chunk in chunks:
                while any(item.digest not in failed and not at.has(item) for item in chunk):
                    began = perf_counter()
                    inputs = next(source_batches)
                    failed |= {item.digest: reason for item, reason in inputs.failed}
                    first = at.block is None  # then the device chooses its kernels
                    self._add_features(at, inputs, len(missing))
                    if not first and at.block is not None and at.block.device == CPU:  # it waited
                        self._quicker.computing.add(perf_counter() - began, len(inputs.items))
                yield self._collect(at, chunk, view, failed)
            next(source_batches, None)  # exhaust the base source, so that it stores its block
        finally:
            source_batches.close()
            self._filling.remove(at)
        if at.block is not None:
            self._retain(key, at.block, new=bool(missing) and len(failed) < len(missing))

    def _add_features(self, at: Filling, inputs: Inputs, new_rows: int) -> None:
        if not inputs.items:
            return
        features, digests = self._forward(inputs.tensor), [item.digest for item in inputs.items]

        def with_space() -> Block:
            if at.block is None:
                layout = Layout.of(features)
                return Block.empty(layout, new_rows, self._device if self._fits_there(new_rows, layout) else CPU)
            full = len(at.block) + len(digests) > at.block.capacity
            return at.block.grown(new_rows) if full else at.block

        at.block = with_relief(with_space, self._pixels.relieve)
        at.block.add(digests, features)

    def _collect(self, at: Filling, chunk: Sequence[Item], view: int | None, failed: dict[str, str]) -> Inputs:
        good = tuple(item for item in chunk if item.digest not in failed)
        bad = tuple((item, failed[item.digest]) for item in chunk if item.digest in failed)
        digests = [item.digest for item in good]

        def on_device() -> Tensor:
            locked = self._device.type == "cuda" and at.block is not None and at.block.device == CPU
            rows = torch.empty(0) if at.block is None or not good else at.block.get(digests, locked=locked)
            return (sent(rows, self._device) if rows.device == CPU else rows).float()

        with self._timed_reading(len(good)) if at.block is not None and at.block.mapped else nullcontext():
            there = with_relief(on_device, self._pixels.relieve)
        return Inputs(there, self._pixels.targets(good, view), good, bad)

    @contextmanager
    def _timed_reading(self, images: int) -> Iterator[None]:
        with self._pixels.waiting.for_features(), self._quicker.reading.timed(images):
            yield

    def _computed(self, chunks: Chunks, view: int | None, order: Sequence[Item]) -> Generator[Inputs, None, None]:
        groups = merge_chunks(chunks, self._wide)
        source_batches = self._base.batches(joined(groups), view, order)
        try:
            for group, inputs in zip(groups, source_batches, strict=True):
                features = self._forward(inputs.tensor).float() if inputs.items else inputs.tensor
                row_of = {id(item): n for n, item in enumerate(inputs.items)}
                reasons = {id(item): reason for item, reason in inputs.failed}
                for chunk in group:
                    good = tuple(item for item in chunk if id(item) in row_of)
                    bad = tuple((item, reasons[id(item)]) for item in chunk if id(item) in reasons)
                    rows = [row_of[id(item)] for item in good]
                    yield Inputs(features[rows], inputs.targets[rows], good, bad)
        finally:
            source_batches.close()

    def _forward(self, tensor: Tensor) -> Tensor:
        return with_relief(lambda: forward_with_oom_retry(self._prefix, tensor, self._autocast), self._pixels.relieve)

    def _retain(self, key: str, block: Block, *, new: bool) -> None:
        """Keep a block in the device's memory, in this process's or memory-mapped; if none of them is possible it is
        computed again."""
        if new:
            self._save(key, block)
        self._retain_in_memory(key, with_relief(lambda: self._there_if_it_fits(block), self._pixels.relieve))

    def _there_if_it_fits(self, block: Block) -> Block:
        fits = block.device == CPU and self._fits_there(len(block), block.layout)
        return block.on(self._device) if fits else block

    def _retain_in_memory(self, key: str, block: Block) -> None:
        others = sum(kept.memory_bytes for name, kept in self._blocks.items() if name != key)
        if others + block.memory_bytes > MEMORY_BYTES:
            mapped_block = self._store.load(key) if self._store else None
            if mapped_block is None:
                self._blocks.pop(key, None)
                return
            block = mapped_block
        self._blocks[key] = block

    def leave_device(self) -> bool:
        """Take kept features from the device's memory, which is short, for good; false where that was done or there is
        no such device."""
        below = self._base.leave_device() if isinstance(self._base, Features) else False
        used, self._uses_device = self._uses_device, False
        if used and not below:
            self.notes.append(LEFT)
        moved: dict[int, Block] = {}
        for at in self._filling:
            if (block := at.block) is not None and block.device != CPU:
                at.block = moved[id(block)] = block.on(CPU)
        for key in [key for key, block in self._blocks.items() if block.device != CPU]:
            block = self._blocks.pop(key)
            if len(block) * block.layout.row_bytes <= MEMORY_BYTES:  # else it is read from its file, or computed again
                self._retain_in_memory(key, moved.get(id(block)) or block.on(CPU))
        return used or below

    @property
    def _there(self) -> list[Block]:
        """Blocks in the device's memory, each once."""
        blocks = [*self._blocks.values(), *(at.block for at in self._filling if at.block is not None)]
        return list({id(block): block for block in blocks if block.device != CPU}.values())

    @property
    def bytes_there(self) -> int:
        """Bytes that kept features take of the device's memory, those of the base included."""
        below = self._base.bytes_there if isinstance(self._base, Features) else 0
        return below + sum(block.capacity * block.layout.row_bytes for block in self._there)

    def _fits_there(self, rows: int, layout: Layout) -> bool:
        """Whether features fit into the share of the device's memory that they may take."""
        return self._uses_device and rows * layout.row_bytes <= self._room()

    def _room(self) -> int:
        """Bytes of the device's memory that more features may take."""
        return room_on(self._device, self.bytes_there) if self._uses_device else 0

    def _save(self, key: str, block: Block) -> None:
        if self._store is None or self._store.failed:
            return
        self._saved_bytes += len(block) * block.layout.row_bytes
        if self._saved_bytes > self._store.disk_bytes:  # it would take the place of this run's own earlier views
            self.notes += [] if self._full_noted else [NOT_ALL.format(most=format_size(self._store.disk_bytes))]
            self._full_noted = True
            return
        try:
            self._store.save(key, block)
        except StorageFailed as error:
            self._store.failed = True  # do not try again in this run: report it once
            self.notes.append(
                f"Features are not kept for later runs: {error} "
                f"What exceeds {format_size(MEMORY_BYTES)} is computed anew at every epoch."
            )

    def _note_not_kept(self, images: int) -> None:
        if self._not_kept_noted:
            return
        self._not_kept_noted = True
        size, most = images * self._row_bytes, max(MEMORY_BYTES, self._room())
        if self._quicker.to_compute and size <= most:
            self.notes.append(self._quicker.note)
            return
        self.notes.append(TOO_LARGE.format(images=images, size=format_size(size), most=format_size(most)))

    def _key(self, view: int | None) -> str:
        return hashlib.blake2b(f"{self._name}|{self._pixels.key(view)}".encode(), digest_size=16).hexdigest()
