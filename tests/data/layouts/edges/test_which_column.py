"""Which column of a table names the images, gives the classes or divides them, on both sides of each limit."""

from pathlib import Path

import pytest

from core.data.layouts.columns import (
    are_loose_marks,
    are_marks,
    is_measured,
    marks,
    possible_labels,
    same_partition,
    why_none,
)
from core.data.layouts.divided import divide, is_fold_column
from core.data.layouts.file_column import file_columns
from core.data.layouts.flags import are_flags
from core.data.layouts.index import ImageIndex
from core.data.layouts.labels.verdicts import is_of_each_label
from core.data.layouts.tables import Table
from core.data.layouts.undivided.columns import undivided_subjects, unused, unused_flags

ROOT = Path("/set")


def table(name="l.csv", headless=False, **columns):
    return Table(ROOT / name, {key: value.split(" ") for key, value in columns.items()}, headless=headless)


def column(text):
    return {"kind": text.split(" ")}


@pytest.mark.parametrize(
    ("values", "is_label"),
    [
        ("a b a b", True), ("a b c a b", False), ("a b c a b c", True), ("a a a", False), ("1 2 1 2", True),
        ("1.5 2 1.5 2", False), ("1.0 2 1.0 2", True), ("2024-01-02 2024-01-03 2024-01-02 2024-01-03", False),
        ("2024-01-02 b 2024-01-02 b", True), (" ".join([*map(str, range(20))] * 2), True),
        (" ".join([*map(str, range(21))] * 2), False), ("a b a b  ", True), ("a b c a  ", False),
    ],
)  # fmt: skip
def test_a_column_of_few_repeated_values_may_be_the_label(values, is_label):
    assert possible_labels(column(values), []) == (["kind"] if is_label else [])
    assert possible_labels(column(values), ["kind"]) == []


def test_many_numbers_are_classes_where_the_column_is_called_so_and_a_measure_never_is():
    many = [*map(str, range(21))] * 2
    assert possible_labels({"label": many, "age": ["1", "2", "3"] * 14}, []) == ["label"]
    assert possible_labels({"fold": ["1", "2"] * 4, "group": ["1", "2", "2", "1"] * 2}, []) == ["group"]


@pytest.mark.parametrize(
    ("columns", "chosen"),
    [
        ({"code": "1 2 1 2", "name": "cat dog cat dog"}, ["name"]),
        ({"name": "cat dog cat dog", "label": "1 2 1 2"}, ["name"]),
        ({"kind": "cat dog cat dog", "label": "1 2 1 2"}, ["label"]),
        ({"kind": "cat dog cat dog", "class_id": "1 2 1 2"}, ["kind"]),
        ({"sex": "f m f m", "class_id": "1 2 1 2"}, ["class_id"]),
        ({"sex": "f m f m", "code": "1 2 1 2"}, ["sex"]),
        ({"kind": "A B A B", "label": "cat dog cat dog"}, ["label"]),
        ({"kind": "A B A B", "title": "cat dog cat dog"}, ["title"]),
        ({"kind": "A B A B", "sort": "x x y y"}, ["kind", "sort"]),
        ({"label": "A B A B", "class": "x x y y", "kind": "x y y x"}, ["label", "class"]),
    ],
)
def test_of_columns_that_mean_the_same_the_one_that_names_the_classes(columns, chosen):
    assert possible_labels({name: text.split() for name, text in columns.items()}, []) == chosen


def test_why_a_table_has_no_label_is_said_of_each_column():
    columns = {
        "a": ["", "", "", ""], "b": ["x", "x", "", "x"], "c": ["1.5", "2", "1.5", "2"], "d": ["p", "q", "r", "p"],
        "age": ["1", "2", "1", "2"], "file": ["1", "2", "3", "4"],
    }  # fmt: skip
    assert why_none(columns, ["file"]) == (
        "'a' is empty; 'b' is the same in every row; 'c' holds numbers with decimals, which are measurements and no "
        "classes; 'd' is different in nearly every row; 'age' looks like a measurement or a time"
    )
    assert why_none({"file": ["1"]}, ["file"]) == "there are only the columns 'file'"
    nine = {f"c{n}": [""] for n in range(9)}
    assert why_none(nine, []) == "; ".join(f"'c{n}' is empty" for n in range(8))


def test_marks_are_at_least_two_columns_of_zeros_and_ones():
    columns = {"file": ["a", "b"], "cat": ["1", "0"], "dog": ["True", "false"], "owl": ["-1", "1"], "bat": ["-1", ""]}
    assert marks(columns, ["file"]) == ("cat", "dog", "owl")
    assert marks(columns, ["file", "cat", "owl"]) == ()
    assert marks({"cat": ["1", ""], "dog": ["-1", "0"]}, []) == ()
    assert marks({"cat": ["1", ""], "dog": ["-1.0", "0"]}, [], loose=True) == ("cat", "dog")
    assert not are_marks([])
    assert not are_marks(["-1"])
    assert not are_loose_marks(["", "-1"])
    assert not are_loose_marks(["1", "2"])


def test_flags_say_yes_of_some_rows_and_no_or_nothing_of_others():
    assert are_flags(["Yes", "no"])
    assert are_flags(["x", ""])
    assert not any(map(are_flags, (["no", ""], ["yes", "x"], ["yes", "no", "perhaps"], [])))


def test_numbers_with_decimals_are_measured():
    assert is_measured(["1.5", "2", ""])
    assert is_measured(["1e5", "2.5"])
    assert not is_measured(["1.0", "2"])
    assert not is_measured(["1.5", "x"])
    assert same_partition(["a", "a", "b"], ["1", "1", "2"])
    assert not same_partition(["a", "a", "b"], ["1", "1", "1"])
    assert not same_partition(["a", "a", "b"], ["1", "2", "3"])


IMAGES = [ROOT / f"{name}.jpg" for name in "abcdefgh"]


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        ({"x": "a b c d"}, ["x"]), ({"x": "a q r s t u v w"}, []), ({"x": "a b q r"}, ["x"]), ({"x": "a b q r s"}, []),
        ({"x": "a b c d q r s t u"}, ["x"]), ({"x": "a b c q r s t"}, []),
        ({"file": "a b c d", "x": "d c b a"}, ["file"]), ({"mask": "a b c d", "x": "d c b a"}, ["mask", "x"]),
        ({"index": "a b c d", "x": "a b c d"}, ["x"]), ({"x": "a b c d", "y": "a b c d"}, ["x"]),
        ({"x": "a b c d", "y": "d c b a"}, ["x", "y"]), ({"x": "a b c d", "y": "a b c q"}, ["x"]),
        ({"x": "a b c d", "file": "a b q r"}, ["x"]), ({"x": "a b c d", "file": "a b c q"}, ["file"]),
        ({"x": "a b a b", "y": "c d e f"}, ["y"]), ({"image_id": "a b a b", "y": "c d q q"}, ["image_id"]),
    ],
)  # fmt: skip
def test_the_column_that_names_the_images(columns, named):
    assert file_columns(table(**columns), ImageIndex(IMAGES, ROOT)) == named


@pytest.mark.parametrize(
    ("stored", "text", "found"),
    [
        ("a/x.jpg b/x.jpg", "a/x.jpg", "a/x.jpg"), ("a/x.jpg b/x.jpg", "x.jpg", "a/x.jpg b/x.jpg"),
        ("a/x.jpg b/x.jpg", "c/x.jpg", "a/x.jpg b/x.jpg"), ("a/x.jpg b/x.jpg", "set/b/x", "b/x.jpg"),
        ("p/a/x.jpg q/a/x.jpg", "a/x.jpg", "p/a/x.jpg q/a/x.jpg"), ("p/a/x.jpg q/a/x.jpg", "q/a/x.jpg", "q/a/x.jpg"),
        ("X.JPG", "./x.jpg", "X.JPG"), ("x.jpg", "..\\x.png", "x.jpg"), ("007.jpg", "7", "007.jpg"),
        ("007.jpg", "7.0", "007.jpg"), ("000.jpg", "0", "000.jpg"), ("007.jpg", "70", ""), ("x.jpg", "", ""),
        ("a b.jpg", "http://h/a%20b.jpg?v=1", "a b.jpg"), ("x.jpg", "upload/3/0123abcd-x.jpg", "x.jpg"),
        ("x.jpg", "upload/0123abcd-x.jpg", "x.jpg"), ("x.jpg", "upload/0123abc-x.jpg", ""), ("x.jpg", "y", ""),
    ],
)  # fmt: skip
def test_the_image_that_a_cell_means(stored, text, found):
    stored = [stored] if stored == "a b.jpg" else stored.split()
    index = ImageIndex([ROOT / name for name in stored], ROOT)
    assert len(index) == len(stored)
    assert [path.relative_to(ROOT).as_posix() for path in index.find(text)] == ([found] if found in stored
                                                                             else found.split())  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "parts"),
    [
        ({"split": "train train test"}, "train train test"), ({"split": "train train train"}, "train train train"),
        ({"x": "train train train"}, None), ({"x": "train test red"}, None), ({"x": "train test"}, "train test"),
        ({"split": "train test val discarded"}, "train test val predict"),
        ({"split": "train train discarded"}, None), ({"partition": "0 0 1 2"}, "train train val test"),
        ({"partition": "0 1 1 2"}, None), ({"partition": "0 0 1 1"}, None), ({"partition": "0 0 1 3 2"}, None),
        ({"code": "0 0 1 2"}, None), ({"label": "train test"}, "train test"), ({"label": "val test"}, None),
        ({"split": "dev dev test"}, "train train test"), ({"split": "train dev test"}, "train val test"),
        ({"split": "train validation holdout"}, "train val test"),
        ({"split": "train validation holdout test"}, "train val val test"),
    ],
)  # fmt: skip
def test_what_divides_a_table(columns, parts):
    made = divide(table(**columns), "file")
    rows = range(made.table.rows)
    assert [made.part(row) for row in rows] == (parts.split() if parts else [None for _ in rows])


@pytest.mark.parametrize(
    ("columns", "parts", "note"),
    [
        ({"is_test": "0 0 1"}, "train train test", "The images are divided by 'is_test'; the rest is for training."),
        ({"in_train": "1 1 0"}, "train train test", "The images are divided by 'in_train'; the rest is for test."),
        ({"is_test": "0 1"}, "train test", "The images are divided by 'is_test'; the rest is for training."),
        ({"is_valid": "0 1 1"}, "", "'is_valid' is not used to divide the images: add a column 'split'"),
        ({"is_train": "1 0 0", "is_test": "0 1 1"}, "train test test",
         "The images are divided by 'is_train' and 'is_test'."),
        ({"is_train": "1 0 0", "is_test": "0 1 0"}, "", "'is_train' and 'is_test' are not used to divide the images"),
        ({"is_train": "1 1 0", "is_test": "0 1 1"}, "", "'is_train' and 'is_test' are not used to divide the images"),
    ],
)  # fmt: skip
def test_flags_divide_a_table_unless_they_contradict_each_other_or_leave_too_few(columns, parts, note):
    made = divide(table(file="a b c"[: 2 * len(next(iter(columns.values())).split()) - 1], **columns), "file")
    assert [made.part(row) or "" for row in range(made.table.rows)] == (parts.split() or [""] * made.table.rows)
    assert len(made.notes) == 1
    assert made.notes[0].startswith(note)


def test_folds_are_a_column_called_so_with_two_to_twenty_numbers():
    assert is_fold_column("kfold", ["0", "1"])
    assert is_fold_column("folds", [*map(str, range(20)), ""])
    assert not is_fold_column("kfold", ["0", "0"])
    assert not is_fold_column("fold", [*map(str, range(21))])
    assert not is_fold_column("group", ["0", "1"])
    assert not is_fold_column("fold", ["0", "a"])


def test_several_columns_of_parts_are_told(tmp_path):
    made = divide(table(split="train test", set="test train"), "file")
    assert made.notes == ["The images are divided by 'split'; 'set' divides them as well, which is not used."]
    made = divide(table(split="train test", set="test train", subset="val train"), "file")
    assert made.notes == ["The images are divided by 'split'; 'set' and 'subset' divide them as well, which is not "
                          "used."]  # fmt: skip
    assert divide(table(split="train test", set="train train"), "file").notes == []


def test_columns_that_may_divide_the_images_and_do_not_are_told():
    made = divide(table(split="1 1 2 2 3 3 3 3 3 3"), "")
    assert unused(made, []) == ["The column 'split' does not divide the images, because '1', '2' and '3' in it mean no "
                                "part: write train, val or test there."]  # fmt: skip
    assert unused(made, ["split"]) == []
    one = divide(table(fold="1 1 1"), "")
    assert unused(one, []) == [
        "The column 'fold' does not divide the images, because '1' in it means no part: write train, val or test there."
    ]
    assert unused(divide(table(split="train test", fold="1 1"), ""), []) == []
    assert unused(divide(table(kfold="train train"), ""), []) == []


def test_patients_with_several_images_are_told_from_four_on():
    made = divide(table(patient="a b c d d"), "")
    assert undivided_subjects(made, []).startswith("The column 'patient' gives 5 images 4 values: images of one may")
    assert undivided_subjects(made, ["patient"]) == ""
    assert undivided_subjects(divide(table(patient="a b c c"), ""), []) == ""
    assert undivided_subjects(divide(table(patient="a b c d"), ""), []) == ""
    assert undivided_subjects(divide(table(patient="a b c d d", split="train train test test test"), ""), []) == ""
    marked = divide(table(patient="a b c d d", train="1 1 1 0 0", test="0 0 0 1 1"), "")
    assert (marked.column, list(marked.marks)) == ("", ["train", "test"])
    assert undivided_subjects(marked, []) == ""


def test_rows_that_are_marked_as_not_wanted_are_told():
    made = divide(table(excluded="1 0 yes"), "")
    assert unused_flags(made, []).startswith("The column 'excluded' marks 2 of 3 rows, which is not looked at")
    assert unused_flags(made, ["excluded"]) == ""
    assert (
        unused_flags(divide(table(excluded="0 0"), ""), []) == "" == unused_flags(divide(table(excluded="1 1"), ""), [])
    )


def test_a_column_says_of_each_label_where_images_have_three_rows_for_two():
    for files, said in (("a a b", True), ("a a b b c", True), ("a a b c", False)):
        marks = [str(n % 2) for n in range(len(files.split()))]
        columns = {"file": files.split(), "Confidence": marks, "kind": marks}
        assert is_of_each_label("Confidence", columns, "file") is said
        assert not is_of_each_label("kind", columns, "file")
