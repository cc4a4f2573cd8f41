"""Tables that name all images beside folders that may be their classes: asked about where both differ, told where they
agree."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from core.data.layouts.asking.questions import PARTS, Option
from core.data.layouts.asking.tables import table_options
from core.data.layouts.assigned import Layout, listed
from core.data.layouts.case import Case
from core.data.layouts.flat import images_of, read_csv
from core.data.layouts.folders import PartFolder, read_parts
from core.data.layouts.labelled import Labelled, read_labels
from core.data.layouts.words import is_fold, is_generic, is_group, kind_of
from core.data.natural import natural_key
from core.data.related.affixes import NEARLY_ALL
from core.errors import UnclearLayout
from core.experiment import Reading

AGREES = "Names the images and agrees with the folders, from which the classes are read."


def classes_by_folders(case: Case) -> list[dict[Path, str]]:
    """The innermost folder of each image, and the outermost one."""
    images, root = images_of(case), case.root.path
    return [{path: str(path.parent) for path in images}, {path: path.relative_to(root).parts[0] for path in images}]


def by_table(case: Case, parts: list[PartFolder], labelled: Labelled) -> Layout | None:
    """The layout by a table whose images lie in folders that are no classes; None if it does not contradict them."""
    classed = [part.inner for part in parts if part.inner.folders]  # the others may be given classes by the table
    if not any(names_all(labelled, list(inner.every_image())) for inner in classed):
        return None
    found = {one.path: one.label for one in read_parts(case, parts).found}
    found = {path: found[path] for inner in classed for path in inner.every_image() if path in found}
    if not disagreeing(case, labelled, [found, {path: path.parent.name for path in found}]):
        return None
    classes = sorted(set(found.values()), key=natural_key)
    if say_no_class(classes) and names_all(labelled, images_of(case)):
        return read_csv(case, labelled)
    raise question(case, labelled, classes, PARTS)


def with_agreement(case: Case, layout: Layout, labelled: Labelled | None) -> Layout:
    """Say of tables that agree with the folders that they do."""
    if labelled is not None:
        note_agreement(layout, agreeing(case, labelled, {found.path: found.label for found in layout.found}))
    return layout


def names_all(labelled: Labelled, images: Collection[Path]) -> bool:
    """Whether a table has a row for nearly all images, with a class or without one."""
    named = labelled.labels.keys() | labelled.conflicts.keys() | labelled.without_class.keys()
    return bool(images) and len(named.intersection(images)) >= NEARLY_ALL * len(images)


def say_no_class(names: Iterable[str]) -> bool:
    """Whether all folders are called after a part, a fold, when or by whom images were taken, or just 'images'."""
    return all(is_group(one) or is_fold(one) or is_generic(one) or kind_of(one) is not None for one in names)


def disagreeing(case: Case, labelled: Labelled, folders: Iterable[Mapping[Path, str]]) -> list[Labelled]:
    """The ways to read classes from the tables, one per column or table that may hold them, that agree with none of
    the `folders`: classes of the images by folders. None of them where one of several columns agrees."""
    levels, ways = list(folders), _ways(case, labelled)
    differ = [one for one in ways if not any(_agree(one.labels, level) for level in levels)]
    return differ if labelled.rivals or len(differ) == len(ways) else []


def agreeing(case: Case, labelled: Labelled, classes: Mapping[Path, str]) -> list[Path]:
    """The tables that give the images the classes of their folders."""
    agree = [one for one in _ways(case, labelled) if _agree(one.labels, classes)]
    return [table.path for one in agree for table in one.tables]


def question(
    case: Case, labelled: Labelled, folders: Iterable[str], these: tuple[dict[str, str], str]
) -> UnclearLayout:
    """The question whether the tables or the folders give the classes; `these` is the option for the folders."""
    name = labelled.tables[0].path.name
    options = [] if not labelled.clear else [_whole_table(case, labelled)]
    for one in [] if labelled.clear else _ways(case, labelled):
        path = one.tables[0].path
        fields = {"layout": "csv", "label_column": one.label_column, "file_column": one.file_column}
        relative = path.relative_to(case.outer.path).as_posix() if path.is_relative_to(case.outer.path) else str(path)
        column = f"the classes are in '{one.label_column}' of {path.name}"
        options.append(({**fields, "labels": relative}, column))
    several = [option for option in table_options(case, labelled) if option[0].get("task") == "multilabel"]
    columns = f" (its columns {listed(labelled.possible)} may be the classes)" if len(labelled.possible) > 1 else ""
    names = [name, *(table.path.name for table in labelled.rivals)]
    give = f"{name}{columns}" if len(names) == 1 else f"The tables {listed(names)}"
    return case.ask(
        f"{give} and the folders {listed(folders)} give the images other classes.", [*options, these, *several]
    )


def note_agreement(layout: Layout, tables: Collection[Path]) -> None:
    """Say of the tables among what was left out that they agree with the folders."""
    names = {layout.name(path) for path in tables}
    layout.left_out = [replace(one, reason=AGREES) if one.name in names else one for one in layout.left_out]


def _whole_table(case: Case, labelled: Labelled) -> Option:
    name = labelled.tables[0].path.name
    if len(labelled.tables) > 1:
        return {"layout": "csv"}, f"the classes are in {listed(table.path.name for table in labelled.tables)}"
    path = labelled.tables[0].path
    relative = path.relative_to(case.outer.path).as_posix() if path.is_relative_to(case.outer.path) else str(path)
    return {"layout": "csv", "labels": relative}, f"the classes are in {name}"


def _ways(case: Case, labelled: Labelled) -> list[Labelled]:
    """The tables read with each column that may hold the classes."""
    if labelled.clear:
        return [labelled]
    tables = [(labelled.tables[0].path, column) for column in labelled.possible]
    if labelled.rivals:
        tables = [(table.path, "") for table in (labelled.tables[0], *labelled.rivals)]
    return [one for path, column in tables if (one := _reread(case, path, column)) and one.clear and _differ(one)]


def _reread(case: Case, path: Path, column: str) -> Labelled | None:
    options = Reading(layout="csv", labels=str(path), label_column=column, task=case.reading.task)
    return read_labels(case.everything, images_of(case), options)


def _differ(labelled: Labelled) -> bool:
    """Whether there are several classes, and not only those of parts."""
    classes = set(labelled.labels.values())
    return len(classes) > 1 and not all(kind_of(label) for label in classes)


def _agree(labels: Mapping[Path, str], folders: Mapping[Path, str]) -> bool:
    """Whether each class has one folder and each folder one class."""
    pairs = {(label, folders[path]) for path, label in labels.items() if path in folders}
    return len(pairs) == len({label for label, _ in pairs}) == len({folder for _, folder in pairs})
