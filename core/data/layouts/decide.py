"""Detect the layout of a folder, or ask if several are plausible."""

from collections.abc import Sequence

from core.data import names
from core.data.dataset import LeftOut
from core.data.layouts.assigned import Layout, listed
from core.data.layouts.case import Case, no_classes, take_labels, unwrap, unwrap_root
from core.data.layouts.containers import container_of, other_files, unread_labels
from core.data.layouts.exports import MASKS, Export, export_of
from core.data.layouts.filenames import labels_by_name
from core.data.layouts.flat import images_of, labels_of, read_csv, read_filenames, table_options
from core.data.layouts.folders import labelled_kinds, part_folders, read_class_first, read_classes, read_parts
from core.data.layouts.labelled import Labelled
from core.data.layouts.labels.shared import lie_in_several
from core.data.layouts.masked.files import leave_out_masks
from core.data.layouts.masked.folders import holds_images, is_annotation, only_count, set_aside, with_masks
from core.data.layouts.named_folders import ask_about_tables
from core.data.layouts.questions import (
    FOLDERS,
    INNER,
    SHARED,
    ask_about_copies,
    ask_about_names,
    ask_about_test,
    ask_about_wrapped,
    folds,
    variants,
)
from core.data.layouts.unread_lists import note_parts_in_names
from core.data.layouts.words import (
    is_batch,
    is_fold,
    is_generic,
    is_group,
    kind_of,
)
from core.data.natural import natural_key
from core.data.tree import Folder
from core.errors import LayoutChoice, UnclearLayout, UnusableDataset
from core.experiment import Reading
from core.text import short

ONLY = "only:"


def read_case(case: Case, reading: Reading) -> Layout:
    """Read a folder with the given options.

    Raises `UnusableDataset` if that is impossible, `UnclearLayout` if 'auto' cannot decide.
    """
    previous, case.reading = case.reading, reading
    try:
        layout = _read(case, reading.layout)
    finally:
        case.reading = previous
    if layout.reading.layout != "csv":  # a file of labels says what it means
        leave_out_masks(layout)
    return with_masks(case, layout)


def _read(case: Case, layout: str) -> Layout:
    if layout.startswith(ONLY):
        return _only(case, layout.removeprefix(ONLY))
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
        case "filenames":
            return read_filenames(case)
    labelled = labels_of(case)  # csv
    if labelled is None:
        raise UnusableDataset(
            f"No file of labels in {case.outer.path} names its images. Add one, such as labels.csv, with the columns "
            "file and label."
        )
    return read_csv(case, labelled)


def _only(case: Case, name: str) -> Layout:
    """Read a single folder, given by name or by path below the chosen folder."""
    for folder in case.everything.every_folder():
        below = folder.path.relative_to(case.outer.path)
        if below.parts and name in (folder.name, names.shown(below.as_posix())):
            break
    else:
        there = listed(folder.name for folder in case.root.full) or "no images"
        raise UnusableDataset(f"{case.outer.path} has no folder '{short(name)}' to be read alone. It holds {there}.")
    inner = Case(folder, folder, Reading(), case.read, dict(case.labels), dict(case.called), set(case.given))
    take_labels(inner, folder.path)
    unwrap_root(inner)
    set_aside(inner)
    alone = Reading(task=case.reading.task)
    layout = read_case(inner, alone)
    layout.reading = alone.model_copy(update={"layout": f"{ONLY}{name}"})
    layout.notes.insert(0, f"Only the folder '{short(name)}' is read.")
    layout.left_out[:0] = [*case.left_out, *_beside(case.everything, folder)]
    return layout


def _beside(top: Folder, chosen: Folder) -> list[LeftOut]:
    """Files and folders beside the chosen folder that are not read."""
    reason = f"Is not read: only '{short(chosen.name)}' is."
    return [
        LeftOut(names.shown(path.relative_to(top.path).as_posix()), reason)
        for place in top.every_folder()
        if chosen.path.is_relative_to(place.path) and place is not chosen
        for path in [*place.files, *(one.path for one in place.folders if next(one.every_file(), None))]
        if not chosen.path.is_relative_to(path)
    ]


def _auto(case: Case) -> Layout:
    if case.reading.labels or case.reading.file_column or case.reading.label_column:
        return _read(case, "csv")
    if export := container_of(case.outer) or export_of(case):
        raise _refusal(case, export)
    if _divided(case):
        parts = part_folders(case)
        trained = next((part.inner for part in parts if part.kind == "train"), parts[0].inner)
        return read_parts(case, parts, _level(case, trained, within_parts=True))
    if not case.named and (flat := _flat(case)):
        return flat
    if not case.root.folders:
        raise no_classes(case, unread_labels(case.outer), other_files(case.outer))
    if _are_class_first(case):
        return read_class_first(case)
    level = _level(case, case.root)
    if not level:
        ask_about_test(case)
    layout = read_classes(case, level)
    note_parts_in_names(layout)
    return layout


def _refusal(case: Case, export: Export) -> UnusableDataset:
    sentence = f"{case.outer.path} {export.what} {export.step.format(short(case.outer.path.name))}"
    if not case.outer.image_count:
        return UnusableDataset(sentence)
    options = [({"layout": "filenames"}, "the classes are in the file names"), *table_options(case, labels_of(case))]
    classes = [folder for folder in case.root.full if not holds_images(folder)]
    unsure = len(classes) > 1 or not all(mask.surely for mask in case.masks)
    if export is MASKS and (unsure or only_count((case.whole or case).root)):
        options.insert(0, FOLDERS)
    return case.ask(sentence, options)


def _divided(case: Case) -> bool:
    """Whether there are at least two parts, one of them with class folders.

    A class may be called 'train' (beside 'bus' and 'car') and is not mistaken for a part.
    """
    parts = part_folders(case)
    deep = [part for part in parts if not all(kind_of(folder.name) for folder in part.inner.folders)]
    if len(labelled_kinds(parts)) > 1:
        return bool(deep)
    beside = [folder for folder in case.root.full if folder not in [part.folder for part in parts]]
    return len(parts) > 1 and bool(labelled_kinds(deep)) and not beside


def _flat(case: Case) -> Layout | None:
    """Layout by tables or file names if folder names carry no information; None if the folders are the classes."""
    labelled = labels_of(case)
    informative = [folder for folder in case.root.full if not _is_uninformative(folder)]
    if not informative and case.root.image_count:
        if labelled is not None:
            return read_csv(case, labelled)
        return _by_names(case)
    ask_about_tables(case, labelled)
    if labelled is None or not labelled.clear or 10 * len(labelled.labels) < 9 * len(images_of(case)):
        return None
    if _agree(case, labelled):
        return None
    if all(is_group(f.name) or is_fold(f.name) or is_generic(f.name) or kind_of(f.name) for f in case.root.full):
        return read_csv(case, labelled)
    name = labelled.tables[0].path.name
    options = [({"layout": "csv", "labels": name}, f"the classes are in {name}"), FOLDERS]
    raise case.ask(
        f"{name} and the folders {listed(f.name for f in case.root.full)} give the images other classes.", options
    )


def _is_uninformative(folder: Folder) -> bool:
    """Whether a folder cannot be or contain a class: named like a part or 'images', and flat."""
    return (kind_of(folder.name) is not None or is_generic(folder.name) or is_annotation(folder)) and not [
        inner for inner in unwrap(folder).full if not (is_group(inner.name) or kind_of(inner.name))
    ]


def _by_names(case: Case) -> Layout | None:
    full = case.root.full
    if len(full) > 2 and not case.root.images and sum(kind_of(folder.name) is None for folder in full) > 1:
        return None  # several folders called 'images': perhaps classes
    try:
        return read_filenames(case)
    except UnclearLayout:
        raise
    except UnusableDataset:
        raise no_classes(case, unread_labels(case.outer), other_files(case.outer)) from None


def _agree(case: Case, labelled: Labelled) -> bool:
    """Whether folders and table agree: each class has one folder and each folder one class."""
    pairs = {(label, path.parent) for path, label in labelled.labels.items()}
    tops = {(label, path.relative_to(case.root.path).parts[0]) for path, label in labelled.labels.items()}
    return any(len(one) == len({a for a, _ in one}) == len({b for _, b in one}) for one in (pairs, tops))


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


def _level(case: Case, root: Folder, within_parts: bool = False) -> int:
    """0 if the folders of `root` are the classes; raises `UnclearLayout` if their sub-folders may be."""
    full = root.full
    if not case.named and not within_parts and len(root.folders) > 1 and all(is_fold(f.name) for f in root.folders):
        raise folds(case, full)
    if case.named or len(full) < 2:
        return 0
    inner = [{case.label(one) for one in unwrap(folder).full} for folder in full]
    if not within_parts and not any(inner) and len(full) == len(root.folders):
        ask_about_names(case, full)
    if any(_has_its_own(folder) for folder in full) or not all(inner):
        ask_about_copies(case, full, inner)
        if not within_parts:
            ask_about_wrapped(case, full)
        return 0
    every = set().union(*inner)
    if all(len(found) == 1 for found in inner) or all(is_group(name) for name in every):
        return 0
    if all(is_generic(name) or any(is_annotation(f) for g in full for f in g.full if f.name == name) for name in every):
        raise _refusal(case, MASKS)
    if _alike(inner):
        raise variants(case, full, every)
    raise case.ask(
        f"The folders {listed(folder.name for folder in full)} hold only folders of their own "
        f"({listed(sorted(every, key=natural_key))}), so that either may be the classes.",
        [FOLDERS, INNER],
    )


def _has_its_own(folder: Folder) -> bool:
    """Whether a quarter or more of a folder's images lie directly in it, not in sub-folders."""
    return 4 * len(folder.images) >= folder.image_count


def _alike(inner: Sequence[set[str]]) -> bool:
    common, every = set.intersection(*inner), set().union(*inner)
    return len(common) > 1 and 2 * len(common) >= len(every)


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
    if labels_by_name(images_of(case)):
        options.append(({"layout": "filenames"}, "the classes are in the file names"))
    if lie_in_several(case.root.full):
        options.append(SHARED)
    options += table_options(case, labels_of(case))
    offered = [choice.reading for choice in ambiguous]
    return (*ambiguous, *(choice for choice in case.ask("", options).choices if choice.reading not in offered))
