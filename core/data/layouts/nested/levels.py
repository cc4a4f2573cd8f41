"""Which level of folders in folders are the classes, or the question where several may be."""

from collections.abc import Iterable, Sequence

from core.data.layouts.asking.file_formats import ask_about_formats
from core.data.layouts.asking.names_in_folders import ask_about_file_names
from core.data.layouts.asking.questions import (
    FILENAMES,
    FOLDERS,
    INNER,
    INNERMOST,
    PARTS,
    Option,
    ask_about_copies,
    ask_about_names,
    ask_about_unknown,
    ask_about_wrapped,
    folds,
    variants,
)
from core.data.layouts.asking.tables import table_options
from core.data.layouts.assigned import listed
from core.data.layouts.case import Case, at_level, unwrap
from core.data.layouts.exports import MASKS, Export
from core.data.layouts.flat import labels_of
from core.data.layouts.masked.folders import holds_images, is_annotation, only_count
from core.data.layouts.words import are_folds, is_generic, is_group
from core.data.natural import natural_key
from core.data.tree import Folder
from core.errors import UnusableDataset
from core.text import short
from core.wording import as_reading

_DEEPEST = 9


def ask_about_levels(case: Case, root: Folder, within_parts: bool = False) -> None:
    """Raise `UnclearLayout` if not the folders of `root` but those in them may be the classes, or a part of them."""
    full = root.full
    within = case.part(root) if within_parts else case
    if not case.named and len(root.folders) > 1 and are_folds([f.name for f in root.folders]):
        raise folds(within, full)
    if case.named or len(full) < 2:
        return
    inner = [_labels(case, unwrap(folder).full) for folder in full]
    if not any(inner) and len(full) == len(root.folders):
        ask_about_names(within, full)
        ask_about_file_names(within, full)
        ask_about_formats(within, full)
    if any(_has_its_own(folder) for folder in full) or not all(inner):
        ask_about_copies(within, full, inner)
        ask_about_wrapped(within, full)
        ask_about_unknown(within, full)
        return
    _ask_which_level(case, full, inner, within_parts)


def _ask_which_level(case: Case, full: Sequence[Folder], inner: Sequence[set[str]], within_parts: bool) -> None:
    every = set().union(*inner)
    level = depth(full)
    innermost = [_labels(case, at_level(folder, level)) for folder in full] if level > 1 else []
    these = PARTS if within_parts else FOLDERS
    ways = [*([INNERMOST] if level > 1 else []), INNER, these]
    if all(is_group(name) for name in every):
        if innermost and _alike(innermost):
            raise _groups_between(case, full, every, innermost, ways)
        return
    if all(len(found) == 1 for found in inner):
        if len(every) > 1 and all(is_group(folder.name) for folder in full) and not all(map(is_generic, every)):
            raise _one_class_each(case, full, every, these)
        return
    annotations = {one.name for folder in full for one in folder.full if is_annotation(one)}
    if annotations & every and all(is_generic(name) or name in annotations for name in every):
        raise refusal(case, MASKS)
    if _alike(inner):
        raise variants(case, full, every, ways)
    raise case.ask(
        f"The folders {listed(folder.name for folder in full)} hold only folders of their own "
        f"({_sorted(every)}), so that either may be the classes.",
        [these, *ways[:-1][::-1]],
    )


def _groups_between(
    case: Case, full: Sequence[Folder], every: Iterable[str], innermost: Sequence[set[str]], ways: Sequence[Option]
) -> Exception:
    return case.ask(
        f"The folders {listed(folder.name for folder in full)} hold folders called after when, where or by whom images "
        f"were taken ({_sorted(every)}), and within those lie the same folders again "
        f"({_sorted(set().union(*innermost))}), so that the outer or the innermost ones may be the classes.",
        ways,
    )


def _one_class_each(case: Case, full: Sequence[Folder], every: Iterable[str], these: Option) -> Exception:
    return case.ask(
        f"The folders {listed(folder.name for folder in full)} are called after when, where or by whom images were "
        f"taken, and each holds a single folder ({_sorted(every)}), so that either may be the classes.",
        [INNER, these],
    )


def depth(folders: Sequence[Folder]) -> int:
    """How many levels below these folders the innermost ones lie that may be classes: those with images in them, or
    above folders called after days, persons and the like."""
    level, levels = 0, [folders]
    while level < _DEEPEST and folders and all(unwrap(one).full and not _has_its_own(one) for one in folders):
        folders, level = [inner for one in folders for inner in unwrap(one).full], level + 1
        levels.append(folders)
    while level and all(is_group(one.name) or is_generic(one.name) or is_annotation(one) for one in levels[level]):
        level -= 1
    return level


def innermost(case: Case, folders: Sequence[Folder]) -> int:
    """The level of the innermost folders. Raises `UnusableDataset` where these folders hold none."""
    if level := depth(folders):
        return level
    raise UnusableDataset(
        f"The folders in {case.root.path} hold no folders of their own that may be classes. Read them as the classes "
        f"({as_reading(layout='folders')})."
    )


_SIGNS = frozenset(("-1", "0", "1"))


def refusal(case: Case, export: Export) -> UnusableDataset:
    """The error for images of another task, with the ways to read them all the same."""
    sentence = f"{case.outer.path} {export.what} {export.step.format(short(case.outer.path.name))}"
    if not case.outer.image_count:
        return UnusableDataset(sentence)
    labelled = labels_of(case)
    of_one_object = labelled is not None and set(labelled.labels.values()) <= _SIGNS  # 'cat_train.txt' of Pascal VOC
    options = [FILENAMES, *([] if of_one_object else table_options(case, labelled))]
    classes = [folder for folder in case.root.full if not holds_images(folder)]
    unsure = len(classes) > 1 or not all(mask.surely for mask in case.masks)
    if export is MASKS and (unsure or only_count((case.whole or case).root)):
        options.insert(0, FOLDERS)
    return case.ask(sentence, options)


def _labels(case: Case, folders: Iterable[Folder]) -> set[str]:
    return {case.label(folder) for folder in folders}


def _sorted(names: Iterable[str]) -> str:
    return listed(sorted(names, key=natural_key))


def _has_its_own(folder: Folder) -> bool:
    """Whether a quarter or more of a folder's images lie directly in it, not in sub-folders."""
    return 4 * len(folder.images) >= folder.image_count


def _alike(inner: Sequence[set[str]]) -> bool:
    common, every = set.intersection(*inner), set().union(*inner)
    return len(common) > 1 and 2 * len(common) >= len(every)
