"""Labels from files of labels: which rows mean which images, and what is left over."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from core.data import names
from core.data.dataset import Part
from core.data.layouts import columns as cols
from core.data.layouts.assigned import listed
from core.data.layouts.divided import divide, undivided_subjects, unused, unused_flags
from core.data.layouts.file_column import file_columns
from core.data.layouts.index import ImageIndex
from core.data.layouts.labels.column import choose_labels, unknown_column
from core.data.layouts.labels.lists import split_labels
from core.data.layouts.several_tables import belongs, contradicts, is_blank, is_form, join
from core.data.layouts.tables import Table, find_tables, first_row, read_table
from core.data.layouts.words import PREDICT, Kind, is_unlabelled, kind_of
from core.data.tree import Folder
from core.errors import UnusableDataset
from core.experiment import Reading
from core.text import short

MOST_ROWS = 50  # rows without an image that are named one by one


@dataclass(slots=True)
class Labelled:
    """What the tables say. `conflicts` are images that rows give different labels, `missing` rows without an image.

    With `multilabel` an image has any number of labels: `sets` holds them, and `labels` the same as one text.
    """

    tables: list[Table] = field(default_factory=list)
    file_column: str = ""
    label_column: str = ""  # empty where columns of 0 and 1 give the classes
    labels: dict[Path, str] = field(default_factory=dict)
    sets: dict[Path, frozenset[str]] = field(default_factory=dict)
    parts: dict[Path, Kind] = field(default_factory=dict)
    conflicts: dict[Path, str] = field(default_factory=dict)
    unsaid: dict[Path, str] = field(default_factory=dict)  # images whose row gives no class
    missing: list[tuple[str, str]] = field(default_factory=list)
    possible: tuple[str, ...] = ()  # columns between which somebody has to choose
    files: tuple[str, ...] = ()  # columns of file names between which somebody has to choose
    rivals: tuple[Table, ...] = ()  # tables of which each gives the same images other classes
    multilabel: bool = False
    separator: str = ""  # between the labels of one cell, see `labels.lists`
    several: bool = False  # the classes are lists, and one class per image was asked for
    repeated: bool = False  # rows give one image different classes
    notes: list[str] = field(default_factory=list)
    why: str = ""  # no column of classes, and why

    @property
    def clear(self) -> bool:
        """Whether the labels can be used as they are."""
        return bool(self.labels) and not (self.possible or self.files or self.rivals or self.several or self.why)


def read_labels(folder: Folder, images: Sequence[Path], reading: Reading) -> Labelled | None:
    """What files of labels below `folder` say about `images`; None where no such file names half of them, or half of
    whose rows name one.

    With `reading.labels` only that file is read, and with columns only those. Raises `UnusableDataset` where what was
    asked for cannot be used.
    """
    index = ImageIndex(images, folder.path)
    found: list[Labelled] = []
    for path in _chosen(folder, reading) if reading.labels else find_tables(folder):
        one = _read(path, index, reading)
        if one is not None:
            found.append(one)
    if not found:
        return None
    found = _alike(found, index)
    # a table with labels comes before one that only lists files, and that before one of another kind
    best = max(found, key=lambda one: (one.clear, bool(one.possible), len(one.labels), len(one.unsaid)))
    others = [one for one in (_said_alike(one, best, index) for one in found) if one is not best and one.clear]
    if best.clear:
        for other in others:
            if is_blank(other, best):
                name = other.tables[0].path.name
                best.notes.append(f"{name} gives all its images one class, as a form for answers does: it is not used.")
            elif belongs(other, best):
                join(best, other)
        best.rivals = () if reading.labels else tuple(one.tables[0] for one in others if contradicts(one, best))
    return best


def _alike(found: list[Labelled], index: ImageIndex) -> list[Labelled]:
    """Where one table gives several labels, the others with its columns are read so too: theirs may be single ones."""
    like = next((one for one in found if one.multilabel), None)
    if like is None:
        return found
    wanted = {like.file_column, like.label_column} - {""}
    return [
        _fill(one.tables[0], like.file_column, index, _reading(like), like.separator)
        if not one.multilabel and wanted <= one.tables[0].columns.keys() and (one.label_column == like.label_column)
        else one
        for one in found
    ]


def _reading(like: Labelled) -> Reading:
    """How a table is read that is like another one."""
    task: Literal["auto", "multilabel"] = "multilabel" if like.multilabel else "auto"
    return Reading(layout="csv", label_column=like.label_column, task=task)


def _said_alike(other: Labelled, best: Labelled, index: ImageIndex) -> Labelled:
    """A table with the columns of the best one, read as that is: too few rows may not show what its columns are."""
    table = other.tables[0]
    if other.clear or not best.clear or not {best.file_column, best.label_column} <= table.columns.keys():
        return other
    return _fill(table, best.file_column, index, _reading(best), best.separator)


def _chosen(folder: Folder, reading: Reading) -> list[Path]:
    given = Path(reading.labels).expanduser()
    for path in (folder.path / given, given):
        if path.is_file():
            return [path.resolve() if path is given else path]
    near = listed(path.relative_to(folder.path).as_posix() for path in find_tables(folder))
    raise UnusableDataset(
        f"There is no file of labels {short(reading.labels, 200)} in {folder.path}."
        + (f" There are {near}." if near else " Name a CSV, TSV or JSONL file.")
    )


def _read(path: Path, index: ImageIndex, reading: Reading) -> Labelled | None:
    asked = bool(reading.labels)
    if not asked and is_form(path):
        return None
    try:
        headless = any(index.find(text) for text in first_row(path) if text)
        table = read_table(path, headless)
        found = _file_columns(table, index, reading)
    except UnusableDataset:
        if asked:
            raise
        return None
    if not found:
        if asked:
            raise UnusableDataset(
                f"No column of {path.name} names images of this folder; its columns are {listed(table.columns, 20)}. "
                "Name the files as they are called, or with their path."
            )
        return None
    made = _fill(table, found[0], index, reading)
    made.files = tuple(found) if len(found) > 1 else ()
    return made


def _file_columns(table: Table, index: ImageIndex, reading: Reading) -> list[str]:
    return [_known(table, reading.file_column)] if reading.file_column else file_columns(table, index)


def _known(table: Table, column: str) -> str:
    if column not in table.columns:
        raise unknown_column(table, column)
    return column


def _fill(table: Table, file_column: str, index: ImageIndex, reading: Reading, separator: str = "") -> Labelled:
    """What one table says. A `separator` is known from another table of the same columns."""
    made = Labelled([table], file_column)
    division = divide(table, file_column)
    but = [file_column, *division.columns]
    rows = [index.find(value) for value in table.columns[file_column]]
    there = [number for number, paths in enumerate(rows) if paths]
    seen = {name: [values[n] for n in there] for name, values in table.columns.items()}
    marks = choose_labels(made, table, seen, but, reading)
    made.separator = made.separator or (separator if made.multilabel else "")
    used = (file_column, made.label_column, *marks, *made.possible)
    told = (
        table.note,
        *division.notes,
        unused(division, used),
        undivided_subjects(division, used),
        unused_flags(division, used),
    )
    made.notes += [note for note in told if note]
    one_spelling = cols.one_spelling(seen[made.label_column]) if made.label_column else {}
    for number, paths in enumerate(rows):
        image, part = _image(made, table, number, paths, division.part(number)), division.part(number)
        if image is not None and made.multilabel:
            _take_several(made, table, number, image, labels_of_row(made, table, marks, number), one_spelling)
        elif image is not None:
            label = marked_label(table, made.label_column, marks, number)
            _take(made, table, number, image, one_spelling.get(label, label))
        if image is not None and part is not None:
            made.parts[image] = part
    made.labels |= {path: ", ".join(sorted(labels)) for path, labels in made.sets.items()}
    made.unsaid = {path: reason for path, reason in made.unsaid.items() if path not in made.labels}
    return made


def _take_several(
    made: Labelled, table: Table, row: int, path: Path, labels: tuple[str, ...], spelling: dict[str, str]
) -> None:
    """Give an image all labels that a row names; a row that only says that there is none yet gives nothing."""
    if labels and all(map(is_unlabelled, labels)):
        made.unsaid.setdefault(path, f"{_line(table, row)} gives it no class.")
        return
    made.sets[path] = made.sets.get(path, frozenset()) | {spelling.get(one, one) for one in labels}


def labels_of_row(made: Labelled, table: Table, marks: tuple[str, ...], row: int) -> tuple[str, ...]:
    """All labels that a row gives."""
    if made.label_column:
        return split_labels(table.columns[made.label_column][row], made.separator)
    return tuple(cols.marked(table.columns, marks, row))


def marked_label(table: Table, column: str, marks: tuple[str, ...], row: int) -> str:
    """The class that a row gives; empty where it gives none."""
    if column:
        return names.label(table.columns[column][row])
    return " ".join(cols.marked(table.columns, marks, row))


def _image(made: Labelled, table: Table, row: int, paths: Sequence[Path], part: Kind | None) -> Path | None:
    """The one image that a row names; None, and why is kept, where there is none, or several."""
    paths = _nearest(paths, table.path.parent, part)
    said, line = table.columns[made.file_column][row], _line(table, row)
    if not paths:
        made.missing.append((said or line, f"{line} names it, but there is no such image."))
        return None
    for path in paths if len(paths) > 1 else ():
        made.conflicts[path] = f"{line} names '{short(said)}', and several images are called so. Give the path there."
    return paths[0] if len(paths) == 1 else None


def _take(made: Labelled, table: Table, row: int, path: Path, label: str) -> None:
    """Give an image the one class that a row names."""
    if not label or is_unlabelled(label):
        made.unsaid.setdefault(path, f"{_line(table, row)} gives it no class.")
    elif made.labels.setdefault(path, label) != label:
        made.repeated = True
        made.conflicts[path] = (
            f"The rows of {table.path.name} give it the classes '{short(made.labels[path])}' and '{short(label)}'. "
            "Keep the right one. If it has both, read the table as several labels per image (`--task multilabel`)."
        )


def _line(table: Table, row: int) -> str:
    return f"Row {row + table.first} of {table.path.name}"


def _nearest(paths: Sequence[Path], place: Path, part: Kind | None) -> Sequence[Path]:
    """Of images with one name, those below the table's folder, and in the folder of the table's part."""
    for wanted in (
        [path for path in paths if path.is_relative_to(place)],
        [path for path in paths if part and any(kind_of(folder.name) == part for folder in path.parents)],
    ):
        if len(paths) > 1 and wanted:
            paths = wanted
    return paths


def part_of(kind: Kind | None) -> Part | None:
    """A part of a data set; None for images without one, and for those that are for prediction."""
    return None if kind in (None, PREDICT) else kind  # type: ignore[return-value]
