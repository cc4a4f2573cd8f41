"""Questions about tables of labels: which table, which of its columns, one class or several labels per image."""

from collections.abc import Sequence
from pathlib import Path

from core.data.layouts.assigned import listed
from core.data.layouts.boxed.points import WHY_POINTS
from core.data.layouts.case import Case
from core.data.layouts.columns import are_loose_marks, is_of_person, why_none
from core.data.layouts.labelled import Labelled
from core.errors import UnclearLayout, UnusableDataset
from core.text import short


def refuse_unclear(case: Case, labelled: Labelled) -> None:
    """Raise an error if the classes in the tables are ambiguous or missing."""
    (name, *others), table = _names(case, labelled), labelled.tables[0]
    chosen = "" if others else name
    if labelled.files:
        labels = labelled.possible or (case.reading.label_column,)
        options = [
            (_column(chosen, label, file), _describe_columns(file, label))
            for file in labelled.files
            for label in labels
        ]
        where = listed([name, *others]) if others else name
        raise case.ask(f"In {where} the columns {listed(labelled.files)} name different images.", options)
    if labelled.rivals:
        raise _between(case, [name, *(relative_name(case, table.path) for table in labelled.rivals)], labelled.possible)
    if labelled.possible:
        what = "boxes around objects or their outlines, which are labels for detection"
        what = "points of objects, which are labels for poses" if labelled.why == WHY_POINTS else what
        named = listed([name, *others]) if others else name
        give, names, its = ("give", "name", "their") if others else ("gives", "names", "its")
        question = (
            f"{named} {give} {what}. Where every image shows one object, {listed(labelled.possible)} may be its class."
            if labelled.why
            else f"{named} {names} the images, and {its} columns {listed(labelled.possible)} may all be the classes."
            if len(labelled.possible) > 1
            else f"{named} {names} the images, and {listed(labelled.possible)} may be their classes or say how they "
            "were divided. If it divides them, add a column with a class per image."
        )
        file = case.reading.file_column
        options = [(_column(chosen, column, file), f"the classes are in '{column}'") for column in labelled.possible]
        if (
            case.reading.task == "auto"
            and len(marks := [one for one in labelled.possible if are_loose_marks(table.columns[one])]) > 1
            and all(one in marks or is_of_person(one) for one in labelled.possible)
        ):
            options.append(
                (_column(chosen, "", file, "multilabel"), f"each of {listed(marks)} is a label, 1 where it is there")
            )
        raise case.ask(question, options)
    if labelled.several and not (labelled.label_column and case.reading.label_column == labelled.label_column):
        raise case.ask(
            f"{name} gives some images several classes, and one per image was asked for.",
            several_options(chosen, labelled),
        )
    if labelled.why:
        raise UnusableDataset(
            f"{name} names the images (column '{short(labelled.file_column)}'), but no column gives their classes: "
            f"{labelled.why}. Add a column with a class per image."
        )
    if labelled.conflicts and labelled.labels.keys() <= labelled.conflicts.keys():
        path, reason = next(iter(labelled.conflicts.items()))
        sentence = f"{name} gives no image a class that is clear. {short(path.name)}: {reason}"
        raise case.ask(sentence, [_put_together(name, labelled)]) if labelled.repeated else UnusableDataset(sentence)
    if not labelled.labels:
        raise UnusableDataset(
            f"{name} gives no image a class: {why_none(dict(table.columns), [labelled.file_column])}. Add a column "
            "with a class per image."
        )


def several_options(name: str, labelled: Labelled) -> list[tuple[dict[str, str], str]]:
    """Both options for a table in which some images have several classes, as arguments of `Case.ask`."""
    if not labelled.label_column:
        return [
            (_column(name, "", "", "multilabel"), "each column of 0 and 1 is a label, and an image may have several")
        ]
    column = labelled.label_column
    return [
        (_column(name, column, "", "classification"), f"each combination in '{column}' is a class of its own"),
        (_column(name, column, "", "multilabel"), f"an image may have several labels in '{column}'"),
    ]


def table_options(case: Case, labelled: Labelled | None) -> list[tuple[dict[str, str], str]]:
    """All options for tables: one class or several labels per image, and those called like copies; as arguments of
    `Case.ask`."""
    if labelled is None:
        return []
    names = _names(case, labelled)
    name = "" if len(names) > 1 else names[0]
    copies = [
        (_column(copy, ""), f"the classes are in {copy}, which is called like a copy of another table")
        for copy in (relative_name(case, path) for path in labelled.copies)
    ]
    if labelled.multilabel:
        return [*several_options(name, labelled), *copies]
    options = [({"layout": "csv"}, f"the classes are in {labelled.tables[0].path.name}")]
    if labelled.repeated:
        options.append(_put_together(name, labelled))
    return [*options, *copies]


def _between(case: Case, tables: Sequence[str], columns: Sequence[str]) -> UnclearLayout:
    """The question which of several tables of the same images is the right one, and which of its columns if that is
    open as well."""
    file, label = case.reading.file_column, case.reading.label_column
    options = [
        (_column(table, column, file), f"the classes are in {table}" + (f", column '{column}'" if columns else ""))
        for table in tables
        for column in columns or (label,)
    ]
    return case.ask(f"{listed(tables)} give the same images other classes.", options)


def _put_together(name: str, labelled: Labelled) -> tuple[dict[str, str], str]:
    """The option for a table whose rows give one image different classes, as `Case.ask` takes it."""
    description = f"the labels are in {labelled.tables[0].path.name}, and rows of one image are put together"
    return _column(name, labelled.label_column, "", "multilabel"), description


def _column(name: str, label: str, file: str = "", task: str = "") -> dict[str, str]:
    """Fields of `Reading` for a table; tables and columns to be detected are left out."""
    fields = {"labels": name, "file_column": file, "label_column": label, "task": task}
    return {"layout": "csv"} | {key: value for key, value in fields.items() if value}


def _describe_columns(file: str, label: str) -> str:
    return f"'{file}' names the images" + (f", '{label}' their classes" if label else "")


def _names(case: Case, labelled: Labelled) -> list[str]:
    """The tables with the labels. Where there are several, a reading that names one leaves out the others."""
    return [relative_name(case, table.path) for table in (*labelled.tables, *labelled.alike)]


def relative_name(case: Case, path: Path) -> str:
    """How a table is called in questions and readings: below the chosen folder, or whole."""
    return path.relative_to(case.outer.path).as_posix() if path.is_relative_to(case.outer.path) else str(path)
