"""From a probe's answers to a screening: counts, intervals over images, confusions, the worst views."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Item
from core.screening.verdict import LEAST_RIGHT, ClassSafety, Confusion, Safety, WorstView, decide

RESAMPLES = 1000
Z_95 = 1.96
WORST = 12
DIRECT_SHARE = 0.5  # of a class' views on the other class' side, at least
Shares = NDArray[np.float64]


def judge(
    names: Sequence[str], labels_n: NDArray[np.int64], items: Sequence[Item], numbers: Sequence[int],
    clean_nk: Shares, views_vnk: Shares, margins_vn: Shares, *, has_strength: bool = True,
) -> Safety:  # fmt: skip
    """What N images and V views of each say. `names` are those of the K classes, `numbers` those of the views.

    `clean_nk`, `views_vnk`: the probe's probabilities; `margins_vn`: drift over distance to another class;
    `has_strength`: whether what made the views can be made weaker.
    """
    clean_n = clean_nk.argmax(axis=1)
    right_n = clean_n == labels_n
    taken_vn = views_vnk.argmax(axis=2)
    kept_n = (taken_vn == labels_n).mean(axis=0)  # share of an image's views that are correctly classified
    classes = tuple(
        _of_class(names, label, right_n[labels_n == label], kept_n[labels_n == label], taken_vn[:, labels_n == label])
        for label in range(len(names))
    )
    low, high = _interval(right_n, kept_n)
    affinity = _ratio(right_n, kept_n)
    chance = max(np.bincount(labels_n)) / len(labels_n)
    skill = (right_n.mean() - chance) / (1 - chance) if chance < 1 else 0.0
    direct = _direct(names, labels_n, clean_nk, views_vnk)
    flips = _flip_rate(right_n, kept_n)
    verdict, reason = decide(skill, affinity, high, 1 - flips, classes, direct, has_strength=has_strength)
    return Safety(
        verdict=verdict, reason=reason, images=len(items), views=len(numbers), clean=float(right_n.mean()),
        affinity=affinity, affinity_low=low, affinity_high=high,
        flip_rate=flips, margin=float(np.median(margins_vn)), classes=classes,
        confusions=_confusions(names, labels_n, taken_vn), direct=direct,
        worst=_worst(names, labels_n, items, right_n, views_vnk, numbers),
    )  # fmt: skip


def _of_class(
    names: Sequence[str], label: int, right_n: NDArray[np.bool_], kept_n: Shares, taken_vn: NDArray[np.int64]
) -> ClassSafety:
    told = int(right_n.sum()) >= LEAST_RIGHT
    low, high = _interval(right_n, kept_n) if told else (0.0, 1.0)
    kept_high = _interval(np.ones_like(right_n[right_n]), kept_n[right_n])[1] if told else 1.0
    counts = np.bincount(taken_vn.ravel(), minlength=len(names))
    counts[label] = 0
    other = int(counts.argmax())
    becomes = Confusion(names[label], names[other], float(counts[other] / taken_vn.size)) if counts[other] else None
    return ClassSafety(
        name=names[label], images=len(right_n), clean=float(right_n.mean()) if len(right_n) else 0.0,
        affinity=_ratio(right_n, kept_n) if told else None, affinity_low=low, affinity_high=high,
        flip_rate=_flip_rate(right_n, kept_n), flip_low=1 - kept_high, becomes=becomes,
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
    names: Sequence[str], labels_n: NDArray[np.int64], clean_nk: Shares, views_vnk: Shares
) -> tuple[Confusion, ...]:
    """Classes that change sides: on plain images the probe prefers them to another class, on views the other to them.

    Both preferences, mean differences of log probabilities over images, must be more than chance (95 %). So it speaks
    also where single images are named poorly; left and right are often like that.
    """
    found = []
    for label, name in enumerate(names):
        own = labels_n == label
        if own.sum() < LEAST_RIGHT:
            continue
        clean = _preference(clean_nk[own], label)
        views = _preference(views_vnk[:, own], label)
        shares = (views < 0).mean(axis=(0, 1))
        clean_low = clean.mean(axis=0) - _half_width(clean)
        view_high = views.mean(axis=(0, 1)) + _half_width(views.mean(axis=0))
        shares[(clean_low <= 0) | (view_high >= 0)] = 0
        if shares.max() > DIRECT_SHARE:
            found.append(Confusion(name, names[int(shares.argmax())], float(shares.max())))
    return tuple(sorted(found, key=lambda one: -one.share))


def _preference(answers: Shares, label: int) -> Shares:
    """(..., K): how much more the probe believes in `label` than in each class, as log odds."""
    logs = np.log(np.clip(answers, 1e-6, 1))
    return np.asarray(logs[..., label, None] - logs)


def _half_width(values_nk: Shares) -> Shares:
    """Of the 95 % interval of the mean over the first axis."""
    return np.asarray(Z_95 * values_nk.std(axis=0, ddof=1) / np.sqrt(len(values_nk)))


def _worst(
    names: Sequence[str], labels_n: NDArray[np.int64], items: Sequence[Item], right_n: NDArray[np.bool_],
    views_vnk: Shares, numbers: Sequence[int],
) -> tuple[WorstView, ...]:  # fmt: skip
    """The views that leave their class most surely, one of each image that is correctly classified when plain."""
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
