"""The complete, frozen description of a run: everything its result depends on, and nothing else.

Pure description. Names of transforms, backbones and stages are checked by the packages that know them.
"""

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    JsonValue,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from core.description import Description
from core.errors import InvalidExperiment
from core.files import LONGEST_PATH
from core.plain_yaml import read_plain
from core.problems import problems
from core.reading import AS_FOUND, Reading
from core.recipe import Recipe
from core.task import ClassificationSpec, MultiLabelSpec, TaskSpec
from core.text import short, short_path

__all__ = [
    "AS_FOUND", "BUNDLED_BACKBONE", "BackboneSpec", "ClassificationSpec", "DataSpec", "Description", "Experiment",
    "MultiLabelSpec", "Phase", "PipelineSpec", "Reading", "Recipe", "SplitSpec", "Step", "TaskSpec", "Views", "parse",
    "problems",
]  # fmt: skip
LARGEST_FILE = 1_000_000  # bytes; an experiment is a page of text
MOST_STEPS = 200  # of a pipeline, or options of a choice


def _at_most(characters: int) -> AfterValidator:
    def check(text: str) -> str:  # pydantic's own would refuse paths that are no text
        if len(text) > characters:
            raise ValueError(f"a text should have at most {characters} characters")
        return text

    return AfterValidator(check)


Name = Annotated[str, _at_most(200)]  # of a transform, a backbone, a stage
Place = Annotated[str, _at_most(LONGEST_PATH)]
BUNDLED_BACKBONE = "efficientnet_lite0"


class SplitSpec(Description):
    """How images are divided when the data set does not come divided."""

    val: float = Field(
        0.2, ge=0.05, le=0.6, title="Validation share", description="Share of the images that choose the best epoch."
    )
    test: float = Field(
        0.2, ge=0.0, le=0.6, title="Test share", description="Share kept aside for one final, honest measurement."
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, title="Split seed", description="Another seed deals the images anew.")
    near_copies: Literal["group", "drop", "keep"] = Field(
        "group",
        title="Near copies",
        description="Images of one class that look nearly alike. 'group': they stay together in one part. 'drop': one "
        "of them is used. 'keep': each is an image of its own.",
    )
    distinct: tuple[Annotated[str, Field(min_length=1, max_length=4096)], ...] = Field(
        (),
        max_length=10_000,
        title="Different images",
        description="Images that are near copies of nothing, whatever they look like: by name, or by the first 12 or "
        "more digits of the digest of their pixels.",
    )

    @model_validator(mode="after")
    def _something_left_to_train(self) -> Self:
        if self.val + self.test > 0.8:
            raise ValueError("validation and test shares together leave less than 0.2 for training")
        return self

    @model_serializer(mode="wrap")
    def _without_new_defaults(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # what was written, and digested, before there was a choice stays as it was
        dumped: dict[str, Any] = dump(self)
        plain = {name for name in ("near_copies", "distinct") if getattr(self, name) == _default(self, name)}
        return {name: value for name, value in dumped.items() if name not in plain}


class DataSpec(Description):
    """Which images."""

    source: Place = Field(description="'sample:NAME', or a folder or zip on this machine.")
    split: SplitSpec = SplitSpec()
    fingerprint: Name = Field("", description="Digest of the images and labels that the run saw; empty until known.")
    reading: Reading = AS_FOUND

    @model_serializer(mode="wrap")
    def _without_the_default_reading(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # a data set that explains itself is written, and digested, as it was before it could be explained
        dumped: dict[str, Any] = dump(self)
        if self.reading == AS_FOUND:
            del dumped["reading"]
        return dumped


class Step(Description):
    """One augmentation of a pipeline."""

    transform: Name = Field(description="A name from the augmentation catalogue.")
    p: float = Field(1.0, ge=0.0, le=1.0, title="Probability", description="Share of the views that get it.")
    enabled: bool = Field(True, title="On")
    params: dict[str, JsonValue] = Field(default_factory=dict, description="Parameters; those not named keep defaults.")
    options: tuple["Step", ...] = Field(
        (),
        max_length=MOST_STEPS,
        title="Options",
        description="For OneOf alone: one of these is applied; their probabilities are weights.",
    )

    @model_serializer(mode="wrap")
    def _without_empty_options(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # a step that is no choice is written, and digested, as it was before there were choices
        dumped: dict[str, Any] = dump(self)
        return dumped if self.options else {name: value for name, value in dumped.items() if name != "options"}


class PipelineSpec(Description):
    """An ordered list of augmentations."""

    steps: tuple[Step, ...] = Field((), max_length=MOST_STEPS)
    strength: float = Field(
        1.0, ge=0.0, le=2.0, title="Strength", description="Scales every step: 0 changes nothing, 1 as set, 2 twice."
    )


class BackboneSpec(Description):
    """Which pretrained model."""

    name: Name = Field(BUNDLED_BACKBONE, description="A name from the backbone catalogue.")
    weights: Place = Field("default", description="'default' (pretrained), 'none' (untrained), or a safetensors file.")
    image_size: int | None = Field(
        None, ge=32, le=1024, title="Image size (px)", description="Side of the model's input; empty: the weights' own."
    )
    crop: Literal["whole", "weights"] = Field(
        "whole",
        title="Crop",
        description="'whole': the model sees an image up to its edges. 'weights': the middle only, as on ImageNet.",
    )


class Phase(Description):
    """A stretch of epochs with one set of trainable stages and one learning rate."""

    stages: tuple[Name, ...] = Field(
        min_length=1, max_length=1000, title="Trainable stages", description="All other stages are frozen."
    )
    epochs: int = Field(ge=1, le=1000, title="Epochs", description="Passes over the training images.")
    learning_rate: float | None = Field(
        None, gt=0, le=10, title="Learning rate", description="Peak rate of this phase; empty: the recipe's."
    )
    solver: Literal["steps", "lbfgs"] = Field(
        "steps",
        title="Solver",
        description="'lbfgs': a head trained alone is fitted to convergence on kept features, a round an epoch.",
    )


D = TypeVar("D", bound=Description)
_CALLED = {
    "Experiment": "The experiment", "PipelineSpec": "The pipeline", "DataSpec": "The data set",
    "Reading": "The way to read the images", "SplitSpec": "The split", "BackboneSpec": "The backbone",
    "Phase": "The phase", "Recipe": "The recipe", "Step": "The step", "MultiLabelSpec": "The task",
    "ClassificationSpec": "The task",
}  # fmt: skip
Views = Annotated[int, Field(ge=1, le=1000)] | Literal["fresh"]


class Experiment(Description):
    """A run, described completely."""

    task: TaskSpec = ClassificationSpec()
    data: DataSpec
    pipeline: PipelineSpec = PipelineSpec()
    backbone: BackboneSpec = BackboneSpec()
    phases: tuple[Phase, ...] = Field(min_length=1, max_length=1000)
    recipe: Recipe = Recipe()
    views: Views = Field(
        8,
        title="Views per image",
        description="N fixed views: epoch e shows view e mod N. 'fresh': a new one each epoch.",
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, title="Seed", description="Fixes the new head, the order and the views.")

    @model_validator(mode="after")
    def _only_heads_are_fitted_with_lbfgs(self) -> Self:
        for number, phase in enumerate(self.phases, start=1):
            if phase.solver == "lbfgs" and phase.stages != ("head",):
                raise ValueError(f"phase {number} cannot be fitted with lbfgs: only the head alone can")
            if phase.solver == "lbfgs" and (self.views == "fresh" or self.recipe.mixes):
                raise ValueError(f"phase {number} is fitted on kept features: no fresh views, no mixup, no CutMix")
        return self

    @model_serializer(mode="wrap")
    def _without_the_usual_task(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # what was written, and digested, before there were other tasks stays as it was
        dumped: dict[str, Any] = dump(self)
        usual = self.task == ClassificationSpec()
        return {name: value for name, value in dumped.items() if name != "task" or not usual}

    @property
    def epochs(self) -> int:
        """Epochs of all phases together."""
        return sum(phase.epochs for phase in self.phases)

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that name this experiment."""
        return hashlib.sha256(json.dumps(self.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()[:12]

    def view_number(self, epoch: int) -> int:
        """The view that `epoch` (0-based, counted over all phases) shows of each training image."""
        return epoch if self.views == "fresh" else epoch % self.views

    def changed(self, **parts: Any) -> Self:
        """A copy with some parts replaced; raises `InvalidExperiment` like any other way to make one."""
        return self.parse(self.model_dump(mode="python") | {key: _plain(value) for key, value in parts.items()})

    def to_yaml(self) -> str:
        """The description as YAML, read back by `from_text`."""
        return yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False, allow_unicode=True)

    @classmethod
    def parse(cls, values: Any) -> Self:
        """Build from plain values. Raises `InvalidExperiment` that lists every problem at once."""
        return parse(cls, values)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read JSON or YAML. Raises `InvalidExperiment`."""
        try:
            values = read_plain(text)
        except ValueError as error:
            raise InvalidExperiment(f"The experiment is neither JSON nor YAML that describes one: {error}") from error
        return cls.parse(values)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read an experiment file. Raises `InvalidExperiment`."""
        try:
            with path.open("rb") as file:
                content = file.read(LARGEST_FILE + 1)  # of a pipe or a device, no more either
            if len(content) > LARGEST_FILE:
                raise InvalidExperiment(
                    f"The experiment file {short_path(path)} is larger than 1 MB; it is no experiment."
                )
            return cls.from_text(content.decode())
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or short(str(error))  # an OSError's text repeats the name
            raise InvalidExperiment(f"The experiment file {short_path(path)} cannot be read: {reason}.") from error


def parse(kind: type[D], values: Any) -> D:
    """Validate plain values as `kind`. Raises `InvalidExperiment` with one line per problem."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise InvalidExperiment(
            f"{_CALLED.get(kind.__name__, kind.__name__)} is not valid: {problems(error)}"
        ) from error


def _default(part: BaseModel, name: str) -> Any:
    return type(part).model_fields[name].default


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="python")
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
