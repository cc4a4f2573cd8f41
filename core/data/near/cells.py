"""Which of very many images are compared with which: the space that they lie in is divided into cells, each around an
image, and an image is compared with those of the cells nearest to it.

So the time grows like N * sqrt(N), and not with the number of pairs. What is missed are pairs of which neither lies in
one of the `PROBED` cells nearest to the other; near copies hardly ever do, since two images that lie together have the
same cells around them. Of the altered copies in a set of 40,000 drawn images that comparing each with each finds, 99 %
are found so (`tests.benchmarks.large --copies`).
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.data.near.tiles import Advance, for_blocks, for_parts, ignore

FEWEST = 20_000  # images, below which each is compared with each
PROBED = 24  # cells in which the partners of an image are sought
_LARGEST = 4  # times the usual number of images, at which a cell is divided: where all images are alike, all are in one


_T = TypeVar("_T")


class Cell(NamedTuple):
    """The images `members` are to be compared with `rows`, the images to which this cell is one of the nearest. Both
    ascend."""

    rows: NDArray[np.intp]
    members: NDArray[np.intp]

    def but_for_themselves(self, near: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """The mask (rows, members), changed so that no image is near itself."""
        _, row, member = np.intersect1d(self.rows, self.members, assume_unique=True, return_indices=True)
        near[row, member] = False
        return near


def for_cells(found: Sequence[Cell], work: Callable[[Cell], _T], advance: Advance = ignore) -> list[_T]:
    """What `work` makes of each cell, several at once."""
    return for_parts(found, [len(cell.members) for cell in found], work, advance)


def cells(vectors: NDArray[np.float32], asking: NDArray[np.float32]) -> list[Cell]:
    """Cells of the images with `vectors` (N, K); `asking` (N, K) are those with which their partners are sought.

    The vectors come in an order that has nothing to do with what they are: those of a part of it are the centres.
    """
    count = len(vectors)
    step = max(1, round(np.sqrt(count)))
    centres = np.ascontiguousarray(vectors[::step].T)
    lengths = (centres**2).sum(axis=0) / 2
    own: NDArray[np.intp] = np.concatenate(
        for_blocks(count, lambda rows: (vectors[rows] @ centres - lengths).argmax(axis=1))
    )
    members = [part for cell in _by_number(own, len(lengths)) for part in _divided(cell, _LARGEST * step)]
    homes = np.array([own[part[0]] for part in members])  # the centre of each
    probed = min(PROBED, len(members))

    def nearest(rows: slice) -> NDArray[np.int32]:
        closeness = (asking[rows] @ centres - lengths)[:, homes]
        return np.argpartition(-closeness, probed - 1, axis=1)[:, :probed].astype(np.int32)

    asked: NDArray[np.int32] = np.concatenate(for_blocks(count, nearest))
    rows = [where // probed for where in _by_number(asked.ravel(), len(members))]
    return [Cell(ones, own_ones) for ones, own_ones in zip(rows, members, strict=True)]


def _by_number(numbers: NDArray[np.integer], count: int) -> Iterator[NDArray[np.intp]]:
    """For each number below `count` the places where it stands."""
    order = np.argsort(numbers, kind="stable")
    ends = np.searchsorted(numbers[order], np.arange(count + 1))
    return (order[start:end] for start, end in pairwise(ends))


def _divided(cell: NDArray[np.intp], most: int) -> list[NDArray[np.intp]]:
    return np.array_split(cell, -(-len(cell) // most)) if len(cell) else []
