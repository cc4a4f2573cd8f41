"""What a mean over classes does not say by itself: classes that no image shows."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from core.text import short

MOST = 3  # names in a note


class Notes(NamedTuple):
    """Notes of two means over classes, empty where all classes count: `shown` of a mean over those that some image
    shows, `found` of one over those that some image shows or that are predicted."""

    shown: str = ""
    found: str = ""


def notes(classes: Sequence[str], there_c: ArrayLike, predicted_c: ArrayLike, noun: str) -> Notes:
    """`there_c`, `predicted_c` (C,): whether any image shows a class, whether any is predicted to. `noun`: 'labels'."""
    there, predicted = np.asarray(there_c, bool), np.asarray(predicted_c, bool)
    absent, silent, false = (
        [name for name, chosen in zip(classes, which, strict=True) if chosen]
        for which in (~there, ~there & ~predicted, ~there & predicted)
    )
    if not absent:
        return Notes()
    of = len(classes)
    left_out = f"mean over {of - len(silent)} of {of} {noun}: no image shows {_names(silent)}, nor is it predicted"
    zero = f"0 for {_names(false)}, which no image shows and which is predicted"
    return Notes(
        f"mean over {of - len(absent)} of {of} {noun}: no image shows {_names(absent)}",
        "; ".join([*([left_out] if silent else []), *([zero] if false else [])]),
    )


def _names(names: Sequence[str]) -> str:
    quoted = [f"'{short(name, 40)}'" for name in names[:MOST]]
    more = [f"{len(names) - MOST} more"] if len(names) > MOST else []
    *most, last = [*quoted, *more] or [""]
    return f"{', '.join(most)} or {last}" if most else last
