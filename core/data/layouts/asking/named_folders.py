"""Tables that contradict reading the folders beside them as classes."""

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from core.data.layouts.asking.questions import FOLDERS
from core.data.layouts.assigned import listed
from core.data.layouts.case import Case
from core.data.layouts.columns import possible_labels
from core.data.layouts.labelled import Labelled
from core.data.layouts.tables import Table, find_tables, read_table
from core.data.layouts.words import plain
from core.data.related.affixes import NEARLY_ALL
from core.data.tree import Folder
from core.errors import UnusableDataset
from core.text import short

_NAMES = re.compile(
    r"(class|label|common|latin|scientific)?(names?|titles?|labels?|class|descriptions?)|species|breeds?"
)


def ask_about_tables(case: Case, labelled: Labelled | None) -> None:
    """Raise `UnclearLayout` if a table labels whole folders (such as one per patient), or file names that occur in
    several folders."""
    full = [folder for folder in case.root.full if any(c.isdigit() for c in folder.name)]
    if len(full) > 1 and len(full) == len(case.root.full):
        for path in find_tables(case.everything):
            _ask_about_folders(case, path.name, _table(path), full)
    class_names = {case.label(folder).casefold() for folder in case.root.full}
    if labelled is not None and labelled.labels and labelled.label_column:
        _ask_about_one_of_pairs(case, labelled, class_names)
    if (
        labelled is None
        or labelled.labels
        or not labelled.conflicts
        or 2 * len(labelled.conflicts) < case.root.image_count
    ):
        return
    table = labelled.tables[0]
    if not labelled.label_column or {label.casefold() for label in table.columns[labelled.label_column]} <= class_names:
        return
    raise case.ask(
        f"{table.path.name} gives images classes in its column '{short(labelled.label_column)}', but several folders "
        "hold an image of the same name. Give each image's path there, such as folder/1.jpg.",
        [FOLDERS],
    )


def _ask_about_one_of_pairs(case: Case, labelled: Labelled, class_names: Collection[str]) -> None:
    """Raise if a table gives classes to just the images of one folder, and the others hold files of the same names: a
    second view of each image, or what was drawn on it."""
    names = {folder.path: {path.stem.casefold() for path in folder.every_image()} for folder in case.root.full}
    inside = names.keys() & {place for path in labelled.labels for place in path.parents}
    classes = {label.casefold() for label in labelled.labels.values()}
    within = any(labelled.tables[0].path.is_relative_to(place) for place in names)  # it says itself of which it speaks
    if within or len(inside) != 1 or len(names) < 2 or len(classes) < 2 or classes & set(class_names):
        return
    (chosen,) = inside
    same = [len(stems & names[chosen]) >= NEARLY_ALL * len(stems | names[chosen]) for stems in names.values()]
    if len(labelled.labels) < NEARLY_ALL * len(names[chosen]) or not all(same):
        return
    table = labelled.tables[0].path.relative_to(case.outer.path).as_posix()
    columns = {"labels": table, "file_column": labelled.file_column, "label_column": labelled.label_column}
    raise case.ask(
        f"{table} gives the images in '{short(chosen.name)}' classes in its column '{short(labelled.label_column)}', "
        f"and the folders {listed(folder.name for folder in case.root.full)} hold files of the same names, as pairs "
        "do.",
        [({"layout": "csv", **columns}, f"the classes are in {table}"), FOLDERS],
    )


def _ask_about_folders(case: Case, name: str, table: Table | None, full: Sequence[Folder]) -> None:
    folder_names = {folder.path.name.casefold() for folder in full}
    for column, values in table.columns.items() if table else ():
        rows = [row for row, value in enumerate(values) if value.casefold() in folder_names]
        matched = {values[row].casefold() for row in rows}
        if len(matched) < len(rows) or 2 * len(matched) < len(folder_names):
            continue
        row_values = {one: [each[row] for row in rows] for one, each in table.columns.items()} if table else {}
        if any(
            _NAMES.fullmatch(plain(one)) and len(set(texts)) == len(texts)
            for one, texts in row_values.items()
            if one != column
        ):
            continue  # the table translates class names
        if labels := possible_labels(row_values, [column]):
            raise case.ask(
                f"{name} gives folders such as '{short(full[0].name)}' a class each, in {listed(labels)}, so that the "
                "folders are no classes themselves. Put them into one folder per class, or name every image in the "
                "table.",
                [FOLDERS],
            )


def _table(path: Path) -> Table | None:
    try:
        return read_table(path)
    except UnusableDataset:
        return None
