"""Which of many thumbnails may be near which, told from a few numbers of each, so that most pairs need no comparison.

Thumbnails are turned so that their first numbers hold most of their differences (principal components). In those two
images are no further apart than they are, and neither are the lengths of what is left over: a bound from below, so that
nothing is missed; but of very many images each is compared with those of the cells around it (`core.data.near.cells`).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.data.near import cells
from core.data.near.tiles import Advance, blocks, for_blocks, ignore, squared_distances, tiles

_FEWEST = 2048  # images, below which all are compared
_KEPT = 40  # numbers of each
_SAMPLE = 8192  # images from which the components are told
_ROUNDING = 64.0  # what squared distances may be too large by in fp32


Found = tuple[NDArray[np.intp], NDArray[np.intp]]


def within_reach(
    thumbs: NDArray[np.float32], furthest: NDArray[np.float32], by_content: NDArray[np.intp], *, onwards: bool,
    advance: Advance = ignore,
) -> Iterator[Found]:  # fmt: skip
    """Rows of N thumbnails (N, K), and the columns that may be near one of them, a block at a time.

    `furthest`: a squared distance for each row. `by_content`: an order of the images that does not depend on names.
    `onwards`: each pair need come only once. Of very many images a row comes with several blocks.
    """
    everyone = np.arange(len(thumbs))
    if len(thumbs) < _FEWEST:
        for rows in blocks(len(thumbs)):
            yield everyone[rows], everyone[rows.start if onwards else 0 :]
    elif len(thumbs) < cells.FEWEST:
        yield from _of_each_with_each(_shortened(thumbs), furthest, onwards, advance)
    else:
        for some, others in _of_cells(_shortened(thumbs)[by_content], furthest[by_content], advance):
            yield by_content[some], by_content[others]


def _of_each_with_each(
    short: NDArray[np.float32], furthest: NDArray[np.float32], onwards: bool, advance: Advance
) -> Iterator[Found]:
    everyone = np.arange(len(short))
    left, right = squared_distances(short)

    def columns_near(rows: slice) -> NDArray[np.intp]:
        found, furthest_of_all = np.zeros(len(short), dtype=bool), furthest[rows].max() + _ROUNDING
        for columns, gaps in tiles(left[rows], right, rows.start if onwards else 0):
            near = gaps <= furthest_of_all
            own = np.arange(max(rows.start, columns.start), min(rows.stop, columns.stop))
            near[own - rows.start, own - columns.start] = False
            found[columns] = near.any(axis=0)
        return np.flatnonzero(found)

    found = for_blocks(len(short), columns_near, advance)
    return ((everyone[rows], columns) for rows, columns in zip(blocks(len(short)), found, strict=True) if len(columns))


def _of_cells(short: NDArray[np.float32], furthest: NDArray[np.float32], advance: Advance) -> Iterator[Found]:
    left, right = squared_distances(short)

    def near_in(cell: cells.Cell) -> Found:
        gaps = left[cell.rows] @ right[:, cell.members]
        near = cell.but_for_themselves(gaps <= furthest[cell.rows, None] + _ROUNDING)
        return cell.rows[near.any(axis=1)], cell.members[near.any(axis=0)]

    return (found for found in cells.for_cells(cells.cells(short, short), near_in, advance) if len(found[0]))


def _shortened(thumbs: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, _KEPT + 1) numbers whose distances are at most those of the thumbnails."""
    middle = thumbs.mean(axis=0)
    sample = thumbs[:: 1 + len(thumbs) // _SAMPLE] - middle
    _, ways = np.linalg.eigh(sample.T @ sample)
    centred = thumbs - middle
    kept = centred @ ways[:, -_KEPT:]
    left_over = np.maximum(0, (centred**2).sum(axis=1) - (kept**2).sum(axis=1))
    return np.column_stack((kept, np.sqrt(left_over)))
