"""Tell by their pixels whether images of the same numbers show the same scenes, as an image and its edges do."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.data.images import decode
from core.errors import UnreadableImage

_SAMPLED = 8  # pairs
_FEWEST = 3
_SIDE = 24  # px
_MORE = 0.15  # by which the outlines of a pair correlate more than those of two scenes
_TINY = 1e-6


def show_same_scenes(pairs: Sequence[tuple[Path, Path]]) -> bool | None:
    """Whether the two images of pairs have their outlines in the same places, more than those of different pairs do;
    None where too few can be read."""
    found = []
    for one, other in pairs[:: max(1, len(pairs) // _SAMPLED)][:_SAMPLED]:
        try:
            found.append((_outlines(one), _outlines(other)))
        except UnreadableImage:
            continue
    if len(found) < _FEWEST:
        return None
    agreement = np.array([one for one, _ in found]) @ np.array([other for _, other in found]).T
    apart = agreement[~np.eye(len(found), dtype=bool)]
    return bool(np.median(np.diag(agreement)) - np.median(apart) >= _MORE)


def _outlines(path: Path) -> NDArray[np.float64]:
    """How steep the grey levels of a small view are, as a vector of length 1 without its mean."""
    grey = Image.fromarray(decode(path).pixels).convert("L").resize((_SIDE, _SIDE), Image.Resampling.BILINEAR)
    down, across = np.gradient(np.asarray(grey, np.float64))
    steep = np.hypot(down, across).ravel()
    steep -= steep.mean()
    return np.asarray(steep / max(_TINY, float(np.linalg.norm(steep))))
