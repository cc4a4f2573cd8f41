"""Features on disk and in memory: one block per (frozen weights, cut, number format, view), rows found by image digest.

A block's rows lie in one file as they lie in memory; a small file beside it, written last, says what the rows are. A
block without that second file, or whose bytes are not those that were written, is no block: it is computed again.
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

MEMORY_BYTES = 1 << 30  # of one run's blocks; beyond, rows are mapped from their files
DISK_BYTES = 4 << 30  # of one workspace; the blocks not used the longest go first
STALE_S = 3600  # since a file was last written to: no save takes so long, whoever began it is gone
_DTYPES = {str(dtype): dtype for dtype in (torch.float32, torch.bfloat16, torch.float16)}


@dataclass(frozen=True, slots=True)
class Layout:
    """What one row is. `order` lists its dimensions from the outermost in memory to the innermost."""

    shape: tuple[int, ...]
    order: tuple[int, ...]
    dtype: torch.dtype

    @property
    def row_bytes(self) -> int:
        """Bytes of one row."""
        return math.prod(self.shape) * self.dtype.itemsize

    @classmethod
    def of(cls, features: Tensor) -> "Layout":
        """The layout of a batch (N, ...): kept as it is in memory, because dropout draws in that order."""
        strides = features.stride()[1:]
        order = tuple(sorted(range(len(strides)), key=lambda n: (-strides[n], n)))
        return cls(tuple(features.shape[1:]), order, features.dtype)

    @property
    def stored(self) -> tuple[int, ...]:
        """The shape in which a row is stored."""
        return tuple(self.shape[n] for n in self.order)

    def pack(self, features: Tensor) -> Tensor:
        """A batch (N, ...) as it is stored."""
        return features.permute(0, *(n + 1 for n in self.order)).contiguous()

    def unpack(self, rows: Tensor) -> Tensor:
        """Stored rows as a batch (N, ...) with the strides it had."""
        back = sorted(range(len(self.order)), key=self.order.__getitem__)
        return rows.permute(0, *(n + 1 for n in back))


class Block:
    """Rows of one view. Filled row by row; `get` gives copies. `mapped`: the rows lie in a file."""

    def __init__(self, layout: Layout, rows: Tensor, digests: Sequence[str] = (), *, mapped: bool = False) -> None:
        self.layout = layout
        self._rows = rows  # (capacity, *layout.stored)
        self._mapped = mapped
        self._index = {digest: n for n, digest in enumerate(digests)}

    @classmethod
    def empty(cls, layout: Layout, capacity: int) -> "Block":
        """A block in memory with room for `capacity` rows."""
        return cls(layout, torch.empty((capacity, *layout.stored), dtype=layout.dtype))

    def __contains__(self, digest: str) -> bool:
        return digest in self._index

    def __len__(self) -> int:
        return len(self._index)

    @property
    def capacity(self) -> int:
        """Rows that there is room for."""
        return len(self._rows)

    @property
    def memory_bytes(self) -> int:
        """Memory that the rows take; the system takes back that of a mapped file when it needs it."""
        return 0 if self._mapped else self._rows.nbytes

    @property
    def digests(self) -> list[str]:
        """Images that have a row, in the order of the rows."""
        return list(self._index)

    @property
    def used(self) -> Tensor:
        """The rows that are filled."""
        return self._rows[: len(self._index)]

    def add(self, digests: Sequence[str], features: Tensor) -> None:
        """Keep a batch (N, ...) of features. Raises `IndexError` when the block is full."""
        at = len(self._index)
        if at + len(digests) > self.capacity:
            raise IndexError("the block is full")  # torch would broadcast a single row into nothing
        self._rows[at : at + len(digests)] = self.layout.pack(features)
        self._index.update({digest: at + n for n, digest in enumerate(digests)})

    def get(self, digests: Sequence[str]) -> Tensor:
        """The features (N, ...) of some images."""
        return self.layout.unpack(self._rows[[self._index[digest] for digest in digests]])

    def grown(self, more: int) -> "Block":
        """A block in memory with these rows and room for `more`."""
        bigger = Block.empty(self.layout, len(self) + more)
        bigger._rows[: len(self)] = self.used
        bigger._index = dict(self._index)
        return bigger


class FeatureStore:
    """Blocks of one workspace, in `folder`. Several processes may use it at once: a file is whole or not there."""

    def __init__(self, folder: Path, disk_bytes: int = DISK_BYTES) -> None:
        self._folder = folder
        self._disk_bytes = disk_bytes
        self.failed = False  # whether a block could not be kept, and a run has been told so

    def load(self, key: str) -> Block | None:
        """The block kept under `key`, its rows mapped from the file; None when there is none that is whole."""
        data, facts = self._paths(key)
        try:
            told = json.loads(facts.read_text(encoding="utf-8"))
            layout = Layout(tuple(told["shape"]), tuple(told["order"]), _DTYPES[told["dtype"]])
            n = len(told["digests"])
            if data.stat().st_size != n * layout.row_bytes or n == 0:
                return None
            size = data.stat().st_size
            raw = torch.from_file(str(data), shared=False, size=size, dtype=torch.uint8)
            if zlib.crc32(as_bytes(raw)) != told["crc32"]:
                return None
            for path in (data, facts):
                os.utime(path)  # used now: pruned last
            return Block(layout, raw.view(layout.dtype).view(n, *layout.stored), told["digests"], mapped=True)
        except (OSError, ValueError, LookupError, TypeError, RuntimeError):
            return None

    def save(self, key: str, block: Block) -> None:
        """Keep a block for later runs, and make room for it. Raises `StorageFailed`; what was kept stays."""
        data, facts = self._paths(key)
        raw = as_bytes(block.used)
        if raw.nbytes > self._disk_bytes:
            return
        self.prune(self._disk_bytes - raw.nbytes)
        try:
            self._folder.mkdir(exist_ok=True)  # in the workspace, which is not made anew where it was deleted
            facts.unlink(missing_ok=True)  # while the rows are replaced nobody may take them for what they were
        except OSError as error:
            raise files.storage_failed(facts, error) from error
        with files.atomic_write(data) as file:
            file.write(raw)
        told = {
            "shape": block.layout.shape,
            "order": block.layout.order,
            "dtype": str(block.layout.dtype),
            "digests": block.digests,
            "crc32": zlib.crc32(raw),
        }
        files.write_json(facts, told)

    def prune(self, disk_bytes: int) -> None:
        """Delete the blocks not used the longest until the others take at most `disk_bytes`, and what a kill left."""
        if not self._folder.is_dir():
            return
        self._sweep()
        found = sorted(self._folder.glob("*.rows"), key=_when_used)
        sizes = {path: files.size_bytes(path) for path in found}
        total = sum(sizes.values())
        for path in found:
            if total <= disk_bytes:
                return
            try:
                path.with_suffix(".json").unlink(missing_ok=True)
                path.unlink(missing_ok=True)
            except OSError as error:
                raise StorageFailed(f"Kept features could not be deleted: {error}") from error
            total -= sizes[path]

    def _sweep(self) -> None:
        """Delete what saves left that were killed. A younger file may be another process's, at work on it."""
        for path in self._folder.glob(f"{files.TEMPORARY_PREFIX}*"):
            if time.time() - _when_used(path) > STALE_S:
                with suppress(OSError):  # it only takes room: the next save tries again
                    path.unlink(missing_ok=True)

    def _paths(self, key: str) -> tuple[Path, Path]:
        return self._folder / f"{key}.rows", self._folder / f"{key}.json"


def as_bytes(tensor: Tensor) -> memoryview:
    """The memory of a tensor on the CPU, its elements in their logical order."""
    flat: Any = tensor.reshape(-1).view(torch.uint8).numpy()
    return memoryview(flat)


def _when_used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # another process has just pruned it
        return 0.0
