"""Prediction with a trained model, loaded from its weights file alone."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from multiprocessing.pool import ThreadPool
from pathlib import Path

import numpy as np
import torch
from torch import nn

from core.backbones.build import build
from core.data.geometry import Geometry
from core.errors import UnreadableImage
from core.evaluation.given import Given
from core.experiment import BackboneSpec
from core.features.batches import Normalise, workers
from core.features.preprocessing import Preprocessing
from core.features.shortage import forward_with_oom_retry
from core.model.record import ModelRecord, read_record
from core.tasks.base import Task
from core.tasks.decision import Decision
from core.tasks.registry import task_of_model
from core.training.checkpoints import load_weights
from core.training.kept import kept_weights

BATCH_SIZE = 32
_Read = tuple[np.ndarray, tuple[str, ...]]  # a preprocessed image, with notes


@dataclass(frozen=True, slots=True)
class Answer:
    """Probabilities (C,) for one file, or the `reason` why there are none.

    `pixels` is the model's input, `notes` are sentences on how the file was decoded, such as scaling by its own value
    range.
    """

    given: Given
    probabilities: np.ndarray | None = None
    pixels: np.ndarray | None = None
    reason: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Predictor:
    """Weights with their classes and preprocessing. `predict` may be called from several threads."""

    model: nn.Module
    record: ModelRecord
    task: Task
    preprocessing: Preprocessing
    normalise: Normalise

    @classmethod
    def load(cls, folder: Path) -> "Predictor":
        """Load the weights in use from a run's folder or an unpacked download with `best.safetensors`.

        Raises `UnreadableWeights` if the file is missing, damaged, not written by Graft, or by a newer version.
        """
        weights = kept_weights(folder)
        record = read_record(weights)
        spec = BackboneSpec(name=record.backbone.name, weights="none", image_size=record.inputs.image_size)
        task = task_of_model(record.task, record.classes)
        model = build(spec, task.outputs, seed=0)
        load_weights(weights, model)
        model.eval()
        preprocessing = Preprocessing.of(record)
        return cls(model, record, task, preprocessing, Normalise(preprocessing, torch.device("cpu")))

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names in the order of the model's outputs."""
        return self.record.classes

    @property
    def decision(self) -> Decision:
        """How probabilities become predicted classes."""
        return self.record.decision

    @property
    def geometry(self) -> Geometry:
        """Sizes between a stored image and the model's input."""
        return self.preprocessing.geometry

    def read(self, content: bytes | Path) -> np.ndarray:
        """The preprocessed image, (S, S, 3) uint8. Raises `UnreadableImage`."""
        return self.preprocessing.read(content)

    def read_with_notes(self, content: bytes | Path) -> _Read:
        """Like `read`, with notes on how the file was decoded. Raises `UnreadableImage`."""
        return self.preprocessing.read_with_notes(content)

    def predict(self, images: Sequence[np.ndarray]) -> np.ndarray:
        """Probabilities (N, C) for images made by `read`; row i belongs to image i, column j to class j."""
        rows = [np.empty((0, self.task.outputs))]
        for start in range(0, len(images), BATCH_SIZE):
            pixels = self.normalise(np.stack(images[start : start + BATCH_SIZE]))
            rows.append(self.task.probabilities(forward_with_oom_retry(self.model, pixels)).numpy())
        return np.concatenate(rows)

    def answers(self, given: Iterable[Given]) -> Iterator[Answer]:
        """Yield one answer per file, in order; only one batch is in memory at a time."""
        with ThreadPool(workers()) as pool:
            files = iter(given)
            while group := list(islice(files, BATCH_SIZE)):
                yield from self.answered(group, pool.map)

    def answered(self, group: Sequence[Given], each: Callable[..., Iterable[_Read | str]] = map) -> Iterator[Answer]:
        """Yield the answers for a group of files; `each` is a map function, possibly with several threads."""
        read = list(each(self._read_or_reason, group))
        rows = iter(self.predict([one[0] for one in read if not isinstance(one, str)]))
        for one, found in zip(group, read, strict=True):
            if isinstance(found, str):
                yield Answer(one, reason=found)
            else:
                yield Answer(one, next(rows), found[0], notes=found[1])

    def _read_or_reason(self, one: Given) -> _Read | str:
        try:
            return one.reason or self.read_with_notes(one.content())
        except UnreadableImage as error:
            return str(error)
