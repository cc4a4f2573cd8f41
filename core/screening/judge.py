"""From a probe's answers to a screening: counts, intervals over images, confusions, the worst views."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Item
from core.screening.verdict import LEAST_RIGHT, ClassSafety, Confusion, Safety, WorstView, decide

RESAMPLES = 1000
WORST = 12
DIRECT_SHARE = 0.5  # of a class' views nearer to another class: more than chance or a hard image
DIRECT_CLEAN = 0.8  # of its plain images must be nearest to their own class, or the test says nothing
Shares = NDArray[np.float64]


def judge(
    names: Sequence[str], labels_n: NDArray[np.int64], items: Sequence[Item], numbers: Sequence[int],
    clean_nk: Shares, views_vnk: Shares, margins_vn: Shares,
    nearest_clean_n: NDArray[np.int64], nearest_views_vn: NDArray[np.int64],
) -> Safety:  # fmt: skip
    """What N images and V views of each say. `names` are those of the K classes, `numbers` those of the views.

    `clean_nk`, `views_vnk`: the probe's probabilities; `margins_vn`: drift over distance to another class;
    `nearest_*`: the class whose middle is nearest.
    """
    clean_n = clean_nk.argmax(axis=1)
    right_n = clean_n == labels_n
    taken_vn = views_vnk.argmax(axis=2)
    kept_n = (taken_vn == labels_n).mean(axis=0)  # share of an image's views that are named rightly
    classes = tuple(
        _of_class(names, label, right_n[labels_n == label], kept_n[labels_n == label], taken_vn[:, labels_n == label])
        for label in range(len(names))
    )
    low, high = _interval(right_n, kept_n)
    affinity = _ratio(right_n, kept_n)
    chance = max(np.bincount(labels_n)) / len(labels_n)
    skill = (right_n.mean() - chance) / (1 - chance) if chance < 1 else 0.0
    direct = _direct(names, labels_n, nearest_clean_n, nearest_views_vn)
    verdict, reason = decide(skill, affinity, high, classes, direct)
    return Safety(
        verdict=verdict, reason=reason, images=len(items), views=len(numbers), clean=float(right_n.mean()),
        affinity=affinity, affinity_low=low, affinity_high=high,
        flip_rate=_flip_rate(right_n, kept_n), margin=float(np.median(margins_vn)), classes=classes,
        confusions=_confusions(names, labels_n, taken_vn), direct=direct,
        worst=_worst(names, labels_n, items, right_n, views_vnk, numbers),
    )  # fmt: skip


def _of_class(
    names: Sequence[str], label: int, right_n: NDArray[np.bool_], kept_n: Shares, taken_vn: NDArray[np.int64]
) -> ClassSafety:
    told = int(right_n.sum()) >= LEAST_RIGHT
    low, high = _interval(right_n, kept_n) if told else (0.0, 1.0)
    counts = np.bincount(taken_vn.ravel(), minlength=len(names))
    counts[label] = 0
    other = int(counts.argmax())
    becomes = Confusion(names[label], names[other], float(counts[other] / taken_vn.size)) if counts[other] else None
    return ClassSafety(
        name=names[label], images=len(right_n), clean=float(right_n.mean()) if len(right_n) else 0.0,
        affinity=_ratio(right_n, kept_n) if told else None, affinity_low=low, affinity_high=high,
        flip_rate=_flip_rate(right_n, kept_n), becomes=becomes,
    )  # fmt: skip


def _ratio(right_n: NDArray[np.bool_], kept_n: Shares) -> float:
    return float(kept_n.mean() / right_n.mean()) if right_n.any() else 0.0


def _flip_rate(right_n: NDArray[np.bool_], kept_n: Shares) -> float:
    return float(1 - kept_n[right_n].mean()) if right_n.any() else 0.0


def _interval(right_n: NDArray[np.bool_], kept_n: Shares) -> tuple[float, float]:
    """95 % of the ratio, over resampled images: an image's views are no independent witnesses."""
    drawn = np.random.default_rng(0).integers(0, len(right_n), (RESAMPLES, len(right_n)))
    rights, kept = right_n[drawn].mean(axis=1), kept_n[drawn].mean(axis=1)
    ratios = np.divide(kept, rights, out=np.zeros(RESAMPLES), where=rights > 0)
    low, high = np.percentile(ratios, [2.5, 97.5])
    return float(low), float(high)


def _confusions(
    names: Sequence[str], labels_n: NDArray[np.int64], taken_vn: NDArray[np.int64]
) -> tuple[Confusion, ...]:
    """All pairs of classes that occur, the largest share first."""
    found = []
    for label, name in enumerate(names):
        own = taken_vn[:, labels_n == label]
        for other, count in enumerate(np.bincount(own.ravel(), minlength=len(names))):
            if count and other != label:
                found.append(Confusion(name, names[other], float(count / own.size)))
    return tuple(sorted(found, key=lambda one: -one.share))


def _direct(
    names: Sequence[str], labels_n: NDArray[np.int64], clean_n: NDArray[np.int64], views_vn: NDArray[np.int64]
) -> tuple[Confusion, ...]:
    """Classes most of whose views lie nearer to one other class, though their plain images lie nearest to their own."""
    found = []
    for label, name in enumerate(names):
        own = labels_n == label
        counts = np.bincount(views_vn[:, own].ravel(), minlength=len(names))
        counts[label] = 0
        share = counts.max() / max(1, views_vn[:, own].size)
        if own.sum() >= LEAST_RIGHT and (clean_n[own] == label).mean() >= DIRECT_CLEAN and share > DIRECT_SHARE:
            found.append(Confusion(name, names[int(counts.argmax())], float(share)))
    return tuple(sorted(found, key=lambda one: -one.share))


def _worst(
    names: Sequence[str], labels_n: NDArray[np.int64], items: Sequence[Item], right_n: NDArray[np.bool_],
    views_vnk: Shares, numbers: Sequence[int],
) -> tuple[WorstView, ...]:  # fmt: skip
    """The views that leave their class most surely, one of each image, of images that are named rightly when plain."""
    found = []
    for place in np.flatnonzero(right_n).tolist():
        item, label = items[place], labels_n[place]
        others = views_vnk[:, place].copy()
        others[:, label] = -1
        view = int(others.max(axis=1).argmax())
        other = int(others[view].argmax())
        if views_vnk[view, place].argmax() != label:
            confidence = float(others[view, other])
            found.append(WorstView(item.name, item.digest, numbers[view], names[label], names[other], confidence))
    return tuple(sorted(found, key=lambda one: -one.confidence)[:WORST])
