"""Finding the same image twice: exactly (equal pixels) and nearly (encoded again, resized, the next frame of a video).

Nearly: two 12 x 12 thumbnails differ by at most `NEAR` grey levels (root mean square over pixels and channels) and by
at most `NEAR_SHARE` of the contrast of either. Measured on the samples: 359 different photographs and drawn signs are
at least 21 levels and 0.43 apart; copies saved again as JPEG quality 30-50, or at half or double size, at most 8.2
levels and 0.17. The second bound keeps images of one even surface apart, whose thumbnails are all alike; so copies of
an even surface are not found. Of copies with 1 % cut off at each side 83 % of the stamps and all signs are found, with
2 % 28 % and 80 %; mirrored or turned copies are not.

Where a fixed camera makes everything look alike, that says nothing: `core.data.near.scenes` then looks closer.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.data.dataset import Dataset, Part
from core.data.near import scenes

SIDE = 12  # px
BYTES = 3 * SIDE**2 + scenes.SIDE**2  # of a thumbnail
NEAR = 10.0
NEAR_SHARE = 0.25
RANK: dict[Part | None, int] = {None: 0, "train": 1, "val": 2, "test": 3}  # the copy in the highest part is kept
_SAME_ASPECT = 0.05  # largest difference of the logarithms of width / height
_BLOCK = 512  # rows compared at once: bounds the memory

Indices = tuple[int, ...]
Groups = tuple[Indices, ...]
Pairs = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Near:
    """Images that show nearly, but not exactly, the same; all numbers are indices into `dataset.items`.

    Of a set in which everything is near everything there are more pairs than memory holds: the pairs here name for each
    image its nearest partner only. `groups`: images of one label, joined by near pairs. `across`: (image, its nearest
    copy of the same label in a higher part); `beneath`: the same with a lower part. `conflicts`: near images of two
    labels. `scenes`: what a fixed camera sees, where only what stands out from the scene makes a copy.
    """

    groups: Groups = ()
    across: Pairs = ()
    beneath: Pairs = ()
    conflicts: Pairs = ()
    scenes: Groups = ()


def thumbnail(pixels: NDArray[np.uint8]) -> bytes:
    """The bytes by which an RGB image is compared: 12 x 12 x 3, then 32 x 32 in grey. Made so that sizes do not matter.

    A triangle filter over all pixels.
    """
    image = Image.fromarray(pixels)
    fine = image.resize((scenes.SIDE, scenes.SIDE), Image.Resampling.BILINEAR).convert("L")
    return image.resize((SIDE, SIDE), Image.Resampling.BILINEAR).tobytes() + fine.tobytes()


def exact_groups(dataset: Dataset) -> Groups:
    """Indices of items with equal pixels, groups of two and more, each in the order of `dataset.items`."""
    found = defaultdict(list)
    for index, item in enumerate(dataset.items):
        found[item.digest].append(index)
    return tuple(tuple(group) for group in found.values() if len(group) > 1)


def near_groups(dataset: Dataset) -> Groups:
    """Indices of items joined by near pairs of one label; of items with equal pixels, the first one."""
    return find_near(dataset).groups


@lru_cache(maxsize=4)
def find_near(dataset: Dataset, unused: frozenset[int] = frozenset(), distinct: frozenset[str] = frozenset()) -> Near:
    """The near copies among the items that are not `unused`; of items with equal pixels the first one stands for all.

    Images whose digest is in `distinct` are copies of nothing.
    """
    firsts: dict[str, int] = {}
    for index, item in enumerate(dataset.items):
        if index not in unused and len(item.thumbnail) == BYTES:
            firsts.setdefault(item.digest, index)
    chosen = np.array(list(firsts.values()), dtype=int)
    if len(chosen) < 2:
        return Near()
    return _Search(dataset, chosen, distinct).near()


class _Search:
    """One comparison of N images, each with each. Arrays have an entry for every image, in the order of `chosen`."""

    def __init__(self, dataset: Dataset, chosen: NDArray[np.intp], distinct: frozenset[str]) -> None:
        self.dataset, self.chosen = dataset, chosen
        items = [dataset.items[index] for index in chosen]
        bytes_n = np.stack([np.frombuffer(item.thumbnail, np.uint8) for item in items])
        self.thumbs = bytes_n[:, : 3 * SIDE**2].astype(np.float32)
        self.fine = bytes_n[:, 3 * SIDE**2 :]
        self.squares = (self.thumbs**2).sum(axis=1)
        self.aspects = np.log([item.width / item.height for item in items]).astype(np.float32)
        self.contrast = self.thumbs.reshape(len(items), -1, 3).std(axis=1).mean(axis=1)
        self.labels = np.array([item.label for item in items])
        self.ranks = np.array([RANK[item.part] for item in items])
        self.apart = np.array([item.digest in distinct for item in items])

    def near(self) -> Near:
        """What is near at all, by the thumbnails; then who is whose copy among those, in scenes by a closer look."""
        everyone = np.arange(len(self.chosen))
        near = _Union(len(self.chosen))
        for rows, distance in self._distances(everyone, onwards=True):
            near.join(rows, np.isfinite(distance), everyone[rows[0] :])
        nearest = np.full((3, len(self.chosen)), -1)  # of the same label in a higher and a lower part; of another label
        groups, scenery = [], []
        for group in near.groups():
            free = group[~self.apart[group]]
            if self._is_scene(group):
                scenery.append(group)
                blocks = scenes.distances(self.fine[free], _BLOCK)
            else:
                blocks = self._distances(free)
            same = _Union(len(self.chosen))
            for rows, distance in blocks:
                self._take(free[rows], free, distance, same, nearest)
            groups += same.groups()
        return self._named(groups, nearest, scenery)

    def _distances(
        self, among: NDArray[np.intp], *, onwards: bool = False
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float32]]]:
        """For each block of rows of the M images `among` with near ones: the rows, and (rows, M) distances in grey
        levels.

        Infinite where two images are not near, and of an image to itself. `onwards`: the columns begin with the first
        row of the block, so that each pair comes once.
        """
        thumbs, squares, contrast, aspects = (
            values[among] for values in (self.thumbs, self.squares, self.contrast, self.aspects)
        )
        for start in range(0, len(among), _BLOCK):
            rows, first = np.arange(start, min(start + _BLOCK, len(among))), start if onwards else 0
            gaps = thumbs[rows] @ thumbs[first:].T
            gaps *= -2
            gaps += squares[rows, None]
            gaps += squares[None, first:]
            near = gaps <= NEAR**2 * thumbs.shape[1]
            near[np.arange(len(rows)), rows - first] = False
            if not near.any():  # nearly always: everything else is left undone
                continue
            distance = np.sqrt(np.maximum(gaps, 0) / thumbs.shape[1])
            near &= distance <= NEAR_SHARE * np.minimum(contrast[rows, None], contrast[None, first:])
            near &= np.abs(aspects[rows, None] - aspects[None, first:]) <= _SAME_ASPECT
            distance[~near] = np.inf
            yield rows, distance

    def _take(
        self, rows: NDArray[np.intp], columns: NDArray[np.intp], distance: NDArray[np.float32], same: "_Union",
        nearest: NDArray[np.intp],
    ) -> None:  # fmt: skip
        """Join what is near and has one label; note each row's nearest partners."""
        alike = self.labels[rows, None] == self.labels[None, columns]
        linked = np.isfinite(distance)
        if not linked.any():
            return
        same.join(rows, linked & alike, columns)
        higher = self.ranks[None, columns] - self.ranks[rows, None]
        for number, wanted in enumerate((alike & (higher > 0), alike & (higher < 0), ~alike)):
            if not (wanted & linked).any():
                continue
            gaps = np.where(wanted, distance, np.float32(np.inf))
            best = gaps.argmin(axis=1)
            found = np.isfinite(gaps[np.arange(len(rows)), best])
            nearest[number, rows[found]] = columns[best[found]]

    def _is_scene(self, group: NDArray[np.intp]) -> bool:
        """Whether so many images are near each other because they show one place, not one thing.

        Different labels say so: those things differ. So does a set that came divided with most of a class near itself
        in several parts; nobody divides copies of one image.
        """
        if len(group) < scenes.FEWEST:
            return False
        labels = Counter(self.labels[group].tolist())
        if sum(count > 1 for count in labels.values()) > 1:
            return True
        (label, count), *_ = labels.most_common()
        return len(set(self.ranks[group])) > 1 and 2 * count > int((self.labels == label).sum())

    def _named(
        self, groups: Sequence[NDArray[np.intp]], nearest: NDArray[np.intp], scenery: Sequence[NDArray[np.intp]]
    ) -> Near:
        def indices(found: Sequence[NDArray[np.intp]]) -> Groups:
            return tuple(sorted(tuple(sorted(self.chosen[group].tolist())) for group in found))

        def pairs(number: int) -> list[tuple[int, int]]:
            (with_partner,) = np.nonzero(nearest[number] >= 0)
            partners = self.chosen[nearest[number, with_partner]].tolist()
            return sorted(zip(self.chosen[with_partner].tolist(), partners, strict=True))

        conflicts = sorted({(min(pair), max(pair)) for pair in pairs(2)})
        return Near(indices(groups), tuple(pairs(0)), tuple(pairs(1)), tuple(conflicts), indices(scenery))


class _Union:
    """Which of `count` nodes links have joined so far."""

    def __init__(self, count: int) -> None:
        self._root = np.arange(count)

    def join(self, rows: NDArray[np.intp], linked: NDArray[np.bool_], columns: NDArray[np.intp]) -> None:
        """Join the node rows[r] with the node columns[c] wherever `linked[r, c]`."""
        ends = self._root[columns]
        one, other = np.nonzero(linked & (self._root[rows, None] != ends[None]))  # joined already: nothing to store
        if not len(one):
            return
        self._root = lowest(len(self._root), self._root[rows[one]], ends[other])[self._root]

    def groups(self) -> list[NDArray[np.intp]]:
        """The nodes of each group of two and more."""
        order = np.argsort(self._root, kind="stable")
        starts = np.nonzero(np.diff(self._root[order], prepend=-1))[0]
        return [group for group in np.split(order, starts[1:]) if len(group) > 1]


def lowest(count: int, one: NDArray[np.intp], other: NDArray[np.intp]) -> NDArray[np.intp]:
    """For each of `count` nodes the lowest node that the links (one[k], other[k]) join it to."""
    root = np.arange(count)
    while True:
        lowest = root.copy()
        np.minimum.at(lowest, one, root[other])
        np.minimum.at(lowest, other, root[one])
        lowest = lowest[lowest]
        if (lowest == root).all():
            return root
        root = lowest
