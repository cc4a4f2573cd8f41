"""Labels from CSV, TSV and JSON lines, whose columns are found by what is in them."""

import json
from pathlib import Path

import pytest

from core.cli.words import in_options, options
from core.data.layouts import labelled
from core.errors import UnclearLayout
from tests.data.layouts.conftest import counts, reasons

FILES = [f"a{number:02}.jpg" for number in range(8)]


def table(rows, header="file,label", separator=","):
    return "\n".join([header.replace(",", separator), *(separator.join(row) for row in rows)]) + "\n"


def rows(files=FILES, classes=("cat", "dog", "cat", "cat")):
    return [(file, classes[index % len(classes)]) for index, file in enumerate(files)]


@pytest.mark.parametrize("place", ["", "images", "train", "train_images", "data/images"])
@pytest.mark.parametrize("header", ["file,label", "Image,Id", "id_code,diagnosis", "x,y"])
def test_a_csv_beside_flat_images(read, place, header):
    layout = read({place: FILES, "train.csv": table(rows(), header)})
    assert counts(layout) == {"cat": 6, "dog": 2}
    assert layout.left_out == []
    assert (layout.reading.layout, layout.reading.labels) == ("csv", "train.csv")
    assert [layout.reading.file_column, layout.reading.label_column] == header.split(",")
    assert layout.columns == tuple(header.split(","))
    assert "file names from column" in layout.notes[-1]


@pytest.mark.parametrize(
    "named",
    [
        lambda file: file, lambda file: file.removesuffix(".jpg"), lambda file: file.upper(),
        lambda file: file.replace(".jpg", ".png"), lambda file: f"C:\\me\\images\\{file}",
        lambda file: f"../input/images/{file}", lambda file: f" {file} ",
    ],
)  # fmt: skip
def test_names_with_and_without_ending_and_path(read, named):
    layout = read({"images": FILES, "labels.csv": table([(named(file), label) for file, label in rows()])})
    assert counts(layout) == {"cat": 6, "dog": 2}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("labels.csv", table(rows(), separator=";").encode("utf-8-sig")),
        ("labels.csv", table(rows()).encode("utf-16")),
        ("labels.tsv", table(rows(), separator="\t")),
        ("labels.csv", table([(file, f'"{label}"') for file, label in rows()]).replace("\n", "\r\n")),
        ("labels.txt", "\n".join(f"{file} {label}" for file, label in rows())),
        ("labels.csv", "\n".join(f"{file},{label}" for file, label in rows())),
        ("metadata.jsonl", "\n".join(json.dumps({"file_name": file, "label": label}) for file, label in rows())),
        ("metadata.csv", table(rows(), "file_name,label")),
    ],
)
def test_any_way_to_write_a_table(read, name, content):
    assert counts(read({"images": FILES, name: content})) == {"cat": 6, "dog": 2}


def test_a_label_outside_ascii_in_an_old_encoding(read):
    content = table(rows(classes=("Kätzchen", "Hund")), separator=";").encode("cp1252")
    assert set(counts(read({"images": FILES, "labels.csv": content}))) == {"Kätzchen", "Hund"}


def test_what_the_table_and_the_folder_do_not_share_is_named(read):
    said = [*rows(FILES[:6]), ("gone.jpg", "cat"), (FILES[0], "dog"), (FILES[1], "dog"), (FILES[2], "")]
    layout = read({"images": FILES, "labels.csv": table(said), "notes.docx": "text"})
    assert counts(layout) == {"cat": 3, "dog": 2}
    assert "the classes 'cat' and 'dog'" in reasons(layout)["images/a00.jpg"]
    assert reasons(layout)["images/a07.jpg"] == "Is not named in 'labels.csv', so that it has no class."
    assert reasons(layout)["gone.jpg"] == "Row 8 of labels.csv names it, but there is no such image."
    assert set(reasons(layout)) == {"images/a00.jpg", "images/a06.jpg", "images/a07.jpg", "gone.jpg", "notes.docx"}


def test_train_csv_beside_train_and_test(read):
    test = [f"t{number}.jpg" for number in range(5)]
    content = {
        "train": FILES, "test": test, "train.csv": table(rows(), "id,breed"),
        "sample_submission.csv": table([(file, "cat") for file in test], "id,breed"),
    }  # fmt: skip
    layout = read(content)
    assert counts(layout) == {"cat": 6, "dog": 2}
    assert "5 images without labels" in reasons(layout)["test"]
    assert [path.name for path in layout.unlabelled] == ["test"]


def test_the_same_file_names_in_both_parts(read):
    content = {
        "train": FILES, "test": FILES[:4], "train.csv": table(rows()),
        "test.csv": table([(file, "dog") for file in FILES[:3]] + [(FILES[3], "cat")]),
    }  # fmt: skip
    assert counts(read(content)) == {"train/cat": 6, "train/dog": 2, "test/dog": 3, "test/cat": 1}


def test_a_column_of_parts(read):
    parts = ["train"] * 4 + ["valid", "valid", "valid", "test"]
    said = [(*row, part) for row, part in zip(rows(), parts, strict=True)]
    layout = read({"images": FILES, "labels.csv": table(said, "file,label,split")})
    assert counts(layout) == {"train/cat": 3, "train/dog": 1, "val/cat": 2, "val/dog": 1, "test/cat": 1}


def test_a_table_in_each_part(read):
    header, hot = "filename, cat, dog", {"cat": ("1", "0"), "dog": ("0", "1")}
    content = {}
    for part, files in (("train", FILES[:5]), ("valid", FILES[5:7]), ("test", FILES[7:])):
        content |= {part: files, f"{part}/_classes.csv": table([(f, *hot[label]) for f, label in rows(files)], header)}
    layout = read(content)
    assert counts(layout) == {"train/cat": 4, "train/dog": 1, "val/cat": 1, "val/dog": 1, "test/cat": 1}
    assert layout.classes == {"cat", "dog"}


def test_a_class_of_two_words_is_one_class(read):
    said = rows(classes=("golden retriever", "great dane", "great pyrenees", "pug"))
    assert len(counts(read({"images": FILES, "labels.csv": table(said)}))) == 4


def test_between_several_columns_somebody_chooses(asked, read):
    said = [(file, "nv" if i % 2 else "mel", "back" if i < 3 else "leg", str(40 + i)) for i, file in enumerate(FILES)]
    content = {"images": FILES, "meta.csv": table(said, "image,finding,place,age")}
    question = asked(content)
    assert [options(choice.reading) for choice in question.choices] == [
        "--layout csv --labels meta.csv --label-column finding", "--layout csv --labels meta.csv --label-column place",
    ]  # fmt: skip
    assert question.choices[1].gives == "2 classes: back 3, leg 5"


def test_a_column_that_is_named(read):
    said = [(file, "nv" if i % 2 else "mel", "back" if i < 3 else "leg") for i, file in enumerate(FILES)]
    content = {"images": FILES, "meta.csv": table(said, "image,finding,place")}
    assert counts(read(content, label_column="place")) == {"back": 3, "leg": 5}


def test_a_code_beside_its_name_is_not_asked_about(read):
    said = [(file, str(i % 2), ("mel", "nv")[i % 2]) for i, file in enumerate(FILES)]
    assert set(counts(read({"images": FILES, "meta.csv": table(said, "image,code,kind")}))) == {"mel", "nv"}


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ([f"{i}.5" for i in range(8)], "'target' holds numbers with decimals"),
        ([f"u{i}" for i in range(8)], "'target' is different in nearly every row"),
        (["yes"] * 8, "'target' is the same in every row"),
        ([""] * 8, "'target' is empty"),
    ],
)
def test_measurements_and_numbers_of_rows_are_no_classes(refused, values, says):
    text = refused({"images": FILES, "labels.csv": table(zip(FILES, values, strict=True), "file,target")})
    assert says in text
    assert "Add a column with a class per image" in text


def test_a_measured_column_is_refused_even_when_it_is_named(refused):
    said = table([(file, f"{i % 2}.5") for i, file in enumerate(FILES)], "file,price")
    text = refused({"images": FILES, "labels.csv": said}, label_column="price")
    assert "holds numbers with decimals" in text


def test_boxes_are_no_classes(refused):
    said = table([(file, "cat", "1", "2", "30", "40") for file in FILES], "filename,class,xmin,ymin,xmax,ymax")
    assert "boxes around objects" in refused({"train": FILES, "train/_annotations.csv": said})


@pytest.mark.parametrize(
    ("reading", "says"),
    [
        ({"labels": "nothing.csv"}, "no file of labels nothing.csv in .*There are 'labels.csv'"),
        ({"labels": "labels.csv", "label_column": "kind"}, "no column 'kind'. Its columns are 'file' and 'label'"),
        ({"labels": "labels.csv", "file_column": "path"}, "no column 'path'"),
        ({"labels": "other.csv"}, "No column of other.csv names images"),
    ],
)
def test_what_was_named_and_is_not_there(refused, reading, says):
    import re

    content = {"images": FILES, "labels.csv": table(rows()), "other.csv": "a,b\n1,2\n3,4\n"}
    assert re.search(says, refused(content, layout="csv", **reading))


def test_class_folders_come_before_a_table_that_says_the_same(read):
    said = table([*((f"cat/{file}", "0") for file in FILES[:5]), *((f"dog/{file}", "1") for file in FILES[5:])])
    layout = read({"cat": FILES[:5], "dog": FILES[5:], "labels.csv": said})
    assert counts(layout) == {"cat": 5, "dog": 3}
    assert layout.reading.layout == "folders"
    assert "agrees with the folders" in reasons(layout)["labels.csv"]


def test_folders_and_table_that_disagree_are_asked_about(asked):
    question = asked({"wet": FILES[:5], "dry": FILES[5:], "labels.csv": table(rows())})
    assert [choice.gives for choice in question.choices] == ["2 classes: cat 6, dog 2", "2 classes: dry 3, wet 5"]


def test_folders_that_only_hold_so_many_images_each_are_no_classes(read):
    layout = read({"images_001": FILES[:5], "images_002": FILES[5:], "labels.csv": table(rows())})
    assert counts(layout) == {"cat": 6, "dog": 2}


def test_a_question_says_its_choices_in_one_sentence_too():
    from core.errors import LayoutChoice

    error = UnclearLayout("Which?", [LayoutChoice({"layout": "only:a b"}, "only 'a b'")])
    assert str(error) == 'Which? Choose one: `reading={"layout": "only:a b"}` (only \'a b\').'
    assert in_options(str(error)) == "Which? Choose one: `--layout 'only:a b'` (only 'a b')."


def test_class_folders_for_training_and_a_table_for_a_flat_test_folder(read):
    signs = [f"{number:05}.jpg" for number in range(5)]
    said = [*(("14", f"Test/{file}") for file in signs[:3]), ("0", f"Test/{signs[3]}")]
    content = {
        "Train/0": 4, "Train/14": 3, "Test": signs, "Test.csv": table(said, "ClassId,Path"),
        "Train.csv": table([("0", "Train/0/0.jpg")], "ClassId,Path"),
        "Meta.csv": table([("0", "Meta/0.jpg", "x"), ("3", "Meta/3.jpg", "y")], "ClassId,Path,Shape"),
    }  # fmt: skip
    layout = read(content)
    assert counts(layout) == {"train/0": 4, "train/14": 3, "test/14": 3, "test/0": 1}
    assert reasons(layout)["Test/00004.jpg"] == "Is given no class in 'Test.csv'."
    assert layout.unlabelled == []


def test_a_table_of_other_classes_does_not_label_a_flat_test_folder(read):
    content = {"train/cat": 4, "train/dog": 3, "test": FILES, "test.csv": table(rows(classes=("wet", "dry")))}
    layout = read(content)
    assert counts(layout) == {"cat": 4, "dog": 3}
    assert [path.name for path in layout.unlabelled] == ["test"]


@pytest.mark.parametrize(
    ("cell", "label"), [("'=a", "=a"), ("'-x", "-x"), ("'@a", "@a"), ("'+a", "+a"), ("'tis", "'tis")]
)
def test_an_apostrophe_before_what_is_no_formula_is_none_of_the_label(read, cell, label):
    layout = read({"images": FILES, "l.csv": table(rows(classes=("cat", cell, "cat", "cat")))})
    assert counts(layout) == {"cat": 6, label: 2}


@pytest.mark.parametrize(
    "open_question",
    [{"possible": ("a", "b")}, {"files": ("f", "g")}, {"rivals": (None,)}, {"several": True}, {"why": "It is none."},
     {"labels": {}}],
)  # fmt: skip
def test_labels_are_clear_where_nothing_is_open(open_question):
    known = {"labels": {Path("1.jpg"): "cat"}, "repeated": True, "separator": "|", "copies": (None,), "notes": ["x"]}
    assert labelled.Labelled(**known).clear
    assert not labelled.Labelled(**{**known, **open_question}).clear
