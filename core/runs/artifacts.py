"""The files of a run: what it is, what it learned, and what it answered."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from core import files
from core.data.dataset import Dataset, Item, LeftOut
from core.data.scale import Range
from core.data.split import Split
from core.errors import RunConflict
from core.experiment import Experiment
from core.paths import DIVISION, EXPERIMENT, LISTING, PREDICTIONS
from core.training.kept import Kept, kept

VERSION = 1  # of the predictions; those of earlier versions have none and are the same otherwise


@dataclass(frozen=True, slots=True)
class Predictions:
    """A model's answers for one split: names and paths of N images, labels, probabilities (N, C).

    `labels` are class indices (N,); with several labels per image, whether each class is there (N, C), and `thresholds`
    are the probabilities from which the model says so.
    """

    names: tuple[str, ...]
    paths: tuple[str, ...]
    labels: np.ndarray
    probabilities: np.ndarray
    value_range: Range | None = None  # of the data set, with which its images are decoded
    thresholds: tuple[float, ...] | None = None

    @property
    def several(self) -> bool:
        """Whether an image may have several labels."""
        return self.labels.ndim == 2


def write_description(folder: Path, experiment: Experiment, listing: dict[str, str]) -> None:
    """What the run is, and which images it saw. What its model is, the weights say themselves."""
    files.write_text(folder / EXPERIMENT, experiment.to_yaml())
    files.write_json(folder / LISTING, listing)


@dataclass(frozen=True, slots=True)
class Division:
    """How a run began to divide its images: the name of the split, and the names of the images of each part and of
    those left out with the reason; a run of before kept the first alone."""

    key: str
    parts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()


def write_division(folder: Path, dataset: Dataset, split: Split) -> None:
    """Keep which split the run began with."""
    parts = {part: [dataset.items[index].name for index in getattr(split, part)] for part in split.sizes}
    left_out = [[one.name, one.reason] for one in split.left_out]
    files.write_json(folder / DIVISION, {"key": split_key(dataset, split), "parts": parts, "left_out": left_out})


def read_division(folder: Path) -> Division | None:
    """The split that the run began with; None for a run that was begun before that was kept."""
    path = folder / DIVISION
    if not path.exists():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    left_out = tuple(LeftOut(name, reason) for name, reason in found.get("left_out", ()))
    return Division(found["key"], found.get("parts", {}), left_out)


def is_described(folder: Path) -> bool:
    """Whether all that `write_description` writes is there."""
    return all((folder / name).exists() for name in (EXPERIMENT, LISTING))


def read_listing(folder: Path) -> dict[str, str]:
    """Name and digest of the images that the run began with; empty when the file is gone."""
    path = folder / LISTING
    listing: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return listing


def predictions_file(folder: Path, part: str, which: Kept) -> Path:
    """Where the answers of one of the run's two models for `part` ('val' or 'test') lie."""
    return folder / PREDICTIONS.format(part=part if which is Kept.CHOSEN else f"{part}-{which.value}")


def write_predictions(
    folder: Path, part: str, items: tuple[Item, ...], record: Mapping[str, Any], which: Kept = Kept.CHOSEN,
    thresholds: tuple[float, ...] | None = None,
) -> None:  # fmt: skip
    """Keep the answers of one of the run's models for `part` ('val' or 'test'). `record` is the task's own."""
    content: dict[str, Any] = {
        "version": VERSION,
        "names": [item.name for item in items],
        "paths": [str(item.path) for item in items],
        **record,
    }
    if scale := next((item.value_range for item in items if item.value_range), None):
        content["value_range"] = list(scale)
    if thresholds is not None:
        content["thresholds"] = list(thresholds)
    files.write_json(predictions_file(folder, part, which), content)


def forget_predictions(folder: Path) -> None:
    """Remove answers that belong to weights which are about to change."""
    for part in ("val", "test"):
        for which in Kept:
            predictions_file(folder, part, which).unlink(missing_ok=True)


def read_predictions(folder: Path, part: str) -> Predictions:
    """The answers of the model in use for `part`. Raises `RunConflict` when the run has none, or a later version's."""
    path = predictions_file(folder, part, kept(folder))
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunConflict(f"This run has no {part} predictions: it was not evaluated.") from error
    version = content.get("version", VERSION) if isinstance(content, dict) else None
    if isinstance(version, int) and version > VERSION:
        raise RunConflict(f"A later version of Graft wrote the {part} predictions of this run: open it with that one.")
    try:
        return _predictions(content)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise RunConflict(
            f"{path.name} of this run is damaged ({error!r}). Train again to have its answers."
        ) from error


def _predictions(content: Mapping[str, Any]) -> Predictions:
    probabilities = np.array(content["probabilities"], dtype=float)
    return Predictions(
        tuple(content["names"]),
        tuple(content["paths"]),
        _labels(content["labels"], probabilities),
        probabilities,
        (float(scale[0]), float(scale[1])) if (scale := content.get("value_range")) else None,
        tuple(thresholds) if (thresholds := content.get("thresholds")) else None,
    )


def _labels(stored: list[Any], probabilities: np.ndarray) -> np.ndarray:
    if not any(isinstance(one, list) for one in stored):
        return np.array(stored, dtype=int)
    there = np.zeros(probabilities.shape, bool)
    for row, indices in zip(there, stored, strict=True):
        row[indices] = True
    return there


def _label_key(dataset: Dataset, index: int) -> str:
    """An image's class by name; of several, all of them whatever their order, and as no single class can be called."""
    item = dataset.items[index]
    if item.labels is None:
        return dataset.label_of(item)
    return repr(sorted(dataset.classes[one] for one in item.labels))


def test_key(dataset: Dataset, split: Split) -> str:
    """Names a test split by its images and labels; empty when there is none."""
    if not split.test:
        return ""
    members = sorted(f"{dataset.items[i].digest}:{_label_key(dataset, i)}" for i in split.test)
    return hashlib.sha256("\n".join(members).encode()).hexdigest()[:16]


def split_key(dataset: Dataset, split: Split) -> str:
    """Names a whole split by the images and labels of each part."""
    members = [
        f"{part}:{dataset.items[i].digest}:{_label_key(dataset, i)}"
        for part, indices in (("train", split.train), ("val", split.val), ("test", split.test))
        for i in indices
    ]
    return hashlib.sha256("\n".join(sorted(members)).encode("utf-8", "backslashreplace")).hexdigest()[:16]
