"""What a model is trained to answer, as an experiment says it."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from core.description import Description


class ClassificationSpec(Description):
    """One class per image."""

    score: ClassVar[str] = "accuracy"  # the main one of its scores: drawn while it trains, ranks runs
    monitors: ClassVar[tuple[str, ...]] = ("loss", "accuracy", "macro-f1")
    per_image: ClassVar[str] = "one class each"  # what images have, in a sentence
    several: ClassVar[bool] = False  # whether an image may have several labels, or none
    screened: ClassVar[bool] = True  # whether label safety can judge views: its probe predicts one class per image
    kind: Literal["classification"] = "classification"


class MultiLabelSpec(Description):
    """Any number of classes per image, also none."""

    score: ClassVar[str] = "mean_average_precision"
    monitors: ClassVar[tuple[str, ...]] = ("loss", "accuracy", "macro-f1", "map")
    per_image: ClassVar[str] = "any number of labels"
    several: ClassVar[bool] = True
    screened: ClassVar[bool] = False
    kind: Literal["multilabel"] = "multilabel"
    thresholds: Literal["chosen", "half"] = Field(
        "chosen",
        title="Thresholds",
        description="From which probability a class is there. 'chosen': per class, with the best F1 on validation "
        "images; 'half': 0.5.",
    )


TaskSpec = Annotated[ClassificationSpec | MultiLabelSpec, Field(discriminator="kind")]
SPECS: dict[str, type[ClassificationSpec] | type[MultiLabelSpec]] = {
    "classification": ClassificationSpec,
    "multilabel": MultiLabelSpec,
}
