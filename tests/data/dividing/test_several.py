"""Dividing images with several labels: every label in the wanted shares, units whole, the same by content."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.audit import problems
from core.data.dataset import Dataset, Item
from core.data.dividing.stratify import stratified
from core.data.report import describe
from core.data.split import make_split
from core.experiment import SplitSpec

PARTS = ("train", "val", "test")


def dataset_of(sets, names="abcdefgh", order=None):
    """One image for each set of letters."""
    items = [
        Item(Path(f"{n}.png"), f"{n}.png", -1, 32, 32, f"{n * 7919 % 10007:064x}",
             labels=tuple(sorted(names.index(one) for one in shown)))
        for n, shown in enumerate(sets)
    ]  # fmt: skip
    return Dataset("x", "x", tuple(names), tuple(items), task="multilabel")


def shown(dataset, indices):
    return Counter(dataset.classes[label] for index in indices for label in dataset.items[index].classes)


def test_every_label_is_divided_in_the_wanted_shares():
    sets = [*["ab"] * 40, *["b"] * 60, *["bc"] * 20, *["c"] * 30, *[""] * 50, *["abc"] * 5]
    dataset = dataset_of(sets, "abc")
    split = make_split(dataset, SplitSpec(val=0.2, test=0.1))
    assert sum(split.sizes.values()) == 205
    assert split.sizes == {"train": pytest.approx(143, abs=3), "val": pytest.approx(41, abs=2),
                           "test": pytest.approx(21, abs=2)}  # fmt: skip
    for label, count in dataset.counts.items():
        assert shown(dataset, split.val)[label] == pytest.approx(0.2 * count, abs=1)
        assert shown(dataset, split.test)[label] == pytest.approx(0.1 * count, abs=1)
    empty = Counter(part for part in PARTS for i in getattr(split, part) if not dataset.items[i].classes)
    assert min(empty.values()) >= 4


def test_names_order_of_files_and_order_of_classes_do_not_matter():
    dataset = dataset_of(["ab", "b", "c", "ac", "", "bc", "a"] * 6, "abc")
    spec = SplitSpec(val=0.3, test=0.2, seed=5)
    wanted = {part: {dataset.items[i].digest for i in getattr(make_split(dataset, spec), part)} for part in PARTS}
    turned = replace(
        dataset.ordered_as(("c", "a", "b")),
        items=tuple(replace(item, name=f"z{item.name}") for item in dataset.ordered_as(("c", "a", "b")).items[::-1]),
    )
    found = {part: {turned.items[i].digest for i in getattr(make_split(turned, spec), part)} for part in PARTS}
    assert found == wanted
    other = make_split(dataset, spec.model_copy(update={"seed": 6}))
    assert {dataset.items[i].digest for i in other.test} != wanted["test"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sets(st.sampled_from("abcdef"), max_size=4), min_size=6, max_size=60), st.integers(0, 9))
def test_every_image_is_dealt_once_and_no_label_is_lost(sets, seed):
    dataset = dataset_of(["".join(one) for one in sets])
    split = make_split(dataset, SplitSpec(val=0.2, test=0.2, seed=seed))
    dealt = [*split.train, *split.val, *split.test]
    assert sorted(dealt) == list(range(len(sets)))
    for label, count in dataset.counts.items():
        if count:
            assert shown(dataset, split.train)[label]


def test_rare_labels_are_in_every_part_and_are_told():
    sets = [*["a"] * 30, *["ab"] * 3, *["ac"] * 2, "ad"]
    split = make_split(dataset_of(sets, "abcd"), SplitSpec(val=0.2, test=0.2))
    dataset = dataset_of(sets, "abcd")
    assert [shown(dataset, getattr(split, part))["b"] for part in PARTS] == [1, 1, 1]
    assert [shown(dataset, getattr(split, part))["c"] for part in PARTS] == [1, 1, 0]
    assert [shown(dataset, getattr(split, part))["d"] for part in PARTS] == [1, 0, 0]
    assert split.notes[0].startswith("Label 'd' has only one image; it is in the train part")
    assert split.notes[1].startswith("Label 'c' is rare (2 images): 1 train, 1 validate, 0 test; add images")
    assert len(split.notes) == 3, "and that every image has the first one"
    assert problems(dataset, split) == ()


def test_many_rare_labels_are_told_in_one_sentence():
    names = "abcdefgh"
    split = make_split(dataset_of([*names, *names], names), SplitSpec(val=0.2, test=0.2))
    assert len(split.notes) == 6
    assert split.notes[-1] == "3 more labels are as rare, or missing in a part: 'f', 'g' and 'h'."


def test_equal_pixels_with_other_labels_are_left_out_and_versions_stay_together():
    dataset = dataset_of(["ab", "a", "b", "ab", *["a", "b", "ab"] * 6], "ab")
    items = list(dataset.items)
    items[1] = replace(items[1], digest=items[0].digest)  # the same image, other labels
    items[3] = replace(items[3], digest=items[0].digest)
    items[6] = replace(items[6], digest=items[9].digest)  # the same image and labels: once
    for one, other in ((4, 7), (10, 13)):  # of the same labels
        assert items[one].labels == items[other].labels
        items[other] = replace(items[other], name=items[one].name.replace(".png", "_flip.png"))
    dataset = replace(dataset, items=tuple(items))
    split = make_split(dataset, SplitSpec(val=0.3, test=0.2))
    reasons = {one.name: one.reason for one in split.left_out}
    assert set(reasons) == {"0.png", "1.png", "3.png", "9.png"}
    assert "has the labels" in reasons["1.png"]
    assert "'a' and 'a, b'" in reasons["1.png"]
    assert reasons["9.png"].startswith("Shows the same image as 6.png")
    where = {index: part for part in PARTS for index in getattr(split, part)}
    assert where[4] == where[7]
    assert where[10] == where[13]


def test_one_label_needs_images_without_it():
    dataset = dataset_of([*["a"] * 6, *[""] * 5], "a")
    assert problems(dataset, make_split(dataset, SplitSpec())) == ()
    every = dataset_of(["a"] * 6, "a")
    assert "only one class" in problems(every, make_split(every, SplitSpec()))[0]


def test_images_must_differ_in_a_label():
    every = dataset_of(["ac"] * 12, "ac")
    (problem,) = problems(every, make_split(every, SplitSpec()))
    assert problem.startswith("Every image has the same labels")
    one_more = dataset_of([*["ac"] * 12, "a"], "ac")
    assert problems(one_more, make_split(one_more, SplitSpec())) == ()


def test_a_label_of_every_image_is_told():
    notes = make_split(dataset_of([*["ab"] * 9, *["ac"] * 8], "abc"), SplitSpec()).notes
    assert [note for note in notes if note.startswith("Every image has 'a':")]
    notes = make_split(dataset_of([*["ab"] * 9, *["ac"] * 8, "b"], "abc"), SplitSpec()).notes
    assert not [note for note in notes if note.startswith("Every image has")]


def test_the_report_says_the_task():
    dataset = dataset_of(["ab", "b", ""] * 5, "ab")
    report = describe(dataset, make_split(dataset, SplitSpec()))
    assert report.as_dict()["task"] == "multilabel"
    assert report.line.startswith("several labels per image; 2 classes: a 5, b 10; ")


def test_a_set_that_came_divided_keeps_its_parts_and_gets_a_validation_part():
    dataset = dataset_of(["ab", "b", "a", ""] * 6, "ab")
    items = [replace(item, part="test" if n % 4 == 3 else "train") for n, item in enumerate(dataset.items)]
    dataset = replace(dataset, items=tuple(items))
    split = make_split(dataset, SplitSpec(val=0.25))
    assert {dataset.items[i].part for i in split.test} == {"test"}
    assert 3 <= len(split.val) <= 6
    assert all(shown(dataset, split.val)[label] for label in "ab")


def test_without_a_test_part_no_label_is_missing_there():
    dataset = dataset_of([*["ab"] * 20, *["b"] * 15, *["a"] * 12, *[""] * 5], "ab")
    split = make_split(dataset, SplitSpec(val=0.25, test=0.0))
    assert split.sizes == {"train": 39, "val": 13, "test": 0}
    assert split.notes == ()


def test_a_label_whose_images_stay_together_trains_though_validation_is_the_larger_part():
    labels = {0: [0], 1: [0], 2: [], 3: [], 4: []}
    needed = {0: {"train": 1, "val": 1, "test": 0}}
    dealt = stratified([(0, 1), (2,), (3,), (4,)], labels, needed, {"train": 2, "val": 3, "test": 0})
    assert (0, 1) in dealt["train"]
    assert sorted(unit for units in dealt.values() for unit in units) == [(0, 1), (2,), (3,), (4,)]
