"""Labels from files of labels: which rows mean which images, and what is left over."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.data import names
from core.data.dataset import Part
from core.data.layouts import columns as cols
from core.data.layouts.assigned import listed
from core.data.layouts.divided import divide, undivided_subjects, unused
from core.data.layouts.file_column import file_columns
from core.data.layouts.index import ImageIndex
from core.data.layouts.several_tables import belongs, contradicts, is_blank, is_form, join
from core.data.layouts.tables import Table, find_tables, first_row, read_table
from core.data.layouts.words import PREDICT, Kind, is_unlabelled, kind_of
from core.data.tree import Folder
from core.errors import UnusableDataset
from core.experiment import Reading
from core.text import short

MOST_ROWS = 50  # rows without an image that are named one by one
SEVERAL = (
    "Images with several classes at once are not supported yet: give each image the class that matters, in a column of "
    "its own"
)


@dataclass(slots=True)
class Labelled:
    """What the tables say. `conflicts` are images that rows give different labels, `missing` rows without an image."""

    tables: list[Table] = field(default_factory=list)
    file_column: str = ""
    label_column: str = ""  # empty where columns of 0 and 1 give the classes
    labels: dict[Path, str] = field(default_factory=dict)
    parts: dict[Path, Kind] = field(default_factory=dict)
    conflicts: dict[Path, str] = field(default_factory=dict)
    unsaid: dict[Path, str] = field(default_factory=dict)  # images whose row gives no class
    missing: list[tuple[str, str]] = field(default_factory=list)
    possible: tuple[str, ...] = ()  # columns between which somebody has to choose
    files: tuple[str, ...] = ()  # columns of file names between which somebody has to choose
    rivals: tuple[Table, ...] = ()  # tables of which each gives the same images other classes
    several: bool = False  # the classes are lists
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


def _said_alike(other: Labelled, best: Labelled, index: ImageIndex) -> Labelled:
    """A table with the columns of the best one, read as that is: too few rows may not show what its columns are."""
    table = other.tables[0]
    if other.clear or not best.clear or not {best.file_column, best.label_column} <= table.columns.keys():
        return other
    return _fill(table, best.file_column, index, Reading(layout="csv", label_column=best.label_column))


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
        raise UnusableDataset(
            f"{table.path.name} has no column '{short(column)}'. Its columns are {listed(table.columns, 20)}."
        )
    return column


def _fill(table: Table, file_column: str, index: ImageIndex, reading: Reading) -> Labelled:
    made = Labelled([table], file_column)
    division = divide(table, file_column)
    but = [file_column, *division.columns]
    rows = [index.find(value) for value in table.columns[file_column]]
    there = [number for number, paths in enumerate(rows) if paths]
    seen = {name: [values[n] for n in there] for name, values in table.columns.items()}
    marks = _choose(made, table, seen, but, reading)
    used = (file_column, made.label_column, *marks, *made.possible)
    told = (table.note, *division.notes, unused(division, used), undivided_subjects(division, used))
    made.notes += [note for note in told if note]
    one_spelling = cols.one_spelling(seen[made.label_column]) if made.label_column else {}
    for number, paths in enumerate(rows):
        label = marked_label(table, made.label_column, marks, number)
        _take(made, table, number, paths, one_spelling.get(label, label), division.part(number))
    made.unsaid = {path: reason for path, reason in made.unsaid.items() if path not in made.labels}
    return made


def _choose(
    made: Labelled, table: Table, seen: dict[str, list[str]], but: list[str], reading: Reading
) -> tuple[str, ...]:
    """Set the column of classes, or why there is none; returns the columns that stand for a class each."""
    if reading.label_column:
        made.label_column = _known(table, reading.label_column)
        if cols.is_measured(seen[made.label_column]):
            made.why = f"'{made.label_column}' holds numbers with decimals, which are measurements and no classes"
        return ()
    if cols.is_boxes((*table.columns, *table.nested)) or (table.headless and cols.are_corners(seen)):
        made.why = (
            "it gives boxes around objects or their outlines, which are labels for detection. Where every image shows "
            "one object, name its column of classes with --label-column"
        )
        return ()
    possible = cols.possible_labels(seen, but)
    marks = cols.marks(seen, but)
    counts = [len(cols.marked(seen, marks, row)) for row in range(len(seen[made.file_column]))] if marks else []
    one_hot = bool(marks) and max(counts) == 1 and counts.count(1) * 10 >= 9 * len(counts)
    called = [name for name in possible if cols.is_preferred(name)]
    named = called if len(called) == 1 else [name for name in possible if name not in marks]
    unlike = (
        len(called) == 1 and called[0] not in marks
    )  # a column called 'label' is believed more than marks beside it
    if one_hot and not unlike and not (len(named) == 1 and cols.same_partition(seen[named[0]], _hot(seen, marks))):
        return marks
    if marks and len(marks) > 2 and not named:
        made.several = True
        return marks
    if len(named or possible) == 1:
        (made.label_column,) = named or possible
        made.several = cols.holds_several(seen[made.label_column])
    elif possible:
        made.possible = tuple(possible)
    else:
        made.why = cols.why_none(seen, but)
    return ()


def _hot(seen: dict[str, list[str]], marks: tuple[str, ...]) -> list[str]:
    return [" ".join(cols.marked(seen, marks, row)) for row in range(len(seen[marks[0]]))]


def marked_label(table: Table, column: str, marks: tuple[str, ...], row: int) -> str:
    """The class that a row gives; empty where it gives none."""
    if column:
        return names.label(table.columns[column][row])
    return " ".join(cols.marked(table.columns, marks, row))


def _take(made: Labelled, table: Table, row: int, paths: Sequence[Path], label: str, part: Kind | None) -> None:
    paths = _nearest(paths, table.path.parent, part)
    said = table.columns[made.file_column][row]
    line = f"Row {row + table.first} of {table.path.name}"
    if not paths:
        made.missing.append((said or line, f"{line} names it, but there is no such image."))
        return
    for path in paths if len(paths) > 1 else ():
        made.conflicts[path] = f"{line} names '{short(said)}', and several images are called so. Give the path there."
    (path, *others) = paths
    if others:
        return
    if not label or is_unlabelled(label):
        made.unsaid.setdefault(path, f"{line} gives it no class.")
    elif made.labels.setdefault(path, label) != label:
        made.conflicts[path] = (
            f"The rows of {table.path.name} give it the classes '{short(made.labels[path])}' and '{short(label)}'. "
            "Keep the right one."
        )
    if part is not None:
        made.parts[path] = part


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
