"""Folders that a table, or their own names, say are no classes."""

import pytest

from tests.data.layouts.conftest import counts, reasons
from tests.data.layouts.test_labelled import table

SUBJECTS = {f"sub-{n:02}": 2 for n in range(6)}


def people(labels, names=SUBJECTS):
    return table(zip(names, labels, strict=True), "participant_id,group")


@pytest.mark.parametrize("place", ["", "data/"])
def test_a_table_that_gives_folders_classes_is_asked_about(asked, place):
    content = {**{place + name: count for name, count in SUBJECTS.items()}, "participants.csv": people("ABABBA")}
    question = asked(content)
    assert "participants.csv gives folders such as 'sub-00' a class each, in 'group'" in question.question
    assert [choice.reading for choice in question.choices] == [{"layout": "folders"}]


@pytest.mark.parametrize(
    ("folders", "labels"),
    [(SUBJECTS, "ABCDEF"), ({"cat": 3, "dog": 2, "cow": 4, "hen": 2}, "ABAB"), ({"0": 4, "1": 3}, "AB")],
)
def test_a_table_that_names_or_groups_classes_is_not(read, folders, labels):
    assert counts(read({**folders, "classes.csv": people(labels, folders)})) == folders


def test_a_table_that_names_classes_and_groups_them_is_not(read):
    folders = {f"class{n}": n + 2 for n in range(6)}
    said = [(name, word, group) for name, word, group in zip(folders, "abcdef", "XYXYYX", strict=True)]
    assert counts(read({**folders, "classes.csv": table(said, "id,name,family")})) == folders


def test_a_table_of_names_that_several_folders_hold_is_asked_about(asked, read, tmp_path):
    files = [f"{n}.jpg" for n in range(6)]
    content = {
        "view a": files,
        "view b": files,
        "labels.csv": table((f, "cat" if n % 3 else "dog") for n, f in enumerate(files)),
    }
    assert "several folders hold an image of the same name" in asked(content).question


def test_a_table_of_such_names_that_says_what_the_folders_say_is_not(read):
    files = [f"{n}.jpg" for n in range(6)]
    said = [(file, label) for label in ("cat", "dog") for file in files]
    assert counts(read({"cat": files, "dog": files, "labels.csv": table(said)})) == {"cat": 6, "dog": 6}


@pytest.mark.parametrize(
    "names",
    [
        ("box_train", "box_test", "query"),
        ("Training_a", "val_a", "other", "gallery"),
        ("public_train", "private_test"),
        ("train set A", "my test", "old val"),
        ("seen", "unseen"),
        ("Gallery", "query"),
    ],
)
def test_names_that_differ_in_a_part_alone_are_asked_about(asked, names):
    question = asked(dict.fromkeys(names, 3))
    assert "are called like parts of one data set" in question.question


@pytest.mark.parametrize(
    "names", [("train station", "bus"), ("test positive", "test negative"), ("dev", "web dev", "ops")]
)
def test_classes_with_a_part_in_their_names_are_not(read, names):
    assert counts(read(dict.fromkeys(names, 3))) == dict.fromkeys(names, 3)


@pytest.mark.parametrize("name", ["thumbs", "Thumbnails", "preview", "results_2", "output", "tmp"])
def test_what_programs_leave_behind_is_no_class(read, tree, name):
    layout = read({"ok": 3, "crack": 5, name: 1})
    assert counts(layout) == {"ok": 3, "crack": 5}
    assert "Is called after what programs leave behind" in reasons(layout)[name]


def test_unless_it_is_one_of_two_folders_or_was_chosen(read, tmp_path):
    assert counts(read({"ok": 3, "results": 5})) == {"ok": 3, "results": 5}


def test_every_folder_is_a_class_where_that_was_chosen(read):
    content = {"ok": 3, "crack": 5, "results": 4}
    assert counts(read(content, layout="folders")) == content


@pytest.mark.parametrize(
    "name", ["cat - Copy", "cat copy", "cat (1)", "Cat_copy_2", "cat - Kopie (3)", "cat 2", "cat_aug", "cat-v2"]
)
def test_a_folder_called_like_a_copy_is_told(read, name):
    notes = read({"cat": 3, "dog": 2, name: 4}).notes
    assert any("are called like copies of one folder" in note and f"'{name}'" in note for note in notes)


@pytest.mark.parametrize("name", ["copy", "cat 22", "cow (1)", "catcopy", "cow_aug", "cataug"])
def test_other_names_are_not(read, name):
    assert read({"cat": 3, "dog": 2, name: 4}).notes == []
