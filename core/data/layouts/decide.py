"""Which layout a folder has, and what to ask where two are as likely."""

from collections.abc import Sequence

from core.data import names
from core.data.dataset import LeftOut
from core.data.layouts.assigned import Layout, listed
from core.data.layouts.case import Case, enter, no_classes, stepped, take_labels
from core.data.layouts.containers import container_of, other_files, unread_labels
from core.data.layouts.exports import MASKS, Export, export_of, is_annotation
from core.data.layouts.filenames import labels_by_name
from core.data.layouts.flat import images_of, labels_of, read_csv, read_filenames, ways_of_table
from core.data.layouts.folders import labelled_kinds, part_folders, read_class_first, read_classes, read_parts
from core.data.layouts.labelled import Labelled
from core.data.layouts.labels.shared import lie_in_several
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
    is_fold,
    is_generic,
    is_group,
    is_lot,
    kind_of,
)
from core.data.natural import natural_key
from core.data.tree import Folder
from core.errors import LayoutChoice, UnclearLayout, UnusableDataset
from core.experiment import Reading
from core.text import short

ONLY = "only:"


def read_case(case: Case, reading: Reading) -> Layout:
    """Read a folder in the given way. Raises `UnusableDataset` where it cannot be read so, `UnclearLayout` where 'auto'
    cannot decide."""
    before, case.reading = case.reading, reading
    try:
        return _read(case, reading.layout)
    finally:
        case.reading = before


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
    said = labels_of(case)  # csv
    if said is None:
        raise UnusableDataset(
            f"No file of labels in {case.outer.path} names its images. Add one, such as labels.csv, with the columns "
            "file and label."
        )
    return read_csv(case, said)


def _only(case: Case, name: str) -> Layout:
    """Read one folder alone, by its name or its path below the folder that was chosen."""
    for folder in case.outer.every_folder():
        below = folder.path.relative_to(case.outer.path)
        if below.parts and name in (folder.name, names.shown(below.as_posix())):
            break
    else:
        there = listed(folder.name for folder in case.root.full) or "no images"
        raise UnusableDataset(f"{case.outer.path} has no folder '{short(name)}' to be read alone. It holds {there}.")
    inner = Case(folder, folder, Reading(), case.read, dict(case.labels), dict(case.called), set(case.given))
    take_labels(inner, folder.path)
    enter(inner)
    alone = Reading(task=case.reading.task)
    layout = read_case(inner, alone)
    layout.reading = alone.model_copy(update={"layout": f"{ONLY}{name}"})
    layout.notes.insert(0, f"Only the folder '{short(name)}' is read.")
    layout.left_out[:0] = [*case.left_out, *_beside(case.outer, folder)]
    return layout


def _beside(top: Folder, chosen: Folder) -> list[LeftOut]:
    """What lies on the way to the chosen folder and is not read."""
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
    return case.ask(sentence, [({"layout": "filenames"}, "the classes are in the file names")])


def _divided(case: Case) -> bool:
    """Whether there are two parts at least, one of them with class folders.

    A class may be called 'train' (beside 'bus' and 'car') and is not mistaken for a part.
    """
    parts = part_folders(case)
    deep = [part for part in parts if not all(kind_of(folder.name) for folder in part.inner.folders)]
    if len(labelled_kinds(parts)) > 1:
        return bool(deep)
    beside = [folder for folder in case.root.full if folder not in [part.folder for part in parts]]
    return len(parts) > 1 and bool(labelled_kinds(deep)) and not beside


def _flat(case: Case) -> Layout | None:
    """Images whose folders say nothing, or less than a file of labels does. None where the folders are the classes."""
    said = labels_of(case)
    speaking = [folder for folder in case.root.full if not _is_mute(folder)]
    if not speaking and case.root.image_count:
        if said is not None:
            return read_csv(case, said)
        return _by_names(case)
    ask_about_tables(case, said)
    if said is None or not said.clear or 10 * len(said.labels) < 9 * len(images_of(case)):
        return None
    if _agree(case, said):
        return None
    if all(is_group(f.name) or is_fold(f.name) or is_generic(f.name) or kind_of(f.name) for f in case.root.full):
        return read_csv(case, said)
    name = said.tables[0].path.name
    ways = [({"layout": "csv", "labels": name}, f"the classes are in {name}"), FOLDERS]
    raise case.ask(
        f"{name} and the folders {listed(f.name for f in case.root.full)} give the images other classes.", ways
    )


def _is_mute(folder: Folder) -> bool:
    """Whether neither a folder nor what is in it can be a class: called like a part or 'images', and flat."""
    return (kind_of(folder.name) is not None or is_generic(folder.name) or is_annotation(folder)) and not [
        inner for inner in stepped(folder).full if not (is_group(inner.name) or kind_of(inner.name))
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


def _agree(case: Case, said: Labelled) -> bool:
    """Whether the folders say the same as the file of labels: each class has one folder and each folder one class."""
    pairs = {(label, path.parent) for path, label in said.labels.items()}
    tops = {(label, path.relative_to(case.root.path).parts[0]) for path, label in said.labels.items()}
    return any(len(one) == len({a for a, _ in one}) == len({b for _, b in one}) for one in (pairs, tops))


def _are_class_first(case: Case) -> bool:
    """Whether each folder holds parts without class folders: cat/train, cat/test, dog/train."""
    full = case.root.full
    kinds = [{kind_of(inner.name) for inner in folder.full} for folder in full]
    return (
        len(full) > 1
        and all(found and None not in found for found in kinds)
        and any(len(found) > 1 for found in kinds)
        and not any(stepped(inner).full for folder in full for inner in folder.full)
        and not any(folder.images for folder in full)
        and not all(is_fold(folder.name) or is_lot(folder.name) for folder in full)
    )


def _level(case: Case, root: Folder, within_parts: bool = False) -> int:
    """0 where the folders of `root` are the classes; raises `UnclearLayout` where those within them may be."""
    full = root.full
    if not case.named and not within_parts and len(root.folders) > 1 and all(is_fold(f.name) for f in root.folders):
        raise folds(case, full)
    if case.named or len(full) < 2:
        return 0
    inner = [{case.label(one) for one in stepped(folder).full} for folder in full]
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
    """Whether a good part of a folder's images lies right in it, not only a stray one beside its sub-folders."""
    return 4 * len(folder.images) >= folder.image_count


def _alike(inner: Sequence[set[str]]) -> bool:
    common, every = set.intersection(*inner), set().union(*inner)
    return len(common) > 1 and 2 * len(common) >= len(every)


def choices(case: Case) -> tuple[LayoutChoice, ...]:
    """Every way in which the folder can be read, for whoever wants another one than was found: first those between
    which it would be asked."""
    asked: tuple[LayoutChoice, ...] = ()
    try:
        read_case(case, Reading())
    except UnclearLayout as error:
        asked = error.choices
    except UnusableDataset:
        pass  # it cannot be read as it was found, which was said: the other ways follow
    ways = [FOLDERS, INNER, ({"layout": "parts"}, "the folders are train, val and test")]
    if labels_by_name(images_of(case)):
        ways.append(({"layout": "filenames"}, "the classes are in the file names"))
    if lie_in_several(case.root.full):
        ways.append(SHARED)
    ways += ways_of_table(case, labels_of(case))
    known = [choice.reading for choice in asked]
    return (*asked, *(choice for choice in case.ask("", ways).choices if choice.reading not in known))
