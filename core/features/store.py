"""Features on disk and in memory: one block per (frozen weights, split point, dtype, view), one row per image digest.

The rows of a block are stored in one file as they are in memory. A small metadata file beside it, written last,
describes them. A block without metadata, or with a wrong checksum, is ignored and computed again.
"""

import json
import math
import os
import time
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core import files
from core.errors import StorageFailed
from core.features.transfer import page_locked, sent

MEMORY_BYTES = 1 << 30  # for the blocks of one run; beyond that, rows are memory-mapped from their files
DISK_BYTES = 4 << 30  # per workspace; the least recently used blocks are deleted first
STALE_S = 3600  # a temporary file not written to for this long was left behind by a killed process
CPU = torch.device("cpu")
DEVICE_SHARE = 0.5  # of a GPU's free memory that kept features may take; the rest is for what is trained
_DTYPES = {str(dtype): dtype for dtype in (torch.float32, torch.bfloat16, torch.float16)}


@dataclass(frozen=True, slots=True)
class Layout:
    """Shape, memory order and dtype of one row. `order` lists the dimensions from outermost to innermost in memory."""

    shape: tuple[int, ...]
    order: tuple[int, ...]
    dtype: torch.dtype

    @property
    def row_bytes(self) -> int:
        """Bytes of one row."""
        return math.prod(self.shape) * self.dtype.itemsize

    @classmethod
    def of(cls, features: Tensor) -> "Layout":
        """The layout of a batch (N, ...). The memory order is kept because dropout draws its mask in that order."""
        strides = features.stride()[1:]
        order = tuple(sorted(range(len(strides)), key=lambda n: (-strides[n], n)))
        return cls(tuple(features.shape[1:]), order, features.dtype)

    @property
    def stored(self) -> tuple[int, ...]:
        """The shape in which a row is stored."""
        return tuple(self.shape[n] for n in self.order)

    def pack(self, features: Tensor) -> Tensor:
        """Bring a batch (N, ...) into stored order."""
        return features.permute(0, *(n + 1 for n in self.order)).contiguous()

    def unpack(self, rows: Tensor) -> Tensor:
        """Bring stored rows back into a batch (N, ...) with its original strides."""
        inverse = sorted(range(len(self.order)), key=self.order.__getitem__)
        return rows.permute(0, *(n + 1 for n in inverse))


class Block:
    """Rows of one view, filled row by row. `get` returns copies. `mapped`: the rows are memory-mapped from a file."""

    def __init__(self, layout: Layout, rows: Tensor, digests: Sequence[str] = (), *, mapped: bool = False) -> None:
        self.layout = layout
        self._rows = rows  # (capacity, *layout.stored)
        self._mapped = mapped
        self._index = {digest: n for n, digest in enumerate(digests)}

    @classmethod
    def empty(cls, layout: Layout, capacity: int, device: torch.device = CPU) -> "Block":
        """A block in memory, by default the processor's, with space for `capacity` rows."""
        return cls(layout, torch.empty((capacity, *layout.stored), dtype=layout.dtype, device=device))

    def on(self, device: torch.device) -> "Block":
        """The filled rows in the memory of a device."""
        return Block(self.layout, self.used.to(device, copy=True), self.digests)

    def __contains__(self, digest: str) -> bool:
        return digest in self._index

    def __len__(self) -> int:
        return len(self._index)

    @property
    def capacity(self) -> int:
        """Maximum number of rows."""
        return len(self._rows)

    @property
    def memory_bytes(self) -> int:
        """The processor's memory used by the rows; 0 for a mapped file, whose pages the system can reclaim."""
        return 0 if self._mapped or self.device.type != "cpu" else self._rows.nbytes

    @property
    def mapped(self) -> bool:
        """Whether the rows are read from a file."""
        return self._mapped

    @property
    def device(self) -> torch.device:
        """Where the rows are."""
        return self._rows.device

    @property
    def digests(self) -> list[str]:
        """Digests of the images in the block, in row order."""
        return list(self._index)

    @property
    def used(self) -> Tensor:
        """The rows that are filled."""
        return self._rows[: len(self._index)]

    def add(self, digests: Sequence[str], features: Tensor) -> None:
        """Append a batch (N, ...) of features. Raises `IndexError` when the block is full."""
        start = len(self._index)
        if start + len(digests) > self.capacity:
            raise IndexError("the block is full")  # torch would broadcast a single row into nothing
        self._rows[start : start + len(digests)] = self.layout.pack(features)
        self._index.update({digest: start + n for n, digest in enumerate(digests)})

    def get(self, digests: Sequence[str], *, locked: bool = False) -> Tensor:
        """The features (N, ...) of some images. `locked`: in page-locked memory, for a GPU."""
        rows = sent(torch.tensor([self._index[digest] for digest in digests], dtype=torch.int64), self._rows.device)
        if not locked:
            return self.layout.unpack(self._rows.index_select(0, rows))
        room = page_locked((len(digests), *self.layout.stored), self.layout.dtype)
        return self.layout.unpack(torch.index_select(self._rows, 0, rows, out=room))

    def grown(self, more: int) -> "Block":
        """A copy in memory with space for `more` additional rows."""
        bigger = Block.empty(self.layout, len(self) + more, self.device)
        bigger._rows[: len(self)] = self.used
        bigger._index = dict(self._index)
        return bigger


class FeatureStore:
    """Blocks of one workspace, in `folder`. Safe for several processes: files are written atomically."""

    def __init__(self, folder: Path, disk_bytes: int = DISK_BYTES) -> None:
        self._folder = folder
        self.disk_bytes = disk_bytes
        self.failed = False  # whether saving a block has failed and a run has reported it

    def load(self, key: str) -> Block | None:
        """The block stored under `key`, memory-mapped; None if it is missing or incomplete."""
        data, metadata_path = self._paths(key)
        try:
            metadata = json.loads(metadata_path.read_text(encoding="utf-8"))
            layout = Layout(tuple(metadata["shape"]), tuple(metadata["order"]), _DTYPES[metadata["dtype"]])
            n = len(metadata["digests"])
            if data.stat().st_size != n * layout.row_bytes or n == 0:
                return None
            size = data.stat().st_size
            raw = torch.from_file(str(data), shared=False, size=size, dtype=torch.uint8)
            if zlib.crc32(as_bytes(raw)) != metadata["crc32"]:
                return None
            for path in (data, metadata_path):
                os.utime(path)  # mark as recently used
            return Block(layout, raw.view(layout.dtype).view(n, *layout.stored), metadata["digests"], mapped=True)
        except (OSError, ValueError, LookupError, TypeError, RuntimeError):
            return None

    def save(self, key: str, block: Block) -> None:
        """Store a block for later runs; old blocks are deleted to make space.

        Raises `StorageFailed`; other blocks stay.
        """
        data, metadata_path = self._paths(key)
        if len(block) * block.layout.row_bytes > self.disk_bytes:
            return
        raw = as_bytes(block.used.cpu())
        self.prune(self.disk_bytes - raw.nbytes)
        try:
            self._folder.mkdir(exist_ok=True)  # only this folder: a deleted workspace is not recreated
            metadata_path.unlink(missing_ok=True)  # so that nobody reads the rows while they are replaced
        except OSError as error:
            raise files.storage_failed(metadata_path, error) from error
        with files.atomic_write(data) as file:
            file.write(raw)
        metadata = {
            "shape": block.layout.shape,
            "order": block.layout.order,
            "dtype": str(block.layout.dtype),
            "digests": block.digests,
            "crc32": zlib.crc32(raw),
        }
        files.write_json(metadata_path, metadata)

    def prune(self, disk_bytes: int) -> None:
        """Delete the least recently used blocks until at most `disk_bytes` remain, and what killed processes left."""
        if not self._folder.is_dir():
            return
        self._delete_leftovers()
        blocks = sorted(self._folder.glob("*.rows"), key=_last_used)
        sizes = {path: files.size_bytes(path) for path in blocks}
        total = sum(sizes.values())
        for path in blocks:
            if total <= disk_bytes:
                return
            try:
                path.with_suffix(".json").unlink(missing_ok=True)
                path.unlink(missing_ok=True)
            except OSError as error:
                raise StorageFailed(f"Kept features could not be deleted: {error}") from error
            total -= sizes[path]

    def _delete_leftovers(self) -> None:
        """Delete temporary files of killed saves. Newer ones may belong to a process that is still writing."""
        for path in self._folder.glob(f"{files.TEMPORARY_PREFIX}*"):
            if time.time() - _last_used(path) > STALE_S:
                with suppress(OSError):  # it only wastes space: the next save tries again
                    path.unlink(missing_ok=True)

    def _paths(self, key: str) -> tuple[Path, Path]:
        return self._folder / f"{key}.rows", self._folder / f"{key}.json"


def room_on(device: torch.device, kept: int = 0) -> int:
    """Bytes of a GPU's memory that more kept features may take now, where so many are kept: all together take their
    share of what nothing else uses. 0 where they are in the processor's anyway."""
    if device.type != "cuda":
        return 0
    free, _ = torch.cuda.mem_get_info(device)
    unused = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(
        device
    )  # torch has it, and nobody uses it
    return max(0, int(DEVICE_SHARE * (free + unused + kept)) - kept)


def as_bytes(tensor: Tensor) -> memoryview:
    """The bytes of a CPU tensor, elements in logical order."""
    flat: Any = tensor.reshape(-1).view(torch.uint8).numpy()
    return memoryview(flat)


def _last_used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # another process has just deleted it
        return 0.0
