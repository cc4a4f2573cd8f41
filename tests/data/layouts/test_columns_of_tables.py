"""Which column of a table names the images, how a table divides them, and tables that contradict each other."""

from pathlib import Path

import pytest

from core.data.layout import read_layout
from core.data.layouts.divided import Division
from core.data.layouts.tables import Table
from core.data.layouts.undivided.columns import unused_flags
from core.errors import UnclearLayout, UnusableDataset
from core.experiment import Reading
from tests.data.layouts.conftest import counts, reasons
from tests.data.layouts.test_labelled import FILES, rows, table
from tests.data.layouts.test_tables_of_others import marked


@pytest.mark.parametrize(
    ("header", "parts"),
    [
        ("file,what,is_train,is_valid", {"train/cat": 3, "train/dog": 2, "val/cat": 3}),
        ("file,label,is_train,is_test", {"train/cat": 3, "train/dog": 2, "test/cat": 3}),
    ],
)
def test_marks_of_parts_divide_the_images_and_are_no_classes(read, header, parts):
    layout = read({"images": FILES, "l.csv": marked(header)})
    assert counts(layout) == parts
    assert f"The images are divided by '{header.split(',')[2]}' and '{header.split(',')[3]}'." in layout.notes


@pytest.mark.parametrize(
    ("name", "values", "rest"),
    [
        ("is_valid", "00100010", "training"),
        ("is_train", "11011101", "test"),
        ("is_test", "00100010", "training"),
        ("train", "11011101", "test"),
        ("in_train", "11011101", "test"),
        ("Test", "00100010", "training"),
        ("is_training_img", "11011101", "test"),
    ],
)
def test_one_mark_divides_into_two(read, name, values, rest):
    said = [(*row, value.replace("0", "False").replace("1", "True")) for row, value in zip(rows(), values, strict=True)]
    layout = read({"images": FILES, "l.csv": table(said, f"file,label,{name}")})
    part = "val" if name == "is_valid" else "test"
    assert counts(layout) == {"train/cat": 4, "train/dog": 2, f"{part}/cat": 2}
    assert f"The images are divided by '{name}'; the rest is for {rest}." in layout.notes


def test_a_mark_that_would_train_on_less_than_half_does_not_divide(read):
    said = [(*row, mark) for row, mark in zip(rows(), "11101110", strict=True)]
    layout = read({"images": FILES, "l.csv": table(said, "file,label,is_valid")})
    assert counts(layout) == {"cat": 6, "dog": 2}
    assert "'is_valid' is not used to divide the images: add a column 'split' with train, val or test." in layout.notes


def test_short_names_of_parts_divide_and_numbers_of_parts_are_told(read):
    said = [(*row, part) for row, part in zip(rows(), ["tr", "tr", "tr", "tr", "tr", "va", "te", "te"], strict=True)]
    layout = read({"images": FILES, "l.csv": table(said, "file,label,split")})
    assert counts(layout) == {"train/cat": 4, "train/dog": 1, "val/dog": 1, "test/cat": 2}


@pytest.mark.parametrize("name", ["data_split", "fold", "kfold"])
def test_numbers_of_parts_or_folds_are_told(read, name):
    said = [(*row, part) for row, part in zip(rows(), "00012201", strict=True)]
    layout = read({"images": FILES, "l.csv": table(said, f"file,label,{name}")})
    assert counts(layout) == {"cat": 6, "dog": 2}
    assert f"The column '{name}' does not divide the images, because '0', '1' and '2' in it mean no part" in " ".join(
        layout.notes
    )


NUMBERED = [f"{number}.jpg" for number in range(8)]
SHUFFLED = (3, 0, 6, 1, 7, 2, 5, 4)


def shuffled(header):
    """Rows that are counted, and name images in another order: those under 3 are dogs."""
    return table([(str(row), str(n), "dog" if n < 3 else "cat") for row, n in enumerate(SHUFFLED)], header)


@pytest.mark.parametrize("header", [",id,label", "Unnamed: 0,image_id,label", "row,image,label", "id,image_id,label"])
def test_a_column_that_counts_rows_does_not_name_images(read, header):
    layout = read({"images": NUMBERED, "l.csv": shuffled(header)})
    assert {one.name for one in layout.found if one.label == "dog"} == {f"images/{n}.jpg" for n in range(3)}


@pytest.mark.parametrize("header", ["photo,image,label", "left_image,right_image,label"])
def test_columns_that_name_different_images_are_asked_about(asked, header):
    question = asked({"images": NUMBERED, "l.csv": shuffled(header)})
    first, second, _ = header.split(",")
    assert question.question == f"In l.csv the columns '{first}' and '{second}' name different images."
    assert [choice.reading for choice in question.choices] == [
        {"layout": "csv", "labels": "l.csv", "file_column": column} for column in (first, second)
    ]


def test_where_classes_are_unclear_too_both_columns_are_chosen_at_once(tree, asked):
    said = [(str(row), str(n), "dog" if n < 3 else "cat", "ab"[row % 2]) for row, n in enumerate(SHUFFLED)]
    content = {"images": NUMBERED, "l.csv": table(said, "left_image,right_image,one,two")}
    choices = asked(content).choices
    assert [(c.reading["file_column"], c.reading["label_column"]) for c in choices] == [
        (f"{side}_image", label) for side in ("left", "right") for label in ("one", "two")
    ]
    assert choices[3].says == "'right_image' names the images, 'two' their classes"
    root = tree(content, name="b")
    with pytest.raises(UnclearLayout) as caught:
        read_layout(root, Reading(layout="csv", file_column="right_image"))
    assert [c.reading.get("file_column") for c in caught.value.choices] == ["right_image", "right_image"]
    with pytest.raises(UnclearLayout) as caught:
        read_layout(root, Reading(layout="csv", label_column="two"))
    assert [c.reading.get("label_column") for c in caught.value.choices] == ["two", "two"]


@pytest.mark.parametrize("header", ["mask_path,image_path,label", "thumbnail,photo,label", "Annotation,id,label"])
def test_columns_of_what_lies_beside_images_do_not_name_them(read, header):
    layout = read({"images": NUMBERED, "l.csv": shuffled(header)})
    assert layout.reading.file_column == header.split(",")[1]


def test_languages_are_no_short_names_of_parts(read):
    said = [(*row, language) for row, language in zip(rows(), ["tr", "te"] * 4, strict=True)]
    assert counts(read({"images": FILES, "l.csv": table(said, "file,label,language")})) == {"cat": 6, "dog": 2}


def test_an_age_that_is_also_the_number_of_an_image_is_no_name(read):
    said = [(str(n), str(n // 4), "dog" if n < 3 else "cat") for n in SHUFFLED]
    layout = read({"images": NUMBERED, "l.csv": table(said, "code,age,label")})
    assert (layout.reading.file_column, counts(layout)) == ("code", {"cat": 5, "dog": 3})


def test_tables_that_contradict_each_other_are_asked_about(asked):
    other = [(file, "dog") if i == 2 else (file, label) for i, (file, label) in enumerate(rows())]
    content = {"images": FILES, "labels_old.csv": table(rows()), "labels_v2.csv": table(other)}
    question = asked(content)
    assert "give the same images other classes" in question.question
    assert [choice.reading["labels"] for choice in question.choices] == ["labels_old.csv", "labels_v2.csv"]


@pytest.mark.parametrize("other", ["predicted", "label"])
def test_a_table_that_agrees_or_is_not_called_like_one_of_classes_is_no_rival(read, other):
    numbers = {"cat": "0", "dog": "1"}
    said = [(file, numbers[label] if other == "label" else "0") for file, label in rows()]
    said[2:5] = said[2:5] if other == "label" else [(file, "1") for file, _ in said[2:5]]
    layout = read({"images": FILES, "labels.csv": table(rows()), "other.csv": table(said, f"file,{other}")})
    assert counts(layout) == {"cat": 6, "dog": 2}


@pytest.mark.parametrize("place", ["test", "test/images"])
@pytest.mark.parametrize("form", ["sample_sub.csv", "submit_here.csv", "baseline.csv"])
def test_a_form_for_answers_gives_no_classes(read, form, place):
    tests = [f"t{number}.jpg" for number in range(5)]
    content = {"train": FILES, place: tests, "train.csv": table(rows()), form: table((t, "cat") for t in tests)}
    layout = read(content)
    assert counts(layout) == {"cat": 6, "dog": 2}
    assert "offered for prediction" in reasons(layout)["test"]


@pytest.mark.parametrize(("first", "second"), [("train_labels", "test_labels"), ("trainLabels", "testAnnotations")])
def test_tables_called_after_parts_and_labels_divide(read, first, second):
    said = rows(classes=("cat", "dog", "dog", "cat", "cat", "dog", "dog", "dog"))
    layout = read({"images": FILES, f"{first}.csv": table(said[:5]), f"{second}.csv": table(said[5:])})
    assert counts(layout) == {"train/cat": 3, "train/dog": 2, "test/dog": 3}


@pytest.mark.parametrize("name", ["patient_id", "lesion_id", "Subject", "Group ID", "video", "participantid"])
def test_a_column_of_subjects_that_nothing_divides_by_is_told(read, name):
    said = [(*row, f"p{index // 2}") for index, row in enumerate(rows())]
    notes = read({"images": FILES, "l.csv": table(said, f"file,label,{name}")}).notes
    assert any(note.startswith(f"The column '{name}' gives 8 images 4 values: images of one may") for note in notes)


@pytest.mark.parametrize(("name", "shared"), [("patient_id", 1), ("colour", 2), ("patient_id", 4)])
def test_other_columns_and_subjects_with_one_image_each_are_not(read, name, shared):
    said = [(*row, f"p{index // shared}") for index, row in enumerate(rows())]
    assert len(read({"images": FILES, "l.csv": table(said, f"file,label,{name}")}).notes) == 1


def test_nor_where_a_column_divides_the_images(read):
    said = [(*row, f"p{index // 2}", "val" if index > 5 else "train") for index, row in enumerate(rows())]
    assert len(read({"images": FILES, "l.csv": table(said, "file,label,patient,split")}).notes) == 1


@pytest.mark.parametrize(
    ("address", "found"), [("/data/upload/3/", 8), ("https://x.org/data/upload/", 8), ("/data/", 0)]
)
def test_the_numbers_that_label_studio_puts_before_names_are_passed_over(tree, address, found):
    said = [(f"{address}0a1b2c{index:02x}-{file}", label) for index, (file, label) in enumerate(rows())]
    root = tree({"images": FILES, "l.csv": table(said, "image,choice")})
    if found:
        assert counts(read_layout(root)) == {"cat": 6, "dog": 2}
    else:
        with pytest.raises(UnusableDataset):
            read_layout(root)


def noted(read, column, values):
    """The notes on a table with this column beside the classes."""
    said = [(*row, value) for row, value in zip(rows(), values, strict=True)]
    return read({"images": FILES, "l.csv": table(said, f"file,label,{column}")}).notes[1:]


def test_a_train_among_other_vehicles_is_a_class(read):
    hot = [(file, *("1" if n % 3 == k else "0" for k in range(3))) for n, file in enumerate(FILES)]
    layout = read({"images": FILES, "l.csv": table(hot, "file,bus,train,tram")})
    assert counts(layout) == {"bus": 3, "train": 3, "tram": 2}


@pytest.mark.parametrize(("column", "values"), [("set", "11121123"), ("subset", "TTTVTTTE"), ("Part", "aaabaaab")])
def test_codes_in_a_column_of_parts_are_told(read, column, values):
    (note,) = noted(read, column, values)
    assert note.startswith(f"The column '{column}' does not divide the images, because")


@pytest.mark.parametrize(
    "column", ["donor", "MRN", "bird_id", "Plot no", "scan_uid", "camera", "batch", "specimen_ids"]
)
def test_a_column_of_what_images_share_is_told(read, column):
    (note,) = noted(read, column, ["p1", "p1", "p2", "p2", "p3", "p3", "p4", "p4"])
    assert note.startswith(f"The column '{column}' gives 8 images 4 values")
    assert "add a column 'split'" in note


@pytest.mark.parametrize("column", ["annotator_id", "labeller ids", "license_id", "note", "paid"])
def test_a_column_of_who_drew_or_of_something_else_is_not(read, column):
    assert noted(read, column, ["p1", "p1", "p2", "p2", "p3", "p3", "p4", "p4"]) == []


@pytest.mark.parametrize("column", ["exclude", "is_duplicate", "to_delete", "Ignored", "skip"])
def test_rows_that_somebody_marked_are_told(read, column):
    (note,) = noted(read, column, "01000100")
    assert note.startswith(f"The column '{column}' marks 2 of 8 rows, which is not looked at")
    assert noted_none(column) == ""


def noted_none(column):
    """What is said of such a column that marks no row."""
    columns = {"file": ["a", "b"], column: ["0", "0"]}
    return unused_flags(Division(Table(Path("t.csv"), columns)), ["file"])


def test_a_class_of_two_words_in_columns_of_spaces_is_whole(read):
    said = "".join(f"{file} {'great dane' if n % 2 else 'pug'}\n" for n, file in enumerate(FILES))
    assert counts(read({"images": FILES, "labels.txt": said})) == {"great dane": 4, "pug": 4}


def test_numbers_that_name_two_images_each_are_refused_with_the_reason(refused):
    said = refused(
        {"a": ["1.jpg", "2.jpg"], "a/": ["1.png", "2.png"], "l.csv": table([("1", "cat"), ("2", "cat")])},
        layout="csv", label_column="label", labels="l.csv",
    )  # fmt: skip
    assert "gives no image a class that is clear. 1.jpg: Row 2 of l.csv names '1', and several images" in said


@pytest.mark.parametrize("place", [".", "images", "train"])
def test_a_table_whose_rows_contradict_each_other_for_every_image_is_told(asked, read, place):
    files = [f"shot{number}.jpg" for number in range(31, 37)]
    rows = "".join(f"{file},{label}\n" for file in files for label in ("cat", "dog"))
    question = asked({place: files, "labels.csv": f"file,label\n{rows}"})
    assert question.question.startswith("labels.csv gives no image a class that is clear. shot31.jpg: The rows of")
    assert [choice.gives for choice in question.choices] == ["2 classes: cat 6, dog 6"]
    assert question.choices[0].reading["task"] == "multilabel"
    one_clear = read({place: files, "labels.csv": f"file,label\n{rows}".replace("shot31.jpg,dog\n", "")})
    assert [found.label for found in one_clear.found] == ["cat"]
    assert sum("give it the classes" in one.reason for one in one_clear.left_out) == 5


def test_beside_class_folders_such_a_table_is_offered_as_labels_of_several(asked):
    files = {"cat": ["a1.jpg", "a2.jpg"], "dog": ["b1.jpg", "b2.jpg", "b3.jpg"]}
    rows = "".join(f"{file},{label}\n" for each in files.values() for file in each for label in ("wild", "tame"))
    question = asked({**files, "labels.csv": f"file,label\n{rows}"})
    assert [choice.gives for choice in question.choices] == ["2 classes: cat 2, dog 3", "2 classes: tame 5, wild 5"]
