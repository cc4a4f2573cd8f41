"""Questions for folders that can be read in several ways."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from core.data.layouts.asking.crossed import beside_their_classes, crossed_with_parts, means_no_class
from core.data.layouts.assigned import listed
from core.data.layouts.beside.aside import is_aside
from core.data.layouts.beside.opposites import with_opposite
from core.data.layouts.beside.originals import were_made_of
from core.data.layouts.beside.siblings import is_filled_like
from core.data.layouts.case import Case, holds_folders, unwrap
from core.data.layouts.nested.only import ONLY, WITHOUT, name_of
from core.data.layouts.shares import are_batches, are_qualified_parts, lie_beside_parts
from core.data.layouts.words import (
    PREDICT,
    Beside,
    Kind,
    is_beside_parts,
    is_certain,
    is_generic,
    is_group,
    is_new,
    is_ordinary,
    is_unlikely_class,
    kind_of,
    may_be_unknown,
    part_words,
    same_class,
)
from core.data.natural import natural_key
from core.data.related.affixes import is_count, words
from core.data.tree import Folder
from core.errors import UnclearLayout
from core.text import short

_MOST_VARIANTS = 6
NO_CLASSES = (  # to whoever has a folder per class, it is said which folders are meant
    "If they are no classes, put the images of each class into a folder of its own, or add a file labels.csv with the "
    "columns file and label."
)
Option = tuple[dict[str, str], str]  # fields of `Reading`, and what they mean
FILENAMES = ({"layout": "filenames"}, "the classes are in the file names")
FOLDERS = ({"layout": "folders"}, "each of these folders is a class")
SHARED = (
    {"layout": "folders", "task": "multilabel"},
    "each of these folders is a label; an image that lies in several has all their labels",
)
INNER = ({"layout": "inner"}, "the folders within them are the classes")
INNERMOST = ({"layout": "innermost"}, "the innermost folders are the classes")
PARTS = ({"layout": "parts"}, "each of these folders is a class, in every part")


def ask_about_names(case: Case, full: Sequence[Folder]) -> None:
    """Raise if the names of flat folders are dates or batches, or combine a class and a part."""
    names = listed(folder.name for folder in full)
    if are_batches([folder.name for folder in full]):
        raise case.ask(
            f"The folders {names} are called after when or in which lot their images came, not after what they show. "
            f"{NO_CLASSES}",
            [FILENAMES, FOLDERS],
        )
    classes = Counter(same_class(folder.name) for folder in full)
    with_part = all(len(found := part_words(folder.name)) == 1 and found != {PREDICT} for folder in full)
    called = [case.label(folder) for folder in full]
    if (with_part and 1 < len(classes) < len(full)) or crossed_with_parts(called):
        raise case.ask(
            f"The folders {names} name a class and a part at once. Put each class into a folder of its part, such as "
            "train/cat and test/cat.",
            [FOLDERS],
        )
    for one, longer in beside_their_classes(called).items():
        if means_no_class(one):
            raise case.ask(
                f"The folders {listed(longer)} are called like others with '{one.text}' more: a part or a lot of the "
                "same classes, no classes of their own. Put their images into the folders of those, within train and "
                "test if they divide them, or take these folders out.",
                [FOLDERS],
            )
    if _are_parts(full):
        raise case.ask(
            f"The folders {names} are called like parts of one data set, not after what they show. {NO_CLASSES}",
            [FILENAMES, FOLDERS],
        )


def _are_parts(full: Sequence[Folder]) -> bool:
    """Whether two folder names differ only in the part: 'box_train' and 'box_test', beside others; or whether all are
    parts, each with a word more: 'public_train' and 'private_test'."""
    called = [folder.name for folder in full]
    if lie_beside_parts(called) or are_qualified_parts(called):
        return True
    kinds = [part_words(folder.name) - {PREDICT} for folder in full]
    if all(kinds) and {"train"} in kinds and any("train" not in each for each in kinds):
        return True
    parts: dict[str, set[frozenset[Kind]]] = defaultdict(set)
    for folder in full:
        parts[same_class(folder.name)].add(frozenset(part_words(folder.name)))
    train, others = frozenset(("train",)), {frozenset(("val",)), frozenset(("test",))}
    divided = {base for base, found in parts.items() if train in found and others & found}
    return bool(divided - _with_other_kinds(divided, called))


def _with_other_kinds(bases: set[str], others: Sequence[str]) -> set[str]:
    """The bases that others are called like with a word for what they show: 'race_track' beside 'test_track'."""
    named = [words(other) for other in others if part_words(other) <= {PREDICT}] if bases else []
    rests = [(base, "".join(word for word in found if word != base)) for found in named for base in bases & {*found}]
    return {base for base, rest in rests if rest and not (is_beside_parts(rest) or is_unlikely_class(rest))}


def variants(case: Case, full: Sequence[Folder], every: set[str], ways: Sequence[Option]) -> UnclearLayout:
    """The question if all folders have the same sub-folders, with the names `every`; `ways` to read all of them."""
    tops = listed(folder.name for folder in full)
    same = listed(sorted(every, key=natural_key))
    question = f"The folders {tops} all hold the same folders ({same}): parts or variants, no classes."
    if any(kind_of(name) for name in every):
        return case.ask(question, one_folder_options(case, full))
    return case.ask(question, [*one_folder_options(case, full), *ways])


def folds(case: Case, full: Sequence[Folder]) -> UnclearLayout:
    """The question if all folders are named like folds."""
    question = (
        f"The folders {listed(folder.name for folder in full)} are called like folds of a cross-validation, which "
        "are neither classes nor parts. If they are folds, rename them to train, val and test, or put all images of a "
        "class into a folder of its own, to be divided anew."
    )
    nested = all(folder.full and not any(kind_of(one.name) for one in folder.full) for folder in full)
    if nested:
        return case.ask(question, [INNER, *one_folder_options(case, full)])
    return case.ask(question, [FILENAMES, *one_folder_options(case, full), FOLDERS])


def unknown_parts(case: Case, full: Sequence[Folder]) -> UnclearLayout:
    """The question if the file names give classes, but no folder is the training part."""
    return case.ask(
        f"The file names in {listed(folder.name for folder in full)} give classes, but none of these folders is the "
        "training part. Rename them to train, val and test, or read them together and divided anew.",
        [FILENAMES],
    )


def one_folder_options(case: Case, full: Sequence[Folder]) -> list[Option]:
    """The options to read one of these folders alone."""
    return [
        ({"layout": f"{ONLY}{name_of(case, folder)}"}, f"only the folder '{folder.name}' is read")
        for folder in full[:_MOST_VARIANTS]
    ]


def with_or_without(case: Case, folder: Folder) -> list[Option]:
    """The options to read only this folder, or everything but it."""
    without = {"layout": f"{WITHOUT}{name_of(case, folder)}"}
    return [*one_folder_options(case, [folder]), (without, f"everything but the folder '{folder.name}' is read")]


def ask_about_copies(case: Case, full: Sequence[Folder], inner: Sequence[set[str]]) -> None:
    """Raise if a folder beside class folders has sub-folders of the same names: another copy of the data set."""
    flat = {case.label(folder) for folder in full if folder.images}
    for folder, found in zip(full, inner, strict=True):
        if not folder.images and len(found & flat) > 1:
            raise case.ask(
                f"The folder '{short(folder.name)}' holds folders called like those beside it "
                f"({listed(sorted(found & flat))}): a part or a copy, no class.",
                [*with_or_without(case, folder)[::-1], FOLDERS],
            )


def ask_about_wrapped(case: Case, full: Sequence[Folder]) -> None:
    """Raise if a folder with a generic name, as 'dataset', contains folders that may be the classes, beside others such
    as 'figures'."""
    for folder in full:
        inner = [one.name for one in unwrap(folder).full if kind_of(one.name) or not is_generic(one.name)]
        class_names = [name for name in inner if not is_group(name)]
        if not folder.images and is_generic(folder.name) and len(class_names) > 1:
            others = [one.name for one in full if one is not folder]
            raise case.ask(
                f"The folder '{short(folder.name)}' holds the folders {listed(class_names)}, which may be the classes; "
                f"beside it {'lies' if len(others) == 1 else 'lie'} {listed(others)}.",
                [*one_folder_options(case, [folder]), FOLDERS],
            )


def ask_about_unknown(case: Case, full: Sequence[Folder]) -> None:
    """Raise if one folder holds several folders and no image of its own, and those beside it may hold images without a
    class: 'known' with the classes, and 'unknown'."""
    upper = [folder for folder in full if not folder.images and len(unwrap(folder).full) > 1]
    if len(upper) != 1 or any(is_group(one.name) for one in unwrap(upper[0]).full):
        return
    others = [folder for folder in full if folder is not upper[0]]
    beside = Beside(folder.name for folder in case.root.full)
    if others and all(not unwrap(one).full and _may_have_no_class(one, upper[0], beside) for one in others):
        raise case.ask(
            f"The folder '{short(upper[0].name)}' holds the folders {listed(f.name for f in unwrap(upper[0]).full)}, "
            f"which may be the classes, and {listed(folder.name for folder in others)} images without one.",
            [*one_folder_options(case, upper), FOLDERS],
        )


def _may_have_no_class(folder: Folder, upper: Folder, beside: Beside) -> bool:
    """Whether a flat folder beside `upper`, which holds classes, may hold images without one: by its name, or as those
    of which the images of the classes were made."""
    if may_be_unknown(folder.name) or is_aside(folder.name, beside):
        return True
    return not is_count({path.stem for path in folder.images}) and were_made_of(upper.every_image(), folder.images)


def ask_about_loose(case: Case) -> None:
    """Raise if a single folder holds folders that may be the classes, and beside it lie as many images or more."""
    full, loose = case.root.full, case.root.images
    if case.named or len(full) != 1 or not loose or not holds_folders(full[0]):
        return
    raise case.ask(
        f"The folder '{short(full[0].name)}' holds the folders {listed(one.name for one in full[0].full)}, which may "
        f"be the classes; beside it {'lies 1 image' if len(loose) == 1 else f'lie {len(loose):,} images'} in no "
        "folder.",
        [*one_folder_options(case, full), FILENAMES],
    )


def ask_about_test(case: Case) -> None:
    """Raise if at most one class remains beside folders named like parts, or if another folder is called the opposite,
    or one of them is filled as the classes are: these may be classes, or for prediction."""
    full = [folder for folder in case.root.full if folder.path.name not in case.given]
    tests = [
        folder
        for folder in full
        if (is_new(folder.name) or (kind_of(folder.name) != "train" and is_certain(folder.name)))
        and not unwrap(folder).full
    ]
    if case.named or not tests:
        return
    rest = [folder for folder in case.root.full if folder not in tests]
    denying = with_opposite((folder.name for folder in tests), (folder.name for folder in rest))
    opposite = [folder for folder in tests if folder.name in denying]
    beside = Beside(folder.name for folder in case.root.full)
    opposite = opposite or [
        folder
        for folder in tests
        if kind_of(folder.name) is not None and is_filled_like(folder, rest) and not is_ordinary(folder.name, beside)
    ]
    if len(rest) > 1 and not opposite:
        return
    apart = with_or_without(case, opposite[0])[1:] if len(rest) > 1 else one_folder_options(case, rest)
    raise case.ask(
        f"The folders {listed(folder.name for folder in case.root.full)} may all be classes, or "
        f"{listed(folder.name for folder in tests)} may hold images for prediction.",
        [*apart, FOLDERS],
    )
