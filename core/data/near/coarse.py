"""Which pairs of images may be altered copies: the coarse form of their grey views agrees.

The form is the low part of a view's discrete cosine transform, which light and contrast do not change, and which
mirrored is the same but for signs. Small movements change it in six directions (shift, stretch and turn; the tangent
distance of Simard et al. 1993), which are left out of the comparison.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from core.data.near import cells
from core.data.near.tiles import Advance, for_blocks, ignore, places, tiles
from core.data.near.views import GREY_SIDE, LEFT_RIGHT, UPSIDE_DOWN, WAYS, Views

Pairs = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]  # one, other, way
Close = tuple[NDArray[np.intp], NDArray[np.intp]]
Check = Callable[[NDArray[np.intp], NDArray[np.intp], int], NDArray[np.bool_]]
CLOSE = 0.5  # correlation of two forms, from which they are compared without movement
FORM = 0.1  # 1 - correlation of two copies after that
_LOW = 7  # frequencies each way
_NEAREST = 24  # partners of an image in each way that come that far, about
_SAMPLE = 640  # images from which that is told
_BLOCK = 512  # rows compared at once: bounds the memory
_PAIRS = 2048  # pairs at once
MOST_AT_ONCE = 1 << 20  # pairs in which what is compared first is looked up
_TINY = 1e-6

_STEPS = np.arange(GREY_SIDE, dtype=np.float32)
_WAVES = np.cos(np.pi / GREY_SIDE * (_STEPS + 0.5) * _STEPS[:_LOW, None]).astype(np.float32)
_WEIGHTS = np.hypot(*np.meshgrid(_STEPS[:_LOW], _STEPS[:_LOW])).astype(np.float32) + 0.5  # evens out what images hold
_PLACE = (_STEPS - (GREY_SIDE - 1) / 2) / (GREY_SIDE / 2)


def candidates(views: Views, most: int, check: Check, advance: Advance = ignore) -> Pairs:
    """Pairs with one < other that pass `check`: for each image the `most` whose form is nearest, in any way.

    `advance` hears of each image once in each of `WAYS`.
    """
    forms, directions = _forms(views)
    own = _unit(forms - np.einsum("nkd,nd->nk", directions, np.einsum("nkd,nk->nd", directions, forms)))
    found = []
    for way in WAYS:
        parts = [
            _nearer(forms, own, directions, rows, columns, way, check) for rows, columns in _close(forms, way, advance)
        ]
        if parts:
            one, other, gap = (np.concatenate(each) for each in zip(*parts, strict=True))
            kept = among_nearest(one, other, gap, most)  # those of all ways are among them
            found.append((one[kept], other[kept], np.full(len(kept), way), gap[kept]))
    if not found:
        none = np.zeros(0, dtype=int)
        return none, none, none
    one, other, ways, gap = (np.concatenate(each) for each in zip(*found, strict=True))
    return nearest(one, other, ways, gap, most)


def _forms(views: Views) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(N, K) unit vectors, and (N, K, 6) orthonormal directions in which small movements change them."""
    forms, directions = [], []
    for start in range(0, len(views.grey), _BLOCK):
        grey = views.grey[start : start + _BLOCK].astype(np.float32)
        down, right = np.asarray(np.gradient(grey, axis=(1, 2)))
        moves = [slope * by for slope in (right, down) for by in (1, _PLACE[None, :], _PLACE[:, None])]
        changes = np.stack([_low(move) for move in moves], axis=2)
        forms.append(_unit(_low(grey)))
        directions.append(np.linalg.qr(changes + _TINY * np.eye(*changes.shape[1:], dtype=np.float32))[0])
    return np.concatenate(forms), np.concatenate(directions)


def _low(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    waves = _WAVES @ grey @ _WAVES.T * _WEIGHTS
    return waves.reshape(len(grey), -1)[:, 1:]  # the first one is the light


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return rows / np.maximum(_TINY, np.linalg.norm(rows, axis=1, keepdims=True))


def _signs(way: int) -> NDArray[np.float32]:
    """What mirroring does to a form: waves that are odd in that direction change their sign."""
    odd = np.where(np.arange(_LOW) % 2, -1, 1).astype(np.float32)
    even = np.ones(_LOW, dtype=np.float32)
    return np.outer(odd if way & UPSIDE_DOWN else even, odd if way & LEFT_RIGHT else even).ravel()[1:]


def _close(forms: NDArray[np.float32], way: int, advance: Advance) -> Iterator[Close]:
    """Pairs, one < other, with forms that are close and among the nearest of either, block by block."""
    mirrored = forms * _signs(way)
    least = _least(forms, np.ascontiguousarray(mirrored.T))
    find = _close_of_all if len(forms) < cells.FEWEST else _close_in_cells
    return (pairs for pairs in find(forms, mirrored, least, advance) if len(pairs[0]))


def _close_of_all(
    forms: NDArray[np.float32], mirrored: NDArray[np.float32], least: NDArray[np.float32], advance: Advance
) -> list[Close]:
    """The images are taken in the order of what they ask for, so that one number serves a block of rows: those that
    come after it ask for more."""
    order = np.argsort(least, kind="stable")
    sorted_forms = forms[order]
    others = np.ascontiguousarray(mirrored[order].T)

    def close(rows: slice) -> Close:
        found = []
        for columns, agreement in tiles(sorted_forms[rows], others, rows.start):
            one, other = places(agreement >= least[order[rows.start]])
            enough = agreement[one, other] >= least[order[rows]][one]
            one, other = one[enough] + rows.start, other[enough] + columns.start
            once = one < other
            found.append(order[np.stack((one[once], other[once]))])
        both = np.concatenate(found, axis=1)
        return both.min(axis=0), both.max(axis=0)

    return for_blocks(len(forms), close, advance)


def _close_in_cells(
    forms: NDArray[np.float32], mirrored: NDArray[np.float32], least: NDArray[np.float32], advance: Advance
) -> list[Close]:
    def close(cell: cells.Cell) -> NDArray[np.intp]:
        agreement = mirrored[cell.rows] @ forms[cell.members].T
        asked = np.minimum(least[cell.rows, None], least[None, cell.members])
        one, other = places(cell.but_for_themselves(agreement >= asked))
        both = np.stack((cell.rows[one], cell.members[other]))
        return both.min(axis=0) * len(forms) + both.max(axis=0)

    numbers = cells.for_cells(cells.cells(forms, mirrored), close, advance)
    pairs = np.sort(np.concatenate(numbers))
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]  # some were found from both sides; np.unique takes ten times as long
    return [np.divmod(part, len(forms)) for part in np.array_split(pairs, 1 + len(pairs) // MOST_AT_ONCE)]


def _least(forms: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """For each image the agreement that about `_NEAREST` others reach, told from a sample of them."""
    sample = others[:, :: max(1, len(forms) // _SAMPLE)]
    rank = min(max(1, round(_NEAREST * sample.shape[1] / len(forms))), sample.shape[1])

    def reached(rows: slice) -> NDArray[np.float32]:
        agreement = forms[rows] @ sample
        return agreement.max(axis=1) if rank == 1 else np.partition(agreement, -rank, axis=1)[:, -rank]

    return np.maximum(CLOSE, np.concatenate(for_blocks(len(forms), reached)))


def _nearer(
    forms: NDArray[np.float32], own: NDArray[np.float32], directions: NDArray[np.float32], rows: NDArray[np.intp],
    columns: NDArray[np.intp], way: int, check: Check,
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:  # fmt: skip
    """Of these pairs those that agree but for a small movement and pass `check`: one, other, 1 - correlation."""
    agreed = check(rows, columns, way)
    rows, columns = rows[agreed], columns[agreed]
    gap, signs = np.empty(len(rows), dtype=np.float32), _signs(way)
    for part in np.array_split(np.arange(len(rows)), 1 + len(rows) // _PAIRS):
        one, other = rows[part], columns[part]
        gap[part] = _apart(own[one], directions[one], forms[other] * signs)
        far = gap[part] > FORM  # a turned image has empty corners: the other one tells its movements better
        one, other = one[far], other[far]
        gap[part[far]] = _apart(own[other], directions[other], forms[one] * signs)
    near = gap <= FORM
    return rows[near], columns[near], gap[near]


def _apart(
    own: NDArray[np.float32], directions: NDArray[np.float32], others: NDArray[np.float32]
) -> NDArray[np.float32]:
    """1 - correlation of P pairs of forms after the directions of the first are taken away from both.

    `own`: the first ones, which have no such directions any more; unit vectors, as are `others`.
    """
    along = np.matmul(others[:, None], directions)[:, 0]
    left = np.sqrt(np.maximum(_TINY, 1 - np.einsum("pd,pd->p", along, along)))
    gap: NDArray[np.float32] = 1 - np.einsum("pk,pk->p", own, others) / left
    return gap


def nearest(
    one: NDArray[np.intp], other: NDArray[np.intp], way: NDArray[np.intp], gap: NDArray[np.float32], most: int
) -> Pairs:
    """The pairs that are among the `most` nearest of either image."""
    kept = among_nearest(one, other, gap, most)
    return one[kept], other[kept], way[kept]


def among_nearest(
    one: NDArray[np.intp], other: NDArray[np.intp], gap: NDArray[np.float32], most: int
) -> NDArray[np.intp]:
    """Numbers of the pairs that are among the `most` nearest of either image, ascending."""
    image, pair = np.concatenate((one, other)), np.tile(np.arange(len(one)), 2)
    order = np.lexsort((gap[pair], image))
    image, pair = image[order], pair[order]
    return np.flatnonzero(np.bincount(pair[np.arange(len(image)) - np.searchsorted(image, image) < most]))
