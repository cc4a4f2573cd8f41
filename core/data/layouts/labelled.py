"""Labels from tables: match rows to images and collect what does not match."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from core.data.dataset import Part
from core.data.layouts.assigned import listed
from core.data.layouts.divided import divide
from core.data.layouts.file_column import file_columns
from core.data.layouts.index import ImageIndex, nearest
from core.data.layouts.labels.assigning import (
    assign,
    assign_several,
    deny,
    labels_of_row,
    line_of,
    marked_label,
    spellings_of,
)
from core.data.layouts.labels.column import choose_labels, unknown_column
from core.data.layouts.labels.verdicts import verdicts_of
from core.data.layouts.several_tables import (
    belongs,
    contradicts,
    copies_of_others,
    is_alike,
    is_blank,
    is_form,
    join,
    meet,
    note_copies,
    without_manifests,
)
from core.data.layouts.tables import Table, content_of, find_tables, first_row, parse_table
from core.data.layouts.undivided.columns import notes_on_columns
from core.data.layouts.words import PREDICT, Kind
from core.data.tree import Folder
from core.errors import UnusableDataset
from core.experiment import Reading
from core.text import short

MOST_ROWS = 50  # rows without an image that are listed individually


@dataclass(slots=True)
class Labelled:
    """Result of reading tables. `conflicts`: images with contradictory rows; `missing`: rows without an image.

    With `multilabel` an image has any number of labels, in `sets`; `labels` has them joined into one string.
    """

    tables: list[Table] = field(default_factory=list)
    file_column: str = ""
    label_column: str = ""  # empty if the labels are columns of 0 and 1
    labels: dict[Path, str] = field(default_factory=dict)
    sets: dict[Path, frozenset[str]] = field(default_factory=dict)
    parts: dict[Path, Kind] = field(default_factory=dict)
    divided_by: tuple[str, ...] = ()  # columns that `parts` were read from; empty if from the names of tables
    twice: set[Path] = field(default_factory=set)  # images in rows of several parts
    conflicts: dict[Path, str] = field(default_factory=dict)
    without_class: dict[Path, str] = field(default_factory=dict)  # images whose row has no class
    missing: list[tuple[str, str]] = field(default_factory=list)
    possible: tuple[str, ...] = ()  # columns between which somebody has to choose
    files: tuple[str, ...] = ()  # columns of file names between which somebody has to choose
    rivals: tuple[Table, ...] = ()  # tables that contradict each other
    alike: tuple[Table, ...] = ()  # unclear tables of the same columns that name other images
    copies: tuple[Path, ...] = ()  # tables that are not used, as they are called like copies of others
    multilabel: bool = False
    separator: str = ""  # between labels in one cell, see `labels.lists`
    several: bool = False  # cells contain lists, but one class per image was requested
    repeated: bool = False  # several rows give one image different classes
    notes: list[str] = field(default_factory=list)
    why: str = ""  # why there is no label column

    @property
    def clear(self) -> bool:
        """Whether the labels are complete and unambiguous."""
        return bool(self.labels) and not (self.possible or self.files or self.rivals or self.several or self.why)


def read_labels(folder: Folder, images: Sequence[Path], reading: Reading) -> Labelled | None:
    """Read the tables below `folder` that label `images`; None if no table covers half of the images or matches with
    half of its rows.

    With `reading.labels` only that file is read; with columns only tables that have them. Raises `UnusableDataset` if
    the requested file or column cannot be used.
    """
    tables = _chosen(folder, reading) if reading.labels else find_tables(folder)
    if not tables:
        return None
    index = ImageIndex(images, folder.path)
    candidates = _candidates(tables, index, reading)
    if not candidates:
        return None
    copies = {} if reading.labels else copies_of_others(candidates)
    candidates = [one for one in candidates if one.tables[0].path not in copies]
    candidates = _unify_multilabel(without_manifests(candidates), index)
    # prefer tables with labels, then tables that only list files
    best = max(candidates, key=lambda one: (one.clear, bool(one.possible), len(one.labels), len(one.without_class)))
    others = [one for one in (_reread_like(one, best, index) for one in candidates) if one is not best and one.clear]
    best.copies = tuple(copies)
    best.notes += note_copies(copies, folder.path)
    if best.clear:
        for other in others:
            if is_blank(other, best):
                name = other.tables[0].path.name
                best.notes.append(f"{name} gives all its images one class, as a form for answers does: it is not used.")
            elif belongs(other, best):
                join(best, other)
        best.rivals = () if reading.labels else tuple(one.tables[0] for one in others if contradicts(one, best))
    else:
        same = [one for one in candidates if one is not best and is_alike(one, best)]
        best.alike = tuple(one.tables[0] for one in same if not meet(one, best))
        if best.possible:
            others = [one for one in same if meet(one, best)]
            best.rivals = tuple(one.tables[0] for one in others if one.tables[0].columns != best.tables[0].columns)
    return best


def _candidates(tables: Sequence[Path], index: ImageIndex, reading: Reading) -> list[Labelled]:
    """The tables that name images and have the columns asked for. Raises `UnusableDataset` if none has them."""
    candidates: list[Labelled] = []
    refused: list[UnusableDataset] = []
    for path in tables:
        try:
            one = _read(path, index, reading)
        except UnusableDataset as error:
            refused.append(error)
            continue
        candidates += [one] if one is not None else []
    if refused and not candidates:
        raise refused[0]
    return candidates


def _unify_multilabel(candidates: list[Labelled], index: ImageIndex) -> list[Labelled]:
    """If one table has several labels per image, read tables with the same columns in the same way."""
    reference = next((one for one in candidates if one.multilabel), None)
    if reference is None:
        return candidates
    shared = {reference.file_column, reference.label_column} - {""}
    return [
        _fill(one.tables[0], reference.file_column, index, _reading_like(reference), reference.separator)
        if not one.multilabel
        and shared <= one.tables[0].columns.keys()
        and (one.label_column == reference.label_column)
        else one
        for one in candidates
    ]


def _reading_like(reference: Labelled) -> Reading:
    """Reading options for a table with the same columns as another."""
    task: Literal["auto", "multilabel"] = "multilabel" if reference.multilabel else "auto"
    return Reading(layout="csv", label_column=reference.label_column, task=task)


def _reread_like(other: Labelled, best: Labelled, index: ImageIndex) -> Labelled:
    """Reread a table with the columns of the best one in the same way: it may have too few rows to detect them."""
    table = other.tables[0]
    if other.clear or not best.clear or not {best.file_column, best.label_column} <= table.columns.keys():
        return other
    return _fill(table, best.file_column, index, _reading_like(best), best.separator)


def _chosen(folder: Folder, reading: Reading) -> list[Path]:
    path_option = Path(reading.labels).expanduser()
    for path in (folder.path / path_option, path_option):
        if path.is_file():
            return [path.resolve() if path is path_option else path]
    near = listed(path.relative_to(folder.path).as_posix() for path in find_tables(folder))
    raise UnusableDataset(
        f"There is no file of labels {short(reading.labels, 200)} in {folder.path}."
        + (f" There are {near}." if near else " Name a CSV, TSV or JSONL file.")
    )


def _read(path: Path, index: ImageIndex, reading: Reading) -> Labelled | None:
    required = bool(reading.labels)
    if not required and is_form(path):
        return None
    try:
        table = _table(path, content_of(path), index)
    except UnusableDataset:
        if required:
            raise
        return None
    columns = _file_columns(table, index, reading)
    if not columns:
        if required:
            raise UnusableDataset(
                f"No column of {path.name} names images of this folder; its columns are {listed(table.columns, 20)}. "
                "Name the files as they are called, or with their path."
            )
        return None
    result = _fill(table, columns[0], index, reading)
    result.files = tuple(columns) if len(columns) > 1 else ()
    return result


def _table(path: Path, content: bytes, index: ImageIndex) -> Table:
    headless = any(index.find(text) for text in first_row(path, content) if text)
    return parse_table(path, content, headless)


def labels_given(content: bytes, images: Sequence[Path], root: Path, reading: Reading) -> dict[Path, frozenset[str]]:
    """The labels that a table of this content beside `images` gives each of them, read as `read_labels` reads it: an
    image of several labels may have none. Empty if it cannot be read without a question."""
    index = ImageIndex(images, root)
    try:
        table = _table(root / "labels.csv", content, index)
        columns = _file_columns(table, index, reading)
    except UnusableDataset:
        return {}
    result = _fill(table, columns[0], index, reading) if len(columns) == 1 else Labelled()
    if not result.clear or result.parts or result.conflicts or result.missing:
        return {}
    return {path: result.sets.get(path, frozenset((label,))) for path, label in result.labels.items()}


def _file_columns(table: Table, index: ImageIndex, reading: Reading) -> list[str]:
    return [_require_column(table, reading.file_column)] if reading.file_column else file_columns(table, index)


def _require_column(table: Table, column: str) -> str:
    if column not in table.columns:
        raise unknown_column(table, column)
    return column


def _fill(table: Table, file_column: str, index: ImageIndex, reading: Reading, separator: str = "") -> Labelled:
    """Labels from one table. `separator` is given if known from another table with the same columns."""
    result = Labelled([table], file_column)
    division = divide(table, file_column)
    exclude = [file_column, *division.columns]
    rows = [index.find(value) for value in table.columns[file_column]]
    matched = [number for number, paths in enumerate(rows) if paths]
    row_values = {name: [values[n] for n in matched] for name, values in table.columns.items()}
    marks = choose_labels(result, table, row_values, exclude, reading, division.doubtful)
    result.divided_by = (division.column,) if division.column else tuple(division.marks)
    result.separator = result.separator or (separator if result.multilabel else "")
    used = (file_column, result.label_column, *marks, *result.possible)
    elsewhere = [*used[2:], *division.columns]
    verdicts = verdicts_of(table, file_column, result.label_column, elsewhere, matched, result.separator)
    result.notes += [*([table.note] if table.note else []), *division.notes, *verdicts.notes]
    result.notes += notes_on_columns(division, used, marks if result.multilabel else ())
    spellings = spellings_of(result, row_values)
    for number, paths in enumerate(rows):
        image, part = _image(result, table, number, paths, division.part(number)), division.part(number)
        if image is not None and part == PREDICT and division.column:
            value = short(table.columns[division.column][number])
            reason = f"{line_of(table, number)} says '{value}' in '{short(division.column)}': it is not used."
            result.without_class.setdefault(image, reason)
        elif image is not None and number in verdicts.wrong:
            deny(result, table, number, image, verdicts.column)
        elif image is not None and result.multilabel:
            assign_several(result, table, number, image, labels_of_row(result, table, marks, number, spellings))
        elif image is not None:
            assign(result, table, number, image, marked_label(table, result.label_column, marks, number, spellings))
        if image is not None and part is not None:
            if result.parts.get(image, part) != part:
                result.twice.add(image)
            result.parts[image] = part
    result.notes += spellings.notes(f"the column '{short(result.label_column)}' of {table.path.name}")
    result.labels |= {path: ", ".join(sorted(labels)) for path, labels in result.sets.items()}
    result.without_class = {path: reason for path, reason in result.without_class.items() if path not in result.labels}
    return result


def _image(result: Labelled, table: Table, row: int, paths: Sequence[Path], part: Kind | None) -> Path | None:
    """The image of a row. None, recording the reason, if there is none or several."""
    paths = nearest(paths, table.path.parent, part)
    name, line = table.columns[result.file_column][row], line_of(table, row)
    if not paths:
        result.missing.append((name or line, f"{line} names it, but there is no such image."))
        return None
    for path in paths if len(paths) > 1 else ():
        result.conflicts[path] = f"{line} names '{short(name)}', and several images are called so. Give the path there."
    return paths[0] if len(paths) == 1 else None


def part_of(kind: Kind | None) -> Part | None:
    """The part of a data set; None for images without one or for prediction."""
    return None if kind in (None, PREDICT) else kind  # type: ignore[return-value]
