"""What a screening is asked: which pipelines, and all that an answer depends on. Imports neither torch nor images."""

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
VERSION = 4  # of how answers are found: with another one, nothing that was kept is believed any more
_WORDS = ("default", "none")  # weights that are no file


@dataclass(frozen=True, slots=True)
class ScreeningQuestion:
    """What answers about any pipeline depend on besides the pipeline. `device` as the user named it."""

    fingerprint: str
    split: SplitSpec
    backbone: BackboneSpec
    seed: int
    precision: str
    device: str
    images: int = IMAGES
    views: int = VIEWS

    def key(self, pipeline: PipelineSpec) -> str:
        """A name for one answer: equal names mean equal answers."""
        facts = {
            **asdict(self), "split": self.split.model_dump(), "backbone": self.backbone.model_dump(),
            "weights": _stamp(self.backbone.weights), "pipeline": pipeline.model_dump(mode="json"), "version": VERSION,
        }  # fmt: skip
        return _digest(facts)

    def gist(self, pipeline: PipelineSpec) -> str:
        """A name for what is asked without the settings that only move the answer: split, backbone, seed, device."""
        return _digest({"gist of": self.fingerprint, "pipeline": pipeline.model_dump(mode="json"), "version": VERSION})


def question_of(experiment: Experiment, fingerprint: str, device: str, views: int = VIEWS) -> ScreeningQuestion:
    """What is asked of an experiment's training images; `fingerprint` is that of its data set."""
    return ScreeningQuestion(
        fingerprint, experiment.data.split, experiment.backbone, experiment.seed, experiment.recipe.precision, device,
        views=views,
    )  # fmt: skip


def alone(pipeline: PipelineSpec) -> tuple[PipelineSpec, ...]:
    """Each step that is on, by itself and applied to every view; of a choice, each option that can be taken."""
    return tuple(
        PipelineSpec(steps=(step.model_copy(update={"p": 1.0}),), strength=pipeline.strength)
        for step in _single(pipeline)
    )


def screened(pipeline: PipelineSpec) -> tuple[PipelineSpec, ...]:
    """The pipeline as it is, then what stands in it alone, where that is something else."""
    return pipeline, *(one for one in alone(pipeline) if one != pipeline)


def _digest(facts: dict[str, Any]) -> str:
    return hashlib.blake2b(json.dumps(facts, sort_keys=True).encode(), digest_size=16).hexdigest()


def _single(pipeline: PipelineSpec) -> Iterator[Step]:
    for step in usable(pipeline.steps):
        yield from usable(step.options) if step.options else (step,)


def _stamp(weights: str) -> tuple[str, int, int] | None:
    """Size and time of a weights file, so that another one under its name is another one."""
    if weights in _WORDS:
        return None
    try:
        path = own_path(weights).resolve()
        found = path.stat()
    except (OSError, ValueError, InvalidInput):  # whoever loads it says what is wrong
        return weights, 0, 0
    return str(path), found.st_size, found.st_mtime_ns
