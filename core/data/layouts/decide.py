"""Detect the layout of a folder, or ask if several are plausible."""

from collections.abc import Sequence

from core.data.layouts.asking.divisions import ask_about_another_set, ask_about_divisions
from core.data.layouts.asking.named_folders import ask_about_tables
from core.data.layouts.asking.numbered_folders import ask_about_numbered
from core.data.layouts.asking.questions import (
    FILENAMES,
    FOLDERS,
    INNER,
    INNERMOST,
    SHARED,
    ask_about_loose,
    ask_about_test,
    folds,
    unknown_parts,
)
from core.data.layouts.asking.tables import table_options
from core.data.layouts.asking.tables_of_all import (
    by_table,
    classes_by_folders,
    disagreeing,
    names_all,
    question,
    say_no_class,
    with_agreement,
)
from core.data.layouts.assigned import Layout
from core.data.layouts.beside.aside import is_aside
from core.data.layouts.boxed.beside import note_annotations
from core.data.layouts.case import Case, no_classes, unwrap
from core.data.layouts.containers import container_of, other_files, unread_labels
from core.data.layouts.exports import export_of
from core.data.layouts.filenames import labels_by_name
from core.data.layouts.flat import images_of, labels_of, read_csv, read_filenames
from core.data.layouts.folders import (
    PartFolder,
    labelled_kinds,
    part_folders,
    read_class_first,
    read_classes,
    read_parts,
)
from core.data.layouts.labelled import Labelled
from core.data.layouts.labels.shared import lie_in_several
from core.data.layouts.masked.files import about_masks, leave_out_masks
from core.data.layouts.masked.folders import is_annotation, with_masks
from core.data.layouts.nested.levels import ask_about_levels, depth, innermost, refusal
from core.data.layouts.nested.only import ONLY, WITHOUT, read_only, read_without
from core.data.layouts.unread_lists import note_parts_in_names
from core.data.layouts.words import are_folds, is_batch, is_fold, is_generic, is_group, kind_of
from core.data.related.affixes import is_count
from core.data.tree import Folder
from core.errors import LayoutChoice, UnclearLayout, UnusableDataset
from core.experiment import Reading


def read_case(case: Case, reading: Reading) -> Layout:
    """Read a folder with the given options.

    Raises `UnusableDataset` if that is impossible, `UnclearLayout` if 'auto' cannot decide.
    """
    previous, case.reading = case.reading, reading
    try:
        layout = _read(case, reading.layout)
    finally:
        case.reading = previous
    if reading.layout.startswith((ONLY, WITHOUT)):  # what is left was read by this function
        return layout
    if not layout.columns:  # a file of labels says what it means
        masked = leave_out_masks(layout) | {case.label(mask.parent) for mask in case.masks if mask.within_class}
        if reading.layout == "auto" and layout.reading.layout != "filenames":
            ask_about_numbered(case, layout, masked & layout.classes)
        if layout.reading.layout != "filenames":
            note_annotations(layout, case)
    return with_masks(case, layout)


def _read(case: Case, layout: str) -> Layout:
    if layout.startswith(ONLY):
        return read_only(case, layout.removeprefix(ONLY))
    if layout.startswith(WITHOUT):
        return read_without(case, layout.removeprefix(WITHOUT))
    parts = part_folders(case)
    match layout:
        case "auto":
            return _auto(case)
        case "folders":
            return read_classes(case)
        case "parts":
            if not labelled_kinds(parts):
                raise UnusableDataset(
                    f"No folder in {case.root.path} is called train, val or test. Rename the parts so."
                )
            return read_parts(case, parts)
        case "inner":
            return read_parts(case, parts, 1) if _divided(case) else read_classes(case, 1)
        case "innermost":
            if _divided(case):
                return read_parts(case, parts, innermost(case, _trained(parts).full))
            return read_classes(case, innermost(case, case.root.full))
        case "filenames":
            return read_filenames(case)
    labelled = labels_of(case)  # csv
    if labelled is None:
        raise UnusableDataset(
            f"No file of labels in {case.outer.path} names its images. Add one, such as labels.csv, with the columns "
            "file and label."
        )
    return read_csv(case, labelled)


def _auto(case: Case) -> Layout:
    if case.reading.labels or case.reading.file_column or case.reading.label_column:
        return _read(case, "csv")
    if export := container_of(case.outer) or export_of(case):
        raise refusal(case, export)
    if _divided(case):
        return _read_divided(case, part_folders(case))
    if not case.named and (flat := _flat(case)):
        return flat
    if not case.root.folders:
        raise no_classes(case, about_masks(images_of(case)), unread_labels(case.outer), other_files(case.outer))
    if _names_in_one_folder(case):
        return read_filenames(case)
    ask_about_divisions(case)
    ask_about_loose(case)
    if _are_class_first(case):
        return read_class_first(case)
    ask_about_another_set(case)
    ask_about_levels(case, case.root)
    ask_about_test(case)
    layout = read_classes(case)
    note_parts_in_names(layout)
    return with_agreement(case, layout, None if case.named else labels_of(case))


def _names_in_one_folder(case: Case) -> bool:
    """Whether all images lie in a single flat folder, which is not two classes, and their names give some."""
    if case.named or len(case.root.folders) != 1 or case.root.images or case.root.folders[0].folders:
        return False
    return labels_by_name(case.root.folders[0].images) is not None


def _trained(parts: Sequence[PartFolder]) -> Folder:
    """The folder with the classes of the train part, or of the first one."""
    return next((part.inner for part in parts if part.kind == "train"), parts[0].inner)


def _divided(case: Case) -> bool:
    """Whether there are at least two parts, one of them with class folders.

    A class may be called 'train' (beside 'bus' and 'car') and is not mistaken for a part.
    """
    parts = part_folders(case)
    deep = [part for part in parts if not all(kind_of(folder.name) for folder in part.inner.folders)]
    if len(labelled_kinds(parts)) > 1:
        return bool(deep)
    return len(parts) > 1 and bool(labelled_kinds(deep)) and {part.folder for part in parts} >= {*case.root.full}


def _flat(case: Case) -> Layout | None:
    """Layout by tables or file names if folder names carry no information; None if the folders are the classes."""
    labelled = labels_of(case)
    informative = [folder for folder in case.root.full if not _is_uninformative(case, folder)]
    if not informative and case.root.image_count:
        if labelled is not None:
            return read_csv(case, labelled)
        return _by_names(case)
    ask_about_tables(case, labelled)
    if labelled is None:
        return None
    images = images_of(case)
    if not names_all(labelled, images):
        return read_csv(case, labelled) if labelled.clear and _labels_one_version(case, labelled) else None
    one = case.root.full[0] if len(case.root.full) == 1 else None  # one folder is not two classes
    if one and (labelled.clear or not unwrap(one).full):
        return read_csv(case, labelled)
    folders = [folder.name for folder in case.root.full]
    if not disagreeing(case, labelled, classes_by_folders(case)):
        return None
    if say_no_class(folders):
        return read_csv(case, labelled)
    raise question(case, labelled, folders, FOLDERS)


def _read_divided(case: Case, parts: list[PartFolder]) -> Layout:
    """The class folders within parts, if no table that names all images of a part gives them other classes."""
    labelled = None if case.named else labels_of(case)
    if labelled is not None and (tabled := by_table(case, parts, labelled)):
        return tabled
    trained = _trained(parts)
    ask_about_divisions(case.part(trained))
    ask_about_levels(case, trained, within_parts=True)
    layout = read_parts(case, parts)
    return with_agreement(case, layout, labelled)


def _labels_one_version(case: Case, labelled: Labelled) -> bool:
    """Whether a table gives all images of one folder classes, and the other folders hold no classes beside it: images
    of the same names where the table lies in that folder, or just one more folder, or ones called like what is kept,
    where that folder is called 'images'."""
    above = {place for path in labelled.labels for place in path.parents}
    inner = [folder for folder in case.root.full if folder.path in above]
    stems = {path.stem.casefold() for path in labelled.labels}
    others = [path for path in images_of(case) if path not in labelled.labels]
    if len(inner) != 1 or len(set(labelled.labels.values())) < 2 or case.root.images:
        return False
    if any(path.is_relative_to(inner[0].path) for path in others):
        return False
    beside = [folder for folder in case.root.full if folder is not inner[0]]
    flat = all(not unwrap(folder).full for folder in beside)
    if is_generic(inner[0].name) and flat and (len(beside) == 1 or all(is_aside(folder.name) for folder in beside)):
        return True
    within = labelled.tables[0].path.is_relative_to(inner[0].path)
    return within and not is_count(stems) and all(path.stem.casefold() in stems for path in others)


def _is_uninformative(case: Case, folder: Folder) -> bool:
    """Whether a folder cannot be or contain a class: named like a part or 'images', and flat."""
    if folder.path.name in case.given:
        return False
    return (kind_of(folder.name) is not None or is_generic(folder.name) or is_annotation(folder)) and not [
        inner for inner in unwrap(folder).full if not (is_group(inner.name) or kind_of(inner.name))
    ]


def _by_names(case: Case) -> Layout | None:
    full = case.root.full
    ask_about_divisions(case)
    if len(full) > 1 and are_folds([folder.name for folder in full]):
        raise folds(case, full)
    if len(full) > 2 and not case.root.images and sum(kind_of(folder.name) is None for folder in full) > 1:
        return None  # several folders called 'images': perhaps classes
    kinds = {kind_of(folder.name) for folder in full}
    if full and not case.root.images and not kinds & {None, "train"}:
        question = unknown_parts(case, full)
        if question.choices:
            raise question
    try:
        return read_filenames(case)
    except UnclearLayout:
        raise
    except UnusableDataset:
        masks = about_masks(images_of(case))
        refused = no_classes(case, masks, unread_labels(case.outer), other_files(case.outer))
        if len(full) > 1 and kinds == {None} and not case.root.images:  # 'Set 1' and 'Set 2'
            raise case.ask(str(refused), [FOLDERS]) from None
        raise refused from None


def _are_class_first(case: Case) -> bool:
    """Whether each folder holds parts without class folders: cat/train, cat/test, dog/train."""
    full = case.root.full
    kinds = [{kind_of(inner.name) for inner in folder.full} for folder in full]
    return (
        len(full) > 1
        and all(found and None not in found for found in kinds)
        and any(len(found) > 1 for found in kinds)
        and not any(unwrap(inner).full for folder in full for inner in folder.full)
        and not any(folder.images for folder in full)
        and not all(is_fold(folder.name) or is_batch(folder.name) for folder in full)
    )


def choices(case: Case) -> tuple[LayoutChoice, ...]:
    """All options for reading the folder, for users who want another one than detected.

    Options of an ambiguous layout come first.
    """
    ambiguous: tuple[LayoutChoice, ...] = ()
    try:
        read_case(case, Reading())
    except UnclearLayout as error:
        ambiguous = error.choices
    except UnusableDataset:
        pass  # cannot be read as detected, already reported: offer the other options
    options = [FOLDERS, INNER, ({"layout": "parts"}, "the folders are train, val and test")]
    if depth(_trained(part_folders(case)).full if _divided(case) else case.root.full) > 1:
        options.append(INNERMOST)
    if labels_by_name(images_of(case)):
        options.append(FILENAMES)
    if lie_in_several(case.root.full):
        options.append(SHARED)
    options += table_options(case, labels_of(case))
    offered = [choice.reading for choice in ambiguous]
    return (*ambiguous, *(choice for choice in case.ask("", options).choices if choice.reading not in offered))
