"""Masks beside their images in class folders ('benign (1).png' and 'benign (1)_mask.png'), and folders of image pairs
('noisy/IMG_2034.png' and 'clean/IMG_2034.png')."""

import re
from collections import defaultdict
from collections.abc import Collection
from itertools import combinations
from pathlib import Path

from core.data.layouts.assigned import Layout, listed
from core.text import short

_MASK = re.compile(
    r"(?P<image>.+?)[ _.-]+(masks?|seg|segm|segmentation|gt|ground[ _-]?truth|trimap)([ _-]?\d+)?", re.IGNORECASE
)
_COUNTED = re.compile(r"(?P<word>\D*)\(?(?P<number>\d{1,9})\)?")
_MOST_CLASSES = 20  # number of classes up to which names are compared


def leave_out_masks(layout: Layout) -> None:
    """Leave out files named like an image beside them plus a word such as 'mask'."""
    there = {(found.path.parent, found.path.stem): found.path for found in layout.found}
    masks = {}
    for (place, stem), path in there.items():
        called = _MASK.fullmatch(stem)
        image = there.get((place, called["image"])) if called else None
        if image is not None:
            masks[path] = image
    for path, image in masks.items():
        layout.leave_out(path, _reason(image))
    layout.found = [found for found in layout.found if found.path not in masks]


def _reason(image: Path) -> str:
    return f"Is called like a mask of '{short(image.name)}' beside it. If it is an image of its own, rename it."


def note_pairs(layout: Layout) -> None:
    """Note classes with equal file names that are not just numbers: they may be pairs of one scene."""
    stems: dict[str, set[str]] = defaultdict(set)
    for found in layout.found:
        stems[found.label].add(found.path.stem.casefold())
    if len(stems) > _MOST_CLASSES:
        return
    pairs = [
        both
        for both in combinations(sorted(stems), 2)
        if _are_same(*(stems[label] for label in both)) and not _is_count(stems[both[0]])
    ]
    if pairs:
        names = sorted({label for both in pairs for label in both})
        layout.notes.append(
            f"The classes {listed(names)} hold files of the same names, as pairs of one scene do (an image and its "
            "mask, before and after). If they are pairs, they are no classes."
        )


def _are_same(one: Collection[str], other: Collection[str]) -> bool:
    """Whether nine of ten names are in both."""
    return min(len(one), len(other)) > 2 and 10 * len(set(one) & set(other)) >= 9 * max(len(one), len(other))


def _is_count(stems: Collection[str]) -> bool:
    """Whether names only count from 0 or 1 on, perhaps with gaps: two folders of 1.jpg, 2.jpg, 3.jpg have no more to do
    with each other than any others."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for stem in stems:
        if not (match := _COUNTED.fullmatch(stem)):
            return False
        numbers[match["word"]].append(int(match["number"]))
    return all(min(each) < 2 and max(each) < 2 * len(each) + 2 for each in numbers.values())
