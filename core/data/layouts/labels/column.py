"""Which column of a table gives the classes, or which columns of 0 and 1 do, and whether an image may have several."""

import shlex
from typing import TYPE_CHECKING

from core.data.layouts import columns as cols
from core.data.layouts.assigned import listed
from core.data.layouts.labels.lists import is_called_so, separator_of, spelt
from core.data.layouts.tables import Table
from core.errors import UnusableDataset
from core.experiment import Reading
from core.text import short

if TYPE_CHECKING:
    from core.data.layouts.labelled import Labelled

Seen = dict[str, list[str]]  # the values of each column, in the rows that name an image


def choose_labels(made: "Labelled", table: Table, seen: Seen, but: list[str], reading: Reading) -> tuple[str, ...]:
    """Set the column of classes, or why there is none, and whether images may have several; returns the columns that
    stand for a class each."""
    marks = _choose(made, table, seen, but, reading)
    if marks:
        counts = _set_in_rows(seen, marks)
        _decide(made, reading, max(counts) > 1 or not _are_one_hot(counts))
        if made.multilabel:
            _tell_of_marks(made, seen, marks)
    elif made.label_column:
        sure = reading.task == "multilabel" or made.label_column in table.lists
        separator = separator_of(seen[made.label_column], sure)
        _decide(made, reading, bool(separator))
        made.separator = separator if made.multilabel else ""
    return marks


def _decide(made: "Labelled", reading: Reading, several: bool) -> None:
    made.multilabel = reading.task == "multilabel" or (several and reading.task == "auto")
    made.several = several and reading.task == "classification"


def _choose(made: "Labelled", table: Table, seen: Seen, but: list[str], reading: Reading) -> tuple[str, ...]:
    if reading.label_column:
        if reading.label_column not in table.columns:
            raise unknown_column(table, reading.label_column)
        made.label_column = reading.label_column
        if reading.task != "multilabel" and cols.is_measured(seen[made.label_column]):
            made.why = f"'{made.label_column}' holds numbers with decimals, which are measurements and no classes"
        return ()
    if cols.is_boxes((*table.columns, *table.nested)) or (table.headless and cols.are_corners(seen)):
        made.why = (
            "it gives boxes around objects or their outlines, which are labels for detection. Where every image shows "
            "one object, name its column of classes with --label-column"
        )
        return ()
    possible = cols.possible_labels(seen, but) or _by_name(seen, but, reading)
    marks = cols.marks(seen, but)
    counts = _set_in_rows(seen, marks)
    called = [name for name in possible if cols.is_preferred(name)]
    named = called if len(called) == 1 else [name for name in possible if name not in marks]
    # a column called 'label' is believed more than marks beside it
    unlike = len(called) == 1 and called[0] not in marks
    if (
        _are_one_hot(counts)
        and not unlike
        and not (len(named) == 1 and cols.same_partition(seen[named[0]], _hot(seen, marks)))
    ):
        return marks
    may = _may_be_several(reading, counts)
    marks = cols.marks(seen, but, loose=True) if may else marks
    if marks and (may or len(marks) > 2) and not set(named) - set(marks):
        return marks
    if len(named or possible) == 1:
        (made.label_column,) = named or possible
    elif possible:
        made.possible = tuple(possible)
    else:
        made.why = cols.why_none(seen, but)
    return ()


def _by_name(seen: Seen, but: list[str], reading: Reading) -> list[str]:
    """Where several labels are asked for: the one column that is called so, though its values hardly repeat."""
    called = [name for name in seen if name not in but and (cols.is_preferred(name) or is_called_so(name))]
    return called if reading.task == "multilabel" and len(called) == 1 and any(seen[called[0]]) else []


def unknown_column(table: Table, column: str) -> UnusableDataset:
    """The error about a column that a table does not have."""
    return UnusableDataset(
        f"{table.path.name} has no column '{short(column)}'. Its columns are {listed(table.columns, 20)}."
    )


def how_several(made: "Labelled") -> str:
    """The sentences on how a table gives several labels per image, and how it would give one."""
    if made.label_column:
        one = f"`--task classification --label-column {shlex.quote(made.label_column)}`"
        way = f"the column '{short(made.label_column)}' holds {spelt(made.separator)}"
        if not made.separator:
            way = f"each row of the column '{short(made.label_column)}' names one, and rows of one image count together"
        return (
            f"Read as several labels per image: {way}. For one class per image, name another column "
            f"(`--label-column`), or make each combination a class of its own ({one})."
        )
    return (
        "Read as several labels per image: each column of 0 and 1 is a label. For one class per image, add a column of "
        "classes and name it (`--label-column`)."
    )


def _may_be_several(reading: Reading, counts: list[int]) -> bool:
    """Whether columns of 0 and 1 may give several labels: rows have more than one, or somebody says so."""
    return reading.task == "multilabel" or (reading.task == "auto" and bool(counts) and max(counts) > 1)


def _tell_of_marks(made: "Labelled", seen: Seen, marks: tuple[str, ...]) -> None:
    """Say which columns are no labels, and which marks are taken for 0."""
    empty = [name for name in marks if not any(cols.is_set(value) for value in seen[name])]
    if empty:
        made.notes.append(f"No image has {'the label' if len(empty) == 1 else 'the labels'} {listed(empty)}: all 0.")
    for name in marks:
        others = [value for value in seen[name] if not cols.is_mark(value)]
        if others:
            said = listed(sorted({value or "nothing" for value in others}))
            rows = "1 row holds" if len(others) == 1 else f"{len(others):,} rows hold"
            made.notes.append(f"In the column '{short(name)}' {rows} {said}, which is taken for 0.")


def _set_in_rows(seen: Seen, marks: tuple[str, ...]) -> list[int]:
    return [len(cols.marked(seen, marks, row)) for row in range(len(seen[marks[0]]))] if marks else []


def _are_one_hot(counts: list[int]) -> bool:
    return bool(counts) and max(counts) == 1 and counts.count(1) * 10 >= 9 * len(counts)


def _hot(seen: Seen, marks: tuple[str, ...]) -> list[str]:
    return [" ".join(cols.marked(seen, marks, row)) for row in range(len(seen[marks[0]]))]
