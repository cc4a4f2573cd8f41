"""Masks that lie beside their images in class folders: 'benign (1).png' and 'benign (1)_mask.png'."""

import re
from pathlib import Path

from core.data.layouts.assigned import Layout
from core.text import short

_MASK = re.compile(
    r"(?P<image>.+?)[ _.-]+(masks?|seg|segm|segmentation|gt|ground[ _-]?truth|trimap)([ _-]?\d+)?", re.IGNORECASE
)


def leave_out_masks(layout: Layout) -> None:
    """Leave out what is called like an image beside it but for a word such as 'mask': it shows the answer, not the
    object."""
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
