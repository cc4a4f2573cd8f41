"""Copies among images of one scene, as a fixed camera takes them: good and scratched parts look nearly alike.

There two images are copies when they agree in what sets them apart from the scene. The mean image is taken away, then
the two ways in which most of the images differ (light, a shift of the camera); what is left of a pair, on a 32 x 32
grey view, must correlate by `AGREE` before and after, and stand out by `OUTLIER` robust standard deviations among all
correlations of either image. Images without a mark of their own are no copies: nothing shows that they are.

Measured on 64 sets of 40 drawn parts, of eight kinds of light, noise and shift: of 49,920 pairs 8 were taken for
copies, and 38 to 40 images were used. Of scratched parts saved again about half are found (JPEG quality 50, half or
double size; a fifth of quality 30, and a fifth of all where the part moves by two px), of good parts few. What is
missed is kept as an image of its own.
"""

from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.data.near import cells
from core.data.near.cells import Cell
from core.data.near.union import Union

SIDE = 32  # px
FEWEST = 8  # images from which a scene can be told
AGREE = 0.6
OUTLIER = 6.0
_COMMON = 2  # ways in which all images of a scene differ
_SAMPLE = 1000  # images from which an image's usual correlations are known well enough
_TINY = 1e-6


def is_scene(group: NDArray[np.intp], labels: NDArray[np.intp], ranks: NDArray[np.intp]) -> bool:
    """Whether so many images are near each other because they show one place, not one thing.

    Different labels say so: those things differ. So does a set that came divided with most of a class near itself in
    several parts; nobody divides copies of one image.
    """
    if len(group) < FEWEST:
        return False
    counts = Counter(labels[group].tolist())
    if sum(count > 1 for count in counts.values()) > 1:
        return True
    (label, count), *_ = counts.most_common()
    return len(set(ranks[group].tolist())) > 1 and 2 * count > int((labels == label).sum())


def numbers(near: Union, labels: NDArray[np.intp], ranks: NDArray[np.intp]) -> NDArray[np.intp]:
    """The number of the scene of each image, -1: none. `near` joins the images that look alike."""
    found = np.full(len(labels), -1)
    for number, group in enumerate(near.groups()):
        if is_scene(group, labels, ranks):
            found[group] = number
    return found


def distances(
    fine: NDArray[np.uint8], block: int
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]]:
    """For each block of rows of N views (N, SIDE * SIDE): the rows, all N columns, and (rows, N) 1 - correlation of
    copies. Of very many views, in an order that does not depend on names, the columns are those of the cells around.

    Infinite where two images are no copies, and of an image to itself.
    """
    if len(fine) < FEWEST:
        return
    before, after = _residuals(fine)
    usual, spread = _usual(after)
    for cell in _compared(after, block):
        rows, columns = cell.rows, cell.members
        agreement = after[rows] @ after[columns].T
        outlying = (agreement - np.maximum(usual[rows, None], usual[None, columns])) >= OUTLIER * np.maximum(
            spread[rows, None], spread[None, columns]
        )
        copies = cell.but_for_themselves(outlying & (agreement >= AGREE))
        if copies.any():  # seldom
            copies &= before[rows] @ before[columns].T >= AGREE
        yield rows, columns, np.where(copies, 1 - agreement, np.float32(np.inf)).astype(np.float32)


def _compared(after: NDArray[np.float32], block: int) -> Iterator[Cell]:
    """Which of the images are compared with which."""
    everyone = np.arange(len(after))
    if len(after) < cells.FEWEST:
        return (Cell(everyone[start : start + block], everyone) for start in range(0, len(after), block))
    return iter(cells.cells(after, after))


def _residuals(fine: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What sets each image apart from the mean one, and from the common ways to differ; rows of length 1."""
    views = fine.astype(np.float32)
    views -= views.mean(axis=1, keepdims=True)
    views -= views.mean(axis=0)
    _, ways = np.linalg.eigh(views.T @ views)
    common = ways[:, -_COMMON:]
    return _unit(views), _unit(views - views @ common @ common.T)


def _unit(views: NDArray[np.float32]) -> NDArray[np.float32]:
    return views / np.maximum(_TINY, np.linalg.norm(views, axis=1, keepdims=True))


def _usual(views: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Median and robust standard deviation of each image's correlations with (a sample of) the others."""
    others = views[np.linspace(0, len(views) - 1, min(len(views), _SAMPLE)).astype(int)]
    usual, spread = np.empty(len(views), np.float32), np.empty(len(views), np.float32)
    for start in range(0, len(views), _SAMPLE):
        rows = slice(start, start + _SAMPLE)
        agreement = views[rows] @ others.T
        usual[rows] = np.median(agreement, axis=1)
        spread[rows] = 1.4826 * np.median(np.abs(agreement - usual[rows, None]), axis=1)
    return usual, np.maximum(_TINY, spread)
