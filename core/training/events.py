"""What a training says while it runs. Plain values only, so that a store, a page and a terminal can all read them."""

from dataclasses import dataclass
from typing import Any

from core.tasks.scorecard import Score
from core.work.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """Data and model are ready. After a resume, `first_epoch` is not 0."""

    device: str
    train_images: int
    val_images: int
    epochs: int
    steps: int
    first_epoch: int = 0
    frozen_precision: str = "fp32"  # number format of frozen stages
    trained_precision: str = "fp32"  # of those that are trained, a head alone aside
    phase_epochs: tuple[int, ...] = ()  # epochs of each phase


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseStarted:
    """A set of trainable stages is in force. Epochs and phases count from 0; epochs run on over all phases."""

    phase: int
    stages: tuple[str, ...]
    first_epoch: int
    epochs: int
    learning_rate: float
    trainable_parameters: int
    total_parameters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEnded:
    """One optimisation step. `step` counts from 1 over all phases; `loss` is the mean over the batch."""

    step: int
    epoch: int
    phase: int
    loss: float
    learning_rate: float
    images_per_second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochEnded:
    """One pass over the training images and one over the validation images. Losses are means over images.

    `value` is what the kept epoch is chosen by, lower is better. While a model of an earlier phase is kept, `gain` is
    how much lower the value is than that model's, and `gain_error` the standard error of this difference over the same
    validation images. None in records of older versions.
    """

    epoch: int
    phase: int
    step: int
    train_loss: float
    train_accuracy: float
    val_loss: float
    val_accuracy: float
    learning_rate: float
    seconds: float
    images_per_second: float
    best: bool  # it is kept: the best so far by what the recipe monitors
    value: float | None = None
    gain: float | None = None
    gain_error: float | None = None
    waited: float | None = None  # share of `seconds` that the device waited for images
    limit: str | None = None  # see `Limit`; None in records of older versions
    metrics: tuple[Score, ...] = ()  # of the validation images, the task's own first; none in records of older versions

    @property
    def score(self) -> Score:
        """The task's own score of the validation images."""
        return self.metrics[0] if self.metrics else Score("accuracy", self.val_accuracy)

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "EpochEnded":
        """Read what `asdict` gave, in this version or another one; what a later one added is passed over."""
        known = {name: value for name, value in record.items() if name in cls.__dataclass_fields__}
        return cls(**{**known, "metrics": tuple(Score.from_record(one) for one in record.get("metrics", ()))})


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointWritten:
    """The state after `epoch` is safe on disk."""

    epoch: int
    best: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Something the user should know; training goes on."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded:
    """The last event. `best_epoch` is the one whose weights are kept; None if no epoch ended."""

    stopped: bool
    epochs: int
    best_epoch: int | None


Event = RunStarted | PhaseStarted | Progress | StepEnded | EpochEnded | CheckpointWritten | Warned | RunEnded
