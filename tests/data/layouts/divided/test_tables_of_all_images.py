"""A table that names all images beside class folders: never dropped without a question where it contradicts them."""

import pytest

from tests.data.layouts.conftest import counts, reasons
from tests.data.layouts.test_labelled import table

DIVIDED = {"train/cat": 5, "train/dog": 4, "test/cat": 3, "test/dog": 2}
PLAIN = {"North": 7, "South": 5}


def rows(content, *columns, skip=()):
    """A row for each image of `content`, numbered through all; each column is a function of its folder and number."""
    made, number = [], 0
    for folder, count in content.items():
        for n in range(number, number + count):
            if not any(part in folder for part in skip):
                made.append((f"{folder}/{n}.jpg", *(column(folder, n) for column in columns)))
        number += count
    return made


def same(folder, _):
    return folder.rpartition("/")[2].upper()


def other(_, n):
    return ("empty", "full")[n % 2]


def relabelled(folder, n):
    return "DOG" if n == 1 else same(folder, n)


@pytest.mark.parametrize("label", [other, relabelled])
@pytest.mark.parametrize("header", ["file,label", "image,result"])
def test_a_table_that_contradicts_divided_folders_is_asked_about(asked, label, header):
    question = asked({**DIVIDED, "labels.csv": table(rows(DIVIDED, label), header)})
    assert "labels.csv and the folders 'cat' and 'dog' give the images other classes" in question.question
    assert [choice.reading["layout"] for choice in question.choices] == ["csv", "parts"]


def test_the_table_keeps_the_parts_where_it_is_chosen(asked, read):
    content = {**DIVIDED, "labels.csv": table(rows(DIVIDED, other))}
    layout = read(content, **asked(content).choices[0].reading)
    assert counts(layout) == {"train/empty": 5, "train/full": 4, "test/empty": 2, "test/full": 3}


def test_tables_of_one_part_each_are_asked_about_together(asked):
    tables = {f"{part}/labels.csv": table(rows(DIVIDED, other, skip=(skip,)))
              for part, skip in (("train", "test"), ("test", "train"))}  # fmt: skip
    question = asked({**DIVIDED, **tables})
    assert [choice.counts for choice in question.choices] == [{"empty": 7, "full": 7}, {"cat": 8, "dog": 6}]


def test_a_table_of_the_training_part_alone_is_asked_about(asked):
    assert "other classes" in asked({**DIVIDED, "labels.csv": table(rows(DIVIDED, other, skip=("test",)))}).question


@pytest.mark.parametrize("place", ["labels.csv", "train/labels.csv"])
def test_a_table_that_agrees_with_divided_folders_is_told(read, place):
    layout = read({**DIVIDED, place: table(rows(DIVIDED, same, skip=("test",) if "/" in place else ()))})
    assert counts(layout) == DIVIDED
    assert reasons(layout)[place].startswith("Names the images and agrees with the folders")


def test_a_table_of_a_few_images_or_of_parts_alone_is_not_said_to_agree(read):
    for rest in (rows(DIVIDED, other)[:3], rows(DIVIDED, lambda folder, _: folder.partition("/")[0])):
        layout = read({**DIVIDED, "notes.csv": table(rest, "file,split")})
        assert counts(layout) == DIVIDED
        assert "agrees" not in reasons(layout)["notes.csv"]


@pytest.mark.parametrize("folders", [("batch_1", "batch_2"), ("session1", "session2")])
def test_divided_folders_that_say_no_class_leave_it_to_the_table(read, folders):
    content = {f"train/{folders[0]}": 5, f"train/{folders[1]}": 4, f"test/{folders[0]}": 3, f"test/{folders[1]}": 2}
    layout = read({**content, "labels.csv": table(rows(content, other))})
    assert counts(layout) == {"train/empty": 5, "train/full": 4, "test/empty": 2, "test/full": 3}


@pytest.mark.parametrize("blank", ["", "?", "unlabeled", "n/a"])
def test_blank_labels_make_no_table_disappear(asked, blank):
    said = rows(PLAIN, lambda _, n: (*("crack", "intact"), blank)[n % 3])
    assert "labels.csv and the folders 'North' and 'South'" in asked({**PLAIN, "labels.csv": table(said)}).question


def test_blank_labels_do_not_contradict_folders(read):
    said = rows(PLAIN, lambda folder, n: "?" if n % 3 else folder)
    layout = read({**PLAIN, "labels.csv": table(said)})
    assert counts(layout) == PLAIN
    assert "agrees" in reasons(layout)["labels.csv"]


@pytest.mark.parametrize("content", [PLAIN, DIVIDED])
def test_two_columns_that_may_be_the_class_are_asked_about(asked, content):
    said = rows(content, lambda _, n: "pn"[n // 2 % 2], lambda _, n: "abc"[n % 3])
    question = asked({**content, "strips.csv": table(said, "image,result,batch")})
    assert "its columns 'result' and 'batch' may be the classes" in question.question
    assert [choice.reading.get("label_column") for choice in question.choices] == ["result", "batch", None]


@pytest.mark.parametrize("content", [PLAIN, DIVIDED])
def test_unless_one_of_them_agrees_with_the_folders(read, content):
    said = rows(content, same, lambda _, n: "abc"[n % 3])
    layout = read({**content, "strips.csv": table(said, "image,result,batch")})
    assert counts(layout) == content
    assert "agrees" in reasons(layout)["strips.csv"]


def test_a_table_is_refused_for_its_columns_where_one_folder_has_all_images(asked):
    said = rows({"im": 9}, lambda _, n: "pn"[n // 2 % 2], lambda _, n: "abc"[n % 3])
    assert (
        "'result' and 'batch' may all be the classes"
        in asked({"im": 9, "a.csv": table(said, "f,result,batch")}).question
    )
