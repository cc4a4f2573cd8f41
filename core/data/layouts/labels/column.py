"""Detect the label column or the indicator columns of a table, and whether images may have several labels."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.data.layouts import columns as cols
from core.data.layouts.assigned import listed
from core.data.layouts.boxed.columns import are_numbers, corners, holds_boxes, why_boxes
from core.data.layouts.boxed.points import WHY_POINTS, points_of
from core.data.layouts.labels.lists import describe_separator, has_label_name, separator_of
from core.data.layouts.labels.verdicts import is_of_each_label
from core.data.layouts.tables import Table
from core.errors import UnusableDataset
from core.experiment import Reading
from core.text import short
from core.wording import OWN, as_reading

if TYPE_CHECKING:
    from core.data.layouts.labelled import Labelled

_CORNERS = 4  # numbers of a box
_FEWEST = 4  # rows whose numbers tell boxes from measurements

ColumnValues = dict[str, list[str]]  # the values of each column in rows that match an image


def choose_labels(
    result: "Labelled",
    table: Table,
    row_values: ColumnValues,
    exclude: list[str],
    reading: Reading,
    doubtful: Sequence[str] = (),
) -> tuple[str, ...]:
    """Set the label column (or why there is none) and whether images may have several labels.

    Returns indicator columns. `doubtful` are columns of `exclude` that may hold the labels if no other does.
    """  # fmt: skip
    marks = _choose(result, table, row_values, exclude, reading, doubtful)
    if table.headless and result.label_column and (boxes := _boxes_of_some(row_values)):
        result.notes.append(
            f"The columns {listed(boxes)} hold corners of boxes, labels for detection that are not used: the class of "
            "the box is taken for that of its image."
        )
    if not reading.label_column:
        result.notes += _note_alike(result.label_column, table, row_values, exclude)
    if marks:
        counts = _set_in_rows(row_values, marks)
        _decide(result, reading, max(counts) > 1 or not _are_one_hot(counts))
        if result.multilabel:
            _note_marks(result, row_values, marks)
    elif result.label_column:
        sure = reading.task == "multilabel" or result.label_column in table.lists
        separator = separator_of(row_values[result.label_column], sure)
        _decide(result, reading, bool(separator))
        result.separator = separator if result.multilabel else ""
    return marks


def _boxes_of_some(row_values: ColumnValues) -> list[str]:
    """The columns of the corners of boxes, where some rows have none."""
    every = list(row_values.values())
    filled = [row for row in range(len(every[0])) if sum(not column[row] for column in every) < _CORNERS]
    return corners({name: [column[row] for row in filled] for name, column in row_values.items()})


def _note_alike(label: str, table: Table, row_values: ColumnValues, exclude: Sequence[str]) -> list[str]:
    """A note on columns that give the same classes other names than the label column, which was chosen of them."""
    others = cols.alike(label, row_values, exclude) if label else []
    if not others:
        return []
    one = len(others) == 1
    how = as_reading(label_column=others[0] if one else OWN)
    return [
        f"{'The column' if one else 'The columns'} {listed(others)} of {short(table.path.name)} "
        f"{'groups' if one else 'group'} the images as '{short(label)}' does. The classes are called as in "
        f"'{short(label)}'; to call them as in another column, name it ({how})."
    ]


def _decide(result: "Labelled", reading: Reading, several: bool) -> None:
    result.multilabel = reading.task == "multilabel" or (several and reading.task == "auto")
    result.several = several and reading.task == "classification"


def _choose(
    result: "Labelled", table: Table, row_values: ColumnValues, exclude: list[str], reading: Reading,
    doubtful: Sequence[str],
) -> tuple[str, ...]:  # fmt: skip
    files = row_values[result.file_column]
    if table.most_boxes > 1:  # no column holds what one object is
        result.why = why_boxes(files, table.most_boxes)
        return ()
    if reading.label_column:
        if reading.label_column not in table.columns:
            raise unknown_column(table, reading.label_column)
        result.label_column = reading.label_column
        if reading.task != "multilabel" and cols.is_measured(row_values[result.label_column]):
            result.why = f"'{result.label_column}' holds numbers with decimals, which are measurements and no classes"
        return ()
    result.why = _why_nested(table, row_values, exclude)
    if result.why:
        return ()
    coordinates = corners(row_values)
    called = any(map(cols.is_preferred, coordinates))
    surely = table.headless or (len(set(files)) < len(files) and len(files) >= _FEWEST and not called)
    if table.most_boxes or holds_boxes(table.columns, table.nested) or (coordinates and surely):
        result.why = why_boxes(files)
        if not table.headless and len(set(files)) == len(files):  # one object an image
            found = cols.possible_labels(row_values, exclude)
            result.possible = tuple(one for one in found if cols.is_preferred(one) or not are_numbers(row_values[one]))
        return ()
    exclude = exclude if called else [*exclude, *coordinates]
    points = points_of(row_values)
    exclude = [*exclude, *points]
    if points and _gives_points(result, row_values, exclude):
        return ()
    exclude = [*exclude, *(name for name in row_values if is_of_each_label(name, row_values, result.file_column))]
    possible = cols.possible_labels(row_values, exclude) or _by_name(row_values, exclude, reading)
    marks = cols.marks(row_values, exclude)
    counts = _set_in_rows(row_values, marks)
    typical = [name for name in possible if cols.is_preferred(name)]
    candidates = _candidates(possible, typical, marks)
    # a column called 'label' takes precedence over indicator columns
    prefer_label_column = len(typical) == 1 and typical[0] not in marks
    if (
        _are_one_hot(counts)
        and not prefer_label_column
        and not (
            len(candidates) == 1 and cols.same_partition(row_values[candidates[0]], _as_one_hot(row_values, marks))
        )
    ):
        return marks
    may_be_several = _may_be_several(reading, counts)
    marks = cols.marks(row_values, exclude, loose=True) if may_be_several else marks
    if marks and (may_be_several or len(marks) > 2) and not set(candidates) - set(marks):
        return marks
    if len(candidates or possible) == 1:
        (result.label_column,) = candidates or possible
    elif possible or doubtful:
        result.possible = tuple(possible or doubtful)
    else:
        result.why = cols.why_none(row_values, exclude)
    return ()


def _candidates(possible: list[str], typical: list[str], marks: tuple[str, ...]) -> list[str]:
    """The columns that may hold one class: the one called so, else those that are no marks, nor of a person beside
    marks."""
    if len(typical) == 1:
        return typical
    return [name for name in possible if name not in marks and not (marks and cols.is_of_person(name))]


def _gives_points(result: "Labelled", row_values: ColumnValues, exclude: list[str]) -> bool:
    """Whether a table of points has no column called after labels; then others are asked about."""
    rest = {name: values for name, values in row_values.items() if name not in exclude}
    if any(map(cols.is_preferred, rest)):
        return False
    result.why = WHY_POINTS
    result.possible = tuple(one for one in cols.possible_labels(rest, ()) if not are_numbers(rest[one]))
    return True


def _why_nested(table: Table, row_values: ColumnValues, exclude: list[str]) -> str:
    """Why there are no plain labels if columns hold boxes, or a column called after labels has an inner structure;
    empty if another column is called so."""
    files = row_values[exclude[0]]
    called = [name for name in row_values if name not in exclude and cols.is_preferred(name)]
    labels = [name for name in called if len(set(row_values[name])) > 1]
    if holds_boxes(table.columns, table.nested) or (labels and len(set(files)) == len(files)):
        return ""
    if table.shapes:
        return (
            f"its column '{short(table.shapes[0])}' holds boxes or outlines of objects, which are labels for detection "
            "or segmentation. Cut the objects out, into a folder per class"
        )
    structured = [name for name in table.nested if cols.is_preferred(name)]
    if not structured or labels:
        return ""
    return (
        f"its column '{short(structured[0])}' holds several values in a cell (JSON with an inner structure), which are "
        "no plain labels. Write the class alone there"
    )


def _by_name(row_values: ColumnValues, exclude: list[str], reading: Reading) -> list[str]:
    """For multi-label tasks: the only column with a typical label name, even if its values hardly repeat."""
    typical = [name for name in row_values if name not in exclude and (cols.is_preferred(name) or has_label_name(name))]
    return typical if reading.task == "multilabel" and len(typical) == 1 and any(row_values[typical[0]]) else []


def unknown_column(table: Table, column: str) -> UnusableDataset:
    """The error for a column that is not in the table."""
    if column in table.nested:
        what = "boxes or outlines of objects" if column in table.shapes else "JSON with an inner structure"
        return UnusableDataset(f"The column '{short(column)}' of {table.path.name} holds {what}, and no plain labels.")
    return UnusableDataset(
        f"{table.path.name} has no column '{short(column)}'. Its columns are {listed(table.columns, 20)}."
    )


def how_several(result: "Labelled") -> str:
    """Sentences on how a table is read as several labels per image, and how to get one class per image instead."""
    if result.label_column:
        one = as_reading(task="classification", label_column=result.label_column)
        how = f"the column '{short(result.label_column)}' holds {describe_separator(result.separator)}"
        if not result.separator:
            how = (
                f"each row of the column '{short(result.label_column)}' names one, and rows of one image count together"
            )
        return (
            f"Read as several labels per image: {how}. For one class per image, name another column "
            f"({as_reading(label_column=OWN)}), or make each combination a class of its own ({one})."
        )
    return (
        "Read as several labels per image: each column of 0 and 1 is a label. For one class per image, add a column of "
        f"classes and name it ({as_reading(label_column=OWN)})."
    )


def _may_be_several(reading: Reading, counts: list[int]) -> bool:
    """Whether indicator columns may give several labels: some row has more than one, or the task says so."""
    return reading.task == "multilabel" or (reading.task == "auto" and bool(counts) and max(counts) > 1)


def _note_marks(result: "Labelled", row_values: ColumnValues, marks: tuple[str, ...]) -> None:
    """Note indicator columns without any 1, and values that are treated as 0."""
    empty = [name for name in marks if not any(cols.is_set(value) for value in row_values[name])]
    if empty:
        result.notes.append(f"No image has {'the label' if len(empty) == 1 else 'the labels'} {listed(empty)}: all 0.")
    for name in marks:
        others = [value for value in row_values[name] if not cols.is_mark(value)]
        if others and not cols.are_marks(row_values[name]):
            listed_values = listed(sorted({value or "nothing" for value in others}))
            rows = "1 row holds" if len(others) == 1 else f"{len(others):,} rows hold"
            result.notes.append(f"In the column '{short(name)}' {rows} {listed_values}, which is taken for 0.")


def _set_in_rows(row_values: ColumnValues, marks: tuple[str, ...]) -> list[int]:
    return [len(cols.marked(row_values, marks, row)) for row in range(len(row_values[marks[0]]))] if marks else []


def _are_one_hot(counts: list[int]) -> bool:
    return bool(counts) and max(counts) == 1 and counts.count(1) * 10 >= 9 * len(counts)


def _as_one_hot(row_values: ColumnValues, marks: tuple[str, ...]) -> list[str]:
    return [" ".join(cols.marked(row_values, marks, row)) for row in range(len(row_values[marks[0]]))]
