"""Notes on images that look like masks where the others do not, whatever their files and folders are called."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from core.data.dataset import Dataset, Item
from core.data.layouts.assigned import listed
from core.text import short

_FEWEST = 3  # images
_OF_MASKS = 0.8  # of the images of a class look like masks
_OF_OTHERS = 0.1  # of the images of the others may do so
_HAVE_IMAGE = 0.5  # of the images that look like masks have the name of one that does not


def mask_notes(dataset: Dataset) -> list[str]:
    """Sentences on classes of which nearly all images are a few flat values while hardly one of the others is, and on
    such images within the classes that are called like another one there. Where every class is drawn there are none.
    """
    masks = [] if dataset.several else _classes_of_masks(dataset)
    labels = {dataset.classes.index(name) for name in masks}
    inner = _beside_images([item for item in dataset.items if item.label not in labels])
    return [*_of_classes(dataset, masks), *_within_classes(inner)]


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


def _beside_images(items: Sequence[Item]) -> list[tuple[Item, Item]]:
    """Images that look like masks, each with one of its class and name that does not; empty where few have one."""
    flat = [item for item in items if item.look]
    named = {_name(item): item for item in items if not item.look}
    found = [(item, named[_name(item)]) for item in flat if _name(item) in named]
    return found if len(found) >= max(_FEWEST, _HAVE_IMAGE * len(flat)) else []


def _name(item: Item) -> tuple[tuple[int, ...], str]:
    return item.classes, PurePosixPath(item.name).stem.casefold()


def _within_classes(pairs: Sequence[tuple[Item, Item]]) -> Iterator[str]:
    if pairs:
        mask, image = pairs[0]
        yield (
            f"{len(pairs):,} images are a few flat values, as masks are, and called like another one of their class, "
            f"such as '{short(mask.name)}' and '{short(image.name)}'. If they are masks, take them out of the class "
            "folders."
        )
