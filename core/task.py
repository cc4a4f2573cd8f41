"""What a model is trained to answer, as an experiment says it."""

from typing import Annotated, Literal

from pydantic import Field

from core.description import Description


class ClassificationSpec(Description):
    """One class per image."""

    kind: Literal["classification"] = "classification"


class MultiLabelSpec(Description):
    """Any number of classes per image, also none."""

    kind: Literal["multilabel"] = "multilabel"
    thresholds: Literal["chosen", "half"] = Field(
        "chosen",
        title="Thresholds",
        description="From which probability a class is there. 'chosen': per class, with the best F1 on validation "
        "images; 'half': 0.5.",
    )


TaskSpec = Annotated[ClassificationSpec | MultiLabelSpec, Field(discriminator="kind")]
