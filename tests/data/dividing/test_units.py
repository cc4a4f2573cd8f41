"""How groups that stay together are dealt, and what is said of classes too small or too alike to be divided."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from core.data.audit import problems
from core.data.dataset import NO_LABEL, Dataset, Item
from core.data.dividing.stratify import stratified
from core.data.report import describe, image_notes
from core.data.split import make_split
from core.experiment import SplitSpec

WORDS = ("", "_flip", "_rot90", "_blur", "_crop", "_dark")


def dataset_of(counts, part=None, **more):
    """`counts` {class: sizes of groups of versions}: images whose names tell the groups."""
    items = []
    for label, sizes in enumerate(counts.values()):
        for number, size in enumerate(sizes):
            for word in WORDS[:size]:
                name = f"{'abcdefghijkl'[label]}{chr(107 + number)}{number * 7919 + label:06}{word}.png"
                items.append(Item(Path(name), name, label, 40, 30, f"{len(items) * 7919 % 10007:064x}", part))
    return Dataset("x", "x", tuple(counts), tuple(items), **more)


def sizes_of(dataset, split, name):
    label = dataset.classes.index(name)
    return {part: sum(dataset.items[i].label == label for i in getattr(split, part))
            for part in ("train", "val", "test")}  # fmt: skip


@pytest.mark.parametrize(
    ("groups", "train", "val", "test"),
    [
        ((4, 3, 1, 1, 1), 7, 1, 2),  # two of ten each: only single ones fit
        ((2, 3, 4), 4, 3, 2),  # nothing fits into validation: the smallest goes there
        ((3, 3), 3, 3, 0),  # too few for a test part
        ((5,), 4, 1, 0),  # nothing else trains
        ((1,) * 10, 6, 2, 2),
        ((2,) * 5, 6, 2, 2),
        ((1, 1, 1), 1, 1, 1),
        ((6, 1, 1), 6, 1, 1),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_groups_are_dealt_whole_up_to_the_numbers_wanted(groups, train, val, test, seed):
    dataset = dataset_of({"ash": groups, "oak": (1,) * 10})
    split = make_split(dataset, SplitSpec(val=0.2, test=0.2, seed=seed))
    assert sizes_of(dataset, split, "ash") == {"train": train, "val": val, "test": test}
    assert sizes_of(dataset, split, "oak") == {"train": 6, "val": 2, "test": 2}
    alike = [note for note in split.notes if "look nearly the same or are versions of one image" in note]
    assert len(alike) == (len(groups) < 3)
    assert all(note.startswith("The images of class 'ash' look") for note in alike)


def test_without_a_test_part_two_groups_are_enough():
    dataset = dataset_of({"ash": (3, 3), "oak": (1,) * 10})
    split = make_split(dataset, SplitSpec(val=0.5, test=0.0))
    assert sizes_of(dataset, split, "ash") == {"train": 3, "val": 3, "test": 0}
    assert not [note for note in split.notes if "look nearly the same" in note]


def test_tiny_classes_are_told_with_what_becomes_of_them():
    dataset = dataset_of({"ash": (1,), "elm": (1, 1), "oak": (1,) * 3, "yew": (1,) * 4})
    split = make_split(dataset, SplitSpec(val=0.1, test=0.4))
    assert split.notes == (
        "Class 'ash' has only one image; it is among the training images, and nothing measures the class.",
        "Class 'elm' is tiny (2 images): 1 train, 1 validate, 0 test.",
        "Class 'oak' is tiny (3 images): 1 train, 1 validate, 1 test.",
        "Class 'yew' is tiny (4 images): 1 train, 1 validate, 2 test.",
    )


def divided(**parts):
    """`parts` {part: {class: count}}."""
    every = []
    for part, counts in parts.items():
        whole = dataset_of({label: (1,) * counts.get(label, 0) for label in ("ash", "oak")})
        every += [
            replace(one, part=part, digest=f"{part}{one.digest}", name=f"{part}/{one.name}") for one in whole.items
        ]
    return Dataset("x", "x", ("ash", "oak"), tuple(every))


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"train": {"ash": 4, "oak": 3}, "val": {"ash": 1, "oak": 1}, "test": {"oak": 3}}, ["All 3 test images"]),
        ({"train": {"ash": 4, "oak": 3}, "val": {"oak": 4}, "test": {"oak": 2}}, ["All 4 validation images"]),
        ({"train": {"ash": 4}, "val": {"oak": 4}, "test": {"oak": 5}}, []),
        ({"train": {"ash": 4, "oak": 3}, "val": {"ash": 3, "oak": 1}, "test": {"oak": 1}}, []),
    ],
)
def test_given_parts_of_one_class_are_told_by_their_names(parts, told):
    notes = make_split(divided(**parts), SplitSpec()).notes
    assert notes[0] == "The data set came divided; its parts are kept."
    found = [note for note in notes if note.startswith("All ")]
    assert [note[: len(start)] for note, start in zip(found, told, strict=True)] == told
    assert all("are of the class 'oak'." in note for note in found)


def test_a_set_without_validation_and_test_parts_says_so():
    split = make_split(divided(train={"ash": 10, "oak": 5}), SplitSpec(val=0.2))
    assert split.sizes == {"train": 12, "val": 3, "test": 0}
    assert split.notes == (
        "The data set came divided; its parts are kept.",
        "It has no test part, so that there is no final test result.",
        "It has no validation part: 3 of the training images are used for it.",
    )
    only_test = make_split(divided(test={"ash": 2, "oak": 1}), SplitSpec())
    assert (only_test.sizes, only_test.notes) == (
        {"train": 0, "val": 0, "test": 3}, ("The data set came divided; its parts are kept.",)
    )  # fmt: skip


def test_a_class_of_which_nothing_is_left_is_told_with_how_many_were():
    dataset = divided(train={"ash": 4, "oak": 2}, val={"ash": 2}, test={"ash": 1})
    items = list(dataset.items)
    both = [index for index, item in enumerate(items) if item.label == 1]
    for index, other in zip(both, (0, 1), strict=True):
        items[index] = replace(items[index], digest=items[other].digest)
    dataset = replace(dataset, items=tuple(items))
    assert problems(dataset, make_split(dataset, SplitSpec())) == (
        "Class 'oak' has no image left (2 of 2 were left out; the Data page says why). Add some, or remove its folder.",
    )
    empty = Dataset("x", "x", (), ())
    assert problems(empty, make_split(empty, SplitSpec()))[0].startswith("There is only one class (none).")


def test_what_is_true_of_images_is_counted_and_copies_of_a_part_are_told():
    dataset = divided(train={"ash": 4, "oak": 2}, val={"ash": 2, "oak": 2})
    items = [replace(item, notes=("dim",) if n % 4 == 1 else ("cut",) if n == 2 else ()) for n, item in
             enumerate(dataset.items)]  # fmt: skip
    dataset = replace(dataset, items=tuple(items))
    assert image_notes(dataset) == ("3 images: dim", "1 image: cut")
    items[3] = replace(items[3], digest=items[0].digest)
    once = replace(dataset, items=tuple(items))
    repeats = "1 image repeats another one of the same part; it is kept as it came."
    assert image_notes(once) == ("3 images: dim", "1 image: cut", repeats)
    items[1] = replace(items[1], digest=items[0].digest)
    items[5] = replace(items[5], digest=items[0].digest)  # of another class
    items[6] = replace(items[6], digest=items[0].digest)  # of another part
    assert image_notes(replace(dataset, items=tuple(items)))[2] == (
        "2 images repeat another one of the same part; they are kept as they came."
    )
    whole = replace(dataset, items=tuple(replace(item, part=None) for item in items))
    assert len(image_notes(whole)) == 2


def test_a_report_is_plain_values():
    dataset = dataset_of({"ash": (1,) * 5, "oak": (1,) * 4}, columns=("file", "kind"), unlabelled=(Path("new"),))
    split = make_split(dataset, SplitSpec(val=0.2, test=0.2))
    assert describe(dataset, split).as_dict() == {
        "name": "x", "task": "classification", "classes": {"ash": 5, "oak": 4},
        "parts": {"train": 5, "val": 2, "test": 2}, "left_out": [], "notes": [], "problems": [],
        "reading": {"layout": "auto"}, "columns": ["file", "kind"], "unlabelled": ["new"],
    }  # fmt: skip
    assert describe(dataset, split).line == "2 classes: ash 5, oak 4; 5 train, 2 val, 2 test"


def test_items_of_several_labels_are_named_counted_and_moved_together():
    sets = [(0, 2), (1,), (), (0, 2), (2,)]
    items = tuple(Item(Path(str(n)), str(n), -1, 9, 9, f"{n:02}", labels=found) for n, found in enumerate(sets))
    dataset = Dataset("x", "x", ("ash", "elm", "oak"), items, task="multilabel")
    assert [dataset.label_of(item) for item in items] == ["ash, oak", "elm", NO_LABEL, "ash, oak", "oak"]
    assert dataset.kinds == (1, 2, 0, 1, 3)
    assert dataset.counts == {"ash": 2, "elm": 1, "oak": 3}
    moved = dataset.ordered_as(("oak", "ash", "elm"))
    assert [item.labels for item in moved.items] == [(0, 1), (2,), (), (0, 1), (0,)]
    assert (moved.fingerprint, moved.counts) == (dataset.fingerprint, {"oak": 3, "ash": 2, "elm": 1})
    other = replace(dataset, items=(replace(items[0], labels=(0, 1)), *items[1:]))
    assert other.fingerprint != dataset.fingerprint
    assert replace(dataset, items=(replace(items[0], part="test"), *items[1:])).fingerprint != dataset.fingerprint


@pytest.mark.parametrize(
    ("units", "labels", "needed", "sizes", "wanted"),
    [
        # the rarest label first, each image to the part that needs it most, ties to the larger part
        ([(0,), (1,), (2,), (3,)], [[0], [0], [0], [1]], {0: (1, 1, 1), 1: (1, 0, 0)}, (2, 1, 2),
         {"train": [(1,), (3,)], "val": [(2,)], "test": [(0,)]}),
        # large units first
        ([(0,), (1, 2), (3,)], [[0], [0], [0], [0]], {0: (2, 1, 1)}, (2, 1, 1),
         {"train": [(1, 2)], "val": [(0,)], "test": [(3,)]}),
        # without labels to the part that needs most images
        ([(0,), (1,), (2,), (3,)], [[], [], [], []], {}, (1, 2, 1),
         {"train": [(1,)], "val": [(0,), (2,)], "test": [(3,)]}),
        # each image of a unit counts, without labels and with them
        ([(0, 1, 2), (3,), (4,), (5,)], [[]] * 6, {}, (4, 2, 1),
         {"train": [(0, 1, 2), (4,)], "val": [(3,), (5,)], "test": []}),
        ([(0, 1, 2), (3, 4), (5,), (6,)], [[]] * 7, {}, (4, 3, 2),
         {"train": [(0, 1, 2), (6,)], "val": [(3, 4)], "test": [(5,)]}),
        ([(0, 1, 2), (3,), (4,), (5,)], [[0]] * 5 + [[]], {0: (3, 2, 0)}, (3, 2, 1),
         {"train": [(0, 1, 2)], "val": [(3,), (4,)], "test": [(5,)]}),
        # a part that needs a label and has none gets the smallest unit that others can spare
        ([(0, 1), (2,)], [[0, 1]] * 3, {0: (3, 0, 0), 1: (2, 1, 0)}, (2, 1, 0),
         {"train": [(0, 1)], "val": [(2,)], "test": []}),
        ([(0,), (1,)], [[0, 1], [1, 2]], {0: (1, 0, 0), 1: (1, 1, 0), 2: (1, 0, 0)}, (1, 1, 0),
         {"train": [(0,), (1,)], "val": [], "test": []}),
        # a part that is to have no image gets none, but training
        ([(0,), (1,), (2,)], [[0], [0], []], {0: (1, 0, 2)}, (0, 2, 0),
         {"train": [(0,)], "val": [(1,), (2,)], "test": []}),
        # of labels with as many images the one with fewer units, then the first
        ([(0, 1), (2,), (3,)], [[1], [1], [0], [0]], {0: (1, 1, 0), 1: (1, 1, 0)}, (2, 2, 0),
         {"train": [(0, 1), (3,)], "val": [(2,)], "test": []}),
        ([(0,), (1,), (2,), (3,)], [[1], [1], [0], [0]], {0: (2, 1, 0), 1: (1, 1, 0)}, (2, 1, 0),
         {"train": [(1,), (3,)], "val": [(0,), (2,)], "test": []}),
        ([(0, 1, 2), (3,), (4,)], [[0], [0], [0], [1], [1]], {0: (2, 2, 0), 1: (1, 1, 0)}, (3, 3, 0),
         {"train": [(0, 1, 2), (3,)], "val": [(4,)], "test": []}),
        # what fills the gap of a rare label may fill that of a frequent one, too
        ([(0, 1), (2, 3), (4,), (5,)], [[0, 2, 3]] * 4 + [[1, 2], [1]],
         {0: (4, 0, 0), 1: (2, 0, 0), 2: (3, 2, 0), 3: (2, 2, 0)}, (4, 2, 0),
         {"train": [(2, 3), (4,), (5,)], "val": [(0, 1)], "test": []}),
    ],
)  # fmt: skip
def test_units_go_where_their_rarest_label_is_needed_most(units, labels, needed, sizes, wanted):
    parts = ("train", "val", "test")
    targets = {label: dict(zip(parts, counts, strict=True)) for label, counts in needed.items()}
    given = dict(zip(parts, sizes, strict=True))
    found = stratified(units, dict(enumerate(labels)), targets, given)
    assert found == wanted
    assert given == dict(zip(parts, sizes, strict=True))
    assert Counter(unit for some in found.values() for unit in some) == Counter(units)
