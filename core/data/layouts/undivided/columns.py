"""Notes on columns of a table that may divide the images or exclude some, and that are not used for it."""

import re
from collections.abc import Sequence

from core.data.layouts.assigned import listed
from core.data.layouts.divided import Division, is_split, kind_in_column, kind_of_flag
from core.data.layouts.flags import are_flags, excludes, is_yes
from core.data.layouts.words import PREDICT, Beside, is_ordinary, part_words, plain
from core.data.related.subjects import is_subject_column
from core.text import short

_FOLDS = re.compile(r"(k|cv|data|val|valid)?folds?|(data)?splits?|evalpartition|partition")
_MOST_VALUES = 12  # of a column whose values are looked at
_MOST_CODES = 6  # distinct values of a coded split column, such as 1, 2 and 3


def notes_on_columns(division: Division, exclude: Sequence[str], labels: Sequence[str]) -> list[str]:
    """All notes on columns that are not used, and on labels of several that may be parts.

    `exclude` are columns that are used for something else.
    """
    more = (undivided_subjects(division, exclude), unused_flags(division, exclude))
    return [*unused(division, exclude), *(note for note in (part_labels(labels), *more) if note)]


def unused(division: Division, exclude: Sequence[str]) -> list[str]:
    """Notes on columns that are named like a split column, or hold words for parts, but do not divide the images.

    `exclude` are columns that are used for something else.
    """
    if division.column or division.marks:
        return []
    found = {
        name: reason
        for name, values in division.table.columns.items()
        if name not in exclude and (reason := _why_unused(division, name, values))
    }
    return [
        f"The column '{short(name)}' does not divide the images, because {reason}." for name, reason in found.items()
    ]


def _why_unused(division: Division, name: str, values: Sequence[str]) -> str:
    """Why a column that seems to say how the images are divided does not; empty for any other column."""
    different = list(dict.fromkeys(value for value in values if value))
    other = [value for value in different if kind_in_column(name, value) is None]
    write = "write train, val or test there"
    if kind_of_flag(name) not in (None, PREDICT) and are_flags(values):
        told = name in division.columns
        return (
            ""
            if told
            else "it may mean something else. If it divides them, add a column 'split' with train, val or test"
        )
    if not (name in division.doubtful or _FOLDS.fullmatch(plain(name)) or _tells_parts(name, different, other, values)):
        return ""
    return f"{listed(other)} in it {'means' if len(other) == 1 else 'mean'} no part: {write}" if other else ""


def _tells_parts(name: str, different: Sequence[str], other: Sequence[str], values: Sequence[str]) -> bool:
    """Whether a column is called after parts, or two of its few values name different ones: 'model training' and
    'model testing'."""
    if len(different) > _MOST_VALUES:
        return False
    kinds = [kind for value in different for kind in ({kind_in_column(name, value)} | part_words(value))]
    if len(set(kinds) - {None, PREDICT}) > 1:
        return True
    called = is_split(name) or kind_of_flag(name) not in (None, PREDICT)
    few = 3 * len(other) < len(values) or all(len(value) < 3 for value in other)
    return called and (any(kinds) or (1 < len(other) < _MOST_CODES and few))


def part_labels(labels: Sequence[str]) -> str:
    """A note on a label of several that is called after training, where no other makes it a vehicle; empty if there is
    none."""
    beside = Beside(labels)
    named = [label for label in labels if kind_of_flag(label) == "train" and not is_ordinary(label, beside)]
    if not named:
        return ""
    return (
        f"{listed(named)} is read as a label. If it says which images are for training, add a column 'split' with "
        "train, val or test instead."
    )


def undivided_subjects(division: Division, exclude: Sequence[str]) -> str:
    """A note on a column of patients or videos with several images each, if the images are not divided by it.

    Empty if there is none. `exclude` are columns used for something else.
    """
    if division.column or division.marks:
        return ""
    for name, values in division.table.columns.items():
        nonempty = [value for value in values if value]
        if name not in exclude and is_subject_column(name) and 3 < len(set(nonempty)) < len(nonempty):
            return (
                f"The column '{short(name)}' gives {len(nonempty):,} images {len(set(nonempty)):,} values: images of "
                "one may both train and measure, and the scores be too good for new ones. To avoid it, add a column "
                "'split' with train, val or test."
            )
    return ""


def unused_flags(division: Division, exclude: Sequence[str]) -> str:
    """A note on a column that marks images as excluded; empty if there is none."""
    for name, values in division.table.columns.items():
        marked = sum(map(is_yes, values))
        if name not in exclude and excludes(name) and 0 < marked < len(values):
            return (
                f"The column '{short(name)}' marks {marked:,} of {len(values):,} rows, which is not looked at: their "
                "images are used. Take these rows out of the table if they are not wanted."
            )
    return ""
