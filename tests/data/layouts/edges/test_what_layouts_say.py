"""The exact words of what every layout says: lists of names, counts of classes, classes that are nearly the same."""

import json

import pytest

from core.data.layouts.assigned import class_counts, class_labels, listed, read_json
from tests.data.layouts.conftest import counts, reasons


def notes(layout, word):
    return [note for note in layout.notes if word in note]


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ("a", "'a'"), ("a b", "'a' and 'b'"), ("a b c", "'a', 'b' and 'c'"),
        ("a b c d e", "'a', 'b', 'c', 'd' and 'e'"),
        ("a b c d e f", "'a', 'b', 'c', 'd', 'e' and 1 more"),
        ("a b c d e f g", "'a', 'b', 'c', 'd', 'e' and 2 more"),
    ],
)  # fmt: skip
def test_names_are_listed_up_to_five(names, text):
    assert listed(names.split()) == text


def test_classes_are_counted_in_natural_order_up_to_twelve():
    assert class_counts({"disc": 8}) == "1 class: disc 8"
    assert class_counts({"10": 3, "9": 4}) == "2 classes: 9 4, 10 3"
    twelve = ", ".join(f"{n} {n + 1}" for n in range(12))
    assert class_counts({str(n): n + 1 for n in range(12)}) == f"12 classes: {twelve}"
    assert class_counts({str(n): n + 1 for n in range(14)}) == f"14 classes: {twelve} and 2 more"


@pytest.mark.parametrize(
    ("names", "how"),
    [
        (("Cat", "cat"), "differ only in case or separators."),
        (("red cat", "red_cat"), "differ only in case or separators."),
        (("cat", "c\u0430t"), "differ only in case or separators, or in letters that look the same or cannot be seen."),
        (("cat", "ca\u200bt"), "differ only in case or separators, or in letters that look the same or cannot be"),
        (("1", "01"), "differ only in how their number is written."),
        (("1", "1.0"), "differ only in how their number is written."),
        (("+1", "1"), "differ only in how their number is written."),
        (("0", "00"), "differ only in how their number is written."),
        (("1.5", "1.50"), "differ only in how their number is written."),
        (("1,5", "1.5"), "differ only in how their number is written."),
        (("grade_02", "grade 2"), "differ only in how their number is written."),
        (("cat", "cat - Copy"), "are called like copies of one folder. If they are one, put them together."),
    ],
)  # fmt: skip
def test_classes_that_are_nearly_the_same_are_told(read, names, how):
    layout = read({names[0]: 3, names[1]: 4, "other": 5})
    (note,) = notes(layout, "If they are one")
    assert note.startswith(f"The classes {listed(sorted(names))} {how}")
    assert counts(layout) == {names[0]: 3, names[1]: 4, "other": 5}


@pytest.mark.parametrize(
    "names", [("1", "-1"), ("1", "10"), ("1.5", "1.05"), ("15", "1.5"), ("cat", "cart"), ("grade_1", "grade_10")]
)
def test_classes_that_are_not_the_same_are_not(read, names):
    assert notes(read({names[0]: 3, names[1]: 4, "other": 5}), "If they are one") == []


def test_old_and_new_are_no_copies_but_old_alone_is_one(read):
    assert notes(read({"road": 3, "road_old": 4, "road_new": 5}), "copies of one folder") == []
    (note,) = notes(read({"road": 3, "road_old": 4, "path": 5}), "copies of one folder")
    assert "'road' and 'road_old'" in note


def test_a_folder_for_prediction_is_told_with_its_images(read):
    assert reasons(read({"cat": 3, "dog": 4, "unlabeled": 1})) == {
        "unlabeled": "1 image without labels: offered for prediction, not used here."
    }
    assert reasons(read({"cat": 3, "dog": 4, "unlabeled": 2})) == {
        "unlabeled": "2 images without labels: offered for prediction, not used here."
    }


def test_a_class_that_may_be_kept_beside_is_told_where_two_others_are(read):
    (note,) = notes(read({"cat": 3, "dog": 4, "rejects": 5}), "read as")
    assert note.startswith("'rejects' is read as a class. If it was only kept beside the classes, take the folder out")
    (note,) = notes(read({"cat": 3, "dog": 4, "rejects": 5, "misc": 2}), "read as")
    assert note.startswith("'misc' and 'rejects' are read as classes. If they were only kept beside the classes")
    assert notes(read({"cat": 3, "rejects": 5}), "read as") == []


def test_what_lies_outside_the_parts_is_named_at_the_highest_place_that_holds_nothing_in_use(read):
    divided = {"train/cat": 3, "train/dog": 4, "test/cat": 2, "test/dog": 1}
    layout = read(divided | {"notes/deep": ["x.doc", "y.doc"], "empty": 0, "loose.jpg": "",
                             "README.md": "x", "LICENSE": "x", "readmes.md": "x"})  # fmt: skip
    assert reasons(layout) == dict.fromkeys(["notes", "loose.jpg", "readmes.md"], "Lies outside train, val and test.")


def test_names_of_classes_are_read_from_a_whole_file_of_texts_alone(tmp_path):
    path = tmp_path / "classes.json"
    path.write_text(json.dumps({"a1": "cat", "a2": "dog"}))
    assert class_labels(tmp_path) == {"a1": "cat", "a2": "dog"}
    for other in ({"a1": "cat", "a2": " "}, {"a1": "cat", "a2": 2}, ["cat"]):
        path.write_text(json.dumps(other))
        assert class_labels(tmp_path) == {}
    path.write_text("[1, 2]")
    assert read_json(path, 6) == [1, 2]
    assert read_json(path, 5) is None


def test_names_of_classes_beside_the_classes_of_a_folder_that_is_read_alone(read):
    names = json.dumps({"a1": "Siamese cat", "a2": "Great dog"})
    content = {"rgb/a1": 3, "rgb/a2": 2, "grey/a1": 3, "grey/a2": 2, "rgb/classes.json": names}
    assert counts(read(content, layout="only:rgb")) == {"Siamese cat": 3, "Great dog": 2}
    assert counts(read(content, layout="only:grey")) == {"a1": 3, "a2": 2}
