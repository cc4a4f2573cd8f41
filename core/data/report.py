"""What is made of a data set, in numbers and sentences: the same for the Data page and `graft data`."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.data.audit import problems
from core.data.dataset import Dataset, LeftOut, TaskKind
from core.data.layouts.assigned import class_counts
from core.data.layouts.masked.seen import mask_notes
from core.data.split import Split
from core.experiment import Reading
from core.task import SPECS


@dataclass(frozen=True, slots=True)
class DataReport:
    """`classes` counts the readable images of each class, in the order of the classes; `parts` those that are used.

    `problems` keep a training from starting. Of `notes`, `image_notes` are on images that are used. `reading` is how
    the folder was read, `columns` are those of its file of labels, and `unlabelled` the folders with images to predict.
    """

    name: str
    classes: dict[str, int]
    parts: dict[str, int]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]
    problems: tuple[str, ...]
    reading: Reading
    columns: tuple[str, ...]
    unlabelled: tuple[Path, ...]
    task: TaskKind = "classification"
    image_notes: tuple[str, ...] = ()

    @property
    def several(self) -> bool:
        """Whether an image may have several labels, or none."""
        return SPECS[self.task].several

    @property
    def line(self) -> str:
        """'3 classes: bars 14, cross 14, disc 14; 24 train, 9 val, 9 test'."""
        several = "several labels per image; " if self.several else ""
        parts = ", ".join(f"{count} {part}" for part, count in self.parts.items())
        return f"{several}{class_counts(self.classes)}; {parts}"

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as `graft data --json` prints them."""
        return {
            "name": self.name,
            "task": self.task,
            "classes": dict(self.classes),
            "parts": dict(self.parts),
            "left_out": [{"name": one.name, "reason": one.reason} for one in self.left_out],
            "notes": list(self.notes),
            "problems": list(self.problems),
            "reading": {key: value for key, value in self.reading.model_dump().items() if value},
            "columns": list(self.columns),
            "unlabelled": [str(path) for path in self.unlabelled],
        }


def describe(dataset: Dataset, split: Split) -> DataReport:
    """Everything that is known about a data set and how it is divided. Reads nothing."""
    about_images = image_notes(dataset)
    return DataReport(
        dataset.name, dict(dataset.counts), split.sizes, (*dataset.left_out, *split.left_out),
        (*dataset.notes, *about_images, *split.notes), problems(dataset, split), dataset.reading,
        dataset.columns, dataset.unlabelled, dataset.task, about_images,
    )  # fmt: skip


def image_notes(dataset: Dataset) -> tuple[str, ...]:
    """What a user should know about images that are used, with how many it is true of."""
    counts = Counter(note for item in dataset.items for note in item.notes)
    found = [f"{_images(count)}: {note}" for note, count in counts.most_common()]
    copies = Counter((item.digest, item.classes, item.part) for item in dataset.items)
    if dataset.presplit and (same := sum(count - 1 for count in copies.values())):
        repeat = "repeats" if same == 1 else "repeat"
        kept = "it is kept as it" if same == 1 else "they are kept as they"
        found.append(f"{_images(same)} {repeat} another one of the same part; {kept} came.")
    return (*mask_notes(dataset), *found)


def _images(count: int) -> str:
    return "1 image" if count == 1 else f"{count:,} images"
