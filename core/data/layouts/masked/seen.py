"""Notes on images that look like masks where the others do not, whatever their files and folders are called."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from core.data.dataset import Dataset, Item
from core.data.layouts.assigned import listed
from core.data.near.duplicates import BYTES, SIDE
from core.text import short

_FEWEST = 3  # images
_OF_MASKS = 0.8  # of the images of a class look like masks
_OF_OTHERS = 0.1  # of the images of the others may do so
_SOME = 0.05  # of the images of a class look like masks, where that is worth a note
_EVEN = 0.5  # of a drawing are one level: paper, or the ground of a sign
_LEVELS = 8  # grey levels that count as one
_THERE = 5  # pixels of the thumbnail that have a level
_RICH = 22  # levels of an object photographed on white


def mask_notes(dataset: Dataset) -> list[str]:
    """Sentences on classes of which nearly all images are a few flat values while hardly one of the others is, and on
    such images within classes of photographs. Where every class is drawn there are none.
    """
    masks = [] if dataset.several else _classes_of_masks(dataset)
    labels = {dataset.classes.index(name) for name in masks}
    return [
        *_of_classes(dataset, masks),
        *_within_classes(dataset, [i for i in dataset.items if i.label not in labels]),
    ]


def _classes_of_masks(dataset: Dataset) -> list[str]:
    looks: dict[int, Counter[str]] = defaultdict(Counter)
    for item in dataset.items:
        looks[item.label][item.look] += 1
    drawn = {
        label
        for label, found in looks.items()
        # an image without the object has an empty mask, but there are also classes of even surfaces
        if found["flat"] >= max(_FEWEST, found["plain"]) and found[""] <= (1 - _OF_MASKS) * found.total()
    }
    others = [found for label, found in looks.items() if label not in drawn]
    flat = sum(found["flat"] for found in others)
    if not drawn or not others or flat > _OF_OTHERS * sum(found.total() for found in others):
        return []
    return [dataset.classes[label] for label in sorted(drawn)]


def _of_classes(dataset: Dataset, masks: Sequence[str]) -> Iterator[str]:
    if not masks:
        return
    others = [name for name, count in dataset.counts.items() if count and name not in masks]
    step = "take the folder out: it is no class" if len(masks) == 1 else "take the folders out: they are no classes"
    yield (
        f"The images of {listed(masks)} are a few flat values, as masks are, and those of {listed(others)} are not. If "
        f"they are masks, {step}. If they are drawings to be classified, go on."
    )


def _within_classes(dataset: Dataset, items: Sequence[Item]) -> Iterator[str]:
    by_class: dict[tuple[int, ...], list[Item]] = defaultdict(list)
    for item in items:
        by_class[item.classes].append(item)
    found = {classes: flat for classes, inner in by_class.items() if (flat := _flat_among_photographs(inner))}
    if not found:
        return
    every = [item for flat in found.values() for item in flat]
    names = listed(dataset.label_of(flat[0]) for flat in found.values())
    yield (
        f"{len(every):,} images in {names} are a few flat values, as masks are, and lie among photographs, such as "
        f"'{short(every[0].name)}'. If they are masks, take them out of the class folders. If they are drawings to be "
        "classified, go on."
    )


def _flat_among_photographs(items: Sequence[Item]) -> list[Item]:
    """The flat images of a class, where they are some of it and at least as many are photographs."""
    flat = [item for item in items if item.look == "flat"]
    if len(flat) < max(_FEWEST, _SOME * len(items)):
        return []
    photographs = sum(_is_photograph(item) for item in items)
    return flat if photographs >= max(_FEWEST, len(flat) / 2) else []


def _is_photograph(item: Item) -> bool:
    """Whether an image is neither flat nor mostly one level with few others, as a sign or an icon is."""
    if item.look or len(item.thumbnail) != BYTES:
        return not item.look
    counts = np.bincount(np.frombuffer(item.thumbnail, np.uint8)[3 * SIDE**2 :] // _LEVELS)
    return bool(counts.max() < _EVEN * counts.sum() or (counts >= _THERE).sum() >= _RICH)
