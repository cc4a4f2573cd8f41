"""Classes that go by numbers, files that may hold their names, and rows that are longer than the header."""

import pytest

from tests.data.layouts.conftest import counts
from tests.data.layouts.test_labelled import FILES, rows, table


@pytest.mark.parametrize(
    "name", ["classes.txt", "label_num_to_disease_map.json", "data.yaml", "words.txt", "my_class.names"]
)
@pytest.mark.parametrize("classes", [("0", "1"), ("n01440764", "n02102040")])
def test_a_file_that_may_hold_the_names_is_told(read, classes, name):
    assert read({classes[0]: 3, classes[1]: 2, name: "cat dog"}).notes == [
        f"The classes are called by numbers. '{name}' may hold their names, which are not read: to see them, call the "
        "folders or the labels so."
    ]


@pytest.mark.parametrize(("more", "count"), [({}, 1), ({"class_names.txt": "cat, dog"}, 2)])
def test_a_table_that_is_used_for_labels_holds_no_names(read, more, count):
    content = {"images": FILES, "labels.csv": table(rows(classes=("0", "1", "0", "0"))), **more}
    assert len(read(content).notes) == count


@pytest.mark.parametrize("content", [{"cat": 3, "dog": 2, "classes.txt": "x"}, {"0": 3, "1": 2, "README.md": "x"}])
def test_classes_with_names_and_other_files_are_not_told(read, content):
    assert read(content).notes == []


def test_rows_that_are_longer_than_the_header_are_told(read):
    said = [(file, "tench, Tinca" if index in (2, 5) else label) for index, (file, label) in enumerate(rows())]
    layout = read({"images": FILES, "l.csv": table(said)})
    assert counts(layout) == {"cat": 5, "dog": 1, "tench": 2}
    assert any(note.startswith("2 rows of l.csv, row 4 first, have more columns") for note in layout.notes)


def test_rows_that_end_in_delimiters_or_quote_them_are_not(read):
    said = [(file, '"tench, Tinca"' if label == "dog" else label, "", "") for file, label in rows()]
    layout = read({"images": FILES, "l.csv": table(said)})
    assert counts(layout) == {"cat": 6, "tench, Tinca": 2}
    assert len(layout.notes) == 1


def test_numbers_of_rows_without_a_name_in_the_header_shift_no_columns(read):
    said = [(str(index), *row, "4") for index, row in enumerate(rows())]
    layout = read({"images": FILES, "l.csv": table(said, "file,label,age")})
    assert (layout.reading.file_column, layout.reading.label_column) == ("file", "label")
    assert (counts(layout), len(layout.notes)) == ({"cat": 6, "dog": 2}, 1)


@pytest.mark.parametrize(("one", "other"), [("-1", "1"), ("1.0", "10"), ("1,5", "15")])
def test_numbers_that_differ_in_sign_or_point_are_no_twins(read, one, other):
    assert read({one: 3, other: 2}).notes == []
