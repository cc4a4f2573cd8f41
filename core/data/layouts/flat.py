"""Images that lie together, with their classes in a file of labels or in their names."""

from collections.abc import Sequence
from pathlib import Path

from core.data.dataset import LeftOut
from core.data.layouts.assigned import Layout, listed
from core.data.layouts.case import Case
from core.data.layouts.columns import are_loose_marks, why_none
from core.data.layouts.exports import holds_masks
from core.data.layouts.filenames import Labels, example, labels_by_name, labels_like
from core.data.layouts.labelled import MOST_ROWS, Labelled, part_of, read_labels
from core.data.layouts.labels.column import how_several
from core.data.layouts.labels.lists import odd_labels
from core.data.layouts.words import Kind, kind_of, without_part
from core.data.tree import Folder
from core.errors import UnusableDataset
from core.text import short


def images_of(case: Case) -> list[Path]:
    """Every image that may have a class: not those in folders of masks."""
    if not any(holds_masks(folder, case.root) for folder in case.root.full):
        return list(case.root.every_image())
    inner = [path for folder in case.root.full if not holds_masks(folder, case.root) for path in folder.every_image()]
    return [*case.root.images, *inner]


def labels_of(case: Case) -> Labelled | None:
    """What files of labels say, if there are any."""
    images = images_of(case)
    return read_labels(case.outer, images, case.reading) if images else None


def read_csv(case: Case, said: Labelled) -> Layout:
    """Classes from files of labels. Raises `UnclearLayout` or `UnusableDataset` where the columns do not say them."""
    refuse_unclear(case, said)
    names = [_below(case, table.path) for table in said.tables]
    layout = case.layout(
        layout="csv", labels=names[0] if len(names) == 1 else "", file_column=said.file_column,
        label_column=said.label_column, **({"task": "multilabel"} if said.multilabel else {}),
    )  # fmt: skip
    layout.columns = tuple(said.tables[0].columns)
    layout.explained |= {table.path for table in said.tables}
    classes = f"classes from column '{said.label_column}'" if said.label_column else "classes from columns of 0 and 1"
    layout.notes.append(
        f"Labels are read from {listed(names)}: file names from column '{short(said.file_column)}', {classes}."
    )
    layout.notes += [*_how_several(said), *said.notes]
    _offer(layout, case, set(said.labels) | set(said.conflicts) | set(said.unsaid))
    parts = {path: _part(case.root, path, said) for path in said.labels}
    layout.multilabel = said.multilabel
    only = len(set(parts.values()) - {None}) < 2  # one part is no division
    for path in images_of(case):
        if reason := said.conflicts.get(path) or said.unsaid.get(path):
            layout.leave_out(path, reason)
        elif path in said.labels:
            part = None if only else part_of(parts[path] or "train")
            layout.add(path, said.labels[path], part, said.sets.get(path))
    layout.account(case.outer, f"Is not named in {listed(names)}, so that it has no class.")
    _name_missing(layout, said)
    return layout


def _how_several(said: Labelled) -> list[str]:
    """What somebody should know about a table that gives several labels per image."""
    if not said.multilabel:
        return []
    notes = [how_several(said)]
    if none := sum(not labels for labels in said.sets.values()):
        images, verb = ("1 image", "has") if none == 1 else (f"{none:,} images", "have")
        kept = "it is kept, as one that shows" if none == 1 else "they are kept, as ones that show"
        notes.append(
            f"{images} {verb} no label: {kept} none of the classes. Where labels are not known, take the row out of "
            "the table."
        )
    every = {label for labels in said.sets.values() for label in labels}
    if said.label_column and (odd := odd_labels(every, said.separator)):
        notes.append(
            f"The labels {listed(odd)} look like lists written in another way; each is taken for one label. Write all "
            "lists in one way."
        )
    return notes


def refuse_unclear(case: Case, said: Labelled) -> None:
    """Raise what keeps the classes of a file of labels from being known."""
    (name, *_) = [_below(case, table.path) for table in said.tables]
    table = said.tables[0]
    if said.files:
        labels = said.possible or (case.reading.label_column,)
        ways = [(_column(name, label, file), _columns_say(file, label)) for file in said.files for label in labels]
        raise case.ask(f"In {name} the columns {listed(said.files)} name different images.", ways)
    if said.rivals:
        tables = [name, *(_below(case, table.path) for table in said.rivals)]
        ways = [(_column(table, case.reading.label_column), f"the classes are in {table}") for table in tables]
        raise case.ask(f"{listed(tables)} give the same images other classes.", ways)
    if said.possible:
        question = f"{name} names the images, and its columns {listed(said.possible)} may all be the classes."
        file = case.reading.file_column
        ways = [(_column(name, column, file), f"the classes are in '{column}'") for column in said.possible]
        if (
            case.reading.task == "auto"
            and len(said.possible) > 1
            and all(are_loose_marks(table.columns[one]) for one in said.possible)
        ):
            ways.append(
                (_column(name, "", file, "multilabel"), "each of these columns is a label, 1 where it is there")
            )
        raise case.ask(question, ways)
    if said.several and not (said.label_column and case.reading.label_column == said.label_column):
        raise case.ask(
            f"{name} gives some images several classes, and one per image was asked for.", both_ways(name, said)
        )
    if said.why:
        raise UnusableDataset(
            f"{name} names the images (column '{short(said.file_column)}'), but no column gives their classes: "
            f"{said.why}. Add a column with a class per image."
        )
    if not said.labels and said.conflicts:
        path, reason = next(iter(said.conflicts.items()))
        raise UnusableDataset(f"{name} gives no image a class that is clear. {short(path.name)}: {reason}")
    if not said.labels:
        raise UnusableDataset(
            f"{name} gives no image a class: {why_none(dict(table.columns), [said.file_column])}. Add a column with a "
            "class per image."
        )


def read_filenames(case: Case) -> Layout:
    """Classes from file names. Raises `UnusableDataset` where no plain pattern covers them."""
    groups = _groups(case)
    train = [path for kind, images in groups for path in images if kind in (None, "train")]
    labels = labels_by_name(train)
    if labels is None:
        raise UnusableDataset(
            f"The file names in {case.outer.path} do not give classes by one plain pattern, such as cat_01.jpg or "
            "dog.2.jpg. Put the images of each class into a folder of its own."
        )
    parts: dict[Path, Kind | None] = dict.fromkeys(train, None)
    for kind, images in groups:
        more = labels_like(images, set(labels.values())) if kind in ("val", "test") else None
        if more:
            labels |= more
            parts |= dict.fromkeys(more, kind)
    return _named(case, *_divided_by_name(labels, parts))


def _divided_by_name(labels: Labels, parts: dict[Path, Kind | None]) -> tuple[Labels, dict[Path, Kind | None]]:
    """Classes and parts where each name holds both, as in train_cat_1.jpg and test_cat_1.jpg; else as they are."""
    apart = {path: without_part(label) for path, label in labels.items()}
    kinds = {kind for _, kind in apart.values()}
    trained = {label for label, kind in apart.values() if kind == "train"}
    every = {label for label, _ in apart.values()}
    if None in kinds or len(kinds) < 2 or len(trained) < 2 or every > trained or any(parts.values()):
        return labels, parts  # train_station and test_tube are classes
    return {path: label for path, (label, _) in apart.items()}, {path: kind for path, (_, kind) in apart.items()}


def _named(case: Case, labels: Labels, parts: dict[Path, Kind | None]) -> Layout:
    layout = case.layout(layout="filenames")
    layout.notes.append(f"Classes are read from file names: {example(labels)}.")
    _offer(layout, case, set(labels))
    divided = any(parts.values())
    for path, label in labels.items():
        layout.add(path, label, part_of(parts[path] or "train") if divided else None)
    layout.account(case.outer, "Its name gives no class.")
    return layout


def _groups(case: Case) -> list[tuple[Kind | None, Sequence[Path]]]:
    """The images by the folder they lie in, each folder with the part that it is called after."""
    inner = [
        (kind_of(folder.name), list(folder.every_image()))
        for folder in case.root.full
        if not holds_masks(folder, case.root)
    ]
    return [(None, case.root.images), *inner]


def _offer(layout: Layout, case: Case, known: set[Path]) -> None:
    """Offer folders of which no image has a label, and leave out masks."""
    for folder in case.root.full:
        if holds_masks(folder, case.root):
            layout.leave_out(folder.path, "Holds masks or annotations, no images of a class.")
        elif kind_of(folder.name) not in (None, "train") and not any(path in known for path in folder.every_image()):
            layout.offer(folder)


def _part(root: Folder, path: Path, said: Labelled) -> Kind | None:
    """The part that a row names, else that of a folder on the way to the image."""
    if path in said.parts:
        return said.parts[path]
    return next((kind for name in path.relative_to(root.path).parts[:-1] if (kind := kind_of(name))), None)


def _name_missing(layout: Layout, said: Labelled) -> None:
    layout.left_out += [LeftOut(name, reason) for name, reason in said.missing[:MOST_ROWS]]
    if len(said.missing) > MOST_ROWS:
        more = len(said.missing) - MOST_ROWS
        layout.left_out.append(LeftOut(said.tables[0].path.name, f"{more:,} more rows name images that are not there."))


def _below(case: Case, path: Path) -> str:
    return path.relative_to(case.outer.path).as_posix() if path.is_relative_to(case.outer.path) else str(path)


def _column(name: str, label: str, file: str = "", task: str = "") -> dict[str, str]:
    """How a table is read, as fields of `Reading`; columns that are to be found are left out."""
    columns = {"file_column": file, "label_column": label, "task": task}
    return {"layout": "csv", "labels": name} | {key: column for key, column in columns.items() if column}


def _columns_say(file: str, label: str) -> str:
    return f"'{file}' names the images" + (f", '{label}' their classes" if label else "")


def both_ways(name: str, said: Labelled) -> list[tuple[dict[str, str], str]]:
    """Both ways to read a table that gives some images several classes, as `Case.ask` takes them."""
    if not said.label_column:
        return [
            (_column(name, "", "", "multilabel"), "each column of 0 and 1 is a label, and an image may have several")
        ]
    column = said.label_column
    return [
        (_column(name, column, "", "classification"), f"each combination in '{column}' is a class of its own"),
        (_column(name, column, "", "multilabel"), f"an image may have several labels in '{column}'"),
    ]


def ways_of_table(case: Case, said: Labelled | None) -> list[tuple[dict[str, str], str]]:
    """Every way to read a table, as `Case.ask` takes them: with one class per image or with several labels."""
    if said is None:
        return []
    name = _below(case, said.tables[0].path)
    if said.multilabel:
        return both_ways(name, said)
    way = [({"layout": "csv"}, f"the classes are in {said.tables[0].path.name}")]
    if said.repeated:
        says = f"the labels are in {said.tables[0].path.name}, and rows of one image are put together"
        way.append((_column(name, said.label_column, "", "multilabel"), says))
    return way
