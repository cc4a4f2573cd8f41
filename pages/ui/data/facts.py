"""Summary figures of a data set. Independent of Streamlit."""

from dataclasses import dataclass
from itertools import chain, zip_longest

from core.data.dataset import Dataset, Item
from core.data.split import Split

PARTS = ("train", "val", "test")


@dataclass(frozen=True, slots=True)
class Sizes:
    """Width and height in px of the images with the fewest, the median and the most pixels."""

    smallest: tuple[int, int]
    median: tuple[int, int]
    largest: tuple[int, int]


def sizes(dataset: Dataset) -> Sizes:
    """The image sizes. The data set must not be empty."""
    ranked = sorted(((item.width, item.height) for item in dataset.items), key=lambda size: (size[0] * size[1], size))
    return Sizes(ranked[0], ranked[(len(ranked) - 1) // 2], ranked[-1])


def labels_by_part(dataset: Dataset, split: Split) -> dict[str, list[int]]:
    """All labels of the images of each part."""
    return {part: [label for i in getattr(split, part) for label in dataset.items[i].classes] for part in PARTS}


def gallery(dataset: Dataset, split: Split, label: int | None, part: str | None) -> list[Item]:
    """The used images of a class and part (None: all), with alternating classes, so that all are on the first page."""
    indices = sorted(index for name in PARTS if part in (None, name) for index in getattr(split, name))
    chosen = [dataset.items[index] for index in indices]
    if label is not None:
        return [item for item in chosen if label in item.classes]
    by_class: dict[tuple[int, ...], list[Item]] = {}
    for item in chosen:
        by_class.setdefault(item.classes, []).append(item)
    rounds = zip_longest(*(by_class[label] for label in sorted(by_class)))
    return [item for item in chain.from_iterable(rounds) if item is not None]
