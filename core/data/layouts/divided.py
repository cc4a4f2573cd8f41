"""To which part a row of a table belongs: by a column of parts, by marks such as 'is_valid', or by the file's name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.data.layouts.assigned import listed
from core.data.layouts.columns import are_marks, is_preferred, is_set
from core.data.layouts.tables import Table
from core.data.layouts.words import PREDICT, Kind, kind_of, part_words, plain
from core.data.subjects import is_subject_column
from core.text import short

_SPLITS = re.compile(r"split|subset|set|part|partition|usage|phase|dataset")
_FOLDS = re.compile(r"(k|cv|data|val|valid)?folds?|(data)?splits?|evalpartition|partition")
_IS = re.compile("^(is|in(?!f))")  # is_test, in_train, but not inference
_FLAG = re.compile(
    r"(is|to|was|flag)?(exclu(de|ded|sion)|ignored?|skip(ped)?|deleted?|removed?|discard(ed)?|dropp?(ed)?|duplicated?|"
    r"corrupt(ed)?|invalid|unusable)(is|flag)?"
)
_SHORT: dict[str, Kind] = {"tr": "train", "va": "val", "te": "test"}
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")  # trainLabels


_MOST_CODES = 6  # of a column of parts, such as 1, 2 and 3


@dataclass(slots=True)
class Division:
    """The columns of a table that say to which part its rows belong; `notes` tell what is used, and what is not."""

    table: Table
    column: str = ""
    marks: dict[str, Kind] = field(default_factory=dict)  # columns of 0 and 1 that divide
    columns: list[str] = field(default_factory=list)  # all that speak of parts, used or not: none of them is the class
    notes: list[str] = field(default_factory=list)

    def part(self, row: int) -> Kind | None:
        """The part of a row; None where nothing says it."""
        columns = self.table.columns
        if self.column:
            return _kind(self.column, columns[self.column][row])
        if self.marks:
            rest: Kind = "train" if "train" not in self.marks.values() else "test"
            return next((kind for name, kind in self.marks.items() if is_set(columns[name][row])), rest)
        return kind_of_file(self.table.path.stem)


def divide(table: Table, file_column: str) -> Division:
    """How a table divides its rows, if it does."""
    made = Division(table)
    marks = _part_marks(table.columns)
    made.column = _split_column(table.columns, (file_column,)) or ""
    made.columns = [*([made.column] if made.column else []), *marks]
    if marks and not made.column:
        _use_marks(made, marks)
    return made


def unused(division: Division, but: Sequence[str]) -> str:
    """A note on a column that is called like those of parts and does not divide the images; empty without one.

    `but` are columns that are used for something else.
    """
    if division.column or division.marks:
        return ""
    for name, values in division.table.columns.items():
        other = list(dict.fromkeys(value for value in values if value and _kind(name, value) is None))
        partly = is_split(name) and any(_kind(name, value) for value in values)
        coded = is_split(name) and 1 < len(other) < _MOST_CODES and all(len(value) < 3 for value in other)
        if name not in but and other and (partly or coded or _FOLDS.fullmatch(plain(name))):
            return (
                f"The column '{short(name)}' does not divide the images, because {listed(other)} in it "
                f"{'means' if len(other) == 1 else 'mean'} no part: write train, val or test there."
            )
    return ""


def undivided_subjects(division: Division, but: Sequence[str]) -> str:
    """A note on a column that says from which patient or video an image is, several from each, where nothing divides
    the images by it; empty without one. `but` are columns that are used for something else."""
    if division.column or division.marks:
        return ""
    for name, values in division.table.columns.items():
        said = [value for value in values if value]
        if name not in but and is_subject_column(name) and 3 < len(set(said)) < len(said):
            return (
                f"The column '{short(name)}' gives {len(said):,} images {len(set(said)):,} values: images of one may "
                "both train and measure, and the scores be too good for new ones. To avoid it, add a column 'split' "
                "with train, val or test."
            )
    return ""


def unused_flags(division: Division, but: Sequence[str]) -> str:
    """A note on a column that marks images which somebody did not want to be used; empty without one."""
    for name, values in division.table.columns.items():
        marked = sum(is_set(value) or value.casefold() in ("yes", "y", "x") for value in values)
        if name not in but and _FLAG.fullmatch(plain(name)) and 0 < marked < len(values):
            return (
                f"The column '{short(name)}' marks {marked:,} of {len(values):,} rows, which is not looked at: their "
                "images are used. Take these rows out of the table if they are not wanted."
            )
    return ""


def is_split(name: str) -> bool:
    """Whether a column is called as columns of parts are."""
    return bool(_SPLITS.fullmatch(plain(name)))


def kind_of_file(stem: str) -> Kind | None:
    """The part that a file's name stands for: 'train_labels', 'valAnnotations' and 'test' name one part each."""
    if kind := kind_of(stem):
        return kind
    words = part_words(_HUMP.sub(" ", stem)) - {PREDICT}
    return words.pop() if len(words) == 1 else None


def _kind(column: str, value: str) -> Kind | None:
    """The part that a value means; short ones, as 'tr', may be languages where the column is called otherwise."""
    return (_SHORT.get(value.lower()) if is_split(column) else None) or kind_of(value)


def _split_column(columns: dict[str, list[str]], but: Sequence[str]) -> str | None:
    """The column that says to which part a row belongs: all its values are names of parts, of several if it is not
    called like such a column."""
    for name, values in columns.items():
        kinds = {_kind(name, value) for value in values if value}
        called = is_split(name) or len(kinds) > 1
        if name not in but and kinds and None not in kinds and called and not is_preferred(name):
            return name
    return None


def _part_marks(columns: dict[str, list[str]]) -> dict[str, Kind]:
    """Columns such as 'is_valid' that hold nothing but 0 and 1, with the part each means: they are no classes. One that
    is only called 'train' may be a class beside other columns of 0 and 1."""
    marks = [name for name, values in columns.items() if are_marks(values)]
    kinds = {name: kind_of(_IS.sub("", plain(name))) for name in marks}
    alone = len(columns) > 2 and None not in kinds.values()
    return {
        name: kind
        for name, kind in kinds.items()
        if kind and (_IS.match(plain(name)) or (alone and kind != PREDICT and len(columns) > 1 + len(marks)))
    }


def _use_marks(made: Division, marks: dict[str, Kind]) -> None:
    """Divide by marks, unless they contradict each other or train on less than half: 'is_valid' may mean good files."""
    columns = made.table.columns
    rows = [[kind for name, kind in marks.items() if is_set(columns[name][row])] for row in range(made.table.rows)]
    made.marks = marks if PREDICT not in marks.values() else {}
    trained = sum(made.part(row) == "train" for row in range(len(rows)))
    several = len(marks) > 1 and "train" in marks.values()
    if not made.marks or any(len(row) > 1 or (several and not row) for row in rows) or 2 * trained < len(rows):
        made.marks = {}
        told = f"{listed(marks)} {'is' if len(marks) == 1 else 'are'} not used to divide the images"
        made.notes.append(f"{told}: add a column 'split' with train, val or test.")
        return
    rest = "" if several else f"; the rest is for {'test' if 'train' in marks.values() else 'training'}"
    made.notes.append(f"The images are divided by {listed(marks)}{rest}.")
