"""Labels that look wrong: how sure a probe, fitted on the other images, is of each image's own label.

Self-confidence of cross-validated probabilities: C. Northcutt, L. Jiang and I. Chuang, "Confident learning: estimating
uncertainty in dataset labels", JAIR 70 (2021), section 3.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset, Item
from core.data.split import Split
from core.errors import InvalidInput
from core.experiment import PipelineSpec
from core.screening.extractor import FeatureExtractor, matrix
from core.screening.probe import FOLDS, Rows, fitted
from core.task import SPECS
from core.training.setup import Setup
from core.work.control import Control
from core.work.progress import Progress

AT_ONCE = 2_000  # images that are compared with one another; more are ranked in parts of this size
SEVERAL_LABELS = (
    "Labels are looked through where every image has one class. With several labels per image sort the mistakes of a "
    "trained model by their loss instead."
)
TOO_FEW = "Labels can be looked through with two classes of two images or more. Add images."


@dataclass(frozen=True, slots=True)
class Suspect:
    """An image, and how a probe that was fitted on others sees it: probabilities of its own label and of the likeliest
    other class."""

    image: str
    digest: str
    label: str
    confidence: float
    other: str
    other_confidence: float


@dataclass(frozen=True, slots=True)
class Suspects:
    """All images that could be judged, the least sure of its label first. `accuracy`: the share of images whose label
    is the likeliest class, which says how far the order can be trusted; `unjudged`: classes with too few images."""

    ranked: tuple[Suspect, ...]
    accuracy: float
    unjudged: tuple[str, ...] = ()

    @property
    def suspicious(self) -> tuple[Suspect, ...]:
        """Those that the probe takes for another class."""
        return tuple(one for one in self.ranked if one.other_confidence > one.confidence)


def find_suspects(
    setup: Setup, dataset: Dataset, split: Split, control: Control
) -> Generator[Progress, None, Suspects]:
    """Rank all images of a data set, training images included, by the cross-validated confidence in their labels.

    `setup` must be unmodified. Near copies of one class stay in one fold, so that none vouches for another. Raises
    `InvalidInput` (several labels per image, too few images), `Aborted`.
    """
    if not SPECS[setup.task.kind].screened:
        raise InvalidInput(SEVERAL_LABELS)
    groups = _groups(dataset, split)
    items = _with_company(dataset.items, groups)
    if len({item.label for item in items}) < 2:
        raise InvalidInput(TOO_FEW)
    parts = _dealt(items, groups, -(-len(items) // AT_ONCE), setup.experiment.seed, least=FOLDS)
    extractor, found = FeatureExtractor(setup, control), list[Suspect]()
    for number in sorted(set(parts.tolist())):
        part = [item for item, own in zip(items, parts, strict=True) if own == number]
        seen = yield from _seen(extractor, part, len(found), len(items))
        part = _with_company([item for item in part if item.digest in seen], groups)
        if len({item.label for item in part}) > 1:
            yield Progress(what="fitting the probe", done=len(found), total=len(items))
            found += _judged(part, matrix(seen, part), groups, dataset.classes, setup.experiment.seed)
    judged = {one.label for one in found}
    return Suspects(
        tuple(sorted(found, key=lambda one: (one.confidence - one.other_confidence, one.image))),
        sum(one.confidence >= one.other_confidence for one in found) / max(1, len(found)),
        tuple(name for name, count in dataset.counts.items() if count and name not in judged),
    )


def _groups(dataset: Dataset, split: Split) -> dict[str, str]:
    """For each image, by name, what it shares with its near copies."""
    found = {item.name: item.digest for item in dataset.items}
    for number, group in enumerate(split.near.groups):
        found |= {dataset.items[index].name: f"near {number}" for index in group}
    return found


def _with_company(items: Sequence[Item], groups: Mapping[str, str]) -> list[Item]:
    """The images of classes that have another one to be compared with."""
    members: dict[int, set[str]] = {}
    for item in items:
        members.setdefault(item.label, set()).add(groups[item.name])
    return [item for item in items if len(members[item.label]) > 1]


def _dealt(
    items: Sequence[Item], groups: Mapping[str, str], hands: int, seed: int, *, least: int = 0
) -> NDArray[np.int64]:
    """A number below `hands` for each image (N,): each class dealt evenly, its groups whole. One that has fewer than
    `least` groups for every hand stays together."""
    random, found = np.random.default_rng(seed), np.zeros(len(items), np.int64)
    by_class: dict[int, dict[str, list[int]]] = {}
    for index, item in enumerate(items):
        by_class.setdefault(item.label, {}).setdefault(groups[item.name], []).append(index)
    turn = 0
    for own in by_class.values():
        members, together = list(own.values()), len(own) < least * hands
        for member in random.permutation(len(members)):
            found[members[member]] = turn % hands
            turn += 0 if together else 1
        turn += 1 if together else 0
    return found


def _seen(
    extractor: FeatureExtractor, items: Sequence[Item], before: int, total: int
) -> Generator[Progress, None, dict[str, NDArray[np.float32]]]:
    steps = extractor.extract(items, PipelineSpec(), None)
    while True:
        try:
            done = next(steps)
        except StopIteration as ended:
            seen: dict[str, NDArray[np.float32]] = ended.value
            return seen
        yield Progress(what="looking at images", done=before + done, total=total)


def _judged(
    items: Sequence[Item], rows: Rows, groups: Mapping[str, str], classes: Sequence[str], seed: int
) -> Iterator[Suspect]:
    """Each image by a probe that was fitted on the other folds."""
    present, labels_n = np.unique([item.label for item in items], return_inverse=True)
    folds = _dealt(items, groups, FOLDS, seed)  # a class has two groups, which are in two of them
    probabilities = np.zeros((len(items), len(present)))
    for fold in sorted(set(folds.tolist())):
        held_out = folds == fold
        probabilities[held_out] = fitted(rows[~held_out], labels_n[~held_out])(rows[held_out])
    names = [classes[label] for label in present]
    for item, label, row in zip(items, labels_n, probabilities, strict=True):
        others = row.copy()
        others[label] = -1.0
        other = int(others.argmax())
        yield Suspect(item.name, item.digest, names[label], float(row[label]), names[other], float(row[other]))
