"""The inputs of a label safety check: pipelines, and everything the result depends on.

Imports neither torch nor images.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from core.augment.steps import usable
from core.errors import InvalidInput
from core.experiment import BackboneSpec, Experiment, PipelineSpec, SplitSpec, Step
from core.files import own_path

IMAGES, VIEWS = 120, 8
VERSION = 4  # version of the method: increase to invalidate cached results
_WORDS = ("default", "none")  # values of weights that are not a file


@dataclass(frozen=True, slots=True)
class ScreeningQuestion:
    """Everything the results depend on besides the pipeline. `device` as given by the user."""

    fingerprint: str
    split: SplitSpec
    backbone: BackboneSpec
    seed: int
    precision: str
    device: str
    images: int = IMAGES
    views: int = VIEWS

    def key(self, pipeline: PipelineSpec) -> str:
        """A cache key: equal keys mean equal results."""
        facts = {
            **asdict(self), "split": self.split.model_dump(), "backbone": self.backbone.model_dump(),
            "weights": _stamp(self.backbone.weights), "pipeline": pipeline.model_dump(mode="json"), "version": VERSION,
        }  # fmt: skip
        return _digest(facts)

    def gist(self, pipeline: PipelineSpec) -> str:
        """A key without the settings that only vary the result slightly: split, backbone, seed, device."""
        return _digest({"gist of": self.fingerprint, "pipeline": pipeline.model_dump(mode="json"), "version": VERSION})


def question_of(experiment: Experiment, fingerprint: str, device: str, views: int = VIEWS) -> ScreeningQuestion:
    """The question for an experiment's training images; `fingerprint` is that of its data set."""
    return ScreeningQuestion(
        fingerprint, experiment.data.split, experiment.backbone, experiment.seed, experiment.recipe.precision, device,
        views=views,
    )  # fmt: skip


def alone(pipeline: PipelineSpec) -> tuple[PipelineSpec, ...]:
    """Each enabled step as a pipeline of its own with p=1; for a choice, each usable option."""
    return tuple(
        PipelineSpec(steps=(step.model_copy(update={"p": 1.0}),), strength=pipeline.strength)
        for step in _single(pipeline)
    )


def screened(pipeline: PipelineSpec) -> tuple[PipelineSpec, ...]:
    """The pipeline itself, then its single steps, unless identical."""
    return pipeline, *(one for one in alone(pipeline) if one != pipeline)


def _digest(facts: dict[str, Any]) -> str:
    return hashlib.blake2b(json.dumps(facts, sort_keys=True).encode(), digest_size=16).hexdigest()


def _single(pipeline: PipelineSpec) -> Iterator[Step]:
    for step in usable(pipeline.steps):
        yield from usable(step.options) if step.options else (step,)


def _stamp(weights: str) -> tuple[str, int, int] | None:
    """Path, size and modification time of a weights file, to detect a replaced file."""
    if weights in _WORDS:
        return None
    try:
        path = own_path(weights).resolve()
        status = path.stat()
    except (OSError, ValueError, InvalidInput):  # reported when it is loaded
        return weights, 0, 0
    return str(path), status.st_size, status.st_mtime_ns
