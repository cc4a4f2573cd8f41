"""Several tables that hold one question: what is chosen holds for all of them, and no part is lost by it."""

import pytest

from core.errors import UnusableDataset
from tests.data.layouts.conftest import counts
from tests.data.layouts.test_labelled import table

IMAGES = {"train": 12, "test": 8}


def tables(header, *columns, images=IMAGES):
    """One table in each folder of images, which are numbered through all; a column is a function of the number."""
    made, first = {}, 0
    for part, count in images.items():
        rows = [(f"{n}.jpg", *(column(n) for column in columns)) for n in range(first, first + count)]
        made[f"{part}/labels.csv"] = table(rows, header)
        first += count
    return images | made


def kind(n):
    return ("cat", "dog")[n % 2]


def size(n):
    return ("big", "small", "big")[n % 3]


def box(n):
    return str(n + 3)


def test_columns_of_several_tables_are_asked_about_once(asked, read):
    content = tables("file,kind,size", kind, size)
    question = asked(content)
    assert question.question == (
        "'train/labels.csv' and 'test/labels.csv' name the images, and their columns 'kind' and 'size' may all be "
        "the classes."
    )
    assert [choice.counts for choice in question.choices] == [{"cat": 10, "dog": 10}, {"big": 13, "small": 7}]
    layout = read(content, **question.choices[1].reading)
    assert counts(layout) == {"train/big": 8, "train/small": 4, "test/big": 5, "test/small": 3}


def test_boxes_of_one_object_each_are_taken_from_all_parts(asked):
    content = tables("filename,class,xmin,ymin,xmax,ymax", kind, box, box, lambda n: box(n + 9), lambda n: box(n + 9))
    question = asked(content)
    assert question.question.startswith("'train/labels.csv' and 'test/labels.csv' give boxes")
    assert [choice.counts for choice in question.choices] == [{"cat": 10, "dog": 10}]


def test_columns_of_file_names_of_several_tables(asked):
    content = tables("left,right,kind", lambda n: f"{n + 1 - n % 2 * 2}.jpg", kind)
    question = asked(content)
    assert "name different images" in question.question
    assert [sum(choice.counts.values()) for choice in question.choices] == [20, 20]


def test_a_table_of_other_columns_is_no_part_of_the_question(asked):
    content = tables("file,kind,size", kind, size, images={"train": 12})
    content |= {"test": 4, "test/labels.csv": table([(f"{n}.jpg", str(n)) for n in range(12, 16)], "file,number")}
    question = asked(content)
    assert question.question.startswith("train/labels.csv names the images, and its columns 'kind' and 'size'")
    assert [choice.reading["labels"] for choice in question.choices] == ["train/labels.csv"] * 2


@pytest.mark.parametrize(("column", "name"), [("label_column", "size"), ("file_column", "file")])
def test_a_column_that_only_one_table_has(read, column, name):
    other = table([(f"{n}.jpg", kind(n)) for n in range(12)], "image,class")
    mine = table([(f"{n}.jpg", size(n)) for n in range(12)], "file,size")
    content = {"": 12, "a.csv": other, "b.csv": mine}
    assert counts(read(content, layout="csv", **{column: name})) == {"big": 8, "small": 4}
    with pytest.raises(UnusableDataset, match=r"^a\.csv has no column 'nix'\. Its columns are 'image' and 'class'"):
        read(content, layout="csv", **{column: "nix"})


def test_unclear_tables_of_the_same_images_are_asked_about_one_by_one(asked, read):
    """A reading of both would end in the next question, and one of them in silence about the other."""
    one = table([(f"{n}.jpg", kind(n), size(n)) for n in range(12)], "file,kind,size")
    other = table([(f"{n}.jpg", kind(n // 2), size(n // 2)) for n in range(12)], "file,kind,size")
    content = {"": 12, "a.csv": one, "b.csv": other}
    question = asked(content)
    assert question.question == "'a.csv' and 'b.csv' give the same images other classes."
    assert [(choice.says, choice.reading["labels"]) for choice in question.choices] == [
        (f"the classes are in {name}, column '{column}'", name)
        for name in ("a.csv", "b.csv")
        for column in ("kind", "size")
    ]
    assert counts(read(content, **question.choices[2].reading)) == {"cat": 6, "dog": 6}


def test_an_equal_table_beside_an_unclear_one_is_no_question_of_its_own(asked):
    one = table([(f"{n}.jpg", kind(n), size(n)) for n in range(12)], "file,kind,size")
    question = asked({"": 12, "a.csv": one, "b.csv": one})
    assert question.question.startswith("a.csv names the images, and its columns 'kind' and 'size' may")
    assert [choice.reading["label_column"] for choice in question.choices] == ["kind", "size"]
