"""A table of files with several labels each, written so that it is read back as it was."""

from collections.abc import Sequence

from core.data.layouts.labels.lists import separator_of, split_labels
from core.export.table import csv_bytes

SEPARATORS = "|;,/+&"  # at which a table of labels is read
_FILE = ("file", "image_file", "file_of_the_image")


def joined(labels: Sequence[str], every: Sequence[str]) -> str:
    """Labels in one cell for people, with a separator that no label of `every` has, if there is one."""
    return next((one for one in SEPARATORS if not any(one in name for name in every)), SEPARATORS[0]).join(labels)


def labels_table(rows: Sequence[tuple[str, Sequence[str]]], every: Sequence[str]) -> bytes:
    """The CSV of (file, its labels), of all labels `every`: lists in one column where a reader finds their separator
    and takes no part of a label for one; otherwise a column of 0 and 1 per label."""
    for separator in SEPARATORS:
        texts = [separator.join(labels) for _, labels in rows]
        if separator_of(texts) == separator and all(
            split_labels(text, separator) == tuple(labels) for text, (_, labels) in zip(texts, rows, strict=True)
        ):
            return csv_bytes(("file", "labels"), [(file, text) for (file, _), text in zip(rows, texts, strict=True)])
    if not any(one in name for name in every for one in SEPARATORS):  # no image has two labels: any separator will do
        return csv_bytes(("file", "labels"), [(file, SEPARATORS[0].join(labels)) for file, labels in rows])
    header = next((name for name in _FILE if name not in every), "path_of_the_image")
    marks: list[list[str | int]] = [[file, *(int(label in labels) for label in every)] for file, labels in rows]
    return csv_bytes((header, *every), marks)
