"""A data set as it was found: every readable image with its label, and every file that was left out."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from core.data.look import Look
from core.data.scale import Range
from core.experiment import AS_FOUND, Reading
from core.reading import TaskKind
from core.task import SPECS

Part = Literal["train", "val", "test"]
NO_LABEL = "no label"  # of an image that shows none of a multi-label data set's classes


@dataclass(frozen=True, slots=True)
class Item:
    """One readable image.

    `name` is the path below the source's root, with slashes, as users see it. `digest` is the hex SHA-256 of the
    decoded pixels and their shape, so that two files with the same image share it. `label` is the class's index; in a
    multi-label data set it is -1, and `labels` holds the indices, ascending, perhaps none. `part` is set where the data
    set came divided. `thumbnail` holds the bytes that `core.data.near.duplicates` compares. `value_range` is the data
    set's where the image needs one to be decoded (see `core.data.scale`), else None. `finer` is a digest of numbers
    that 256 grey levels cannot hold, which may differ where `digest` does not. `look` says whether the pixels are a few
    flat values, as those of a mask (see `core.data.look`).
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
    labels: tuple[int, ...] | None = None
    finer: str = ""
    look: Look = ""

    @property
    def classes(self) -> tuple[int, ...]:
        """Indices of all classes that the image shows, whatever the task."""
        return (self.label,) if self.labels is None else self.labels


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is not used, and why, as a sentence."""

    name: str
    reason: str


@dataclass(frozen=True)
class Dataset:
    """Labelled images. `label_of(item)` is an item's label as text from the user: show it literally."""

    source: str
    name: str
    classes: tuple[str, ...]
    items: tuple[Item, ...]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    unlabelled: tuple[Path, ...] = ()  # folders with images to predict
    reading: Reading = AS_FOUND  # how the folder was read: the layout, and the columns of a file of labels
    columns: tuple[str, ...] = ()  # of that file
    task: TaskKind = "classification"
    made_here: bool = False  # a sample or a collection, which the app reads in no other way

    @property
    def several(self) -> bool:
        """Whether an image may have several labels, or none."""
        return SPECS[self.task].several

    def label_of(self, item: Item) -> str:
        """An item's class; of several, all of them, as 'cat, dog'."""
        return ", ".join(self.classes[index] for index in item.classes) or NO_LABEL

    @cached_property
    def kinds(self) -> tuple[int, ...]:
        """For each item a number that items with the same labels share: the class's own where an item has one."""
        if not self.several:
            return tuple(item.label for item in self.items)
        places = {labels: place for place, labels in enumerate(sorted({item.classes for item in self.items}))}
        return tuple(places[item.classes] for item in self.items)

    @cached_property
    def shares_images(self) -> bool:
        """Whether an image, the same pixel by pixel, is there with different labels."""
        first: dict[tuple[str, str], int] = {}
        pairs = zip(self.items, self.kinds, strict=True)
        return any(first.setdefault((item.digest, item.finer), kind) != kind for item, kind in pairs)

    @cached_property
    def fingerprint(self) -> str:
        """Hex digest of classes, images, labels and parts; file names and the order of classes do not matter."""
        ordered = tuple(sorted(self.classes))
        places = _places(self.classes, ordered)
        content = hashlib.sha256(repr(ordered).encode("utf-8", "backslashreplace"))
        for entry in sorted((item.digest, _moved(item, places), item.part or "") for item in self.items):
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
        items = []
        for item in self.items:
            moved = _moved(item, places)
            items.append(replace(item, **({"label": moved} if isinstance(moved, int) else {"labels": moved})))
        return replace(self, classes=tuple(classes), items=tuple(items))

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Images that show a class, in the order of `classes`; 0 for a class without any."""
        found = Counter(index for item in self.items for index in item.classes)
        return {name: found[label] for label, name in enumerate(self.classes)}

    @cached_property
    def value_range(self) -> Range | None:
        """The values that became 0 and 255 in every image whose number format does not say it; None without such."""
        return next((item.value_range for item in self.items if item.value_range), None)

    @cached_property
    def presplit(self) -> bool:
        """Whether the data set came divided into train, val and test folders."""
        return any(item.part for item in self.items)


def _moved(item: Item, places: Sequence[int]) -> int | tuple[int, ...]:
    """An item's label, or labels, in another order of the classes."""
    return places[item.label] if item.labels is None else tuple(sorted(places[index] for index in item.labels))


def _places(classes: Sequence[str], ordered: Sequence[str]) -> list[int]:
    """Where each class stands in another order."""
    place = {name: index for index, name in enumerate(ordered)}
    return [place[name] for name in classes]
