"""Layouts with all images together and the classes in a table or in file names."""

from collections.abc import Sequence
from pathlib import Path

from core.data.dataset import LeftOut
from core.data.layouts.asking.tables import refuse_unclear, relative_name
from core.data.layouts.assigned import Layout, listed
from core.data.layouts.case import Case
from core.data.layouts.filenames import Labels, are_nameless, example, labels_by_name, labels_like
from core.data.layouts.labelled import MOST_ROWS, Labelled, part_of, read_labels
from core.data.layouts.labels.column import how_several
from core.data.layouts.labels.lists import odd_labels
from core.data.layouts.masked.files import Masks, masks_of, reason_for_mask
from core.data.layouts.undivided.images import divides, notes_on_parts, part_of_folders
from core.data.layouts.words import Kind, kind_of, without_part
from core.errors import UnusableDataset
from core.text import short

_NO_IMAGE = "Is no image, and was not read as a file of labels."


def images_of(case: Case) -> list[Path]:
    """All images, without those in folders of masks."""
    return list(case.root.every_image())


def labels_of(case: Case) -> Labelled | None:
    """Labels from tables, if there are any."""
    images = images_of(case)
    return read_labels(case.everything, images, case.reading) if images else None


def read_csv(case: Case, labelled: Labelled) -> Layout:
    """Classes from tables. Raises `UnclearLayout` or `UnusableDataset` if the columns do not determine them."""
    refuse_unclear(case, labelled)
    names = [relative_name(case, table.path) for table in labelled.tables]
    layout = case.layout(
        layout="csv", labels=names[0] if len(names) == 1 else "", file_column=labelled.file_column,
        label_column=labelled.label_column, **({"task": "multilabel"} if labelled.multilabel else {}),
    )  # fmt: skip
    layout.columns = tuple(labelled.tables[0].columns)
    layout.explained |= {table.path for table in labelled.tables}
    classes = (
        f"classes from column '{labelled.label_column}'" if labelled.label_column else "classes from columns of 0 and 1"
    )
    layout.notes.append(
        f"Labels are read from {listed(names)}: file names from column '{short(labelled.file_column)}', {classes}."
    )
    layout.notes += [*_how_several(labelled), *labelled.notes]
    _offer(layout, case, set(labelled.labels) | set(labelled.conflicts) | set(labelled.without_class))
    parts = {path: labelled.parts.get(path, part_of_folders(case, path)) for path in labelled.labels}
    layout.multilabel = labelled.multilabel
    divided = divides(labelled, parts)
    layout.notes += notes_on_parts(case, labelled, parts, divided)
    for path in images_of(case):
        if reason := labelled.conflicts.get(path) or labelled.without_class.get(path):
            layout.leave_out(path, reason)
        elif path in labelled.labels:
            part = part_of(parts[path] or "train") if divided else None
            layout.add(path, labelled.labels[path], part, labelled.sets.get(path))
    layout.account(case.outer, f"Is not named in {listed(names)}, so that it has no class.", _NO_IMAGE)
    _name_missing(layout, labelled)
    return layout


def _how_several(labelled: Labelled) -> list[str]:
    """Notes for a table with several labels per image."""
    if not labelled.multilabel:
        return []
    notes = [how_several(labelled)]
    if unlabelled_count := sum(not labels for labels in labelled.sets.values()):
        images, verb = ("1 image", "has") if unlabelled_count == 1 else (f"{unlabelled_count:,} images", "have")
        kept = "it is kept, as one that shows" if unlabelled_count == 1 else "they are kept, as ones that show"
        notes.append(
            f"{images} {verb} no label: {kept} none of the classes. Where labels are not known, take the row out of "
            "the table."
        )
    all_labels = {label for labels in labelled.sets.values() for label in labels}
    if labelled.label_column and (odd_ones := odd_labels(all_labels, labelled.separator)):
        notes.append(
            f"The labels {listed(odd_ones)} look like lists written in another way; each is taken for one label. Write "
            "all lists in one way."
        )
    return notes


def read_filenames(case: Case) -> Layout:
    """Classes from file names. Raises `UnusableDataset` if no simple pattern matches all of them."""
    masks = masks_of(images_of(case))
    if masks:
        try:
            layout = _read_filenames(case, masks)
        except UnusableDataset:
            layout = Layout(case.root.path)
        if len(layout.classes) > 1:  # else those called like masks may be a class
            return layout
    return _read_filenames(case, {})


def _read_filenames(case: Case, masks: Masks) -> Layout:
    """Classes from the names of the files that are no masks."""
    groups = [(kind, [path for path in images if path not in masks]) for kind, images in _groups(case)]
    groups = _without_nameless(groups)
    if not any(images for kind, images in groups if kind in (None, "train")):  # no part to train on: divided anew
        groups = [(None if kind in ("val", "test") else kind, images) for kind, images in groups]
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
    return _layout_by_name(case, *_divided_by_name(labels, parts), masks)


def _without_nameless(groups: list[tuple[Kind | None, list[Path]]]) -> list[tuple[Kind | None, list[Path]]]:
    """Without folders whose names are all numbers or a camera's, where others have names that may say a class."""
    named = [(kind, images) for kind, images in groups if images and not are_nameless(images)]
    return named or groups


def _divided_by_name(labels: Labels, parts: dict[Path, Kind | None]) -> tuple[Labels, dict[Path, Kind | None]]:
    """Split names that hold class and part, as in train_cat_1.jpg and test_cat_1.jpg.

    Otherwise return the arguments.
    """
    name_and_part = {path: without_part(label) for path, label in labels.items()}
    kinds = {kind for _, kind in name_and_part.values()}
    train_labels = {label for label, kind in name_and_part.values() if kind == "train"}
    all_labels = {label for label, _ in name_and_part.values()}
    if None in kinds or len(kinds) < 2 or len(train_labels) < 2 or all_labels > train_labels or any(parts.values()):
        return labels, parts  # train_station and test_tube are classes
    return {path: label for path, (label, _) in name_and_part.items()}, {
        path: kind for path, (_, kind) in name_and_part.items()
    }


def _layout_by_name(case: Case, labels: Labels, parts: dict[Path, Kind | None], masks: Masks) -> Layout:
    layout = case.layout(layout="filenames")
    for path, image in masks.items():
        layout.leave_out(path, reason_for_mask(image))
    layout.notes.append(f"Classes are read from file names: {example(labels)}.")
    _offer(layout, case, set(labels))
    divided = any(parts.values())
    for path, label in labels.items():
        layout.add(path, label, part_of(parts[path] or "train") if divided else None)
    layout.account(case.outer, "Its name gives no class.", _NO_IMAGE)
    return layout


def _groups(case: Case) -> list[tuple[Kind | None, Sequence[Path]]]:
    """The images by folder, each with the part that the folder name means."""
    inner = [(kind_of(folder.name), list(folder.every_image())) for folder in case.root.full]
    return [(None, case.root.images), *inner]


def _offer(layout: Layout, case: Case, labelled_paths: set[Path]) -> None:
    """Offer folders without any labelled image for prediction."""
    for folder in case.root.full:
        if kind_of(folder.name) not in (None, "train") and not any(
            path in labelled_paths for path in folder.every_image()
        ):
            layout.offer(folder)


def _name_missing(layout: Layout, labelled: Labelled) -> None:
    layout.left_out += [LeftOut(name, reason) for name, reason in labelled.missing[:MOST_ROWS]]
    if len(labelled.missing) > MOST_ROWS:
        more = len(labelled.missing) - MOST_ROWS
        layout.left_out.append(
            LeftOut(labelled.tables[0].path.name, f"{more:,} more rows name images that are not there.")
        )
