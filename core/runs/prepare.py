"""Check an experiment against this machine and its images before it is started."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

import torch
from cachetools import LRUCache, cached
from cachetools.keys import hashkey

from core.augment import pipeline
from core.backbones import catalogue
from core.backbones.pretrained.weights import read_weights_file
from core.backbones.stages import require_stages, stage_table
from core.data.audit import require_trainable
from core.data.cache import ImageCache
from core.data.dataset import Dataset
from core.data.geometry import Geometry
from core.data.sources import load_dataset
from core.data.split import Split, make_former_split, make_split
from core.errors import InvalidExperiment, ResumeRefused, UnusableDataset
from core.experiment import Experiment, Reading, SplitSpec
from core.features.workers.count import usual_count
from core.files import own_path
from core.runs.artifacts import Division, split_key
from core.task import SPECS, ClassificationSpec
from core.text import storable
from core.training import graphs
from core.training.device import require_precision, resolve_device
from core.wording import as_reading

OTHER_IMAGES = "The images are not those that this experiment was made with; its results will not be the same."
MOST_NAMED = 10  # files that were left out; the Data page lists them all
WORDS = ("default", "none")
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A checked experiment with its loaded images."""

    experiment: Experiment
    dataset: Dataset
    split: Split
    device: torch.device
    other_images: bool = False  # not those that the given experiment says it saw

    @property
    def listing(self) -> dict[str, str]:
        """Name and digest of every image, to say later what has changed."""
        return {item.name: item.digest for item in self.dataset.items}

    @property
    def notes(self) -> list[str]:
        """Notes for the user before training."""
        left_out = [*self.dataset.left_out, *self.split.left_out]
        named = [f"{one.name} was left out: {one.reason}" for one in left_out[:MOST_NAMED]]
        if len(left_out) > MOST_NAMED:
            named.append(f"{len(left_out) - MOST_NAMED} more files were left out.")
        return [*([OTHER_IMAGES] if self.other_images else []), *named]


def prepare(
    experiment: Experiment,
    root: Path,
    device: str = "auto",
    on_progress: OnProgress | None = None,
    classes: Sequence[str] | None = None,
    images: Callable[[Geometry], ImageCache] | None = None,
) -> Prepared:
    """Load the images and check every name in the experiment. Nothing is written but the scan's cache.

    `root` is the workspace's folder. `classes` is the order in which a run learned them, where there is one already.
    `on_progress(done, total)` is told of the images that were read, and then of those that were compared.
    `images`: caches that are given what is decoded here, so that the run need not decode it again.
    The result's experiment names its source absolutely and carries the fingerprint.
    Raises `InvalidInput` or one of its kinds: what it says is what the user must change.
    """
    check_names(experiment)
    chosen = resolve_device(device)
    require_precision(experiment.recipe, chosen)
    if chosen.type != "cpu":
        usual_count()  # of the processes that a run will start: a wrong setting is known before there is a run
        graphs.wanted()
    keep = images(catalogue.input_sizes(experiment.backbone)).keep if images else None
    dataset = load_dataset(experiment.data.source, root, on_progress, _reading(experiment), keep)
    if storable(dataset.source) != dataset.source:
        raise UnusableDataset(
            f"The path {dataset.source} holds bytes that are no UTF-8, so that a run cannot keep it. Rename it."
        )
    experiment = _for_task(experiment, dataset)
    if classes is not None and sorted(classes) == sorted(dataset.classes):
        dataset = dataset.ordered_as(classes)
    split = _split(dataset, experiment.data.split, progress=on_progress)
    require_trainable(dataset, split)
    data = experiment.data.model_copy(update={"source": dataset.source, "fingerprint": dataset.fingerprint})
    backbone = experiment.backbone.model_copy(update={"weights": _absolute(experiment.backbone.weights)})
    other = experiment.data.fingerprint not in ("", dataset.fingerprint)
    return Prepared(experiment.changed(data=data, backbone=backbone), dataset, split, chosen, other)


def _unless_known(dataset: Dataset, spec: SplitSpec, *, progress: OnProgress | None) -> object:
    del progress  # changes nothing about the division
    return hashkey(dataset, spec)


@cached(LRUCache(2), _unless_known, Lock())
def _split(dataset: Dataset, spec: SplitSpec, *, progress: OnProgress | None) -> Split:
    """A run is prepared when it is queued and again when it begins; to divide 100,000 images takes a quarter of a
    minute, without the search for copies."""
    return make_split(dataset, spec, progress=progress)


def _reading(experiment: Experiment) -> Reading:
    """An experiment that has seen its images reads them for its task: earlier versions made each combination of labels
    a class, and wrote no task down."""
    reading = experiment.data.reading
    if reading.task != "auto" or not experiment.data.fingerprint or reading.layout == "auto":
        return reading
    return reading.model_copy(update={"task": experiment.task.kind})


def _for_task(experiment: Experiment, dataset: Dataset) -> Experiment:
    """The experiment with the task that the images are for, which one that has seen none does not know yet.

    Raises `InvalidExperiment` where the two contradict each other.
    """
    if experiment.task.kind != dataset.task:
        experiment = _of_task(experiment, dataset)
    monitor, known = experiment.recipe.monitor, experiment.task.monitors
    if monitor not in known:
        raise InvalidExperiment(
            f"The best epoch cannot be chosen by '{monitor}' where images have {SPECS[dataset.task].per_image}. "
            f"Choose one of: {', '.join(known)}."
        )
    return experiment


def _of_task(experiment: Experiment, dataset: Dataset) -> Experiment:
    if not experiment.data.fingerprint and experiment.task == ClassificationSpec():
        return experiment.changed(task=SPECS[dataset.task]())
    wanted, there = (SPECS[kind].per_image for kind in (experiment.task.kind, dataset.task))
    read_them = f"Read them as it expects ({as_reading(task=experiment.task.kind)})"
    way_out = "Choose other images" if dataset.made_here else read_them
    raise InvalidExperiment(
        f"The experiment is for images with {wanted}, and these have {there}. {way_out}, or begin a new experiment."
    )


def require_weights(experiment: Experiment) -> None:
    """Raises `UnreadableWeights` when the experiment begins from a weights file that cannot be read."""
    if experiment.backbone.weights not in WORDS:
        read_weights_file(Path(experiment.backbone.weights))


def check_names(experiment: Experiment) -> None:
    """Backbone, stages, image size and transforms exist. Raises an `InvalidInput`."""
    backbone = catalogue.get(experiment.backbone.name)
    catalogue.input_sizes(experiment.backbone)
    names = [stage.name for stage in stage_table(backbone.name)]
    for number, phase in enumerate(experiment.phases, start=1):
        require_stages(phase.stages, names, backbone.name)
        if len(set(phase.stages)) != len(phase.stages):
            raise InvalidExperiment(f"Phase {number} names a stage twice: {', '.join(phase.stages)}. Name each once.")
    pipeline.check(experiment.pipeline)


def require_same_data(prepared: Prepared, fingerprint: str, listing: Mapping[str, str]) -> None:
    """Raise `ResumeRefused`, with the differences, if the images are not those of the run."""
    if prepared.dataset.fingerprint == fingerprint:
        return
    now = prepared.listing
    changes = {
        "missing": sorted(set(listing) - set(now)),
        "new": sorted(set(now) - set(listing)),
        "changed": sorted(name for name in set(now) & set(listing) if now[name] != listing[name]),
    }
    differences = "; ".join(f"{len(names)} {what} ({_few(names)})" for what, names in changes.items() if names)
    raise ResumeRefused(
        f"The images are not those this run began with: {differences or 'other classes or another split'}. "
        "Restore them, or start a new run."
    )


def divided_as_begun(prepared: Prepared, began: Division | None, listing: Mapping[str, str]) -> Prepared:
    """With the split that a run began with; None: by a version that did not keep it. `listing`: the digest of every
    image that it saw, by name.

    Raises `ResumeRefused` when this version divides the images otherwise than one that kept no more than its name.
    """
    if began is None:
        return replace(prepared, split=make_former_split(prepared.dataset, prepared.experiment.data.split))
    if began.key == split_key(prepared.dataset, prepared.split):
        return prepared
    if kept := _kept_split(prepared, began, listing):
        return replace(prepared, split=kept)
    # runs that kept no more than the name were divided without what is shifted, earlier ones without counterparts, then
    # without quarter turns, then without variants, then without companions, then without altered copies, the first
    # without versions
    spec = prepared.experiment.data.split
    for number in range(7):
        split = make_split(
            prepared.dataset,
            spec,
            number < 6,
            look_for_altered=number < 5,
            look_for_companions=number < 4,
            look_for_variants=number < 3,
            look_for_turned=number < 2,
            look_for_counterparts=number < 1,
            look_for_shifted=False,
        )
        if began.key == split_key(prepared.dataset, split):
            return replace(prepared, split=split)
    raise ResumeRefused(
        "This version divides the images into training, validation and test otherwise than the one that began the "
        "run. Start a new run with its settings."
    )


def _kept_split(prepared: Prepared, began: Division, listing: Mapping[str, str]) -> Split | None:
    """The split as the run kept it, where its images are still there, perhaps under other names."""
    items = prepared.dataset.items
    by_digest = {item.digest: index for index, item in enumerate(items)}
    by_name = {item.name: index for index, item in enumerate(items) if listing.get(item.name) == item.digest}
    parts = {
        part: [by_name.get(name, by_digest.get(listing.get(name, ""))) for name in names]
        for part, names in began.parts.items()
    }
    found = {part: tuple(index for index in indices if index is not None) for part, indices in parts.items()}
    if not found:
        return None
    split = replace(prepared.split, train=found["train"], val=found["val"], test=found["test"], left_out=began.left_out)
    return split if began.key == split_key(prepared.dataset, split) else None


def _absolute(weights: str) -> str:
    """Make the path absolute, so that a run can be resumed from another folder."""
    return weights if weights in WORDS else str(own_path(weights).resolve())


def _few(names: list[str], most: int = 3) -> str:
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")
