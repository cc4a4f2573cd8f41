"""Layouts with one folder per class, alone or within train, val and test."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from core.data.dataset import Part
from core.data.layouts.assigned import Layout, listed
from core.data.layouts.beside.artifacts import artifact_folders
from core.data.layouts.beside.siblings import flat_tests
from core.data.layouts.case import Case, at_level, unwrap
from core.data.layouts.labelled import Labelled, part_of, read_labels
from core.data.layouts.nested.folder_notes import note_inner
from core.data.layouts.words import (
    PREDICT,
    Kind,
    is_development,
    is_late,
    kind_of,
    resembles_train,
    same_class,
    without_shared,
)  # fmt: skip
from core.data.tree import Folder
from core.errors import UnusableDataset
from core.experiment import Reading
from core.text import short
from core.wording import as_reading

BESIDE = "Lies beside the class folders, so that it has no class."
ARTIFACT = (
    "Is called after what programs leave behind, and is no class. If it is one, read every folder as a class "
    f"({as_reading(layout='folders')}), or rename it."
)
OUTSIDE = "Lies outside train, val and test."
_OF_LEVEL = {0: "folders", 1: "inner"}
_PLURAL: dict[Kind, str] = {"train": "training", "val": "validation", "test": "test"}


@dataclass(frozen=True, slots=True)
class PartFolder:
    """A folder that is a part (train, val or test); `inner` contains its class folders."""

    folder: Folder
    inner: Folder
    kind: Kind


def part_folders(case: Case) -> list[PartFolder]:
    """The folders of the root whose names mean parts, whether or not they are parts."""
    folders = [folder for folder in case.root.folders if folder.path.name not in case.given]
    found = [PartFolder(folder, unwrap(folder), kind) for folder in folders if (kind := kind_of(folder.name))]
    found = found or _same_names_except_part(case.root.full)
    if found and all(part.kind != "train" for part in found):
        found += _find_train_folder(case, [folder for folder in folders if kind_of(folder.name) is None], found)
        if all(part.kind != "train" for part in found):
            found = _trained_on_development(found)
    validating = [part for part in found if part.kind == "val"]
    if len(validating) > 1 and not any(part.kind == "test" for part in found):
        # training, validation, evaluation: the last one is the test part
        late = [part for part in validating if is_late(part.folder.name)]
        if len(late) < len(validating):
            found = [PartFolder(p.folder, p.inner, "test") if p in late else p for p in found]
    return found


def _same_names_except_part(full: list[Folder]) -> list[PartFolder]:
    """Folders whose names differ only in a word for a part: cats_train and cats_test, train_v2 and test_v2."""
    bare = without_shared([folder.name for folder in full])
    found = [(folder, kind_of(bare[folder.name])) for folder in full]
    if len({kind for _, kind in found}) < 2 or any(kind is None for _, kind in found):
        return []
    return [PartFolder(folder, unwrap(folder), kind) for folder, kind in found if kind]


def _find_train_folder(case: Case, others: list[Folder], found: list[PartFolder]) -> list[PartFolder]:
    """A folder with the same class folders as val and test: 'train_augmented', or 'learn' beside both."""
    class_names = [{case.label(inner) for inner in part.inner.folders} for part in found if part.inner.folders]
    matches = [
        PartFolder(folder, unwrap(folder), "train")
        for folder in others
        if any(len(labels & {case.label(inner) for inner in unwrap(folder).full}) > 1 for labels in class_names)
    ]
    both_present = {"val", "test"} <= {part.kind for part in found}
    return matches if len(matches) == 1 and (both_present or resembles_train(matches[0].folder.name)) else []


def _trained_on_development(found: list[PartFolder]) -> list[PartFolder]:
    """The parts with 'development' as the training part beside others with class folders, if it is the only one."""
    chosen = [part for part in found if is_development(part.folder.name) and part.inner.full]
    others = [part for part in found if part not in chosen and part.inner.full and part.kind != PREDICT]
    return [PartFolder(p.folder, p.inner, "train") if p in chosen else p for p in found] if others else found


def labelled_kinds(parts: list[PartFolder]) -> set[Kind]:
    """The parts present, without those for prediction."""
    return {part.kind for part in parts if part.kind != PREDICT}


def read_classes(case: Case, level: int = 0) -> Layout:
    """Every folder is a class; with `level` 1, every folder one level deeper, and so on."""
    layout = case.layout(layout=_OF_LEVEL.get(level, "innermost"))
    tests = [] if level or case.reading.layout == "folders" else flat_tests(case)
    for folder in tests:
        layout.offer(folder)
    artifacts = [] if level or case.named or case.reading.layout == "folders" else artifact_folders(case, tests)
    for folder in artifacts:
        layout.leave_out(folder.path, ARTIFACT)
    _classes(case, layout, case.root, None, level, skip=[*tests, *artifacts])
    if not level:
        note_inner(layout, [one for one in case.root.full if one not in (*tests, *artifacts)])
    if not level and not case.named and case.reading.layout != "folders":
        layout.note_aside()
    layout.account(case.outer, BESIDE)
    return layout


def read_parts(case: Case, parts: list[PartFolder], level: int = 0) -> Layout:
    """Class folders within parts. A part without class folders is offered for prediction."""
    layout = case.layout(layout=_OF_LEVEL.get(level, "innermost") if level else "parts")
    classed = [part for part in parts if part.inner.folders or not part.inner.image_count]
    aside = {part.folder.path: [] if level or case.named else _unlabelled(part, case.given) for part in classed}
    train_classes = {
        case.label(folder)
        for part in classed
        if part.kind == "train"
        for folder in _class_folders(part, level)
        if folder not in aside[part.folder.path]
    }
    labelled = {part.folder.path: _table_labels(case, part, train_classes) for part in parts if part not in classed}
    train_only = {part.kind for part in classed if part.kind != PREDICT} == {"train"} and len(parts) > len(classed)
    train_only = train_only and not any(labelled.values())
    for part in parts:
        if labels := labelled.get(part.folder.path):
            _use_labels(layout, part, labels)
        elif part not in classed or part.kind == PREDICT:
            if part.inner.image_count:
                layout.offer(part.folder)
        else:
            kind: Part | None = None if train_only else part.kind  # type: ignore[assignment]  # PREDICT was handled before
            for folder in aside[part.folder.path]:
                layout.offer(folder)
            _classes(case, layout, part.inner, kind, level, skip=aside[part.folder.path])
            if not level:
                note_inner(layout, part.inner.full)
            for loose in part.inner.files:
                layout.leave_out(loose, "Has no class: it does not lie in a class folder.")
    if not layout.found and not layout.classes:
        raise UnusableDataset(f"{case.outer.path} has no class folders in its parts. {_EXPECTED}")
    if train_only:
        layout.notes.append("Only the train folder has class folders; its images are divided into all parts.")
    if not level and not case.named:
        layout.note_aside()
    _note_merged_folders(layout, [part for part in parts if part.folder.path not in layout.unlabelled])
    _join_spellings(layout, train_classes)
    if not level and not case.named:
        layout.note_new()
    _drop_untrained(layout, train_classes, "" if train_only else "train")
    layout.account(case.outer, OUTSIDE)
    return layout


def _unlabelled(part: PartFolder, given: Collection[str]) -> list[Folder]:
    """Folders such as 'unlabeled' or 'unsup' beside at least two class folders of a part."""
    full = [folder for folder in part.inner.full if folder.path.name not in given]
    found = [folder for folder in full if kind_of(folder.name) == PREDICT]
    return found if len(part.inner.full) - len(found) > 1 else []


def _table_labels(case: Case, part: PartFolder, train_classes: set[str]) -> Labelled | None:
    """Labels from a table for the images of a flat part, if they are classes of the train part."""
    images = list(part.inner.every_image()) if part.kind in ("val", "test") else []
    labelled = read_labels(case.everything, images, Reading(task=case.reading.task)) if images else None
    if labelled is not None and not labelled.clear:  # too few rows to detect the label column
        columns = [name for name, values in labelled.tables[0].columns.items() if set(values) <= train_classes]
        reading = Reading(
            layout="csv", labels=str(labelled.tables[0].path), label_column=(columns or [""])[0], task=case.reading.task
        )
        labelled = read_labels(case.everything, images, reading) if columns else None
    if labelled is None or not labelled.clear or labelled.multilabel != (case.reading.task == "multilabel"):
        return None
    every = set().union(*labelled.sets.values()) if labelled.multilabel else set(labelled.labels.values())
    return labelled if every <= train_classes and 2 * len(labelled.labels) > len(images) else None


def _use_labels(layout: Layout, part: PartFolder, labelled: Labelled) -> None:
    names = listed(table.path.name for table in labelled.tables)
    layout.notes.append(f"The classes of the images in '{short(part.folder.name)}' are read from {names}.")
    layout.explained |= {table.path for table in labelled.tables}
    for path in part.inner.every_image():
        if path not in labelled.conflicts and path in labelled.labels:
            layout.add(path, labelled.labels[path], part_of(part.kind), labelled.sets.get(path))
        else:
            layout.leave_out(path, labelled.conflicts.get(path) or f"Is given no class in {names}.")


def read_class_first(case: Case) -> Layout:
    """Parts within class folders: cat/train, cat/test, dog/train and so on."""
    layout = case.layout(layout="auto")
    for folder in case.root.folders:
        label = case.label(folder)
        layout.classes.add(label)
        for inner in folder.folders:
            kind = kind_of(inner.name)
            if kind == PREDICT:
                layout.offer(inner)
                continue
            for path in inner.every_file():
                layout.add(path, label, kind)  # type: ignore[arg-type]  # PREDICT was handled before
    layout.notes.append("Each class folder holds parts of its own; they are kept.")
    layout.account(case.outer, BESIDE)
    return layout


_EXPECTED = "Put the images of each class into a folder of its own, such as train/cat and train/dog."


def _class_folders(part: PartFolder, level: int) -> list[Folder]:
    return [deep for folder in part.inner.folders for deep in at_level(folder, level)]


def _classes(
    case: Case, layout: Layout, folder: Folder, part: Part | None, level: int, skip: list[Folder] | None = None
) -> None:
    seen: dict[str, str] = {}
    tops = [top for top in folder.folders if top not in (skip or ())]
    selected = [inner for top in tops for inner in at_level(top, level)]
    others = {case.label(inner) for inner in selected} if case.reading.layout != "folders" else set()
    for inner in selected:
        label = case.label(inner)
        if seen.get(label, inner.path.name) != inner.path.name:
            layout.notes.append(f"Two folders are called '{label}' (written differently); they are one class.")
        seen[label] = inner.path.name
        layout.classes.add(label)
        misplaced = [deep for deep in inner.full if case.label(deep) in others - {label}]
        for deep in misplaced:
            layout.leave_out(deep.path, f"Lies in '{short(label)}' and is called like another class: move it there.")
        deeper = (file for one in inner.folders if one not in misplaced for file in one.every_file())
        for path in [*inner.files, *deeper]:
            layout.add(path, label, part)


def _note_merged_folders(layout: Layout, parts: list[PartFolder]) -> None:
    for kind, title in _PLURAL.items():
        same = [part.folder.name for part in parts if part.kind == kind]
        if len(same) > 1:
            layout.notes.append(f"The folders {listed(same)} are used together as the {title} part.")
        elif same and kind != kind_of(same[0]):  # recognised by its neighbours or its content
            layout.notes.append(f"The folder '{short(same[0])}' is used as the {title} part.")


def _join_spellings(layout: Layout, train_classes: set[str]) -> None:
    """Rename classes of val or test that equal a class of train except for case, separators or a word for a part."""
    by_spelling: dict[str, list[str]] = {}
    for label in sorted(train_classes):
        by_spelling.setdefault(same_class(label), []).append(label)
    there: dict[str | None, set[str]] = {}
    for found in layout.found:
        there.setdefault(found.part, set()).add(found.label)
    renamed = {}
    for label in sorted(layout.classes - train_classes):
        match by_spelling.get(same_class(label), []):
            case [one] if not any({label, one} <= labels for labels in there.values()):
                renamed[label] = one
                layout.notes.append(f"The folder '{short(label)}' is taken for the class '{short(one)}'.")
    layout.found = [replace(found, label=renamed.get(found.label, found.label)) for found in layout.found]
    layout.classes -= renamed.keys()


def _drop_untrained(layout: Layout, train_classes: set[str], train: str) -> None:
    """Leave out, with a note, classes that occur only in val or test: they cannot be learned."""
    if not train_classes or not train:  # no train folder at all: the audit reports it
        return
    classes_by_part = {
        part: {label for found in layout.found if found.part == part for label in found.classes}
        for part in ("val", "test")
    }
    for label in sorted(layout.classes - train_classes):
        layout.notes.append(f"Class '{short(label)}' is not in the train folder; its images are left out.")
    for found in layout.found:
        if not found.classes <= train_classes:
            layout.leave_out(found.path, f"Class '{short(found.label)}' has no folder in train.")
    layout.found = [found for found in layout.found if found.classes <= train_classes]
    layout.classes &= train_classes
    for part, there in classes_by_part.items():
        for missing in sorted(train_classes - there if there else ()):
            layout.notes.append(f"Class '{short(missing)}' has no images in the {part} folder.")
