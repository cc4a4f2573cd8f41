"""Labels that are written in several ways: kept apart or read as one class, and never without a word."""

import json

import pytest

from tests.data.layouts.conftest import counts, reasons, sets
from tests.data.layouts.test_labelled import FILES, rows, table

NUMBERS = "The classes {} differ only in how their number is written. If they are one, give them one name."


def labels(*classes):
    return {"images": FILES, "l.csv": table(rows(classes=classes))}


@pytest.mark.parametrize(
    ("classes", "named"),
    [
        (("00123", "00123", "123", "0456"), "'00123' and '123'"),
        (("01", "1", "01", "10"), "'01' and '1'"),
        (("0", "00", "000", "0"), "'0', '00' and '000'"),
        (("1", "1.000", "1", "2"), "'1' and '1.000'"),
        (("+1", "1", "1", "-1"), "'+1' and '1'"),
        (("1", "1.0", "1", "cat"), "'1' and '1.0'"),
        (("grade_01", "grade_1", "grade_1", "grade_10"), "'grade_01' and 'grade_1'"),
    ],
)
@pytest.mark.parametrize("as_folders", [False, True])
def test_numbers_written_in_two_ways_stay_apart_and_are_told(read, classes, named, as_folders):
    if as_folders:
        files = {name: classes.count(name) + place for place, name in enumerate(dict.fromkeys(classes))}
        layout = read(files, layout="folders")
        assert counts(layout) == files
    else:
        layout = read(labels(*classes), label_column="label")
        assert counts(layout) == {name: 2 * classes.count(name) for name in classes}
    assert NUMBERS.format(named) in layout.notes


@pytest.mark.parametrize("classes", [("01", "02", "01", "10"), ("-1", "1", "1", "0"), ("v1.05", "v1.5", "a1", "a10")])
def test_other_numbers_stay_apart_without_a_word(read, classes):
    layout = read(labels(*classes))
    assert set(counts(layout)) == set(classes)
    assert len(layout.notes) == 1  # where the labels are read from


@pytest.mark.parametrize(
    ("classes", "merged", "said"),
    [
        (("0", "1.0", "1", "0.0"), {"0", "1"}, "'0', '0.0' as '0'; '1.0', '1' as '1'."),
        (("01", "01.0", "1", "01"), {"01", "1"}, "'01', '01.0' as '01'."),
        (("cat", "cat  ", "dog", "cat"), {"cat", "dog"}, "'cat', 'cat  ' as 'cat'."),
        (("'cat'", "cat", "dog", "cat"), {"cat", "dog"}, "''cat'', 'cat' as 'cat'."),
        (("caf\u00e9", "cafe\u0301", "dog", "dog"), {"caf\u00e9", "dog"}, "(other characters that look the same)"),
    ],
)
def test_labels_that_are_read_as_one_class_are_told(read, classes, merged, said):
    layout = read(labels(*classes))
    assert set(counts(layout)) == merged
    (note,) = [note for note in layout.notes if "read as one" in note]
    assert note.startswith("In the column 'label' of l.csv some classes are written in several ways, and read as one: ")
    assert said in note


@pytest.mark.parametrize("classes", [("cat ", "cat ", " dog", " dog"), ("1.0", "2.0"), ("'cat'", "'dog'")])
def test_labels_all_written_in_one_way_are_not(read, classes):
    assert len(read(labels(*classes)).notes) == 1


def test_numbers_of_json_lines_are_told_and_truth_stays_apart(read):
    def lines(*values):
        return "\n".join(json.dumps({"file": file, "label": values[i % len(values)]}) for i, file in enumerate(FILES))

    layout = read({"images": FILES, "l.jsonl": lines(1, 1.0, 2, 1)})
    assert counts(layout) == {"1": 6, "2": 2}
    assert any("'1', '1.0' as '1'." in note for note in layout.notes)
    layout = read({"images": FILES, "l.jsonl": lines("01", "1", True, "true")})
    assert counts(layout) == {"01": 2, "1": 2, "True": 2, "true": 2}
    assert len(layout.notes) == 3  # both pairs are told


@pytest.mark.parametrize(
    ("cells", "of_first", "said"),
    [
        (("01|1", "1|2", "01|2", "2"), "01+1", NUMBERS.format("'01' and '1'")),
        (("1.0|2", "1|2", "1|3", "2|3"), "1+2", "'1.0', '1' as '1'."),
    ],
)
def test_several_labels_per_image_follow_the_same_rule(read, cells, of_first, said):
    layout = read(labels(*cells), label_column="label", task="multilabel")
    assert sets(layout)[FILES[0]] == of_first
    assert any(said in note for note in layout.notes)


def test_a_label_that_is_read_as_none_yet_is_named_and_counted(read):
    layout = read(labels("cat", "todo", "dog", "cat"))
    assert counts(layout) == {"cat": 4, "dog": 2}
    why = "says 'todo' in 'label', read as not labelled yet. If it is a class, give it another name."
    assert reasons(layout) == {f"images/{FILES[n]}": f"Row {n + 2} of l.csv {why}" for n in (1, 5)}
    told = "In the column 'label' of l.csv 2 rows say 'todo', which is read as not labelled yet: their images are not"
    assert sum(note.startswith(told) for note in layout.notes) == 1
    layout = read(labels("cat", "", "dog", "cat"))
    assert set(reasons(layout).values()) == {f"Row {n} of l.csv gives it no class." for n in (3, 7)}
    assert not any("not labelled yet" in note for note in layout.notes)


@pytest.mark.parametrize("said", ["unlabeled", "Unlabelled", "no_label"])
def test_what_says_unlabelled_is_none_beside_one_class_too_and_is_named(read, said):
    layout = read(labels("new", said, "used", "used"))
    assert counts(layout) == {"new": 2, "used": 4}
    assert f"Row 3 of l.csv says '{said}' in 'label'" in reasons(layout)[f"images/{FILES[1]}"]
    layout = read(labels("used", said, "used", "used"))
    assert counts(layout) == {"used": 6}


@pytest.mark.parametrize(
    ("classes", "word"),
    [(("doing", "todo", "done", "doing"), "todo"), (("Done", "To Do", "Done", "cat"), "To Do"),
     (("training", "inference", "idle", "idle"), "inference")],
)  # fmt: skip
def test_a_word_of_a_series_of_classes_is_one_and_is_told(read, classes, word):
    layout = read(labels(*classes))
    assert counts(layout) == {name: 2 * classes.count(name) for name in classes}
    assert layout.left_out == []
    (note,) = [note for note in layout.notes if "taken for a class" in note]
    assert note.startswith(f"In the column 'label' of l.csv '{word}' is taken for a class, for the others there.")


def test_where_most_are_to_do_none_of_these_is_a_class(read):
    layout = read(labels(*["todo"] * 4, "doing", "doing", "done", "todo"))
    assert counts(layout) == {"todo": 5, "doing": 2, "done": 1}
    images = [f"{n}.jpg" for n in range(10)]
    said = [(image, label) for image, label in zip(images, ["todo"] * 7 + ["done", "cat", "cat"], strict=True)]
    assert counts(read({"images": images, "l.csv": table(said)})) == {"done": 1, "cat": 2}
    assert set(counts(read(labels("labeled", "unlabeled", "cat", "cat")))) == {"labeled", "unlabeled", "cat"}


def test_a_mark_of_no_label_is_named(read):
    said = [(file, *(str(int(n % 3 == k)) for k in range(3))) for n, file in enumerate(FILES)]
    layout = read({"images": FILES, "l.csv": table(said, "filename,Unlabeled,cat,dog")})
    assert counts(layout) == {"cat": 3, "dog": 2}
    assert "Row 2 of l.csv says 'Unlabeled', read as not labelled yet." in reasons(layout)[f"images/{FILES[0]}"]
