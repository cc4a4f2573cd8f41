"""The part of each row of a table: from a split column, from marks such as 'is_valid', or from the file name."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from core.data.layouts.assigned import listed
from core.data.layouts.columns import are_marks, is_preferred, is_set
from core.data.layouts.shares import divide_a_set
from core.data.layouts.tables import Table
from core.data.layouts.vocabulary import parts
from core.data.layouts.vocabulary.letters import folded
from core.data.layouts.words import PREDICT, Kind, is_development, kind_of, part_words, plain
from core.data.related.subjects import is_subject_column
from core.text import short

_FOLDS = re.compile(r"(k|cv|data|val|valid)?folds?|(data)?splits?|evalpartition|partition")
_IS = re.compile("^(is|in(?!f))")  # is_test, in_train, but not inference
_FLAG = re.compile(
    r"(is|to|was|flag)?(exclu(de|ded|sion)|ignored?|skip(ped)?|deleted?|removed?|discard(ed)?|dropp?(ed)?|duplicated?|"
    r"corrupt(ed)?|invalid|unusable)(is|flag)?"
)
_CODED = re.compile(r"(eval)?partition")  # as CelebA numbers its parts
_CODES: dict[str, Kind] = {"0": "train", "1": "val", "2": "test"}
_CAMEL_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])")  # trainLabels


_MOST_CODES = 6  # distinct values of a coded split column, such as 1, 2 and 3


@dataclass(slots=True)
class Division:
    """The columns of a table that assign rows to parts; `notes` say which are used."""

    table: Table
    column: str = ""
    coded: bool = False  # whether the column has numbers for parts
    developed: bool = False  # whether 'development' means training, which no other value does
    marks: dict[str, Kind] = field(default_factory=dict)  # columns of 0 and 1 that assign parts
    doubtful: list[str] = field(default_factory=list)  # of `columns`, those that may be labels all the same
    columns: list[str] = field(default_factory=list)  # all columns about parts, used or not: none of them is the label
    notes: list[str] = field(default_factory=list)

    def part(self, row: int) -> Kind | None:
        """The part of a row; None if unknown."""
        columns = self.table.columns
        if self.column:
            value = columns[self.column][row]
            if self.developed and is_development(value):
                return "train"
            return _CODES.get(value) if self.coded else _kind(self.column, value)
        if self.marks:
            remainder: Kind = "train" if "train" not in self.marks.values() else "test"
            return next((kind for name, kind in self.marks.items() if is_set(columns[name][row])), remainder)
        return kind_of_file(self.table.path.stem)


def divide(table: Table, file_column: str) -> Division:
    """Detect how a table divides its rows, if it does."""
    made = Division(table)
    marks = _part_marks(table.columns)
    made.column, *others = _split_columns(table.columns, file_column) or [""]
    others = [name for name in others if len(set(table.columns[name])) > 1]
    if not made.column:
        made.column = next((name for name, values in table.columns.items() if _is_coded(name, values)), "")
        made.coded = bool(made.column)
    made.developed = bool(made.column) and not made.coded and _is_developed(table.columns[made.column])
    made.doubtful = [
        name
        for name, values in table.columns.items()
        if name not in (file_column, made.column, *others, *marks) and not is_preferred(name) and _tells_parts(values)
    ]
    made.columns = [*([made.column] if made.column else []), *others, *marks, *made.doubtful]
    if made.developed:
        made.notes.append(f"'development' in the column '{short(made.column)}' is taken for the training part.")
    if others:
        made.notes.append(
            f"The images are divided by '{short(made.column)}'; {listed(others)} "
            f"{'divides' if len(others) == 1 else 'divide'} them as well, which is not used."
        )
    if marks and not made.column:
        _use_marks(made, marks)
    return made


def unused(division: Division, exclude: Sequence[str]) -> str:
    """A note on a column that is named like a split column but does not divide the images; empty if there is none.

    `exclude` are columns that are used for something else.
    """
    if division.column or division.marks:
        return ""
    for name, values in division.table.columns.items():
        other = list(dict.fromkeys(value for value in values if value and _kind(name, value) is None))
        partly = is_split(name) and any(_kind(name, value) for value in values)
        few = 3 * len(other) < len(values) or all(len(value) < 3 for value in other)
        coded = is_split(name) and 1 < len(other) < _MOST_CODES and few
        told = name in division.doubtful
        if name not in exclude and other and (told or partly or coded or _FOLDS.fullmatch(plain(name))):
            return (
                f"The column '{short(name)}' does not divide the images, because {listed(other)} in it "
                f"{'means' if len(other) == 1 else 'mean'} no part: write train, val or test there."
            )
    return ""


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
        marked = sum(is_set(value) or value.casefold() in ("yes", "y", "x") for value in values)
        if name not in exclude and _FLAG.fullmatch(plain(name)) and 0 < marked < len(values):
            return (
                f"The column '{short(name)}' marks {marked:,} of {len(values):,} rows, which is not looked at: their "
                "images are used. Take these rows out of the table if they are not wanted."
            )
    return ""


def is_fold_column(name: str, values: Sequence[str]) -> bool:
    """Whether a column numbers the folds of a cross-validation."""
    different = set(values) - {""}
    return plain(name).endswith(("fold", "folds")) and 1 < len(different) <= 20 and all(map(str.isdecimal, different))


def is_split(name: str) -> bool:
    """Whether a column has a typical name of a split column."""
    return folded(name) in parts.COLUMNS


def kind_of_file(stem: str) -> Kind | None:
    """The part that a file name stands for: 'train_labels', 'valAnnotations' and 'test' name one part each."""
    if kind := kind_of(stem):
        return kind
    words = part_words(_CAMEL_CASE.sub(" ", stem)) - {PREDICT}
    return words.pop() if len(words) == 1 else None


def _kind(column: str, value: str) -> Kind | None:
    """The part that a value means.

    Short values such as 'tr' only in a split column (elsewhere they may be languages).
    """
    return (parts.IN_COLUMNS.get(value.casefold()) if is_split(column) else None) or kind_of(value)


def _kinds(column: str, values: Iterable[str]) -> set[Kind]:
    """The parts that the values of a column mean; none where one of them means no part."""
    found: set[Kind] = set()
    for value in set(values) - {""}:
        kind = _kind(column, value)
        if kind is None:
            return set()
        found.add(kind)
    return found


def _is_developed(values: Sequence[str]) -> bool:
    """Whether values mean parts of which only 'development' can be the one that trains."""
    developed = {value: is_development(value) for value in set(values) - {""}}
    return len(set(developed.values())) == 2 and all(kind_of(value) != "train" for value in developed)


def _tells_parts(values: Sequence[str]) -> bool:
    """Whether the values of a column say how a data set was divided, as names of folders do: 'internal', 'external'."""
    counts = Counter(value for value in values if value)
    return 1 < len(counts) <= _MOST_CODES and divide_a_set(counts)


def _split_columns(columns: dict[str, list[str]], exclude: str) -> list[str]:
    """The split columns: all values are names of parts, of at least two parts unless the column's name is typical.

    A column called after labels is one only if it is about training: 'valid' may be a class.
    """
    found = []
    for name, values in columns.items():
        kinds = _kinds(name, values) if name != exclude else set()
        if kinds and not is_preferred(name) and _is_developed(values):
            kinds.add("train")
        plausible = "train" in kinds and len(kinds) > 1 if is_preferred(name) else is_split(name) or len(kinds) > 1
        if kinds and plausible:
            found.append(name)
    return sorted(found, key=is_preferred)


def _is_coded(name: str, values: Sequence[str]) -> bool:
    """Whether a column numbers the parts: most of 0, which are for training, some of 1 and of 2."""
    counts = [list(values).count(code) for code in _CODES]
    return (
        bool(_CODED.fullmatch(plain(name))) and all(counts) and sum(counts) == len(values) and counts[0] == max(counts)
    )


def _part_marks(columns: dict[str, list[str]]) -> dict[str, Kind]:
    """Columns of 0 and 1 such as 'is_valid', with the part each means; they are not labels.

    A column called just 'train' may be a label beside other columns of 0 and 1.
    """
    marks = [name for name, values in columns.items() if are_marks(values)]
    kinds = {name: kind_of(_IS.sub("", plain(name))) for name in marks}
    only_parts = len(columns) > 2 and None not in kinds.values()
    return {
        name: kind
        for name, kind in kinds.items()
        if kind and (_IS.match(plain(name)) or (only_parts and kind != PREDICT and len(columns) > 1 + len(marks)))
    }


def _use_marks(made: Division, marks: dict[str, Kind]) -> None:
    """Divide by marks, unless they contradict each other or leave less than half for training: 'is_valid' may mean
    intact files."""
    columns = made.table.columns
    rows = [[kind for name, kind in marks.items() if is_set(columns[name][row])] for row in range(made.table.rows)]
    made.marks = marks if PREDICT not in marks.values() else {}
    trained = sum(made.part(row) == "train" for row in range(len(rows)))
    several = len(marks) > 1 and "train" in marks.values()
    if not made.marks or any(len(row) > 1 or (several and not row) for row in rows) or 2 * trained < len(rows):
        made.marks = {}
        which = f"{listed(marks)} {'is' if len(marks) == 1 else 'are'} not used to divide the images"
        made.notes.append(f"{which}: add a column 'split' with train, val or test.")
        return
    remainder = "" if several else f"; the rest is for {'test' if 'train' in marks.values() else 'training'}"
    made.notes.append(f"The images are divided by {listed(marks)}{remainder}.")
