"""Which images are computed together on the way through a frozen prefix, and what there is of a view so far."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from core.data.dataset import Item
from core.features.pixels import Chunks
from core.features.store import Block

FIRST = 8  # size of the first slice, so that training begins soon


def slices(items: Sequence[Item], wide: int) -> list[list[Item]]:
    """Slices of `wide` items, after a first one of `FIRST`."""
    starts = [0, *range(FIRST, len(items), wide)]
    return [list(items[start:end]) for start, end in zip(starts, [*starts[1:], len(items)], strict=True) if end > start]


def merge_chunks(chunks: Chunks, wide: int) -> list[list[Sequence[Item]]]:
    """Merge neighbouring chunks up to the size of a frozen forward."""
    groups: list[list[Sequence[Item]]] = []
    for chunk in chunks:
        if groups and len(groups) > 1 and sum(map(len, groups[-1])) + len(chunk) <= wide:
            groups[-1].append(chunk)
        else:
            groups.append([chunk])
    return groups


def joined(groups: Sequence[Chunks]) -> list[list[Item]]:
    """The images of each group."""
    return [[item for chunk in group for item in chunk] for group in groups]


def missing_items(order: Sequence[Item], needed_digests: Collection[str], block: Block | None) -> list[Item]:
    """The needed items that a block lacks, each once, in their order."""
    needed = {item.digest: item for item in order if item.digest in needed_digests}
    return [item for digest, item in needed.items() if block is None or digest not in block]


def digests_of(items: Iterable[Item]) -> set[str]:
    """Their digests."""
    return {item.digest for item in items}


@dataclass(eq=False)
class Filling:
    """A block that is given, batch by batch, while more of it may be computed; None before its first rows."""

    block: Block | None

    def has(self, item: Item) -> bool:
        """Whether the features of an image are there."""
        return self.block is not None and item.digest in self.block
