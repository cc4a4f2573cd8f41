"""Class folders, alone or within train, val and test."""

from dataclasses import dataclass, replace

from core.data.dataset import Part
from core.data.layouts.assigned import Layout, listed
from core.data.layouts.case import Case, stepped
from core.data.layouts.labelled import Labelled, part_of, read_labels
from core.data.layouts.words import (
    PREDICT,
    Kind,
    is_certain,
    is_group,
    is_late,
    is_leaving,
    kind_of,
    resembles_train,
    same_class,
    without_shared,
)
from core.data.tree import Folder
from core.errors import UnusableDataset
from core.experiment import Reading
from core.text import short

BESIDE = "Lies beside the class folders, so that it has no class."
LEAVING = (
    "Is called after what programs leave behind, and is no class. If it is one, read every folder as a class "
    "(`--layout folders`), or rename it."
)
OUTSIDE = "Lies outside train, val and test."
_PLURAL: dict[Kind, str] = {"train": "training", "val": "validation", "test": "test"}


@dataclass(frozen=True, slots=True)
class PartFolder:
    """A folder that is a part; `inner` is where its classes lie."""

    folder: Folder
    inner: Folder
    kind: Kind


def part_folders(case: Case) -> list[PartFolder]:
    """The folders of the root that are called like parts, whether or not they are."""
    folders = [folder for folder in case.root.folders if folder.path.name not in case.given]
    found = [PartFolder(folder, stepped(folder), kind) for folder in folders if (kind := kind_of(folder.name))]
    found = found or _alike_but_for_a_part(case.root.full)
    if found and all(part.kind != "train" for part in found):
        found += _the_missing_train(case, [folder for folder in folders if kind_of(folder.name) is None], found)
    validating = [part for part in found if part.kind == "val"]
    if len(validating) > 1 and not any(part.kind == "test" for part in found):
        # training, validation, evaluation: the last one measures
        late = [part for part in validating if is_late(part.folder.name)]
        if len(late) < len(validating):
            found = [PartFolder(p.folder, p.inner, "test") if p in late else p for p in found]
    return found


def _alike_but_for_a_part(full: list[Folder]) -> list[PartFolder]:
    """Folders whose names differ in nothing but a part: cats_train and cats_test, train_v2 and test_v2."""
    bare = without_shared([folder.name for folder in full])
    found = [(folder, kind_of(bare[folder.name])) for folder in full]
    if len({kind for _, kind in found}) < 2 or any(kind is None for _, kind in found):
        return []
    return [PartFolder(folder, stepped(folder), kind) for folder, kind in found if kind]


def _the_missing_train(case: Case, others: list[Folder], found: list[PartFolder]) -> list[PartFolder]:
    """The one folder that holds the folders that val and test hold: 'train_augmented', or 'learn' beside both."""
    wanted = [{case.label(inner) for inner in part.inner.folders} for part in found if part.inner.folders]
    like = [
        PartFolder(folder, stepped(folder), "train")
        for folder in others
        if any(len(labels & {case.label(inner) for inner in stepped(folder).full}) > 1 for labels in wanted)
    ]
    left_over = {"val", "test"} <= {part.kind for part in found}
    return like if len(like) == 1 and (left_over or resembles_train(like[0].folder.name)) else []


def labelled_kinds(parts: list[PartFolder]) -> set[Kind]:
    """The parts there are, without those that are only for prediction."""
    return {part.kind for part in parts if part.kind != PREDICT}


def read_classes(case: Case, level: int = 0) -> Layout:
    """Every folder is a class; with `level` 1, every folder within the folders."""
    layout = case.layout(layout="inner" if level else "folders")
    tests = [] if level or case.reading.layout == "folders" else _flat_tests(case)
    for folder in tests:
        layout.offer(folder)
    leavings = [] if level or case.named or case.reading.layout == "folders" else _leavings(case, tests)
    for folder in leavings:
        layout.leave_out(folder.path, LEAVING)
    _classes(case, layout, case.root, None, level, skip=[*tests, *leavings])
    if not level:
        _note_inner(layout, [one for one in case.root.full if one not in (*tests, *leavings)])
    if not level and not case.named and case.reading.layout != "folders":
        layout.note_aside()
    layout.account(case.outer, BESIDE)
    return layout


def read_parts(case: Case, parts: list[PartFolder], level: int = 0) -> Layout:
    """Class folders within parts. A part without class folders is offered for prediction."""
    layout = case.layout(layout="parts")
    classed = [part for part in parts if part.inner.folders or not part.inner.image_count]
    aside = {part.folder.path: [] if level or case.named else _unlabelled(part) for part in classed}
    known = {
        case.label(folder)
        for part in classed
        if part.kind == "train"
        for folder in _class_folders(part, level)
        if folder not in aside[part.folder.path]
    }
    said = {part.folder.path: _said(case, part, known) for part in parts if part not in classed}
    only = {part.kind for part in classed if part.kind != PREDICT} == {"train"} and len(parts) > len(classed)
    only = only and not any(said.values())
    for part in parts:
        if labels := said.get(part.folder.path):
            _use_labels(layout, part, labels)
        elif part not in classed or part.kind == PREDICT:
            if part.inner.image_count:
                layout.offer(part.folder)
        else:
            kind: Part | None = None if only else part.kind  # type: ignore[assignment]  # PREDICT went before
            for folder in aside[part.folder.path]:
                layout.offer(folder)
            _classes(case, layout, part.inner, kind, level, skip=aside[part.folder.path])
            if not level:
                _note_inner(layout, part.inner.full)
            for loose in part.inner.files:
                layout.leave_out(loose, "Has no class: it does not lie in a class folder.")
    if not layout.found and not layout.classes:
        raise UnusableDataset(f"{case.outer.path} has no class folders in its parts. {_WANTED}")
    if only:
        layout.notes.append("Only the train folder has class folders; its images are divided into all parts.")
    _note_doubled(layout, parts)
    _join_spellings(layout, known)
    _drop_untrained(layout, known, "" if only else "train")
    layout.account(case.outer, OUTSIDE)
    return layout


def _unlabelled(part: PartFolder) -> list[Folder]:
    """Folders such as 'unlabeled' or 'unsup' beside two classes of a part at least."""
    found = [folder for folder in part.inner.full if kind_of(folder.name) == PREDICT]
    return found if len(part.inner.full) - len(found) > 1 else []


def _said(case: Case, part: PartFolder, known: set[str]) -> Labelled | None:
    """What a file of labels says about the images of a flat part, where it gives them classes of the train part."""
    images = list(part.inner.every_image()) if part.kind in ("val", "test") else []
    said = read_labels(case.outer, images, Reading(task=case.reading.task)) if images else None
    if said is not None and not said.clear:  # too few rows to show which column it is, but the classes are known
        columns = [name for name, values in said.tables[0].columns.items() if set(values) <= known]
        reading = Reading(
            layout="csv", labels=str(said.tables[0].path), label_column=(columns or [""])[0], task=case.reading.task
        )
        said = read_labels(case.outer, images, reading) if columns else None
    if said is None or not said.clear or said.multilabel != (case.reading.task == "multilabel"):
        return None
    every = {one for labels in said.sets.values() for one in labels} if said.multilabel else set(said.labels.values())
    return said if every <= known and 2 * len(said.labels) > len(images) else None


def _use_labels(layout: Layout, part: PartFolder, said: Labelled) -> None:
    names = listed(table.path.name for table in said.tables)
    layout.notes.append(f"The classes of the images in '{short(part.folder.name)}' are read from {names}.")
    layout.explained |= {table.path for table in said.tables}
    for path in part.inner.every_image():
        if path not in said.conflicts and path in said.labels:
            layout.add(path, said.labels[path], part_of(part.kind), said.sets.get(path))
        else:
            layout.leave_out(path, said.conflicts.get(path) or f"Is given no class in {names}.")


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
                layout.add(path, label, kind)  # type: ignore[arg-type]  # PREDICT went before
    layout.notes.append("Each class folder holds parts of its own; they are kept.")
    layout.account(case.outer, BESIDE)
    return layout


_WANTED = "Put the images of each class into a folder of its own, such as train/cat and train/dog."


def _class_folders(part: PartFolder, level: int) -> list[Folder]:
    return [deep for folder in part.inner.folders for deep in stepped(folder).folders] if level else part.inner.folders


def _classes(
    case: Case, layout: Layout, folder: Folder, part: Part | None, level: int, skip: list[Folder] | None = None
) -> None:
    seen: dict[str, str] = {}
    chosen = [inner for top in folder.folders if top not in (skip or ()) for inner in _at(top, level)]
    others = {case.label(inner) for inner in chosen} if case.reading.layout != "folders" else set()
    for inner in chosen:
        label = case.label(inner)
        if seen.get(label, inner.path.name) != inner.path.name:
            layout.notes.append(f"Two folders are called '{label}' (written differently); they are one class.")
        seen[label] = inner.path.name
        layout.classes.add(label)
        astray = [deep for deep in inner.full if case.label(deep) in others - {label}]
        for deep in astray:
            layout.leave_out(deep.path, f"Lies in '{short(label)}' and is called like another class: move it there.")
        for path in [*inner.files, *(file for one in inner.folders if one not in astray for file in one.every_file())]:
            layout.add(path, label, part)


def _at(top: Folder, level: int) -> list[Folder]:
    return stepped(top).folders if level else [top]


def _flat_tests(case: Case) -> list[Folder]:
    """Folders of images for prediction beside class folders. A class may be called 'test', but not one of two."""
    if case.named:
        return []
    found = [
        folder
        for folder in case.root.full
        if kind_of(folder.name) not in (None, "train") and is_certain(folder.name) and not stepped(folder).full
    ]
    return found if len(case.root.folders) - len(found) > 1 else []


def _leavings(case: Case, tests: list[Folder]) -> list[Folder]:
    """Folders of thumbnails, previews or results beside two classes at least."""
    found = [folder for folder in case.root.folders if is_leaving(folder.name) and folder not in tests]
    return found if len(case.root.full) - len(found) - len(tests) > 1 else []


def _note_inner(layout: Layout, folders: list[Folder]) -> None:
    """Say of classes that they hold folders that might be classes themselves, where they are no groups of images."""
    single = []
    for folder in folders:
        inner = [one.name for one in folder.full if one.path not in layout.explained and not is_group(one.name)]
        if len(inner) > 1:
            layout.notes.append(f"The folders {listed(inner)} in '{short(folder.name)}' are one class together.")
        elif inner and folder.images:
            single.append(f"{folder.name}/{inner[0]}")
    if single:
        verb = "counts to the class it lies in" if len(single) == 1 else "count to the classes they lie in"
        layout.notes.append(f"{'The folder' if len(single) == 1 else 'The folders'} {listed(single)} {verb}.")


def _note_doubled(layout: Layout, parts: list[PartFolder]) -> None:
    for kind, words in _PLURAL.items():
        same = [part.folder.name for part in parts if part.kind == kind]
        if len(same) > 1:
            layout.notes.append(f"The folders {listed(same)} are used together as the {words} part.")
        elif same and kind != kind_of(same[0]):  # by what is beside it or in it
            layout.notes.append(f"The folder '{short(same[0])}' is used as the {words} part.")


def _join_spellings(layout: Layout, known: set[str]) -> None:
    """A class of val or test whose name is a known class's but for case, separators or a part's name is that class."""
    spelt: dict[str, list[str]] = {}
    for label in sorted(known):
        spelt.setdefault(same_class(label), []).append(label)
    there: dict[str | None, set[str]] = {}
    for found in layout.found:
        there.setdefault(found.part, set()).add(found.label)
    joined = {}
    for label in sorted(layout.classes - known):
        match spelt.get(same_class(label), []):
            case [one] if not any({label, one} <= labels for labels in there.values()):
                joined[label] = one
                layout.notes.append(f"The folder '{short(label)}' is taken for the class '{short(one)}'.")
    layout.found = [replace(found, label=joined.get(found.label, found.label)) for found in layout.found]
    layout.classes -= joined.keys()


def _drop_untrained(layout: Layout, known: set[str], train: str) -> None:
    """A class that occurs only in val or test cannot be learned: its images are left out, and said so."""
    if not known or not train:  # no train folder at all: the audit says so
        return
    trained = {part: {found.label for found in layout.found if found.part == part} for part in ("val", "test")}
    for label in sorted(layout.classes - known):
        layout.notes.append(f"Class '{short(label)}' is not in the train folder; its images are left out.")
    for found in layout.found:
        if found.label not in known:
            layout.leave_out(found.path, f"Class '{short(found.label)}' has no folder in train.")
    layout.found = [found for found in layout.found if found.label in known]
    layout.classes &= known
    for part, there in trained.items():
        for missing in sorted(known - there if there else ()):
            layout.notes.append(f"Class '{short(missing)}' has no images in the {part} folder.")
