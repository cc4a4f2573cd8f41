"""Folders and labels that say that nobody has decided yet, or that a test is kept beside the classes."""

import pytest

from tests.data.layouts.conftest import counts, reasons

TOLD = (
    "kaggle_test|test_old|Testdaten neu|Test - Kopie|stress_test|leaderboard|real_world|in_the_wild|to_review|unsure|"
    "unverified|noch offen|por revisar|à vérifier|проверить|待确认|要確認|bad_images|dups|google_images|video_frames"
)


@pytest.mark.parametrize("name", TOLD.split("|"))
def test_a_folder_kept_beside_classes_is_told(read, name):
    layout = read({"cat": 5, "dog": 4, name: 3})
    assert counts(layout) == {"cat": 5, "dog": 4, name: 3}
    assert [note for note in layout.notes if note.startswith(f"'{name}' is read as a class")]


@pytest.mark.parametrize("name", ["blood_test", "test tube", "open", "offen", "bad", "review", "certain", "old"])
def test_ordinary_words_are_not(read, name):
    assert read({"cat": 5, "dog": 4, name: 3}).notes == []


def test_classes_with_doubts_beside_them_are_asked_about(asked):
    assert "'unsure' more" in asked({"cat": 5, "dog": 4, "cat_unsure": 3, "dog_unsure": 2}).question


def _table(labels):
    rows = [f"{n}.jpg,{labels[n % len(labels)]}" for n in range(12)]
    return {"images": [f"{n}.jpg" for n in range(12)], "labels.csv": "\n".join(["file,label", *rows])}


@pytest.mark.parametrize("blank", [("TODO", "to_label"), ("nicht gelabelt", "?"), ("tbd",), ("未标注",)])
def test_labels_that_say_there_is_none_yet_are_no_classes(read, blank):
    layout = read(_table(("cat", "dog", *blank)))
    assert layout.classes == {"cat", "dog"}
    assert sum("read as not labelled yet" in reason for reason in reasons(layout).values()) == 12 - len(layout.found)


@pytest.mark.parametrize(
    "labels", [("sorted", "unsorted", "mixed"), ("!", "?", "."), ("cat", "?"), ("yes", "no", "unknown")]
)
def test_labels_that_only_sound_so_are_classes(read, labels):
    assert read(_table(labels)).classes == set(labels)
