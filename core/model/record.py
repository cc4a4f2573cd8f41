"""The record of a trained model: all that whoever uses its weights must know.

It is written once, into the metadata of the weights file, and read by everybody else: training, evaluation, prediction,
the download and the command line. It has a package of its own below `features`, which makes a model's inputs by it, and
above `backbones`, whose catalogue explains the weights of earlier versions. Reading it imports no torch.

What is added to it raises `VERSION`, so that a version that does not know a field refuses the model and does not use
it as if the field were not there; a value that is the default is not written.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator
from safetensors import SafetensorError, safe_open

from core.backbones import catalogue
from core.data.geometry import Geometry
from core.data.scale import Range
from core.description import Description
from core.errors import GraftError, UnreadableWeights
from core.experiment import Experiment
from core.model.former import describes, experiment_beside, former_values
from core.problems import problems
from core.task import SPECS
from core.tasks.decision import Decision
from core.text import short, short_path

KEY = "graft"  # in the metadata, of the record as JSON
VERSION = 1
FROM_FILE = "file"
LONGEST_SIDE = 4096  # px; whatever a foreign file says, no model here takes larger images
Share = Annotated[float, Field(ge=0, le=1)]


def _known_task(name: str) -> str:
    if name not in SPECS:
        raise ValueError(f"this version knows {' and '.join(SPECS)}")
    return name


class BackboneRecord(Description):
    """The architecture, and what its training began from."""

    name: str
    weights: Literal["default", "none", "file"] | None = Field(
        None,
        description="'default': pretrained; 'none': untrained; 'file': a weights file of the user; None: not recorded.",
    )


class Inputs(Description):
    """How an image becomes the model's input: resized, cropped, then `(x / 255 - mean) / std`, channel by channel."""

    image_size: int = Field(ge=1, le=LONGEST_SIDE, description="Side of the input in px.")
    crop: Literal["whole", "weights"] = Field(description="As in `BackboneSpec`.")
    resize_size: int = Field(ge=1, le=4 * LONGEST_SIDE, description="What the shorter side is resized to, in px.")
    interpolation: Literal["nearest", "bilinear", "bicubic"]
    mean: tuple[float, float, float]
    std: tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]]
    scale: Range | None = Field(
        None, description="What became 0 and 255 in images whose type does not say it; None: there were none."
    )

    @model_validator(mode="after")
    def _crop_lies_inside(self) -> Self:
        if self.resize_size < self.image_size:
            raise ValueError(f"{self.image_size} px cannot be cropped from {self.resize_size} px")
        return self


class ModelRecord(Description):
    """One trained model. Output j of the model stands for `classes[j]`."""

    version: int = Field(VERSION, ge=1, le=VERSION)
    graft: str = Field("", description="The version of this program that wrote it; empty: not recorded.")
    task: Annotated[str, AfterValidator(_known_task)] = "classification"
    classes: tuple[str, ...] = Field(min_length=1)
    thresholds: tuple[Share, ...] | None = Field(
        None, description="For a task that says yes or no: the probability from which class j is there."
    )
    backbone: BackboneRecord
    inputs: Inputs
    precision: Literal["auto", "fp32", "bf16", "fp16"] | None = Field(
        None, description="The number format that the recipe asked for; None: not recorded."
    )
    experiment: str = Field("", description="The digest of the experiment that trained it; empty: not recorded.")
    epoch: int | None = Field(None, ge=0, description="Which epoch's weights these are, 0-based over all phases.")

    @model_validator(mode="after")
    def _a_threshold_for_each_class(self) -> Self:
        if self.thresholds is not None and len(self.thresholds) != len(self.classes):
            raise ValueError(f"{len(self.thresholds)} thresholds do not fit {len(self.classes)} classes")
        return self

    @classmethod
    def of(cls, experiment: Experiment, classes: tuple[str, ...], scale: Range | None = None) -> "ModelRecord":
        """That of the model which `experiment` will train; `scale` is the data set's `value_range`.

        Raises `UnknownBackbone`, `InvalidExperiment` (image size).
        """
        spec = experiment.backbone
        backbone = catalogue.get(spec.name)
        geometry = catalogue.input_sizes(spec)
        began = spec.weights if spec.weights in ("default", "none") else FROM_FILE
        return cls(
            graft=_this_version(), task=experiment.task.kind, classes=classes, precision=experiment.recipe.precision,
            experiment=experiment.digest, backbone=BackboneRecord(name=spec.name, weights=began),
            inputs=Inputs(
                image_size=geometry.image_size, resize_size=geometry.resize_size, crop=spec.crop,
                interpolation=geometry.interpolation, mean=backbone.mean, std=backbone.std, scale=scale,
            ),
        )  # fmt: skip

    @property
    def geometry(self) -> Geometry:
        """Sizes between a stored image and the model's input."""
        return Geometry(self.inputs.image_size, self.inputs.resize_size, self.inputs.interpolation)

    @property
    def decision(self) -> Decision:
        """How its probabilities are read."""
        return Decision.of(self.task, self.classes, self.thresholds)

    def changed(self, **parts: Any) -> Self:
        """A copy with other parts, such as `epoch` or `thresholds`, checked like any other."""
        return self.model_validate({**self.model_dump(), **parts})

    def to_metadata(self) -> dict[str, str]:
        """What the metadata of a weights file must hold for `from_metadata` to give this again."""
        fields = self.model_dump(mode="json", exclude_defaults=True)
        return {KEY: json.dumps({"version": self.version, "task": self.task, **fields}, ensure_ascii=False)}

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str], weights: Path) -> "ModelRecord":
        """The record in the metadata of `weights`, those of earlier versions included.

        What earlier versions did not write is taken from the experiment beside the weights, as far as there is one.
        Raises `UnreadableWeights`: not of a model trained here, damaged, or written by a newer version.
        """
        place = short_path(weights)
        try:
            values = _values(metadata, weights)
            record = cls.model_validate(values)
            catalogue.check_image_size(catalogue.get(record.backbone.name), record.inputs.image_size)
        except ValidationError as error:
            raise UnreadableWeights(
                f"The description of the model in {place} cannot be used: {problems(error)}."
            ) from error
        except UnreadableWeights:
            raise
        except (GraftError, ValueError, TypeError, LookupError, RecursionError) as error:
            raise UnreadableWeights(
                f"The description of the model in {place} cannot be used: {short(str(error), 300)}"
            ) from error
        return record


def read_record(weights: Path) -> ModelRecord:
    """The record that a weights file carries. Raises `UnreadableWeights`, also where the file is missing."""
    if not weights.exists():
        raise UnreadableWeights(
            f"There is no {weights.name} in {weights.parent}: this run has no trained model yet. "
            "Resume it, or choose another run."
        )
    try:
        with safe_open(weights, framework="numpy") as file:
            metadata = file.metadata() or {}
    except (OSError, SafetensorError, ValueError) as error:
        raise UnreadableWeights(f"{weights} is not a readable weights file: {error}") from error
    return ModelRecord.from_metadata(metadata, weights)


def _values(metadata: Mapping[str, str], weights: Path) -> dict[str, Any]:
    """What the record is made of, in the form of this version."""
    if KEY not in metadata:
        if not describes(metadata):
            raise UnreadableWeights(
                f"{weights} holds weights, but not of a model trained here: its classes are not in it."
            )
        return former_values(metadata, experiment_beside(weights.parent))
    values = json.loads(metadata[KEY])
    if not isinstance(values, dict):
        raise ValueError("it is no list of fields and their values")
    written = values.get("version")
    if isinstance(written, int) and written > VERSION:
        by = f"Graft {short(str(values['graft']))}" if values.get("graft") else "a newer version of Graft"
        raise UnreadableWeights(
            f"{short_path(weights)} was written by {by}, in a form that this one does not know (number {written}; it "
            f"knows those up to {VERSION}). Use it there, or update Graft."
        )
    return values


@cache
def _this_version() -> str:
    try:
        return version("graft")
    except PackageNotFoundError:  # the files alone, without an installation
        return ""
