"""A table of files with several labels each, written so that it is read back as it was."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from core.data.layouts.assigned import listed
from core.data.layouts.labelled import labels_given
from core.data.layouts.labels.cell_text import quoted, value_of
from core.data.layouts.labels.lists import separator_of, split_labels
from core.errors import InvalidInput
from core.experiment import Reading
from core.export.table import csv_bytes
from core.text import shown

SEPARATORS = "|;,/+&"  # at which a table of labels is read
_FILE = ("file", "image_file", "file_of_the_image")
_ROOT = Path("images")  # what is written is read without a file system
# where no image has two labels, it must be said that they may have several; then a reader looks for lists
_AS_READ = ((Reading(), False), (Reading(layout="csv", task="multilabel"), True))

Rows = Sequence[tuple[str, Sequence[str]]]  # a file, its labels


def joined(labels: Sequence[str], every: Sequence[str]) -> str:
    """Labels in one cell for people, with a separator that no label of `every` has, if there is one."""
    return next((one for one in SEPARATORS if not any(one in name for name in every)), SEPARATORS[0]).join(labels)


def labels_table(rows: Rows, every: Sequence[str]) -> bytes:
    """The CSV of (file, its labels), of all labels `every`: lists in one column where a reader finds their separator
    and takes no part of a label for one; otherwise a column of 0 and 1 per label. What no screen shows in a label is
    written as an escape.

    Raises `InvalidInput` if a reader would read other labels, however they are written.
    """
    labels = {_ROOT / file: frozenset(map(shown, said)) for file, said in rows}
    if len(set(map(shown, every))) == len(every):
        for reading, sure in _AS_READ:
            for content in _ways(rows, every, sure):
                if labels_given(content, tuple(labels), _ROOT, reading) == labels:
                    return content
    raise InvalidInput(
        f"No table can hold the labels {listed(every)} so that it is read as it was written. Give them plain names, "
        "without separators and quotes, that mean no part of a data set and no missing label."
    )


def _ways(rows: Rows, every: Sequence[str], sure: bool) -> Iterator[bytes]:
    """The tables that may be read as `rows`, the plainest first. `sure`: the reader is told that cells hold lists."""
    if all(len(labels) < 2 for _, labels in rows):
        yield _lists(rows, SEPARATORS[0])  # which is nowhere
    for separator in SEPARATORS:
        texts = [value_of(separator.join(labels)) for _, labels in rows]
        if separator_of(texts, sure) == separator and all(
            set(split_labels(text, separator)) == set(labels) for text, (_, labels) in zip(texts, rows, strict=True)
        ):
            yield _lists(rows, separator)
    header = next((name for name in _FILE if name not in every), "path_of_the_image")
    marks: list[list[str | int]] = [[file, *(int(label in labels) for label in every)] for file, labels in rows]
    yield csv_bytes((header, *map(quoted, every)), marks)


def _lists(rows: Rows, separator: str) -> bytes:
    return csv_bytes(("file", "labels"), [(file, separator.join(labels)) for file, labels in rows])
