"""Whether images of a class that is called like what is kept beside classes look like those of the others: 'fig' may be
figures of a paper, or a fruit."""

from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np

from core.data.images import decode
from core.data.layouts.vocabulary.letters import all_words, folded
from core.data.look import look_of
from core.data.related.affixes import is_count
from core.errors import UnreadableImage

_ORDINARY = all_words(  # words for what is shown as much as for what is kept
    {
        "en": "fig|figs|figure|figures|flat|flats|cropped|grayscale|greyscale|rejected|reject|rejects|rubbish|trash|"
        "model|models|chart|charts|graph|graphs|plot|plots|log|logs|weights|run|seg|segs"
    }
)
_SAMPLED = 6  # images of a class
_CLASSES = 6  # with which one is compared
_LARGER = 3.0  # times as many pixels: images of another kind
_GREY = 8  # grey levels between the channels of an image without colour
_WHITE = 245
_APART = 0.3  # of the images, or of the pixels


class _Kind(NamedTuple):
    """What a few images are like: the median of their pixels, and which share is grey, drawn, or white."""

    size: float
    grey: float
    drawn: float
    white: float


def may_be_ordinary(label: str) -> bool:
    """Whether a name is also an ordinary word for a class."""
    return folded(label) in _ORDINARY


def looks_ordinary(label: str, files: Mapping[str, Sequence[Path]]) -> bool:
    """Whether a class with such a name has about as many images as the others, of its own, and of one kind with theirs:
    as large, as colourful, photographs or not. `files` are those of each class; a few of them are read."""
    others = {other: paths for other, paths in files.items() if other != label and paths and not may_be_ordinary(other)}
    if not may_be_ordinary(label) or len(others) < 2:
        return False
    mine, sizes = files[label], [len(paths) for paths in others.values()]
    stems = {path.stem.casefold() for path in mine}
    theirs = {path.stem.casefold() for path in chain.from_iterable(others.values())}
    own = is_count(stems) or 2 * len(stems & theirs) < len(stems)
    if not own or not 0.5 * min(sizes) <= len(mine) <= 2 * max(sizes):
        return False
    one = _kind_of(mine)
    kinds = [kind for paths in list(others.values())[:_CLASSES] if (kind := _kind_of(paths))]
    return one is not None and any(_alike(one, other) for other in kinds) and _alike(one, _mean(kinds))


def _alike(one: _Kind, other: _Kind) -> bool:
    shares = zip(one[1:], other[1:], strict=True)
    return max(one.size, other.size) <= _LARGER * min(one.size, other.size) and all(
        abs(a - b) <= _APART for a, b in shares
    )


def _mean(kinds: Sequence[_Kind]) -> _Kind:
    return _Kind(*(float(np.median(values)) for values in zip(*kinds, strict=True)))


def _kind_of(paths: Sequence[Path]) -> _Kind | None:
    """What some of the images are like; None where none can be read."""
    rows = []
    for path in paths[:: max(1, len(paths) // _SAMPLED)][:_SAMPLED]:
        try:
            pixels = decode(path).pixels
        except UnreadableImage:
            continue
        few = pixels[:: max(1, pixels.shape[0] // 64), :: max(1, pixels.shape[1] // 64)].astype(np.int16)
        grey = np.mean(few.max(axis=2) - few.min(axis=2)) <= _GREY
        rows.append(
            (pixels.shape[0] * pixels.shape[1], grey, bool(look_of(pixels)), np.mean(few.min(axis=2) >= _WHITE))
        )
    if not rows:
        return None
    sizes, *shares = zip(*rows, strict=True)
    return _Kind(float(np.median(sizes)), *(float(np.mean(share)) for share in shares))
