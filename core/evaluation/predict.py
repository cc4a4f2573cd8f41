"""A trained model, loaded from its weights file alone, answers for pictures it has not seen."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from torch import nn

from core.augment.pipeline import Pipeline
from core.backbones import catalogue
from core.backbones.build import build
from core.data.geometry import Geometry
from core.data.images import decode, resize
from core.errors import UnreadableWeights
from core.experiment import BackboneSpec, PipelineSpec
from core.features.batches import Normalise
from core.features.shortage import careful_look
from core.tasks.classification import Classification
from core.training.checkpoints import BEST, load_best

BATCH_SIZE = 32


@dataclass(frozen=True, slots=True)
class Predictor:
    """Weights with their classes and preprocessing. `predict` may be called from several threads."""

    model: nn.Module
    classes: tuple[str, ...]
    backbone: str
    geometry: Geometry
    normalise: Normalise

    @classmethod
    def load(cls, folder: Path) -> "Predictor":
        """From a folder that holds `best.safetensors`: a run's, or an unpacked download.

        Raises `UnreadableWeights` when it is missing, damaged, or not a weights file of this program.
        """
        facts = read_facts(folder / BEST)
        spec = BackboneSpec(name=facts["backbone"], weights="none", image_size=facts["image_size"])
        classes, backbone = tuple(facts["classes"]), catalogue.get(spec.name)
        model = build(spec, len(classes), seed=0)
        load_best(folder, model)
        model.eval()
        geometry = catalogue.geometry(backbone, spec.image_size, spec.crop)
        return cls(model, classes, spec.name, geometry, Normalise(backbone, torch.device("cpu")))

    def read(self, content: bytes | Path) -> np.ndarray:
        """A picture as the model sees it, (S, S, 3) uint8. Raises `UnreadableImage`."""
        base = resize(decode(content).pixels, self.geometry)
        return Pipeline(PipelineSpec(), self.geometry).plain(base)

    def predict(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
        """Probabilities (N, C) for pictures made by `read`; row i belongs to picture i, column j to class j."""
        task, rows = Classification(self.classes), [np.empty((0, len(self.classes)), np.float32)]
        for start in range(0, len(pictures), BATCH_SIZE):
            pixels = self.normalise(np.stack(pictures[start : start + BATCH_SIZE]))
            rows.append(task.probabilities(careful_look(self.model, pixels)).numpy())
        return np.concatenate(rows)


def read_facts(path: Path) -> dict[str, Any]:
    """Metadata of a weights file: classes, backbone, image_size, experiment, epoch. Raises `UnreadableWeights`."""
    if not path.exists():
        raise UnreadableWeights(
            f"There is no {path.name} in {path.parent}: this run has no trained model yet. "
            "Resume it, or choose another run."
        )
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
        facts = {key: json.loads(value) for key, value in metadata.items() if key != "format"}
    except (OSError, SafetensorError, ValueError) as error:
        raise UnreadableWeights(f"{path} is not a readable weights file: {error}") from error
    if not {"classes", "backbone", "image_size"} <= set(facts):
        raise UnreadableWeights(f"{path} holds weights, but not of a model trained here: its classes are not in it.")
    return facts
