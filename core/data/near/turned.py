"""Which pairs of images may be quarter turns of one another, perhaps mirrored: their grey views agree in what these do
not change.

That is the mean over the eight places to which turning and mirroring take a pixel, on a view of 16 x 16; two copies
differ in it by no more than they do themselves, so that none is missed. Only copies that were saved again are sought,
in another light at most: people turn an image as a whole.
"""

import numpy as np
from numpy.typing import NDArray

from core.data.near import cells
from core.data.near.coarse import MOST_AT_ONCE, Check, Pairs, among_nearest, nearest
from core.data.near.tiles import Advance, for_blocks, ignore, places, squared_distances, tiles
from core.data.near.views import TURNS, Views, mirrored

Close = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]  # one < other, squared distance
_SIDE = 16  # px
_CLOSE = 0.02  # squared distance of two unit views
_NEAREST = 24  # partners of an image that come that far
_SAMPLE = 640  # images from which that is told where there are very many


def candidates(views: Views, most: int, check: Check, advance: Advance = ignore) -> Pairs:
    """Pairs with one < other that pass `check` in a way: for each image the `most` that agree best."""
    kept = _unchanged(views.grey)
    one, other, distance = (_close_of_all if len(kept) < cells.FEWEST else _close_in_cells)(kept, advance)
    parts = np.array_split(np.arange(len(one)), 1 + len(one) // MOST_AT_ONCE)
    found = [
        (part[agreed], np.full(agreed.sum(), way))
        for way in TURNS
        for part in parts
        for agreed in [check(one[part], other[part], way)]
    ]
    pairs, ways = (np.concatenate(each) for each in zip(*found, strict=True))
    return nearest(one[pairs], other[pairs], ways, distance[pairs], most)


def _close_of_all(kept: NDArray[np.float32], advance: Advance) -> Close:
    left, right = squared_distances(kept)

    def close(rows: slice) -> Close:
        found = []
        for columns, gap in tiles(left[rows], right, rows.start):
            one, other = places(gap <= _CLOSE)
            later = one + rows.start < other + columns.start
            one, other = one[later], other[later]
            found.append((one + rows.start, other + columns.start, gap[one, other]))
        one, other, gaps = (np.concatenate(parts) for parts in zip(*found, strict=True))
        if len(one) <= _NEAREST * (rows.stop - rows.start):
            return one, other, gaps
        return _nearest_of_many(left[rows] @ right[:, rows.start :], rows.start)

    one, other, gap = (
        np.concatenate(parts) for parts in zip(*for_blocks(len(kept), close, advance), strict=True)
    )  # fmt: skip
    return one, other, gap


def _close_in_cells(kept: NDArray[np.float32], advance: Advance) -> Close:
    left, right = squared_distances(kept)

    furthest = _furthest(left, right)

    def close(cell: cells.Cell) -> Close:
        gap = left[cell.rows] @ right[:, cell.members]
        wanted = np.maximum(furthest[cell.rows, None], furthest[None, cell.members])
        row, member = places(cell.but_for_themselves(gap <= wanted))
        return cell.rows[row], cell.members[member], gap[row, member]

    found = zip(*cells.for_cells(cells.cells(kept, kept), close, advance), strict=True)
    rows, members, gap = (np.concatenate(parts) for parts in found)
    # some were found from both sides
    _, first = np.unique(np.minimum(rows, members) * len(kept) + np.maximum(rows, members), return_index=True)
    one, other, gap = np.minimum(rows, members)[first], np.maximum(rows, members)[first], gap[first]
    few = among_nearest(one, other, gap, _NEAREST)
    return one[few], other[few], gap[few]


def _furthest(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    """For each image how far others may be: where everything is alike, only so far that about `_NEAREST` of them come,
    told from a sample."""
    count = len(left)
    sample = right[:, :: max(1, count // _SAMPLE)]
    rank = max(1, round(_NEAREST * sample.shape[1] / count))  # the first one may be the image itself

    def reached(rows: slice) -> NDArray[np.float32]:
        return np.partition(left[rows] @ sample, rank, axis=1)[:, rank]

    return np.minimum(_CLOSE, np.concatenate(for_blocks(count, reached)))


def _nearest_of_many(gap: NDArray[np.float32], start: int) -> Close:
    """Where everything is alike: of each row the nearest ones."""
    gap[:, : len(gap)][np.tril_indices(len(gap))] = np.inf
    rank = min(_NEAREST, gap.shape[1] - 1)
    one, other = places((gap <= _CLOSE) & (gap <= np.partition(gap, rank, axis=1)[:, rank, None]))
    return one + start, other + start, gap[one, other]


def _unchanged(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(N, K) what turning and mirroring do not change of views (N, side, side), as unit views before."""
    step = grey.shape[1] // _SIDE
    small = grey.reshape(len(grey), _SIDE, step, _SIDE, step).mean(axis=(2, 4), dtype=np.float32)
    small -= small.mean(axis=(1, 2), keepdims=True)
    small /= np.maximum(1e-3, np.linalg.norm(small, axis=(1, 2)))[:, None, None]
    half = small + mirrored(small, 1)
    half = (half + mirrored(half, 2))[:, : _SIDE // 2, : _SIDE // 2]
    half = (half + half.swapaxes(1, 2)) / 8
    upper, right = np.triu_indices(_SIDE // 2)
    places = np.where(upper == right, 4, 8).astype(np.float32)
    return np.ascontiguousarray(half[:, upper, right] * np.sqrt(places))
