"""Columns of yes and no that mean parts, in any words, and labels that are called alike."""

import pytest

from core.errors import UnusableDataset
from tests.data.layouts.conftest import counts, sets
from tests.data.layouts.divided.test_columns_of_parts import animal, table


@pytest.mark.parametrize(
    ("column", "yes", "no"),
    [
        ("is_test", "yes", "no"), ("test", "x", ""), ("Test", "Ja", "Nein"), ("for_test", "y", "n"),
        ("in_test", "oui", "non"), ("is_train", "N", "Y"), ("in_train_set", "no", "yes"), ("Trainingsbild", "0", "1"),
    ],
)  # fmt: skip
def test_a_flag_divides_however_it_is_written(read, column, yes, no):
    layout = read(table(f"file,label,{column}", lambda n: (animal(n), yes if n > 15 else no)))
    assert counts(layout) == {"train/cat": 8, "train/dog": 8, "test/cat": 4, "test/dog": 4}
    assert [note for note in layout.notes if note.startswith(f"The images are divided by '{column}'")]


@pytest.mark.parametrize("column", ["is_valid", "validation", "holdout", "valid"])
def test_a_flag_of_validation_divides(read, column):
    layout = read(table(f"file,label,{column}", lambda n: (animal(n), "yes" if n > 17 else "no")))
    assert counts(layout) == {"train/cat": 9, "train/dog": 9, "val/cat": 3, "val/dog": 3}


def test_a_flag_for_every_part(read):
    layout = read(table("file,label,train,val,test", lambda n: (animal(n), *_crosses(n))))
    assert counts(layout) == {
        "train/cat": 5, "train/dog": 5, "val/cat": 3, "val/dog": 3, "test/cat": 4, "test/dog": 4,
    }  # fmt: skip


def _crosses(n):
    return ("x" if n < 10 else "", "x" if 10 <= n < 16 else "", "x" if n >= 16 else "")


def test_a_flag_that_may_mean_something_else_is_told(read):
    layout = read(table("file,label,blurry,valid", lambda n: (animal(n), n % 3 // 2, "no" if n % 7 == 0 else "yes")))
    assert counts(layout) == {"cat": 12, "dog": 12}
    assert len([note for note in layout.notes if note.startswith("The column 'valid' does not divide")]) == 1


def test_parts_among_several_labels_are_none(read):
    layout = read(table("file,cat,dog,train,test", lambda n: (n % 2, int(n % 3 == 0), int(n < 18), int(n >= 18))))
    assert layout.classes == {"cat", "dog"}
    assert sum(one.part == "test" for one in layout.found) == 6
    layout = read(table("file,cat,dog,fold", lambda n: (n % 2, int(n % 3 == 0), n // 12)))
    assert layout.classes == {"cat", "dog"}
    assert [note for note in layout.notes if note.startswith("The column 'fold' does not divide")]
    with pytest.raises(UnusableDataset, match="no column gives their classes"):
        read(table("file,train,test", lambda n: (int(n < 18), int(n >= 18))))


def test_labels_that_are_called_like_parts_stay_labels(read):
    one_hot = [("valid", "invalid"), ("test", "control"), ("train", "bus")]
    for first, second in one_hot:
        layout = read(table(f"file,{first},{second}", lambda n: (int(n % 3 == 0), int(n % 3 > 0))))
        assert counts(layout) == {first: 8, second: 16}
    layout = read(table("file,train,bus,valid", lambda n: (n % 2, int(n % 3 == 0), int(n % 5 == 0))))
    assert sets(layout)["img_015.jpg"] == "bus+train+valid"
    assert not [note for note in layout.notes if "read as a label" in note]
    layout = read(table("file,cat,dog,train", lambda n: (n % 2, int(n % 3 == 0), int(n < 18))))
    assert [note for note in layout.notes if note.startswith("'train' is read as a label.")]
