"""Near copies as they were found before labels and scenes counted: runs that were begun then keep their division.

Nothing new is divided by this.
"""

from collections import defaultdict
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.near.duplicates import BYTES, NEAR, NEAR_SHARE, RANK, SIDE, Groups
from core.data.near.union import lowest

_SAME_ASPECT = 0.05
_BLOCK = 1024  # rows compared at once: bounds the memory


def near_groups(dataset: Dataset) -> Groups:
    """Indices of items joined by near-duplicate pairs; items with equal pixels count as one, their first."""
    pairs = near_pairs(dataset)
    if not pairs:
        return ()
    links = np.array(pairs)
    found = defaultdict(list)
    for index, root in enumerate(lowest(len(dataset.items), links[:, 0], links[:, 1])):
        found[int(root)].append(index)
    return tuple(tuple(group) for group in found.values() if len(group) > 1)


@lru_cache(maxsize=4)
def near_pairs(dataset: Dataset) -> Groups:
    """Pairs (i, j), i < j, of items that show nearly, but not exactly, the same."""
    firsts = list({item.digest: index for index, item in reversed(list(enumerate(dataset.items)))}.values())[::-1]
    chosen = np.array([index for index in firsts if len(dataset.items[index].thumbnail) == BYTES], dtype=int)
    if len(chosen) < 2:
        return ()
    views = [np.frombuffer(dataset.items[index].thumbnail, np.uint8)[: 3 * SIDE * SIDE] for index in chosen]
    thumbs = np.stack(views).astype(np.float32)
    aspects = np.log([dataset.items[index].width / dataset.items[index].height for index in chosen])
    contrast = thumbs.reshape(len(thumbs), -1, 3).std(axis=1).mean(axis=1)
    found = [_near_in_block(thumbs, contrast, aspects, start) for start in range(0, len(thumbs), _BLOCK)]
    return tuple((int(chosen[i]), int(chosen[j])) for i, j in np.concatenate(found))


def _near_in_block(
    thumbs: NDArray[np.float32], contrast: NDArray[np.float32], aspects: NDArray[np.float64], start: int
) -> NDArray[np.intp]:
    """Pairs (i, j) with `start` <= i < `start` + block and i < j."""
    rows = slice(start, start + _BLOCK)
    squares = (thumbs**2).sum(axis=1)
    gaps = squares[rows, None] + squares[None] - 2 * thumbs[rows] @ thumbs.T
    distance = np.sqrt(np.maximum(gaps, 0) / thumbs.shape[1])
    near = distance <= np.minimum(NEAR, NEAR_SHARE * np.minimum(contrast[rows, None], contrast[None]))
    near &= np.abs(aspects[rows, None] - aspects[None]) <= _SAME_ASPECT
    pairs = np.argwhere(near) + np.array((start, 0))
    return pairs[pairs[:, 0] < pairs[:, 1]]


def near_reasons(dataset: Dataset, done: dict[int, str]) -> dict[int, str]:
    """In a divided data set: the lower copy of each near pair across parts, with all its exact copies."""
    twins = defaultdict(list)
    for index, item in enumerate(dataset.items):
        if index not in done:
            twins[item.digest].append(index)
    reasons = {}
    for one, other in near_pairs(dataset):
        for low in twins[dataset.items[one].digest]:
            for high in twins[dataset.items[other].digest]:
                first, second = sorted((low, high), key=lambda i: RANK[dataset.items[i].part])
                if dataset.items[first].part != dataset.items[second].part:
                    reasons[first] = f"Shows nearly the same image as {dataset.items[second].name}."
    return reasons
