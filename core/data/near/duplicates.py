"""Finding the same image twice: exactly (equal pixels) and nearly (encoded again, resized, the next frame of a video).

Nearly: two 12 x 12 thumbnails differ by at most `NEAR` grey levels (root mean square over pixels and channels) and by
at most `NEAR_SHARE` of the contrast of either. Measured on the samples: 359 different photographs and drawn signs are
at least 21 levels and 0.43 apart; copies saved again as JPEG quality 30-50, or at half or double size, at most 8.2
levels and 0.17. The second bound keeps images of one even surface apart, whose thumbnails are all alike; so copies of
an even surface are not found. Copies in another light, cropped, turned or mirrored: `core.data.near.altered`.

Where a fixed camera makes everything look alike, that says nothing: `core.data.near.scenes` then looks closer.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
from cachetools import LRUCache, cached
from cachetools.keys import hashkey
from numpy.typing import NDArray
from PIL import Image

from core.data.dataset import Dataset, Part
from core.data.near import altered, cells, scenes
from core.data.near.directions import means_direction
from core.data.near.partners import Nearest
from core.data.near.reach import within_reach
from core.data.near.tiles import Advance, Progress, ignore
from core.data.near.union import Union
from core.data.near.views import Views

SIDE = 12  # px
BYTES = 3 * SIDE**2 + scenes.SIDE**2  # of a thumbnail
NEAR = 10.0
NEAR_SHARE = 0.25
RANK: dict[Part | None, int] = {None: 0, "train": 1, "val": 2, "test": 3}  # the copy in the highest part is kept
_SAME_ASPECT = 0.05  # largest difference of the logarithms of width / height
_FEW = 4  # at most one of so many images of a class is a mirror image or turn of one of another class by mistake
_MANY = 4096  # images whose comparison takes longer than a moment
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
    """The bytes by which an RGB image is compared: 12 x 12 x 3, then 32 x 32 in grey. Made so that sizes do not matter:
    a triangle filter over all pixels."""
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


def _key(*asked: object, progress: object = None, **options: object) -> object:
    del progress  # changes nothing about what is found
    return hashkey(*asked, **options)


@cached(LRUCache(2), _key, Lock())
def find_near(
    dataset: Dataset,
    unused: frozenset[int] = frozenset(),
    distinct: frozenset[str] = frozenset(),
    *,
    look_for_altered: bool = True,
    look_for_turned: bool = True,
    progress: Progress | None = None,
) -> Near:
    """The near copies among the items that are not `unused`; of items with equal pixels the first one stands for all.

    Images whose digest is in `distinct` are copies of nothing. `look_for_altered`, `look_for_turned`: see
    `core.data.near.altered` and `turned`; runs that were begun before those were found go on without.
    `progress(done, total)` is called from the calling thread; what it raises ends the search.
    """
    firsts: dict[str, int] = {}
    for index, item in enumerate(dataset.items):
        if index not in unused and len(item.thumbnail) == BYTES:
            firsts.setdefault(item.digest, index)
    chosen = np.array(list(firsts.values()), dtype=int)
    if len(chosen) < 2:
        return Near()
    progress = progress if len(chosen) >= _MANY else None
    return _Search(dataset, chosen, distinct, look_for_altered, look_for_turned, progress).near()


class _Search:
    """One comparison of N images, each with each. Arrays have an entry for every image, in the order of `chosen`."""

    def __init__(
        self, dataset: Dataset, chosen: NDArray[np.intp], distinct: frozenset[str], look_for_altered: bool,
        look_for_turned: bool, progress: Progress | None = None,
    ) -> None:  # fmt: skip
        self.dataset, self.chosen = dataset, chosen
        self.progress, self.done = progress, 0
        self.passes = 1 + (altered.passes(look_for_turned) if look_for_altered else 0)
        self.look_for_altered, self.look_for_turned = look_for_altered, look_for_turned
        items = [dataset.items[index] for index in chosen]
        bytes_n = np.stack([np.frombuffer(item.thumbnail, np.uint8) for item in items])
        self.thumbs = bytes_n[:, : 3 * SIDE**2].astype(np.float32)
        self.fine = bytes_n[:, 3 * SIDE**2 :]
        # what is found may not depend on names, in whose order the images come
        self.by_content = np.argsort(np.array([item.digest for item in items]), kind="stable")
        self.place = np.argsort(self.by_content)  # of each image in that order
        self.squares = (self.thumbs**2).sum(axis=1)
        self.aspects = np.log([item.width / item.height for item in items]).astype(np.float32)
        self.contrast = self.thumbs.reshape(len(items), -1, 3).std(axis=1).mean(axis=1)
        self.labels = np.array([dataset.kinds[index] for index in chosen])
        self.ranks = np.array([RANK[item.part] for item in items])
        self.apart = np.array([item.digest in distinct for item in items])

    def near(self) -> Near:
        """What is near at all, by the thumbnails; then who is whose copy among those, in scenes by a closer look."""
        everyone = np.arange(len(self.chosen))
        near = Union(len(self.chosen))
        for rows, columns, distance in self._distances(everyone, onwards=True, advance=self._advance):
            near.join(rows, np.isfinite(distance), columns)
        links = self._altered(scenes.numbers(near, self.labels, self.ranks) if len(everyone) >= cells.FEWEST else None)
        near.link(links.one, links.other)
        copies = altered.ByGroup(links.only(~self._most_of_class(links)[links.one]), near.root)
        nearest = Nearest(len(self.chosen))
        groups, scenery = [], []
        for group in near.groups():
            free = group[~self.apart[group]]
            scene = scenes.is_scene(group, self.labels, self.ranks)
            if scene:
                scenery.append(group)
                free = free[np.argsort(self.place[free])]
                blocks = scenes.distances(self.fine[free], _BLOCK)
            else:
                blocks = self._distances(free)
            same = Union(len(free))
            for rows, columns, distance in blocks:
                self._take(rows, columns, free, distance, same, nearest)
            if not scene:
                self._take_altered(copies.of(group), free, same, nearest)
            groups += [free[joined] for joined in same.groups()]
        return self._named(groups, nearest, scenery)

    def _advance(self, rows: int) -> None:
        """So many more images have been compared with others, in one of the passes."""
        self.done += rows
        if self.progress:
            self.progress(self.done // self.passes, len(self.chosen))

    def _altered(self, scene: NDArray[np.intp] | None) -> altered.Altered:
        """Altered copies, none within one `scene` (the number of each image's, -1: none).

        Mirror images and turns of another label only where they are few, so that no labels differ by them: an arrow to
        the left is no copy of one to the right.
        """
        if not self.look_for_altered:
            return altered.NONE
        order = self.by_content
        views = Views(self.thumbs[order].astype(np.uint8), self.fine[order])
        scene = None if scene is None else scene[order]
        found = altered.find(views, self.aspects[order], self.look_for_turned, self._advance, scene).renamed(order)
        alike = self.labels[found.one] == self.labels[found.other]
        return found.only(alike | ~found.mirrored | (self.look_for_turned & self._by_mistake(found)))

    def _by_mistake(self, links: altered.Altered) -> NDArray[np.bool_]:
        """Of pairs that are mirrored or turned: whether few images of either label are such copies of one of the
        other, and no label is called after a direction."""
        names = [self.dataset.label_of(item) for item in map(self.dataset.items.__getitem__, self.chosen)]
        directed = np.array(list(map(means_direction, names)))
        free = links.mirrored & ~directed[links.one] & ~directed[links.other]
        sizes = Counter(self.labels.tolist())
        found: dict[tuple[int, int], set[int]] = defaultdict(set)
        ends = np.stack((links.one, links.other))[:, free]
        for one, other in (*ends.T.tolist(), *ends[::-1].T.tolist()):
            found[int(self.labels[one]), int(self.labels[other])].add(one)
        few = {pair for pair, images in found.items() if len(images) <= max(2, sizes[pair[0]] // _FEW)}
        kept = [
            {(one, other), (other, one)} <= few
            for one, other in zip(self.labels[links.one].tolist(), self.labels[links.other].tolist(), strict=True)
        ]
        return free & np.array(kept, dtype=bool)

    def _most_of_class(self, links: altered.Altered) -> NDArray[np.bool_]:
        """Whether an image and its altered copies are most of its class: then it is the class that looks so."""
        alike = self.labels[links.one] == self.labels[links.other]
        joined = Union(len(self.chosen))
        joined.link(links.one[alike], links.other[alike])
        most = np.zeros(len(self.chosen), dtype=bool)
        for group in joined.groups():
            most[group] = len(group) >= scenes.FEWEST and 2 * len(group) > (self.labels == self.labels[group[0]]).sum()
        return most

    def _distances(
        self, among: NDArray[np.intp], *, onwards: bool = False, advance: Advance = ignore
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]]:
        """For each block of the M images `among` with near ones: the rows, the columns that may be near one of them,
        and (rows, columns) distances in grey levels.

        Infinite where two images are not near, and of an image to itself. `onwards`: the columns begin with the first
        row of the block, so that each pair comes once. Of very many images a row comes with several blocks.
        """
        thumbs, squares, contrast, aspects = (
            values[among] for values in (self.thumbs, self.squares, self.contrast, self.aspects)
        )
        furthest = thumbs.shape[1] * np.minimum(NEAR, NEAR_SHARE * contrast) ** 2
        by_content = np.argsort(self.place[among])
        for rows, columns in within_reach(thumbs, furthest, by_content, onwards=onwards, advance=advance):
            gaps = thumbs[rows] @ thumbs[columns].T
            gaps *= -2
            gaps += squares[rows, None]
            gaps += squares[None, columns]
            near = gaps <= NEAR**2 * thumbs.shape[1]
            near[rows[:, None] == columns[None]] = False
            if not near.any():
                continue
            distance = np.sqrt(np.maximum(gaps, 0) / thumbs.shape[1])
            near &= distance <= NEAR_SHARE * np.minimum(contrast[rows, None], contrast[None, columns])
            near &= np.abs(aspects[rows, None] - aspects[None, columns]) <= _SAME_ASPECT
            distance[~near] = np.inf
            yield rows, columns, distance

    def _take(
        self, rows: NDArray[np.intp], columns: NDArray[np.intp], among: NDArray[np.intp],
        distance: NDArray[np.float32], same: Union, nearest: Nearest,
    ) -> None:  # fmt: skip
        """Join what is near and has one label; note each row's nearest partners. Rows and columns are of `among`."""
        linked = np.isfinite(distance)
        if not linked.any():
            return
        own, others = among[rows], among[columns]
        alike = self.labels[own, None] == self.labels[None, others]
        same.join(rows, linked & alike, columns)
        higher = self.ranks[None, others] - self.ranks[own, None]
        for number, wanted in enumerate((alike & (higher > 0), alike & (higher < 0), ~alike)):
            if not (wanted & linked).any():
                continue
            gaps = np.where(wanted, distance, np.float32(np.inf))
            best = gaps.argmin(axis=1)
            nearest.take(number, own, others[best], gaps[np.arange(len(rows)), best])

    def _take_altered(self, links: altered.Altered, among: NDArray[np.intp], same: Union, nearest: Nearest) -> None:
        """Join altered copies of one label; where an image has no partner yet, note the one that differs least."""
        links = links.only(~(self.apart[links.one] | self.apart[links.other]))
        alike = links.only(self.labels[links.one] == self.labels[links.other])
        same.link(np.searchsorted(among, alike.one), np.searchsorted(among, alike.other))
        order = np.argsort(-np.tile(links.difference, 2), kind="stable")  # of an image's partners the last one is noted
        one = np.concatenate((links.one, links.other))[order]
        other = np.concatenate((links.other, links.one))[order]
        same_label, higher = self.labels[one] == self.labels[other], self.ranks[other] - self.ranks[one]
        for number, wanted in enumerate((same_label & (higher > 0), same_label & (higher < 0), ~same_label)):
            free = wanted & (nearest.partner[number, one] < 0)
            nearest.partner[number, one[free]] = other[free]

    def _named(self, groups: Sequence[NDArray[np.intp]], nearest: Nearest, scenery: Sequence[NDArray[np.intp]]) -> Near:
        def indices(found: Sequence[NDArray[np.intp]]) -> Groups:
            return tuple(sorted(tuple(sorted(self.chosen[group].tolist())) for group in found))

        def pairs(number: int) -> list[tuple[int, int]]:
            (with_partner,) = np.nonzero(nearest.partner[number] >= 0)
            partners = self.chosen[nearest.partner[number, with_partner]].tolist()
            return sorted(zip(self.chosen[with_partner].tolist(), partners, strict=True))

        conflicts = sorted({(min(pair), max(pair)) for pair in pairs(2)})
        return Near(indices(groups), tuple(pairs(0)), tuple(pairs(1)), tuple(conflicts), indices(scenery))
