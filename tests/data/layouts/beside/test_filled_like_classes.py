"""Folders called like parts that are filled as classes are, and names that say more about what is kept."""

import pytest

from core.data.layouts.beside.aside import is_aside
from tests.data.layouts.conftest import counts


def named(names, form="{name}_{n:02}.jpg", sizes=(7, 8, 9, 10)):
    return {name: [form.format(name=name, n=n, k=k) for n in range(sizes[k])] for k, name in enumerate(names)}


@pytest.mark.parametrize(
    "names",
    [("Dev", "Priya", "Val", "Tess"), ("submission", "guard", "mount"), ("Test", "Klausur", "Hausaufgabe"),
     ("spiral", "elliptical", "unclassified")],
)  # fmt: skip
@pytest.mark.parametrize("form", ["{name}_{n:02}.jpg", "IMG_{k}{n:03}.jpg"])
def test_a_folder_filled_like_the_classes_is_asked_about(asked, names, form):
    content = named(names, form)
    question = asked(content)
    assert "may all be classes" in question.question
    assert {name: len(files) for name, files in content.items()} in [choice.counts for choice in question.choices]


@pytest.mark.parametrize(
    "test", [[f"{n}.jpg" for n in range(8)], [f"test_{n}.jpg" for n in range(30)], ["test_1.jpg", "test_2.jpg"],
             [f"{label}_{n}.jpg" for label in ("cat", "dog") for n in range(50, 54)]],
)  # fmt: skip
def test_a_test_folder_that_is_filled_otherwise_is_left_for_prediction(read, test):
    layout = read({**named(("cat", "dog", "cow")), "test": test})
    assert counts(layout) == {"cat": 7, "dog": 8, "cow": 9}
    assert [path.name for path in layout.unlabelled] == ["test"]


@pytest.mark.parametrize(
    "name",
    ["Testfotos vom Handy", "Testfotos Handy", "test photos from phone", "test pictures from class", "rejected_blurry",
     "do_sprawdzenia", "te controleren", "noch_zuordnen", "not_sure_yet", "unsure-dark ones", "not labeled yet phone",
     "zu prüfen Montag", "rechazados_borrosos", "att kontrollera", "abgelehnt unscharf"],
)  # fmt: skip
@pytest.mark.parametrize("place", ["", "train/"])
def test_words_behind_what_means_no_class_are_noted(read, name, place):
    content = {f"{place}{label}": 4 + n for n, label in enumerate(("apple", "pear", name))}
    content |= {"val/apple": 2, "val/pear": 3} if place else {}
    layout = read(content)
    assert name not in layout.classes or any(f"'{name}' is read as a class" in note for note in layout.notes)


@pytest.mark.parametrize(
    "name", ["test tube", "test_strip", "protest march", "testis left", "validated ticket", "control room",
             "contest photos", "no entry sign", "do not enter"],
)  # fmt: skip
def test_names_of_classes_that_begin_alike_are_not(read, name):
    assert not is_aside(name, ["apple", "pear", name])


def test_a_word_that_others_begin_with_too_makes_no_note():
    names = ["rejected_dent", "rejected_scratch", "accepted"]
    assert not [name for name in names if is_aside(name, names)]
    assert is_aside("rejected_dent", ["rejected_dent", "fine", "good"])
