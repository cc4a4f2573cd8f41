"""Columns that say that the label of a row is wrong: such a label is not given, and others of yes and no are told."""

import pytest

from core.data.layout import read_layout
from core.experiment import Reading
from tests.data.layouts.conftest import counts, reasons, sets
from tests.data.layouts.test_labelled import FILES, rows, table


def judged(name, values, label="label"):
    return table([(*row, value) for row, value in zip(rows(), values, strict=True)], f"file,{label},{name}")


@pytest.mark.parametrize(
    ("name", "no", "yes"),
    [
        ("Confidence", "0", "1"), ("correct", "no", "yes"), ("is_correct", "False", "True"), ("Approved", "N", "Y"),
        ("verified", "0", "1"), ("agree", "nein", "ja"), ("label_correct", "0.0", "1.0"), ("accepted", "f", "t"),
        ("mislabeled", "1", "0"), ("is_wrong", "yes", "no"), ("incorrect", "true", "false"),
        ("review", "rejected", "accepted"), ("status", "Wrong", "OK"),
    ],
)  # fmt: skip
def test_a_label_that_is_said_to_be_wrong_is_not_given(read, name, no, yes):
    layout = read({"images": FILES, "l.csv": judged(name, [yes, no, yes, yes, no, yes, yes, yes])})
    assert counts(layout) == {"cat": 5, "dog": 1}
    why = f"says '{no}' in '{name}' of its label."
    assert reasons(layout) == {f"images/{FILES[n]}": f"Row {n + 2} of l.csv {why}" for n in (1, 4)}
    told = f"In the column '{name}' of l.csv 2 rows hold '{no}': their labels in 'label' are taken for wrong"
    assert told in " ".join(layout.notes)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Confidence", "0.9 0.2 1 0 0.4 1 1 0"), ("flash", "1 0 1 1 0 1 1 1"),
        ("correct", "cat dog dog cat cat cat dog cat"),
        ("score", "0 1 0 0 1 1 1 1"),
    ],
)  # fmt: skip
def test_measures_and_other_marks_say_nothing_of_labels(read, name, values):
    layout = read({"images": FILES, "l.csv": judged(name, values.split())})
    assert counts(layout) == {"cat": 6, "dog": 2}
    assert "yes or no" not in " ".join(layout.notes)


@pytest.mark.parametrize(
    ("name", "values", "what"),
    [
        ("flash", "yes no yes yes no yes no yes", "('no' in 3 of 8)"),
        ("verified", "0 0 0 0 0 0 1 0", "('0' in 7 of 8)"),  # hardly any was looked at
        ("correct", "1 0 1 1 1 0 1 1", "('0' in 2 of 8)"),  # no dog would remain
        ("is_wrong", "0 1 0 0 0 1 0 0", "('1' in 2 of 8)"),
        ("Confidence", "0 1 0 1 1 1 0 1", "('0' in 3 of 8)"),  # more than a third of all
        ("right", "1 0 1 1 1 1 1 1", "('0' in 1 of 8)"),  # the right eye
        ("ok", "1 1 0 1 1 1 1 1", "('0' in 1 of 8)"),
        ("reviewed", "yes yes no yes yes yes yes yes", "('no' in 1 of 8)"),
        ("rejected", "0 0 1 0 0 0 0 0", "('1' in 1 of 8)"),
        ("inspection", "pass pass fail pass pass pass pass pass", "('fail' in 1 of 8)"),
        ("status", "ok ok failed ok ok ok ok ok", "('failed' in 1 of 8)"),
    ],
)
def test_what_may_say_so_is_told_and_takes_no_image(read, name, values, what):
    layout = read({"images": FILES, "l.csv": judged(name, values.split())})
    assert counts(layout) == {"cat": 6, "dog": 2}
    assert reasons(layout) == {}
    told = f"The column '{name}' says yes or no of every row {what}, which is not used. If that says that the label"
    assert told in " ".join(layout.notes)


@pytest.mark.parametrize("name", ["label_ok", "right_label"])
def test_what_is_said_of_the_label_by_name_counts(read, name):
    layout = read({"images": FILES, "l.csv": judged(name, "11011111")})
    assert counts(layout) == {"cat": 5, "dog": 2}


@pytest.mark.parametrize(("header", "refused"), [("species,validated", "yew"), ("label,approved", "scratch")])
@pytest.mark.parametrize("exceptions", [0, 1])
def test_no_column_takes_a_class_away(read, header, refused, exceptions):
    classes = ["oak", "ash", "elm", refused]
    said = [(f"{n}.jpg", classes[n % 4], "no" if n % 4 == 3 and n >= 4 * exceptions else "yes") for n in range(26)]
    layout = read({"images": [f"{n}.jpg" for n in range(26)], "l.csv": table(said, f"file,{header}")})
    assert counts(layout) == {"oak": 7, "ash": 7, "elm": 6, refused: 6}
    assert f"('no' in {6 - exceptions} of 26), which is not used" in " ".join(layout.notes)


def test_an_image_named_twice_makes_no_table_of_several_labels_for_each(read):
    said = [(file, label, "1" if n % 2 else "0") for n, (file, label) in enumerate(rows())]
    layout = read({"images": FILES, "l.csv": table([*said, said[0]], "file,label,Confidence")})
    assert counts(layout) == {"cat": 6, "dog": 2}
    assert "('0' in 5 of 9), which is not used" in " ".join(layout.notes)


def test_of_two_columns_of_labels_none_judges_the_other(read):
    said = [(file, ("no", "yes")[n % 2], ("no", "yes")[n // 5]) for n, file in enumerate(FILES)]
    assert counts(read({"images": FILES, "l.csv": table(said, "file,label,noisy_label")})) == {"no": 4, "yes": 4}


LONG = [(file, label, str(int(n % 3 == k))) for n, file in enumerate(FILES) for k, label in enumerate(["a", "b", "c"])]


@pytest.mark.parametrize(
    "header", ["file,label,Confidence", "file,finding,present", "file,pest,value", "img,what,exists"]
)
def test_rows_of_what_is_not_there_give_no_label(tree, header):
    root = tree({"images": FILES, "l.csv": table(LONG, header)})
    assert counts(read_layout(root, Reading())) == {"a": 3, "b": 3, "c": 2}
    several = read_layout(root, Reading(layout="csv", task="multilabel"))
    assert sets(several) == {file: "abc"[n % 3] for n, file in enumerate(FILES)}


def test_a_column_of_answers_is_that_of_classes_where_one_image_is_named_twice(read):
    said = [(file, ("yes", "no", "no")[n % 3]) for n, file in enumerate(FILES)]
    layout = read({"images": FILES, "l.csv": table([*said, said[0]], "file,answer")})
    assert counts(layout) == {"yes": 3, "no": 5}


def test_an_image_of_which_all_is_denied_shows_none_of_several_labels(read):
    said = [*LONG, *[("z.jpg", one, "0") for one in "abc"], ("a01.jpg", "a", "1")]
    layout = read({"images": [*FILES, "z.jpg"], "l.csv": table(said, "file,label,Confidence")}, task="multilabel")
    assert sets(layout)["z.jpg"] == ""
    assert sets(layout)["a01.jpg"] == "a+b"


def test_each_table_of_a_part_is_judged_by_itself(read):
    marks = {"train": "1 0 1 1 1 1 1 1", "test": "1 1 1 1 1 0 1 1"}
    content = {part: [f"{part}{file}" for file in FILES] for part in marks}
    for part, values in marks.items():
        said = [(f"{part}{file}", label, mark) for (file, label), mark in zip(rows(), values.split(), strict=True)]
        content[f"{part}-labels.csv"] = table(said, "ImageID,LabelName,Confidence")
    assert counts(read(content)) == {"train/cat": 6, "train/dog": 1, "test/cat": 6, "test/dog": 1}
