"""What the catalogue knows of one augmentation."""

from dataclasses import dataclass
from typing import Literal

from core.experiment import Description

Group = Literal[
    "Geometry", "Crop and size", "Colour", "Blur and noise", "Weather and light", "Compression", "Dropout",
    "From other images", "Choices and policies",
]  # fmt: skip
GROUPS: tuple[Group, ...] = (
    "Geometry", "Crop and size", "Colour", "Blur and noise", "Weather and light", "Compression", "Dropout",
    "From other images", "Choices and policies",
)  # fmt: skip
Tag = Literal["orientation", "colour", "small evidence", "texture", "scale"]
TAGS: dict[Tag, str] = {
    "orientation": "moves left, right, up or down",
    "colour": "changes colours",
    "small evidence": "can hide or blur small things",
    "texture": "changes surfaces",
    "scale": "changes sizes",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One augmentation. `name` is what a pipeline says: Albumentations' class name where it is one to one."""

    name: str
    title: str
    group: Group
    explanation: str  # one plain line
    params: type[Description]
    probability: float  # a sensible share of the views for a new step
    tags: tuple[Tag, ...] = ()  # what of an image it touches, which a label may be about
    references: bool = False  # looks at other training images
    options: tuple[str, ...] = ()  # what a new choice offers; only a choice has any
