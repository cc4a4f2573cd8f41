"""Copies that were altered: lighter, of another contrast, grey, cropped or turned a little, mirrored, upside down.

Candidates agree in the coarse form of their grey views (`core.data.near.coarse`) and in colour; then one view is laid
over the other (`core.data.near.fitting`), and what is left is their difference, as a share of the contrast. Groups of
like images count when others differ by far more: in scanned digits the next image is about as near as the first, and
there nothing shows that it is a copy.

Found by this alone, of 119 stamps and 240 signs, with one copy of each in the set and none taken for a copy of another:
of copies 20 % or 20 grey levels darker, of contrast 0.8 to 1.2, or mirrored 98 and 100 %; 20 % brighter 89 and 100 %;
grey 98 and 91 %; hue turned by 14 degrees 92 and 98 %; with 1 to 5 % cut off at each side 89 to 93 and 94 to 98 %; 10 %
at one side 73 and 77 %; turned by 2 to 3 degrees 91 and 96 %, by 5 82 and 95 %; mirrored, cropped, turned, brighter
and JPEG quality 60 at once 87 and 96 %. JPEG quality 30 at half size is found by the thumbnails. Quarter turns of whole
images are found (`core.data.near.turned`). Images with few edges, which chance lays over one another, are not looked
for: flat shapes.

No pair among the stamps, the signs, 2,600 drawn shapes of random places and colours, 1,000 images of several shapes,
700 pages of text, 1,000 images of noise and the 1,797 digits of scikit-learn. Among 1,300 drawn letters 3 pairs, among
1,000 drawn digits 1, and shapes of one place and nearly one size are found. Of 10,000 images a search took 8.5 s, 3.3 s
without this; of 10,000 drawn digits, where everything is alike, 34 s in place of 14 s.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from core.data.near import coarse, turned
from core.data.near.fitting import detail, differences
from core.data.near.tiles import Advance, ignore
from core.data.near.union import Union
from core.data.near.views import TURNED, WAYS, Views

MOST = 12  # partners of an image that are compared closely
SAME = 0.013  # differences up to here are those of a copy that was cropped or turned
STILL = 0.003  # the same where no movement is allowed for
DETAILED = 0.27  # share of a view with edges, above which chance does not lay two views over one another
PLAIN = 0.2  # the same, below which a view shows too little to tell a copy
CROWD = 0.045  # differences up to here are those of images that are alike
GAP = 4.0  # other images differ from those of a group by more than so many times as much as its own
_FLOOR = 0.01  # differences that are owed to coding
_BLOCK = 4096  # pairs at once: bounds the memory
_SAMPLE = 64  # pairs of a group that are compared
_COLOUR = 0.7  # cosine of the colours of two copies
_GREY = 3.0  # grey levels, root mean square, below which an image has no colour to compare
_ASPECT = 0.12  # largest difference of the logarithms of width / height: a tenth cut off at one side


@dataclass(frozen=True, slots=True)
class Altered:
    """Pairs (one[k], other[k]) of altered copies, each once, and how much they differ.

    `mirrored`: one is the mirror image of the other, left to right or upside down, or was turned by quarters.
    """

    one: NDArray[np.intp]
    other: NDArray[np.intp]
    difference: NDArray[np.float32]
    mirrored: NDArray[np.bool_]

    def only(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> Self:
        """These of the pairs, by mask or by number."""
        return replace(
            self, one=self.one[chosen], other=self.other[chosen], difference=self.difference[chosen],
            mirrored=self.mirrored[chosen],
        )  # fmt: skip

    def renamed(self, names: NDArray[np.intp]) -> Self:
        """The same with names[i] for the image i."""
        return replace(self, one=names[self.one], other=names[self.other])


class ByGroup:
    """Altered copies by the group of images that they are in; root[i] names the group of the image i."""

    def __init__(self, links: Altered, root: NDArray[np.intp]) -> None:
        order = np.argsort(root[links.one], kind="stable")
        self._links, self._names, self._root = links.only(order), root[links.one[order]], root

    def of(self, group: NDArray[np.intp]) -> Altered:
        """The pairs of one group."""
        first, last = (np.searchsorted(self._names, self._root[group[0]], side=side) for side in ("left", "right"))
        return self._links.only(np.arange(first, last))


_NO_PAIR = np.zeros(0, dtype=np.intp)
NONE = Altered(_NO_PAIR, _NO_PAIR, np.zeros(0, dtype=np.float32), np.zeros(0, dtype=bool))


def find(
    views: Views, aspects: NDArray[np.float32], look_for_turned: bool = True, advance: Advance = ignore,
    scene: NDArray[np.intp] | None = None,
) -> Altered:  # fmt: skip
    """The altered copies among N images with `aspects` (N,), the logarithms of width / height; quarter turns among them
    unless `look_for_turned` is False. `advance` hears of each image `passes` times. `scene`: the number of each
    image's, -1: none; within one scene, where all images are alike, nothing is looked for."""

    def check(i: NDArray[np.intp], j: NDArray[np.intp], w: int) -> NDArray[np.bool_]:
        agreed = _agree(views, aspects, i, j, w)
        return agreed if scene is None else agreed & ((scene[i] != scene[j]) | (scene[i] < 0))

    found = [
        coarse.candidates(views, MOST, check, advance),
        *([turned.candidates(views, MOST, check, advance)] if look_for_turned else []),
    ]
    one, other, way = (np.concatenate(each) for each in zip(*found, strict=True))
    difference = _differences(views, one, other, way)
    one, other, way, difference = _best_way(one, other, way, difference)
    alike = difference <= SAME
    joined = Union(len(aspects))
    joined.link(one[alike], other[alike])
    crowded = _crowded(joined.root, one, other, difference)
    inside = (joined.root[one] == joined.root[other]) & (difference <= CROWD)
    known = np.bincount(joined.root[one[inside]], minlength=len(aspects))
    for group in joined.groups():
        most = len(group) * (len(group) - 1) // 2
        if 2 * known[group[0]] < most and not crowded[group[0]]:
            crowded[group[0]] = not _compact(views, group)
    kept = alike & ~crowded[joined.root[one]]
    return Altered(one[kept], other[kept], difference[kept], way[kept] != 0)


def passes(look_for_turned: bool) -> int:
    """How often each image is compared with others."""
    return len(WAYS) + look_for_turned


def _crowded(
    root: NDArray[np.intp], one: NDArray[np.intp], other: NDArray[np.intp], difference: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Of the images that are the `root` of a group: whether other images are nearly as alike as those of the group."""
    inside = root[one] == root[other]
    widest = np.zeros(len(root), dtype=np.float32)
    np.maximum.at(widest, root[one[inside]], np.minimum(difference[inside], SAME))
    crowd = np.maximum(GAP * widest, GAP * _FLOOR)
    crowded = np.zeros(len(root), dtype=bool)
    for end in (root[one], root[other]):
        crowded[end[~inside & (difference <= crowd[end])]] = True
    return crowded


def _agree(
    views: Views, aspects: NDArray[np.float32], one: NDArray[np.intp], other: NDArray[np.intp], way: int
) -> NDArray[np.bool_]:
    """Whether form and colours of the pairs agree; a grey image agrees with every colour."""
    shapes = -aspects if way & TURNED else aspects
    agreed = np.abs(aspects[one] - shapes[other]) <= _ASPECT
    strength = views.colour_strength
    (coloured,) = np.nonzero(agreed & (np.minimum(strength[one], strength[other]) > _GREY))
    likely = views.may_agree(one[coloured], other[coloured], way, _COLOUR)
    agreed[coloured[~likely]] = False
    coloured = coloured[likely]
    for part in np.array_split(coloured, 1 + len(coloured) // _BLOCK):
        cosine = np.einsum("pk,pk->p", views.colours(one[part], 0), views.colours(other[part], way))
        agreed[part] = cosine >= _COLOUR
    return agreed


def _differences(
    views: Views, one: NDArray[np.intp], other: NDArray[np.intp], way: NDArray[np.intp]
) -> NDArray[np.float32]:
    """How much the pairs differ: after a small movement where they show enough, else as they are."""
    moved, still = differences(views, one, other, way)
    shares = detail(views)
    share = np.minimum(shares[one], shares[other])
    unmoved = np.where((still <= STILL) & (share >= PLAIN), still, np.maximum(moved, 2 * SAME))
    return np.where(share >= DETAILED, moved, unmoved)


def _best_way(
    one: NDArray[np.intp], other: NDArray[np.intp], way: NDArray[np.intp], difference: NDArray[np.float32]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """Each pair once, in the way in which it differs least; an unmirrored one first."""
    order = np.lexsort((way, difference, other, one))
    one, other, way, difference = one[order], other[order], way[order], difference[order]
    first = np.ones(len(one), dtype=bool)
    first[1:] = (np.diff(one) != 0) | (np.diff(other) != 0)
    return one[first], other[first], way[first], difference[first]


def _compact(views: Views, group: NDArray[np.intp]) -> bool:
    """Whether the images of a group are alike each with each, not only one with the next."""
    count = len(group)
    steps = range(1, 1 + min(count // 2, max(1, _SAMPLE // count)))
    one, other = np.tile(group, len(steps)), np.concatenate([np.roll(group, step) for step in steps])
    ways = [differences(views, one, other, np.full(len(one), way))[0] for way in WAYS]
    return bool(2 * (np.min(ways, axis=0) <= CROWD).sum() >= len(one))
