"""Label safety: what pipelines do to labels, from the features of a few images, before anything is trained.

Affinity: R. Gontijo-Lopes et al., "Tradeoffs in data augmentation: an empirical study", ICLR 2021. Per class, because
the best average can cost single classes: P. Kirichenko et al., "Understanding the detrimental class-level effects of
data augmentation", NeurIPS 2023.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest

import numpy as np
from numpy.typing import NDArray

from core.augment.presets import MILD
from core.data.dataset import Item
from core.errors import InvalidInput
from core.experiment import PipelineSpec
from core.screening.extractor import FeatureExtractor, matrix
from core.screening.headline import has_strength
from core.screening.judge import judge
from core.screening.probe import Probe, Rows
from core.screening.question import IMAGES, VIEWS
from core.screening.verdict import Safety
from core.task import SPECS
from core.training.setup import Setup
from core.work.control import Control
from core.work.progress import Progress

EACH = 8  # images of a class at least, where there are as many: fewer tell nothing
MOST_CLASSES = 60  # those with the most images; more would take minutes
FITTED = 2  # mildly changed views that the probe is fitted on, so that it is not startled by every change
Known = dict[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class _Baseline:
    """What all pipelines are screened with: the images, and a probe that knows how they look when plain."""

    extractor: FeatureExtractor
    items: tuple[Item, ...]
    names: list[str]
    labels_n: NDArray[np.int64]
    clean: Rows
    clean_nk: NDArray[np.float64]
    probe: Probe
    left_out: str  # a sentence, where not every class is looked at


SEVERAL_LABELS = (
    "Labels can be screened where every image has one class. With several labels per image compare the views with the "
    "original by eye, or train with and without augmentation."
)


def screen(
    setup: Setup, pipelines: Sequence[PipelineSpec], control: Control, *, images: int = IMAGES, views: int = VIEWS,
    on_found: Callable[[PipelineSpec, Safety], None] | None = None,
) -> Generator[Progress, None, tuple[Safety, ...]]:  # fmt: skip
    """One `Safety` per pipeline, all from the same training images: so many, or more where classes are many.

    `on_found` is called with each one as soon as it is there. Only training images are used, no test images.
    Raises `InvalidInput` (too few images to fit a probe), `Aborted`, and what making a view raises.
    """
    if not SPECS[setup.task.kind].screened:
        raise InvalidInput(SEVERAL_LABELS)
    baseline = yield from _baseline(setup, control, images)
    found = []
    for number, pipeline in enumerate(pipelines, start=1):
        what = "looking at views" if len(pipelines) == 1 else f"looking at views, {number} of {len(pipelines)}"
        rows = yield from _each(baseline.extractor, what, baseline.items, pipeline, range(views))
        found.append(_judged(baseline, rows, pipeline))
        if on_found is not None:
            on_found(pipeline, found[-1])
    return tuple(found)


def _baseline(setup: Setup, control: Control, images: int) -> Generator[Progress, None, _Baseline]:
    items = _chosen(setup.train_items, images)
    there = len({item.label for item in setup.train_items})
    extractor = FeatureExtractor(setup, control)
    plain = yield from _seen(extractor, "looking at plain images", items, PipelineSpec(), [None])
    items = _chosen([item for item in items if item.digest in plain], len(items))
    labels_n, names = _labels(items, setup.task.classes)
    mild = yield from _each(extractor, "looking at mild changes", items, MILD, range(FITTED), keep=True)
    clean = matrix(plain, items)
    yield Progress(what="fitting the probe", done=0, total=1)
    probe = Probe([clean, *mild], labels_n, [item.digest for item in items], setup.experiment.seed)
    left_out = f" Looked at {len(names)} of {there} classes, those with the most images." if len(names) < there else ""
    return _Baseline(extractor, items, names, labels_n, clean, probe(clean), probe, left_out)


def _judged(baseline: _Baseline, rows: Sequence[Rows], pipeline: PipelineSpec) -> Safety:
    answers = np.stack([baseline.probe(view) for view in rows])
    margins = _margins(baseline.clean, rows, baseline.labels_n)
    found = judge(
        baseline.names, baseline.labels_n, baseline.items, range(len(rows)), baseline.clean_nk, answers, margins,
        has_strength=has_strength(pipeline),
    )  # fmt: skip
    return replace(found, reason=found.reason + baseline.left_out)


def _chosen(items: Sequence[Item], most: int) -> tuple[Item, ...]:
    """At most so many images or `EACH` of a class, each once, of all classes alike.

    Classes of a single image are left out, and the smallest ones beyond `MOST_CLASSES`.
    """
    classes: dict[int, dict[str, Item]] = {}
    for item in items:
        classes.setdefault(item.label, {}).setdefault(item.digest, item)
    large = sorted((label for label, own in classes.items() if len(own) > 1), key=lambda label: -len(classes[label]))
    rows = [list(classes[label].values()) for label in sorted(large[:MOST_CLASSES])]
    if len(rows) < 2:
        raise InvalidInput("Labels can be screened with two classes of two training images or more. Add images.")
    in_turn = (item for item in chain.from_iterable(zip_longest(*rows)) if item is not None)
    return tuple(in_turn)[: max(most, EACH * len(rows))]


def _labels(items: Sequence[Item], classes: Sequence[str]) -> tuple[NDArray[np.int64], list[str]]:
    """Labels 0..K-1 of the classes that are there, and their names."""
    present, labels_n = np.unique([item.label for item in items], return_inverse=True)
    return labels_n, [classes[label] for label in present]


def _each(
    extractor: FeatureExtractor,
    what: str,
    items: Sequence[Item],
    pipeline: PipelineSpec,
    numbers: range,
    *,
    keep: bool = False,
) -> Generator[Progress, None, list[Rows]]:
    """Features (N, D) of each view; of one alone where the second shows that all are the same."""
    rows: list[Rows] = []
    for number in numbers:
        seen = yield from _seen(extractor, what, items, pipeline, numbers, number, keep=keep)
        rows.append(matrix(seen, items))
        if number == 1 and np.array_equal(rows[0], rows[1]):
            return rows[:1]
    return rows


def _seen(
    extractor: FeatureExtractor, what: str, items: Sequence[Item], pipeline: PipelineSpec,
    numbers: Sequence[int | None], number: int | None = None, *, keep: bool = False,
) -> Generator[Progress, None, Known]:  # fmt: skip
    steps = extractor.extract(items, pipeline, number, keep=keep)
    before = numbers.index(number) * len(items)
    while True:
        try:
            done = next(steps)
        except StopIteration as ended:
            seen: Known = ended.value
            return seen
        yield Progress(what=what, done=before + done, total=len(numbers) * len(items))


def _margins(clean: Rows, views: Sequence[Rows], labels_n: NDArray[np.int64]) -> NDArray[np.float64]:
    """(V, N): how far each view has moved, over its image's distance to the nearest one of another class."""
    between = _distances(clean, clean)
    between[labels_n[:, None] == labels_n] = np.inf
    return np.stack([np.linalg.norm(view - clean, axis=1) for view in views]) / np.maximum(between.min(axis=1), 1e-9)


def _distances(a: Rows, b: Rows) -> NDArray[np.float64]:
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    return np.sqrt(np.maximum(squares, 0)).astype(np.float64)
