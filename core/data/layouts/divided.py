"""The part of each row of a table: from a split column, from marks such as 'is_valid', or from the file name."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from core.data.layouts.assigned import listed
from core.data.layouts.columns import are_marks, is_preferred
from core.data.layouts.flags import are_flags, is_excluded, is_yes
from core.data.layouts.shares import divide_a_set
from core.data.layouts.tables import Table
from core.data.layouts.vocabulary import parts
from core.data.layouts.vocabulary.letters import folded
from core.data.layouts.words import PREDICT, Kind, is_development, is_late, kind_of, part_words, plain
from core.text import short

_IS = re.compile("^(is|in(?!f|valid))")  # is_test, in_train, but not inference, invalid
_CODED = re.compile(r"(eval)?partition")  # as CelebA numbers its parts
_CODES: dict[str, Kind] = {"0": "train", "1": "val", "2": "test"}
_LABELS = frozenset(("valid", "dev", "develop", "development"))  # of one image among others
_CAMEL_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])")  # trainLabels


_MOST_CODES = 6  # distinct values of a coded split column, such as 1, 2 and 3


@dataclass(slots=True)
class Division:
    """The columns of a table that assign rows to parts; `notes` say which are used."""

    table: Table
    column: str = ""
    coded: bool = False  # whether the column has numbers for parts
    developed: bool = False  # whether 'development' means training, which no other value does
    late: bool = False  # whether 'holdout' means the test part, beside 'validation'
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
            if self.coded:
                return _CODES.get(value)
            if self.late and is_late(value):
                return "test"
            return kind_in_column(self.column, value) or (PREDICT if is_excluded(value) else None)
        if self.marks:
            remainder: Kind = "train" if "train" not in self.marks.values() else "test"
            return next((kind for name, kind in self.marks.items() if is_yes(columns[name][row])), remainder)
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
    made.late = bool(made.column) and not made.coded and _is_late(table.columns[made.column], made.developed)
    made.doubtful = [
        name
        for name, values in table.columns.items()
        if name not in (file_column, made.column, *others, *marks) and not is_preferred(name) and _tells_parts(values)
    ]
    folds = [name for name, values in table.columns.items() if name != file_column and _numbers_folds(name, values)]
    made.columns = [*([made.column] if made.column else []), *others, *marks, *made.doubtful, *folds]
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


def is_fold_column(name: str, values: Sequence[str]) -> bool:
    """Whether a column numbers the folds of a cross-validation."""
    different = set(values) - {""}
    return plain(name).endswith(("fold", "folds")) and 1 < len(different) <= 20 and all(map(str.isdecimal, different))


def _numbers_folds(name: str, values: Sequence[str]) -> bool:
    """Whether a column is called so and has two folds, numbered 0 and 1: it is no label."""
    return is_fold_column(name, values) and are_marks(values)


def is_split(name: str) -> bool:
    """Whether a column has a typical name of a split column."""
    return folded(name) in parts.COLUMNS


def kind_of_file(stem: str) -> Kind | None:
    """The part that a file name stands for: 'train_labels', 'valAnnotations' and 'test' name one part each."""
    if kind := kind_of(stem):
        return kind
    words = part_words(_CAMEL_CASE.sub(" ", stem)) - {PREDICT}
    return words.pop() if len(words) == 1 else None


def kind_in_column(column: str, value: str) -> Kind | None:
    """The part that a value means.

    Short values such as 'tr' only in a split column (elsewhere they may be languages).
    """
    return (parts.IN_COLUMNS.get(value.casefold()) if is_split(column) else None) or kind_of(value)


def _kinds(column: str, values: Iterable[str]) -> set[Kind]:
    """The parts that the values of a column mean; none where one of them means no part."""
    kinds = {value: kind_in_column(column, value) for value in set(values) - {""}}
    found = {kind for kind in kinds.values() if kind is not None}
    if {"train"} < found - {PREDICT}:
        kinds = {value: kind or (PREDICT if is_excluded(value) else None) for value, kind in kinds.items()}
    return set() if None in kinds.values() else {kind for kind in kinds.values() if kind is not None}


def _is_developed(values: Sequence[str]) -> bool:
    """Whether values mean parts of which only 'development' can be the one that trains."""
    developed = {value: is_development(value) for value in set(values) - {""}}
    return len(set(developed.values())) == 2 and all(kind_of(value) != "train" for value in developed)


def _is_late(values: Sequence[str], developed: bool) -> bool:
    """Whether values for validation are of two kinds beside training, and none means the test part: 'validation' and
    'holdout'."""
    kinds = {value: kind_of(value) for value in set(values) - {""}}
    late = [is_late(v) for v, kind in kinds.items() if kind == "val" and not (developed and is_development(v))]
    return len(set(late)) == 2 and "test" not in kinds.values() and (developed or "train" in kinds.values())


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
    """Columns of yes and no such as 'is_valid', with the part each means; they are not labels.

    A column called just 'train' or 'test' may be a label beside other columns of 0 and 1.
    """
    flags = [name for name, values in columns.items() if are_marks(values) or are_flags(values)]
    kinds = {name: kind_of_flag(name) for name in flags}
    called: dict[str, Kind] = {name: kind for name, kind in kinds.items() if kind and _IS.match(plain(name))}
    alone = {name: kind for name, kind in kinds.items() if kind not in (None, PREDICT) and name not in called}
    if None not in kinds.values():
        likely = len(columns) > 1 + len(flags) or {"train"} < set(alone.values())
    else:
        likely = not _is_one_of_all(columns, flags)
        alone = {name: kind for name, kind in alone.items() if _means_parts(columns, name, alone)}
    return called | ({name: kind for name, kind in alone.items() if kind} if likely and len(columns) > 2 else {})


def kind_of_flag(name: str) -> Kind | None:
    """The part that a column of yes and no means: 'is_test' and 'test' the same."""
    return kind_of(_IS.sub("", plain(name)))


def _means_parts(columns: Mapping[str, Sequence[str]], name: str, alone: Mapping[str, Kind | None]) -> bool:
    """Whether a column called after a part is none of several labels: 'train' and 'valid' may be, unless they and
    others exclude each other, but not 'test'."""
    if "train" in alone.values() and len(set(alone.values())) > 1:
        return _is_one_of_all(columns, list(alone))
    return alone[name] != "train" and folded(name) not in _LABELS


def _is_one_of_all(columns: Mapping[str, Sequence[str]], flags: Sequence[str]) -> bool:
    """Whether exactly one of the columns is set in every row, as where each is a class."""
    return len(flags) > 1 and all(
        sum(map(is_yes, row)) == 1 for row in zip(*(columns[name] for name in flags), strict=True)
    )


def _use_marks(made: Division, marks: dict[str, Kind]) -> None:
    """Divide by marks, unless they contradict each other or, where none means training, leave less than half for it:
    'is_valid' may mean intact files."""
    columns = made.table.columns
    rows = [[kind for name, kind in marks.items() if is_yes(columns[name][row])] for row in range(made.table.rows)]
    made.marks = marks if PREDICT not in marks.values() else {}
    trained = sum(made.part(row) == "train" for row in range(len(rows)))
    several = len(marks) > 1 and "train" in marks.values()
    few = 2 * trained < len(rows) and not several
    if not made.marks or any(len(row) > 1 or (several and not row) for row in rows) or few:
        made.marks = {}
        which = f"{listed(marks)} {'is' if len(marks) == 1 else 'are'} not used to divide the images"
        made.notes.append(f"{which}: add a column 'split' with train, val or test.")
        return
    remainder = "" if several else f"; the rest is for {'test' if 'train' in marks.values() else 'training'}"
    made.notes.append(f"The images are divided by {listed(marks)}{remainder}.")
