"""Classes whose names combine what they show with what was done to the images are told to be variants."""

import pytest

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
