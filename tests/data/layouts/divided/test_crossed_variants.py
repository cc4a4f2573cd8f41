"""Classes whose names combine what they show with what was done to the images are told to be variants."""

import pytest

from core.data.layouts.asking.crossed import Added, added, beside_their_classes, crossed_with_parts, means_no_class

NOTE = "which are read as classes of their own"


@pytest.mark.parametrize(
    "names",
    [
        ("original_cat", "augmented_cat", "original_dog", "augmented_dog"),
        ("cat-original", "cat-cropped", "dog-original", "dog-cropped", "emu-original", "emu-cropped"),
        ("catThermal", "catVisible", "dogThermal", "dogVisible"),
    ],
)
def test_classes_crossed_with_variants_are_told(read, names):
    dataset = read({name: 5 + place for place, name in enumerate(names)})
    assert set(dataset.classes) == set(names)
    (note,) = [note for note in dataset.notes if NOTE in note]
    assert "'cat'" in note


@pytest.mark.parametrize(
    "names",
    [
        ("apple_raw", "apple_cooked", "egg_raw", "egg_cooked"),
        ("mask_man", "nomask_man", "mask_woman", "nomask_woman"),
        ("left_hand", "right_hand"),
        ("original_cat", "augmented_cat", "original_dog", "bird"),
        ("original_cat", "augmented_cat", "original_dog", "augmented_dog", "bird"),
        ("gray wolf", "gray fox", "red wolf", "red fox"),
    ],
)
def test_classes_crossed_with_what_they_show_are_not(read, names):
    dataset = read({name: 5 + place for place, name in enumerate(names)})
    assert not [note for note in dataset.notes if NOTE in note]


@pytest.mark.parametrize(
    ("words", "no_class"),
    [
        ("x", True), ("ab", True), ("abc", False), ("2011", True), ("ab 7", True), ("ab messy", False),
        ("train", True), ("fold 1", True), ("unlabeled", True), ("new", True), ("public", True), ("messy", False),
    ],
)  # fmt: skip
def test_codes_of_one_or_two_letters_numbers_and_parts_are_no_classes(words, no_class):
    assert means_no_class(Added(tuple(words.split()), False)) is no_class


def test_one_or_two_words_before_or_behind_at_least_two_names_are_added():
    assert added(["a b c d", "a b c e", "f"]) == {
        Added(("a",), True): {"b c d": "a b c d", "b c e": "a b c e"},
        Added(("a", "b"), True): {"c d": "a b c d", "c e": "a b c e"},
    }
    assert added(["Big-Cat", "big_dog"]) == {Added(("big",), True): {"cat": "Big-Cat", "dog": "big_dog"}}
    assert added(["old cat", "new cat"]) == {Added(("cat",), False): {"old": "old cat", "new": "new cat"}}


@pytest.mark.parametrize(
    ("names", "parts"),
    [
        ("cat_train dog_train cat_test dog_test", ["test", "train"]),
        ("train_cat train_dog test_cat test_dog", ["test", "train"]),
        ("train_cat train_dog test_cat test_dog owl", []), ("train_cat train_dog test_cat test_dog test_owl", []),
        ("cat_train dog_train", []), ("cat_2011 dog_2011 cat_2012 dog_2012", []),
    ],
)  # fmt: skip
def test_every_class_is_crossed_with_every_part(names, parts):
    assert sorted(crossed_with_parts(names.split())) == parts


def test_names_with_a_word_more_are_those_of_which_the_shorter_is_there():
    names = ["cat", "dog", "small cat", "small dog", "small owl", "cat wet", "no cat", "no dog", "cat 2", "dog 2"]
    assert beside_their_classes(names) == {Added(("small",), True): ["small cat", "small dog"]}


@pytest.mark.parametrize(
    ("names", "where"),
    [("cat|dog|small cat|small dog", "'small' before."), ("cat|dog|cat wet|dog wet", "'wet' behind.")],
)
def test_where_the_word_more_stands_is_told(read, names, where):
    notes = read({name: 5 + place for place, name in enumerate(names.split("|"))}).notes
    assert [note for note in notes if f"are called like others with {where}" in note]
