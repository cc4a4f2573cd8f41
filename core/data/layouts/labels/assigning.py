"""Give images the labels of the rows of a table, and say why a row gives none."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from core.data.layouts import columns as cols
from core.data.layouts.labels.lists import split_labels, split_texts
from core.data.layouts.labels.spellings import Spellings, blank_labels, in_series
from core.data.layouts.tables import Table
from core.data.layouts.words import is_unlabelled
from core.text import short
from core.wording import as_reading

if TYPE_CHECKING:
    from core.data.layouts.labelled import Labelled


def deny(result: "Labelled", table: Table, row: int, path: Path, column: str) -> None:
    """Give an image no label by a row whose label is wrong: of several it then lacks that one."""
    if result.multilabel:
        result.sets.setdefault(path, frozenset())
        return
    value = short(table.columns[column][row])
    result.without_class.setdefault(path, f"{line_of(table, row)} says '{value}' in '{short(column)}' of its label.")


def spellings_of(result: "Labelled", row_values: dict[str, list[str]]) -> Spellings:
    """How the labels of the label column are written."""
    values = row_values[result.label_column] if result.label_column else []
    separator = result.separator if result.multilabel else ""
    labels = [label for value in values for label in split_labels(value, separator)]
    if result.multilabel:
        return Spellings(labels)
    return Spellings(labels, blank_labels(values), in_series(Counter(values)))


def assign_several(result: "Labelled", table: Table, row: int, path: Path, labels: tuple[str, ...]) -> None:
    """Assign all labels of a row to an image; rows marked as unlabelled assign nothing."""
    if labels and all(map(is_unlabelled, labels)):
        result.without_class.setdefault(path, _not_yet(table, row, result.label_column, ", ".join(labels)))
        return
    result.sets[path] = result.sets.get(path, frozenset()) | set(labels)


def labels_of_row(
    result: "Labelled", table: Table, marks: tuple[str, ...], row: int, spellings: Spellings
) -> tuple[str, ...]:
    """All labels of a row."""
    if result.label_column:
        texts = split_texts(table.columns[result.label_column][row], result.separator)
        return tuple(map(spellings.label, texts))
    return tuple(cols.marked(table.columns, marks, row))


def marked_label(table: Table, column: str, marks: tuple[str, ...], row: int, spellings: Spellings) -> str:
    """The class of a row; empty if it has none."""
    if not column:
        return " ".join(cols.marked(table.columns, marks, row))
    value = table.columns[column][row]
    return spellings.label(value, table.written.get(column, table.columns[column])[row])


def assign(result: "Labelled", table: Table, row: int, path: Path, label: str) -> None:
    """Assign the class of a row to an image."""
    column = result.label_column
    said = table.columns[column][row] if column else label
    if not label or (not column and is_unlabelled(label)):
        result.without_class.setdefault(path, _not_yet(table, row, column, said))
    elif result.labels.setdefault(path, label) != label:
        result.repeated = True
        result.conflicts[path] = (
            f"The rows of {table.path.name} give it the classes '{short(result.labels[path])}' and '{short(label)}'. "
            "Keep the right one. If it has both, read the table as several labels per image "
            f"({as_reading(task='multilabel')})."
        )


def _not_yet(table: Table, row: int, column: str, said: str) -> str:
    """Why an image has no class by its row, which is empty or says that it has none yet."""
    if not said:
        return f"{line_of(table, row)} gives it no class."
    where = f" in '{short(column)}'" if column else ""
    return (
        f"{line_of(table, row)} says '{short(said)}'{where}, read as not labelled yet. If it is a class, give it "
        "another name."
    )


def line_of(table: Table, row: int) -> str:
    return f"Row {row + table.first} of {table.path.name}"
