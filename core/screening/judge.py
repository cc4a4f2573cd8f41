"""Evaluate a probe's predictions: counts, intervals over images, confusions, the worst views."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Item
from core.screening.verdict import LEAST_RIGHT, ClassSafety, Confusion, Safety, WorstView, decide

RESAMPLES = 1000
Z_95 = 1.96
WORST = 12
DIRECT_SHARE = 0.5  # minimum share of a class's views on the side of the other class
Shares = NDArray[np.float64]


def judge(
    names: Sequence[str], labels_n: NDArray[np.int64], items: Sequence[Item], numbers: Sequence[int],
    clean_nk: Shares, views_vnk: Shares, margins_vn: Shares, *, has_strength: bool = True,
) -> Safety:  # fmt: skip
    """Evaluate N images with V views each. `names` are those of the K classes, `numbers` those of the views.

    `clean_nk`, `views_vnk`: the probe's probabilities; `margins_vn`: distance of a view from its image relative to the
    distance to another class; `has_strength`: whether the augmentation can be made weaker.
    """
    clean_n = clean_nk.argmax(axis=1)
    correct_n = clean_n == labels_n
    predicted_vn = views_vnk.argmax(axis=2)
    kept_n = (predicted_vn == labels_n).mean(axis=0)  # share of an image's views that are correctly classified
    classes = tuple(
        _of_class(
            names, label, correct_n[labels_n == label], kept_n[labels_n == label], predicted_vn[:, labels_n == label]
        )
        for label in range(len(names))
    )
    low, high = _interval(correct_n, kept_n)
    affinity = _ratio(correct_n, kept_n)
    chance = max(np.bincount(labels_n)) / len(labels_n)
    skill = (correct_n.mean() - chance) / (1 - chance) if chance < 1 else 0.0
    direct = _direct(names, labels_n, clean_nk, views_vnk)
    flips = _flip_rate(correct_n, kept_n)
    verdict, reason = decide(skill, affinity, high, 1 - flips, classes, direct, has_strength=has_strength)
    return Safety(
        verdict=verdict, reason=reason, images=len(items), views=len(numbers), clean=float(correct_n.mean()),
        affinity=affinity, affinity_low=low, affinity_high=high,
        flip_rate=flips, margin=float(np.median(margins_vn)), classes=classes,
        confusions=_confusion_pairs(names, labels_n, predicted_vn), direct=direct,
        worst=_worst(names, labels_n, items, correct_n, views_vnk, numbers),
    )  # fmt: skip


def _of_class(
    names: Sequence[str], label: int, correct_n: NDArray[np.bool_], kept_n: Shares, predicted_vn: NDArray[np.int64]
) -> ClassSafety:
    enough = int(correct_n.sum()) >= LEAST_RIGHT
    low, high = _interval(correct_n, kept_n) if enough else (0.0, 1.0)
    kept_high = _interval(np.ones_like(correct_n[correct_n]), kept_n[correct_n])[1] if enough else 1.0
    counts = np.bincount(predicted_vn.ravel(), minlength=len(names))
    counts[label] = 0
    other = int(counts.argmax())
    becomes = Confusion(names[label], names[other], float(counts[other] / predicted_vn.size)) if counts[other] else None
    return ClassSafety(
        name=names[label], images=len(correct_n), clean=float(correct_n.mean()) if len(correct_n) else 0.0,
        affinity=_ratio(correct_n, kept_n) if enough else None, affinity_low=low, affinity_high=high,
        flip_rate=_flip_rate(correct_n, kept_n), flip_low=1 - kept_high, becomes=becomes,
    )  # fmt: skip


def _ratio(correct_n: NDArray[np.bool_], kept_n: Shares) -> float:
    return float(kept_n.mean() / correct_n.mean()) if correct_n.any() else 0.0


def _flip_rate(correct_n: NDArray[np.bool_], kept_n: Shares) -> float:
    return float(1 - kept_n[correct_n].mean()) if correct_n.any() else 0.0


def _interval(correct_n: NDArray[np.bool_], kept_n: Shares) -> tuple[float, float]:
    """Bootstrap 95 % interval of the ratio over images: views of an image are not independent."""
    drawn = np.random.default_rng(0).integers(0, len(correct_n), (RESAMPLES, len(correct_n)))
    correct, kept = correct_n[drawn].mean(axis=1), kept_n[drawn].mean(axis=1)
    ratios = np.divide(kept, correct, out=np.zeros(RESAMPLES), where=correct > 0)
    low, high = np.percentile(ratios, [2.5, 97.5])
    return float(low), float(high)


def _confusion_pairs(
    names: Sequence[str], labels_n: NDArray[np.int64], predicted_vn: NDArray[np.int64]
) -> tuple[Confusion, ...]:
    """All confused pairs of classes, the largest share first."""
    confusions = []
    for label, name in enumerate(names):
        of_class = predicted_vn[:, labels_n == label]
        for other, count in enumerate(np.bincount(of_class.ravel(), minlength=len(names))):
            if count and other != label:
                confusions.append(Confusion(name, names[other], float(count / of_class.size)))
    return tuple(sorted(confusions, key=lambda one: -one.share))


def _direct(
    names: Sequence[str], labels_n: NDArray[np.int64], clean_nk: Shares, views_vnk: Shares
) -> tuple[Confusion, ...]:
    """Pairs of classes that flip: the probe prefers the true class on plain images, but the other one on views.

    Both preferences (mean differences of log probabilities over images) must be significant (95 %). This also works if
    single images are classified poorly, as is often the case for left and right.
    """
    confusions = []
    for label, name in enumerate(names):
        of_class = labels_n == label
        if of_class.sum() < LEAST_RIGHT:
            continue
        clean = _preference(clean_nk[of_class], label)
        views = _preference(views_vnk[:, of_class], label)
        shares = (views < 0).mean(axis=(0, 1))
        clean_low = clean.mean(axis=0) - _half_width(clean)
        view_high = views.mean(axis=(0, 1)) + _half_width(views.mean(axis=0))
        shares[(clean_low <= 0) | (view_high >= 0)] = 0
        if shares.max() > DIRECT_SHARE:
            confusions.append(Confusion(name, names[int(shares.argmax())], float(shares.max())))
    return tuple(sorted(confusions, key=lambda one: -one.share))


def _preference(answers: Shares, label: int) -> Shares:
    """(..., K): log odds of `label` against each class."""
    logs = np.log(np.clip(answers, 1e-6, 1))
    return np.asarray(logs[..., label, None] - logs)


def _half_width(values_nk: Shares) -> Shares:
    """Half width of the 95 % interval of the mean over the first axis."""
    return np.asarray(Z_95 * values_nk.std(axis=0, ddof=1) / np.sqrt(len(values_nk)))


def _worst(
    names: Sequence[str], labels_n: NDArray[np.int64], items: Sequence[Item], correct_n: NDArray[np.bool_],
    views_vnk: Shares, numbers: Sequence[int],
) -> tuple[WorstView, ...]:  # fmt: skip
    """The most confidently misclassified views, one per image whose plain version is classified correctly."""
    confusions = []
    for row in np.flatnonzero(correct_n).tolist():
        item, label = items[row], labels_n[row]
        others = views_vnk[:, row].copy()
        others[:, label] = -1
        view = int(others.max(axis=1).argmax())
        other = int(others[view].argmax())
        if views_vnk[view, row].argmax() != label:
            confidence = float(others[view, other])
            confusions.append(WorstView(item.name, item.digest, numbers[view], names[label], names[other], confidence))
    return tuple(sorted(confusions, key=lambda one: -one.confidence)[:WORST])
