"""Reasons and next steps fit whom they are told to: who has a folder per class, or a table that labels nothing."""

import pytest


def reasons(layout):
    return {one.name: one.reason for one in layout.left_out}


@pytest.mark.parametrize("form", ["sampleSubmission.csv", "submit.txt", "predictions_v2.jsonl"])
def test_a_table_for_answers_is_called_one(read, form):
    by_name = read({"images": ["cat_1.jpg", "cat_2.jpg", "dog_1.jpg", "dog_2.jpg"], form: "id,label\n1,0\n"})
    assert reasons(by_name)[form] == "Is called like a table for answers or predictions, and labels no images: it is " \
        "not used."  # fmt: skip
    by_folder = read({"cat": 3, "dog": 2, form: "id,label\n7,0\n8,0\n"})
    assert reasons(by_folder)[form] == reasons(by_name)[form]


def test_only_an_image_has_a_name_that_gives_no_class(read):
    names = [f"{label}_{n}.jpg" for label in ("cat", "dog") for n in range(4)]
    layout = read({"images": names, "notes.txt": "Taken in May.", "data.bin": b"\0\1"})
    assert reasons(layout) == dict.fromkeys(
        ("notes.txt", "data.bin"), "Is no image, and was not read as a file of labels."
    )
    table = "file,label\n" + "".join(f"{name},{name[:3]}\n" for name in names[1:])
    labelled = read({"images": names, "labels.csv": table, "notes.txt": "Taken in May."})
    assert reasons(labelled) == {
        "images/cat_0.jpg": "Is not named in 'labels.csv', so that it has no class.",
        "notes.txt": "Is no image, and was not read as a file of labels.",
    }


@pytest.mark.parametrize(
    "names", [["K1", "K2", "K3"], ["batch_1", "batch_2"], ["public_train", "private_test"], ["ds_80", "ds_20"]]
)
def test_who_has_a_folder_per_class_is_not_told_to_make_one(asked, names):
    counts = [8, 2] if names[0] == "ds_80" else [4, 3, 5]
    error = asked(dict(zip(names, counts, strict=False)))
    assert "If they are " in error.question
    assert {"layout": "folders"} in [choice.reading for choice in error.choices]


def test_mountains_may_be_called_like_folds(asked):
    question = asked({"K1": 4, "K2": 3, "K3": 5}).question
    assert "are called like folds of a cross-validation" in question
    assert "If they are folds, rename them" in question
