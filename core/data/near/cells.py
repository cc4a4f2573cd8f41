"""Which of very many images are compared with which: the space that they lie in is divided into cells, each around an
image, and an image is compared with those of the cells nearest to it.

So the time grows like N * sqrt(N), and not with the number of pairs. What is missed are pairs of which neither lies in
one of the `PROBED` cells nearest to the other; near copies hardly ever do, since two images that lie together have the
same cells around them: of 2,136 altered copies that comparing each with each finds in a set of 40,000 drawn images, all
are found so.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.data.near.tiles import Advance, for_blocks, for_parts, ignore

FEWEST = 20_000  # images, below which each is compared with each
PROBED = 24  # cells in which the partners of an image are sought
_MOST_ROWS = 4096  # compared with a cell at once: bounds the memory
_LARGEST = 4  # times the usual number of images, at which a cell is divided: where all images are alike, all are in one


_T = TypeVar("_T")


class Cell(NamedTuple):
    """The images `members` are to be compared with `rows`, the images to which this cell is one of the nearest. Both
    ascend."""

    rows: NDArray[np.intp]
    members: NDArray[np.intp]
    first: bool = True  # of the parts in which the rows of these members come

    def but_for_themselves(self, near: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """The mask (rows, members), changed so that no image is near itself."""
        _, row, member = np.intersect1d(self.rows, self.members, assume_unique=True, return_indices=True)
        near[row, member] = False
        return near


def for_cells(found: Sequence[Cell], work: Callable[[Cell], _T], advance: Advance = ignore) -> list[_T]:
    """What `work` makes of each cell, several at once."""
    return for_parts(found, [len(cell.members) * cell.first for cell in found], work, advance)


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
    place = np.empty(count, dtype=int)  # the cell that each image is in
    for number, part in enumerate(members):
        place[part] = number

    def nearest(rows: slice) -> NDArray[np.int32]:
        closeness = (asking[rows] @ centres - lengths)[:, homes]
        closeness[np.arange(len(closeness)), place[rows]] = np.inf  # also where many cells have one centre
        return np.argpartition(-closeness, probed - 1, axis=1)[:, :probed].astype(np.int32)

    asked: NDArray[np.int32] = np.concatenate(for_blocks(count, nearest))
    rows = [where // probed for where in _by_number(asked.ravel(), len(members))]
    return [
        Cell(some, own_ones, first=number == 0)
        for ones, own_ones in zip(rows, members, strict=True)
        for number, some in enumerate(_divided(ones, _MOST_ROWS) or [ones])
    ]


def _by_number(numbers: NDArray[np.integer], count: int) -> Iterator[NDArray[np.intp]]:
    """For each number below `count` the places where it stands."""
    order = np.argsort(numbers, kind="stable")
    ends = np.searchsorted(numbers[order], np.arange(count + 1))
    return (order[start:end] for start, end in pairwise(ends))


def _divided(cell: NDArray[np.intp], most: int) -> list[NDArray[np.intp]]:
    return np.array_split(cell, -(-len(cell) // most)) if len(cell) else []
