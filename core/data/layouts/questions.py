"""What is asked where a folder can be read in several ways."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from core.data.layouts.assigned import listed
from core.data.layouts.case import Case, stepped
from core.data.layouts.words import (
    PREDICT,
    Kind,
    is_certain,
    is_generic,
    is_group,
    is_lot,
    kind_of,
    part_words,
    same_class,
)
from core.data.natural import natural_key
from core.data.tree import Folder
from core.errors import UnclearLayout
from core.text import short

_MOST_VARIANTS = 6
FOLDERS = ({"layout": "folders"}, "each of these folders is a class")
SHARED = (
    {"layout": "folders", "task": "multilabel"},
    "each of these folders is a label; an image that lies in several has all their labels",
)
INNER = ({"layout": "inner"}, "the folders within them are the classes")


def ask_about_names(case: Case, full: Sequence[Folder]) -> None:
    """Raise where the names of flat folders say when their images came, or name a class and a part at once."""
    names = listed(folder.name for folder in full)
    if all(is_lot(folder.name) for folder in full):
        raise case.ask(
            f"The folders {names} are called after when or in which lot their images came, not after what they show. "
            "If they are no classes, put the images of each class into a folder of its own, or add a file labels.csv "
            "with the columns file and label.",
            [FOLDERS],
        )
    classes = Counter(same_class(folder.name) for folder in full)
    parted = all(len(found := part_words(folder.name)) == 1 and found != {PREDICT} for folder in full)
    if parted and 1 < len(classes) < len(full):
        raise case.ask(
            f"The folders {names} name a class and a part at once. Put each class into a folder of its part, such as "
            "train/cat and test/cat.",
            [FOLDERS],
        )
    if _are_parts(full):
        raise case.ask(
            f"The folders {names} are called like parts of one data set, not after what they show. Put the images of "
            "each class into a folder of its own, or add a file labels.csv with the columns file and label.",
            [FOLDERS],
        )


def _are_parts(full: Sequence[Folder]) -> bool:
    """Whether the names of two folders differ in a part alone: 'box_train' and 'box_test', beside others."""
    parts: dict[str, set[frozenset[Kind]]] = defaultdict(set)
    for folder in full:
        parts[same_class(folder.name)].add(frozenset(part_words(folder.name)))
    train, others = frozenset(("train",)), {frozenset(("val",)), frozenset(("test",))}
    return any(train in found and others & found for found in parts.values())


def variants(case: Case, full: Sequence[Folder], every: set[str]) -> UnclearLayout:
    """The question where folders all hold the same folders, `every` by name."""
    tops = listed(folder.name for folder in full)
    same = listed(sorted(every, key=natural_key))
    question = f"The folders {tops} all hold the same folders ({same}): parts or variants, no classes."
    if any(kind_of(name) for name in every):
        return case.ask(question, _each(full))
    return case.ask(question, [*_each(full), INNER, FOLDERS])


def folds(case: Case, full: Sequence[Folder]) -> UnclearLayout:
    """The question where all folders are called after folds."""
    question = (
        f"The folders {listed(folder.name for folder in full)} are folds of a cross-validation, which are neither "
        "classes nor parts. Rename them to train, val and test, or read them together and divided anew."
    )
    nested = all(folder.full and not any(kind_of(one.name) for one in folder.full) for folder in full)
    return case.ask(question, [INNER, *_each(full)] if nested else [*_each(full), FOLDERS])


def _each(full: Sequence[Folder]) -> list[tuple[dict[str, str], str]]:
    return [
        ({"layout": f"only:{folder.name}"}, f"only the folder '{folder.name}' is read")
        for folder in full[:_MOST_VARIANTS]
    ]


def ask_about_copies(case: Case, full: Sequence[Folder], inner: Sequence[set[str]]) -> None:
    """Raise where a folder beside class folders holds folders called like them: another copy of the set."""
    flat = {case.label(folder) for folder in full if folder.images}
    for folder, found in zip(full, inner, strict=True):
        if not folder.images and len(found & flat) > 1:
            raise case.ask(
                f"The folder '{short(folder.name)}' holds folders called like those beside it "
                f"({listed(sorted(found & flat))}): a part or a copy, no class.",
                [({"layout": f"only:{folder.name}"}, f"only the folder '{folder.name}' is read"), FOLDERS],
            )


def ask_about_wrapped(case: Case, full: Sequence[Folder]) -> None:
    """Raise where a folder whose name says nothing, as 'dataset', holds folders that may be the classes, beside others
    such as 'figures'."""
    for folder in full:
        inner = [one.name for one in stepped(folder).full if kind_of(one.name) or not is_generic(one.name)]
        told = [name for name in inner if not is_group(name)]
        if not folder.images and is_generic(folder.name) and len(told) > 1:
            others = [one.name for one in full if one is not folder]
            raise case.ask(
                f"The folder '{short(folder.name)}' holds the folders {listed(told)}, which may be the classes; beside "
                f"it {'lies' if len(others) == 1 else 'lie'} {listed(others)}.",
                [({"layout": f"only:{folder.name}"}, f"only the folder '{folder.name}' is read"), FOLDERS],
            )


def ask_about_test(case: Case) -> None:
    """Raise where folders called like parts leave one class at most: they may be classes, or for prediction."""
    full = case.root.full
    tests = [
        folder
        for folder in full
        if kind_of(folder.name) != "train" and is_certain(folder.name) and not stepped(folder).full
    ]
    if case.named or not tests or len(full) - len(tests) > 1:
        return
    raise case.ask(
        f"The folders {listed(folder.name for folder in full)} may all be classes, or "
        f"{listed(folder.name for folder in tests)} may hold images for prediction.",
        [*_each([folder for folder in full if folder not in tests]), FOLDERS],
    )
