"""Finding the same picture twice: exactly (equal pixels) and nearly (encoded again or resized).

Nearly: two 12 x 12 thumbnails differ by at most `NEAR` grey levels (root mean square over pixels and channels) and by
at most `NEAR_SHARE` of the contrast of either. Measured on the samples: 1,259 different photographs and drawn signs are
at least 17 levels and 0.40 apart; copies saved again as JPEG quality 30-50, or at half or double size, at most 10.4
levels and 0.22 (95 % below 7.5). The second bound keeps pictures of one even surface apart, whose thumbnails are all
alike; so copies of an even surface are not found.
"""

from collections import defaultdict
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.data.dataset import Dataset

SIDE = 12  # px
NEAR = 10.0
NEAR_SHARE = 0.25
_SAME_ASPECT = 0.05  # largest difference of the logarithms of width / height
_BLOCK = 1024  # rows compared at once: bounds the memory

Groups = tuple[tuple[int, ...], ...]


def thumbnail(pixels: NDArray[np.uint8]) -> bytes:
    """The 12 x 12 x 3 bytes by which an RGB picture is compared. A triangle filter, so that sizes do not matter."""
    return Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BILINEAR).tobytes()


def exact_groups(dataset: Dataset) -> Groups:
    """Indices of items with equal pixels, groups of two and more, each in the order of `dataset.items`."""
    found = defaultdict(list)
    for index, item in enumerate(dataset.items):
        found[item.digest].append(index)
    return tuple(tuple(group) for group in found.values() if len(group) > 1)


def near_groups(dataset: Dataset) -> Groups:
    """Indices of items joined by near-duplicate pairs; items with equal pixels count as one, their first."""
    pairs = near_pairs(dataset)
    if not pairs:
        return ()
    links = np.array(pairs)
    found = defaultdict(list)
    for index, root in enumerate(_components(len(dataset.items), links)):
        found[int(root)].append(index)
    return tuple(tuple(group) for group in found.values() if len(group) > 1)


@lru_cache(maxsize=4)
def near_pairs(dataset: Dataset) -> Groups:
    """Pairs (i, j), i < j, of items that show nearly, but not exactly, the same picture."""
    firsts = list({item.digest: index for index, item in reversed(list(enumerate(dataset.items)))}.values())[::-1]
    chosen = np.array([index for index in firsts if len(dataset.items[index].thumbnail) == 3 * SIDE * SIDE], dtype=int)
    if len(chosen) < 2:
        return ()
    views = [np.frombuffer(dataset.items[index].thumbnail, np.uint8) for index in chosen]
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


def _components(count: int, links: NDArray[np.intp]) -> NDArray[np.intp]:
    """For each of `count` nodes the lowest node that the links join it to."""
    root = np.arange(count)
    while True:
        lowest = root.copy()
        np.minimum.at(lowest, links[:, 0], root[links[:, 1]])
        np.minimum.at(lowest, links[:, 1], root[links[:, 0]])
        lowest = lowest[lowest]
        if (lowest == root).all():
            return root
        root = lowest
