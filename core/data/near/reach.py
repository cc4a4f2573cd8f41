"""Which of many thumbnails may be near which, told from a few numbers of each, so that most pairs need no comparison.

Thumbnails are turned so that their first numbers hold most of their differences (principal components). In those two
images are no further apart than they are, and neither are the lengths of what is left over: a bound from below, so that
nothing is missed.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.data.near.tiles import blocks, for_blocks, squared_distances, tiles

_FEWEST = 2048  # images, below which all are compared
_KEPT = 40  # numbers of each
_SAMPLE = 8192  # images from which the components are told
_ROUNDING = 64.0  # what squared distances may be too large by in fp32


def within_reach(
    thumbs: NDArray[np.float32], furthest: NDArray[np.float32], *, onwards: bool
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """For each block of rows of N thumbnails (N, K) with any: the rows, and the columns that may be near one of them.

    `furthest`: a squared distance for each row. `onwards`: only columns from the first row of the block on.
    """
    everyone = np.arange(len(thumbs))
    if len(thumbs) < _FEWEST:
        for rows in blocks(len(thumbs)):
            yield everyone[rows], everyone[rows.start if onwards else 0 :]
        return
    left, right = squared_distances(_shortened(thumbs))

    def columns_near(rows: slice) -> NDArray[np.intp]:
        found, furthest_of_all = np.zeros(len(thumbs), dtype=bool), furthest[rows].max() + _ROUNDING
        for columns, gaps in tiles(left[rows], right, rows.start if onwards else 0):
            near = gaps <= furthest_of_all
            own = np.arange(max(rows.start, columns.start), min(rows.stop, columns.stop))
            near[own - rows.start, own - columns.start] = False
            found[columns] = near.any(axis=0)
        return np.flatnonzero(found)

    for rows, columns in zip(blocks(len(thumbs)), for_blocks(len(thumbs), columns_near), strict=True):
        if len(columns):
            yield everyone[rows], columns


def _shortened(thumbs: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, _KEPT + 1) numbers whose distances are at most those of the thumbnails."""
    middle = thumbs.mean(axis=0)
    sample = thumbs[:: 1 + len(thumbs) // _SAMPLE] - middle
    _, ways = np.linalg.eigh(sample.T @ sample)
    centred = thumbs - middle
    kept = centred @ ways[:, -_KEPT:]
    left_over = np.maximum(0, (centred**2).sum(axis=1) - (kept**2).sum(axis=1))
    return np.column_stack((kept, np.sqrt(left_over)))
