"""Which copies are left out and what is said of it, in whole sentences, for data sets that need no files."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.data.dataset import Dataset, Item, LeftOut
from core.data.near.copies import distinct_digests, exact_reasons, near_reasons
from core.data.near.duplicates import Near
from core.data.near.labels_of_copies import with_labels_of_copies
from core.experiment import Reading, SplitSpec


def dataset_of(*items, classes=("ash", "elm", "oak"), several=False, **more):
    """Items as (name, class or classes, digest, part, width)."""
    made = []
    for name, label, digest, *rest in items:
        part, width = (*rest, None, 40)[:2] if len(rest) != 1 else (*rest, 40)
        numbers = tuple(classes.index(one) for one in label) if several else None
        made.append(Item(Path(name), name, -1 if several else classes.index(label), width, 30, digest, part,
                         labels=numbers))  # fmt: skip
    return Dataset("x", "x", classes, tuple(made), task="multilabel" if several else "classification", **more)


def test_of_equal_images_of_one_class_the_one_in_the_highest_part_is_kept_and_the_first_of_those():
    dataset = dataset_of(
        ("1", "ash", "aa", "train"), ("2", "ash", "aa", "val"), ("3", "ash", "aa", "val"), ("4", "ash", "bb", "train"),
        ("5", "ash", "bb", "train"), ("6", "elm", "cc", "test"), ("7", "elm", "cc", "val"), ("8", "elm", "dd", "test"),
    )  # fmt: skip
    assert exact_reasons(dataset) == {
        0: "Shows the same image as 2 in the val part; a measurement would be too good. Only that one is used.",
        4: "Shows the same image as 4. Only that one is used.",
        6: "Shows the same image as 6 in the test part; a measurement would be too good. Only that one is used.",
    }


def test_equal_images_of_several_classes_are_all_left_out_and_each_names_one_of_another_class():
    dataset = dataset_of(("1", "elm", "aa"), ("2", "oak", "aa"), ("3", "oak", "aa"), ("4", "oak", "bb"))
    one = "The same image, pixel by pixel, lies in the classes 'elm' and 'oak' (also as "
    reasons = exact_reasons(dataset)
    assert sorted(reasons) == [0, 1, 2]
    assert [reasons[n].startswith(f"{one}{other}); no copy is used.") for n, other in enumerate("211")] == [True] * 3
    assert "read the images as several labels per image" in reasons[0]
    for other in (replace(dataset, made_here=True), replace(dataset, reading=Reading(layout="csv"))):
        assert exact_reasons(other)[1] == f"{one}1); no copy is used. Keep it in the right class only."


def test_equal_images_with_other_labels_are_told_by_their_labels():
    dataset = dataset_of(("1", ["ash", "elm"], "aa"), ("2", ["ash"], "aa"), several=True)
    assert exact_reasons(dataset)[0] == (
        "The same image, pixel by pixel, has the labels 'ash' and 'ash, elm' (also as 2); no copy is used. Give all "
        "copies the same labels."
    )


NEAR = Near(groups=((0, 1, 2),), conflicts=((1, 3),), scenes=((3, 4, 5),))
FOUR = (("1", "ash", "aa", None, 40), ("2", "ash", "bb", None, 50), ("3", "ash", "cc", None, 45),
        ("4", "oak", "dd", None, 40), ("5", "oak", "ee", None, 40), ("6", "elm", "ff", None, 40),
        ("7", "ash", "cc", None, 45))  # fmt: skip


@pytest.mark.parametrize(
    ("how", "what"),
    [
        ("group", "each group stays in one part of the split"), ("drop", "one of each group is used"),
        ("keep", "each is used as an image of its own, so that the measured scores may be too good"),
    ],
)  # fmt: skip
def test_near_copies_are_told_with_what_becomes_of_them(how, what):
    reasons, notes = near_reasons(dataset_of(*FOUR), NEAR, SplitSpec(near_copies=how), {})
    assert notes == [
        f"3 images look nearly like another one of their class; {what}.",
        "2 images look nearly like one of another class; all are used. If such a pair shows the same thing, one of its "
        "labels is wrong.",
        "3 images of 'elm' and 'oak' show one scene, as a fixed camera sees it: there only images that agree in what "
        "sets them apart from the scene count as near copies.",
    ]
    same = "Shows nearly the same image as 2. Only that one is used."
    assert reasons == (dict.fromkeys((0, 2, 6), same) if how == "drop" else {})
    done = near_reasons(dataset_of(*FOUR), NEAR, SplitSpec(near_copies=how), {6: "said"})[0]
    assert sorted(done) == ([0, 2] if how == "drop" else [])


def test_near_copies_of_images_with_several_labels_are_told_by_their_labels():
    dataset = dataset_of(*[(name, [label], *rest) for name, label, *rest in FOUR], several=True)
    _, notes = near_reasons(dataset, NEAR, SplitSpec(), {})
    assert notes[0].startswith("3 images look nearly like another one with the same labels; each group")
    assert notes[1].startswith("2 images look nearly like one with other labels; all are used.")


def divided(trained, beneath):
    """So many training images of 'elm', of which the first have a copy each among as many test images."""
    items = [(f"t{n}", "elm", f"a{n}", "train") for n in range(trained)]
    items += [(f"m{n}", "elm", f"b{n}", "test") for n in range(beneath)] + [("o", "oak", "cc", "train")]
    return dataset_of(*items)


@pytest.mark.parametrize(("lost", "beneath", "given_up"), [(3, 1, True), (2, 1, False), (3, 3, False), (3, 2, True)])
def test_a_class_that_would_lose_more_than_half_of_its_training_gives_up_the_fewer_copies(lost, beneath, given_up):
    dataset = divided(4, beneath)
    across = tuple((n, 4 + min(n, beneath - 1)) for n in range(lost))
    near = Near(across=across, beneath=tuple((4 + n, n) for n in range(beneath)))
    reasons, notes = near_reasons(dataset, near, SplitSpec(), {})
    assert sorted(reasons) == ([4 + n for n in range(beneath)] if given_up else list(range(lost)))
    verb = "is" if beneath == 1 else "are"
    said = f"nearly like validation or test images: {beneath} of those {verb} left out instead"
    assert [said in note for note in notes] == ([True] if given_up else [])
    if given_up:
        assert notes[0].startswith("Most training images of class 'elm' look")
    assert "a measurement would be too good" in reasons[min(reasons)]


def test_what_is_said_to_be_different_is_found_by_name_and_by_twelve_digits_of_its_digest():
    dataset = dataset_of(("1", "ash", "0123456789abcdef"), ("2", "ash", "0123456789abff"), ("3", "oak", "99"))
    entries = ("1", "0123456789AB", "0123456789a", "99", "4")
    found, notes = distinct_digests(dataset, SplitSpec(distinct=entries))
    assert found == {"0123456789abcdef", "0123456789abff"}
    assert notes == [
        f"'{entry}' was to be a different image, but no image has this name or digest." for entry in entries[2:]
    ]
    assert distinct_digests(dataset, SplitSpec(distinct=("3",)))[0] == {"99"}


@pytest.mark.parametrize(
    ("items", "labels", "said"),
    [
        ([("1", ["elm"], "aa"), ("2", ["ash"], "bb")], [(1,), (0,)], "no image does"),
        ([("1", ["elm"], "aa"), ("2", ["ash"], "aa"), ("3", ["oak"], "bb")], [(0, 1), (2,)], "1 image does"),
        ([("1", ["elm"], "aa", "train"), ("2", ["ash"], "aa", "test")], [(0, 1), (0, 1)], "2 images do"),
    ],
)
def test_images_in_several_class_folders_have_all_their_labels_and_count_once_in_each_part(items, labels, said):
    found = with_labels_of_copies(dataset_of(*items, several=True))
    assert [item.labels for item in found.items] == labels
    assert f"has the labels of all of them; {said}." in found.notes[0]
    assert "For one class per image" in found.notes[0]
    gone = [LeftOut("2", "Shows the same image as 1, which has the labels of both and counts once.")]
    assert list(found.left_out) == (gone if len(items) > len(labels) else [])
    made_here = with_labels_of_copies(replace(dataset_of(*items, several=True), made_here=True))
    assert made_here.notes[0].endswith(f"{said}.")
