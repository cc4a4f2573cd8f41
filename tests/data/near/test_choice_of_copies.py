"""Which of several copies is used, counted by class and part, and how many are told."""

from dataclasses import replace

import pytest

from core.data.near.copies import distinct_digests, exact_reasons, near_reasons
from core.data.near.duplicates import Near
from core.experiment import SplitSpec
from tests.data.near.test_what_is_said import dataset_of

DROP = SplitSpec(near_copies="drop")


@pytest.mark.parametrize(
    ("one", "other", "kept"),
    [
        (("1", "ash", "bb", "train", 90), ("2", "ash", "aa", "test", 40), 1),  # the higher part
        (("1", "ash", "aa", None, 40), ("2", "ash", "bb", None, 39), 0),  # the larger one
        (("1", "ash", "aa", None, 40), ("2", "ash", "bb", None, 40), 1),  # neither: what does not depend on names
        (("1", "ash", "bb", None, 40), ("2", "ash", "aa", None, 40), 0),
    ],
)
def test_of_near_copies_the_one_in_the_highest_part_is_kept_then_the_largest(one, other, kept):
    reasons, _ = near_reasons(dataset_of(one, other), Near(groups=((0, 1),)), DROP, {})
    assert list(reasons) == [1 - kept]


def test_the_largest_one_is_that_of_most_pixels():
    dataset = dataset_of(("1", "ash", "bb", None, 50), ("2", "ash", "aa", None, 40))
    tall = replace(dataset, items=(dataset.items[0], replace(dataset.items[1], height=60)))
    assert list(near_reasons(tall, Near(groups=((0, 1),)), DROP, {})[0]) == [0]
    assert list(near_reasons(dataset, Near(groups=((0, 1),)), DROP, {})[0]) == [1]


def two_classes():
    """Of each class four training images, of which three have a copy each in the one test image."""
    items = [(f"t{label}{n}", label, f"a{label}{n}", "train") for label in ("oak", "ash") for n in range(4)]
    items += [(f"m{label}", label, f"b{label}", "test") for label in ("oak", "ash")]
    across = tuple((4 * place + n, 8 + place) for place in (0, 1) for n in range(3))
    return dataset_of(*items), Near(across=across, beneath=((8, 0), (9, 4)))


def test_each_class_is_judged_by_its_own_training_images_and_told_in_order():
    dataset, near = two_classes()
    reasons, notes = near_reasons(dataset, near, SplitSpec(), {})
    assert sorted(reasons) == [8, 9]
    told = [note.split(" look ")[0] for note in notes]
    assert told == ["Most training images of class 'ash'", "Most training images of class 'oak'"]


@pytest.mark.parametrize(("done", "left"), [({2: "said"}, [8, 9]), ({3: "said"}, [8, 9]), ({1: "", 2: ""}, [0, 9])])
def test_images_that_are_left_out_already_count_no_more(done, left):
    dataset, near = two_classes()
    reasons, _ = near_reasons(dataset, near, SplitSpec(), done)
    assert sorted(reasons) == left


def test_equal_images_that_only_the_scale_makes_so_are_told_apart():
    dataset = dataset_of(("1", "ash", "aa"), ("2", "ash", "aa"), ("3", "ash", "aa"))
    finer = ("x", "x", "y")
    items = tuple(replace(item, finer=one) for item, one in zip(dataset.items, finer, strict=True))
    assert exact_reasons(replace(dataset, items=items)) == {
        1: "Shows the same image as 1. Only that one is used.",
        2: "Shows what looks the same in 256 grey levels as 1. Only that one is used.",
    }
    mixed = dataset_of(("1", "ash", "aa"), ("2", "elm", "aa"), ("3", "elm", "aa"))
    items = tuple(replace(item, finer=one) for item, one in zip(mixed.items, ("x", "y", "x"), strict=True))
    reasons = exact_reasons(replace(mixed, items=items))
    assert "(also as 3)" in reasons[0], "the one of the same values"
    assert reasons[1].startswith("An image that looks the same in 256 grey levels lies in the classes 'ash' and 'elm'")
    several = dataset_of(("1", ["ash"], "aa"), ("2", ["elm"], "aa"), several=True)
    items = tuple(replace(item, finer=item.name) for item in several.items)
    assert "grey levels has the labels 'ash' and 'elm'" in exact_reasons(replace(several, items=items))[0]


def test_a_scene_is_told_with_its_three_most_frequent_classes():
    classes = ("ash", "elm", "fir", "oak")
    counts = {"ash": 1, "elm": 3, "fir": 2, "oak": 4}
    items = [(f"{label}{n}", label, f"{label}{n}") for label, count in counts.items() for n in range(count)]
    _, notes = near_reasons(dataset_of(*items, classes=classes), Near(scenes=(tuple(range(10)),)), SplitSpec(), {})
    assert notes[0].startswith("10 images of 'elm' and 'fir' and 'oak' show one scene")


def test_what_becomes_of_groups_in_a_set_that_came_divided_and_how_many_there_are():
    dataset = dataset_of(*((str(n), "ash", str(n), "train") for n in range(1200)))
    near = Near(groups=(tuple(range(1200)),))
    _, notes = near_reasons(dataset, near, SplitSpec(), {})
    assert notes == [
        "1,200 images look nearly like another one of their class; each group stays in one part of the split, or its "
        "copies in the lower part are left out."
    ]


def test_a_long_entry_that_names_no_image_is_told_by_its_first_eighty_letters():
    (note,) = distinct_digests(dataset_of(("1", "ash", "aa")), SplitSpec(distinct=("z" * 90,)))[1]
    assert note.startswith(f"'{'z' * 80}' was to be")


def test_equal_images_are_told_behind_those_of_two_classes_too():
    items = [("1", "ash", "aa"), ("2", "elm", "aa"), ("3", "oak", "bb"), ("4", "oak", "bb"), ("5", "ash", "cc")]
    reasons = exact_reasons(dataset_of(*items, ("6", "oak", "cc"), ("7", "elm", "dd"), ("8", "elm", "dd")))
    assert {index: reason.split(" 3.")[0] for index, reason in reasons.items() if index in (3, 7)} == {
        3: "Shows the same image as", 7: "Shows the same image as 7. Only that one is used.",
    }  # fmt: skip
    assert sorted(reasons) == [0, 1, 3, 4, 5, 7]
