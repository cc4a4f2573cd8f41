"""A data set as it was found: every readable image with its label, and every file that was left out."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from core.data.scale import Range
from core.experiment import AS_FOUND, Reading

Part = Literal["train", "val", "test"]


@dataclass(frozen=True, slots=True)
class Item:
    """One readable image.

    `name` is the path below the source's root, with slashes, as users see it. `digest` is the hex SHA-256 of the
    decoded pixels and their shape, so that two files with the same image share it. `part` is set where the data set
    came divided. `thumbnail` holds the bytes that `core.data.near.duplicates` compares. `value_range` is the data set's
    where the image needs one to be decoded (see `core.data.scale`), else None.
    """

    path: Path
    name: str
    label: int
    width: int
    height: int
    digest: str
    part: Part | None = None
    notes: tuple[str, ...] = ()
    thumbnail: bytes = field(default=b"", repr=False, compare=False)
    value_range: Range | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is not used, and why, as a sentence."""

    name: str
    reason: str


@dataclass(frozen=True)
class Dataset:
    """Labelled images. `classes[item.label]` is an item's label as text from the user: show it literally."""

    source: str
    name: str
    classes: tuple[str, ...]
    items: tuple[Item, ...]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    unlabelled: tuple[Path, ...] = ()  # folders with images to predict
    reading: Reading = AS_FOUND  # how the folder was read: the layout, and the columns of a file of labels
    columns: tuple[str, ...] = ()  # of that file

    @cached_property
    def fingerprint(self) -> str:
        """Hex digest of classes, images, labels and parts; file names and the order of classes do not matter."""
        ordered = tuple(sorted(self.classes))
        places = _places(self.classes, ordered)
        content = hashlib.sha256(repr(ordered).encode("utf-8", "backslashreplace"))
        for entry in sorted((item.digest, places[item.label], item.part or "") for item in self.items):
            content.update(repr(entry).encode())
        return content.hexdigest()

    def ordered_as(self, classes: Sequence[str]) -> Self:
        """The same images with the classes in another order, such as that in which a run learned them.

        Raises `ValueError` when `classes` are not the same classes.
        """
        if tuple(classes) == self.classes:
            return self
        if sorted(classes) != sorted(self.classes):
            raise ValueError("only the order of classes can be changed")
        places = _places(self.classes, classes)
        items = tuple(replace(item, label=places[item.label]) for item in self.items)
        return replace(self, classes=tuple(classes), items=items)

    @property
    def counts(self) -> dict[str, int]:
        """Images per class, in the order of `classes`; 0 for a class without any."""
        found = Counter(item.label for item in self.items)
        return {name: found[label] for label, name in enumerate(self.classes)}

    @property
    def value_range(self) -> Range | None:
        """The values that became 0 and 255 in every image whose number format does not say it; None without such."""
        return next((item.value_range for item in self.items if item.value_range), None)

    @property
    def presplit(self) -> bool:
        """Whether the data set came divided into train, val and test folders."""
        return any(item.part for item in self.items)


def _places(classes: Sequence[str], ordered: Sequence[str]) -> list[int]:
    """Where each class stands in another order."""
    place = {name: index for index, name in enumerate(ordered)}
    return [place[name] for name in classes]
