"""How tables are read: their cells, lists, spellings, numbers of boxes, and several tables of one data set."""

from pathlib import Path

import pytest

from core.data.layouts.boxed.cells import are_boxes
from core.data.layouts.boxed.columns import corners, holds_boxes, why_boxes
from core.data.layouts.boxed.lines import most_boxes
from core.data.layouts.boxed.points import are_points
from core.data.layouts.divided import divide
from core.data.layouts.labels.lists import are_lists, odd_labels, separator_of, split_labels
from core.data.layouts.labels.spellings import Spellings, blank_labels, one_spelling
from core.data.layouts.tables import Table, find_tables, parse_table
from core.data.tree import read_tree
from core.errors import UnusableDataset
from tests.data.layouts.conftest import counts, reasons, sets


def parsed(text, name="l.csv", headless=False):
    return parse_table(Path(name), text if isinstance(text, bytes) else text.encode(), headless)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("a,b\n1,2\n", {"a": ["1"], "b": ["2"]}), ("a;b\n1,5;2\n", {"a": ["1,5"], "b": ["2"]}),
        ("a|b\n1|2\n", {"a": ["1"], "b": ["2"]}), ("a\tb\n1\t2\n", {"a": ["1"], "b": ["2"]}),
        ("sep=;\na;b\n1;2\n", {"a": ["1"], "b": ["2"]}), ("a,b\n\n1\n", {"a": ["1"], "b": [""]}),
        ("a,a,\n1,2,3\n", {"a": ["1"], "a (2)": ["2"], "column 3": ["3"]}),
        ("a,b\n1,nan\n", {"a": ["1"], "b": [""]}), ("a,b\n1,None\n", {"a": ["1"], "b": ["None"]}),
        ("a,b\n1,'x'\n", {"a": ["1"], "b": ["x"]}), ("a,b\n1,'=x\n", {"a": ["1"], "b": ["=x"]}),
        ("a,b\n1,'x\n", {"a": ["1"], "b": ["'x"]}), ("a b\n1 2 3\n", None),
        ('"a" "b"\n', None), ("a,b\nr1,1,2\n", {"a": ["r1"], "b": ["1"], "column 3": ["2"]}),
        ("a,b\n1,x,2\n2,y,3\n", {"column 1": ["1", "2"], "a": ["x", "y"], "b": ["2", "3"]}),
    ],
)  # fmt: skip
def test_columns_of_a_table(text, columns):
    if columns is None:
        with pytest.raises(UnusableDataset, match="is no table: it needs a column of file names and one of classes"):
            parsed(text)
    else:
        assert parsed(text).columns == columns


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a.jpg cat\nb.jpg big dog\n", [["a.jpg", "b.jpg"], ["cat", "big dog"]]),
        ("a.jpg 1 2\nb.jpg 3 4 5 6\n", [["a.jpg", "b.jpg"], ["1", "3"], ["2", "4"], ["", "5"], ["", "6"]]),
        ("a.jpg 1 2\nb.jpg 3 4 5\n", [["a.jpg", "b.jpg"], ["1", "3"], ["2", "4 5"]]),
        ("a.jpg 1\nb.jpg 3 4 5\n", [["a.jpg", "b.jpg"], ["1", "3 4 5"]]),
    ],
)
def test_a_text_in_columns_by_spaces(text, rows):
    assert [*parsed(text, "l.txt", headless=True).columns.values()] == rows


def test_lines_of_a_table_are_counted_as_an_editor_does():
    assert [parsed("a,b\n1,2\n").first, parsed("sep=,\na,b\n1,2\n").first] == [2, 3]
    assert [parsed("1,2\n", headless=True).first, parsed("sep=,\n1,2\n", headless=True).first] == [1, 2]
    assert [parsed('{"a": 1, "b": 2}\n', "l.jsonl").first, parsed("a,b\n").rows] == [1, 0]


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("a,b\n1,2,3\n4,5\n", "Row 2 of l.csv has more columns than its header."),
        ("a,b\n1,2\n3,4,5\n6,7,8\n", "2 rows of l.csv, row 3 first, have more columns than its header."),
        ("sep=,\na,b\n1,2,3\n4,5\n", "Row 3 of l.csv has more columns than its header."),
    ],
)
def test_rows_longer_than_the_header_are_told(text, note):
    assert parsed(text).note == (f"{note} Where a text holds a comma or another delimiter, put it into double quotes.")
    assert parsed("a,b\n1,2,\n3,4, \n").note == ""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_unicode_encoding_is_read_without_a_note(encoding):
    table = parsed("file,label\na.jpg,Käfer\n".encode(encoding))
    assert (table.columns, table.note) == ({"file": ["a.jpg"], "label": ["Käfer"]}, "")


def test_json_lines_must_be_objects_and_the_line_is_named():
    assert parsed('{"a": "x", "b": ["p", "q"]}\n\n{"a": null, "c": true}\n', "l.jsonl").columns == {
        "a": ["x", ""], "b": ["p|q", ""], "c": ["", "True"],
    }  # fmt: skip
    for line, what in (("[1]", "Line 3 of l.jsonl is no JSON object"), ("{", "Line 3 of l.jsonl is no JSON.")):
        with pytest.raises(UnusableDataset, match=what):
            parsed('{"a": 1}\n\n' + line, "l.jsonl")


def test_texts_called_like_an_image_beside_them_are_no_tables_and_outer_ones_come_first(tree):
    top = read_tree(tree({"a": ["x.jpg"], "a/x.txt": "", "a/y.txt": "", "a/x.csv": "", "z.tsv": "", "b.doc": ""})).top
    assert [path.name for path in find_tables(top)] == ["z.tsv", "x.csv", "y.txt"]


@pytest.mark.parametrize(
    ("values", "separator"),
    [
        ("cat|dog cat dog", "|"), ("cat;dog cat dog", ";"), ("cat,dog cat dog", ","), ("[cat,dog] cat", "[]"),
        ("cat/dog cat dog", "/"), ("N/A cat dog", ""), ("C++ C", ""), ("cat+dog cat", "+"), ("cat|dog owl", ""),
        ("cat|dog cat|owl", "|"), ("a&b a b", "&"), ("(cat,dog) owl", "[]"), ("", ""),
    ],
)  # fmt: skip
def test_what_separates_labels_in_a_cell(values, separator):
    assert separator_of(values.split()) == separator


def test_labels_separated_by_spaces_repeat_words_in_cells_of_several_lengths():
    assert separator_of(["cat dog", "cat", "dog"]) == " "
    assert separator_of(["polar bear", "brown bear", "cat"]) == ""
    assert separator_of(["a b", "a b c", "b c d a", "d"]) == " "
    assert separator_of(["a b", "a c", "b d"]) == ""
    assert separator_of(["cat|dog"], sure=True) == "|"
    assert separator_of(["cat|dog"]) == ""


def test_labels_of_a_cell_in_order_without_empty_and_repeated_ones():
    assert split_labels(" dog | cat||dog ", "|") == ("dog", "cat")
    assert split_labels("['dog', \"cat\"]", "[]") == ("dog", "cat")
    assert split_labels("dog, cat", "[]") == ("dog", "cat")
    assert split_labels("dog|cat", "") == ("dog|cat",)
    assert odd_labels(["cat", "dog", "cat;dog", "cat/owl"], "|") == ["cat;dog"]
    assert odd_labels(["cat", "dog", "cat|dog"], "|") == []
    assert are_lists("x", ["a|b", "a", "b|a", "b"])
    assert not are_lists("x", ["a|b", "a", "b", "c|d"])
    assert not are_lists("x", ["1|2", "1", "2"])
    assert are_lists("tags", ["1|2", "1", "2", "2|1"])


def test_ways_to_write_a_class_are_told_up_to_four():
    spellings = Spellings(["cat"])
    for way in ("cat", " cat", "cat ", " cat "):
        assert spellings.label("cat", way) == "cat"
    assert "'cat', ' cat', 'cat ', ' cat ' " in spellings.notes("x")[0].replace("' (", "' (")
    spellings.label("cat", "  cat")
    assert "'cat', ' cat', 'cat ', ' cat ', ..." in spellings.notes("x")[0]
    many = Spellings([])
    for name in "abcde":
        assert [many.label(name, f"{name} "), many.label(name, name)] == [name, name]
    assert ", and 2 more classes." in many.notes("x")[0]


def test_numbers_with_and_without_zeros_behind_the_point_are_one_class():
    assert one_spelling(["1", "1.0", "2", ""]) == {"1": "1", "1.0": "1", "2": "2"}
    assert one_spelling(["1", "2.0"]) == {} == one_spelling(["1", "1.0", "cat"])


@pytest.mark.parametrize(
    ("labels", "blank"),
    [
        ("cat dog TODO", "TODO"), ("cat dog ?", "?"), ("cat TODO", ""), ("cat unlabeled", "unlabeled"),
        ("cat sorted unsorted", ""), ("todo doing done", ""), ("todo todo todo doing done", ""),
        ("todo todo todo todo doing done", "todo"), ("cat dog", ""),
    ],
)  # fmt: skip
def test_labels_that_say_that_there_is_none_yet(labels, blank):
    assert blank_labels(labels.split()) == frozenset(blank.split())


BOXES = ["9 2 5 11", "3 20 7 1", "30 4 8 2", "6 60 13 3", "15 70 14 16"]


def test_cells_of_four_numbers_in_no_order_are_boxes():
    assert are_boxes(BOXES)
    assert are_boxes([*BOXES, "", "1 2 3 4 5 6 7 8"])
    assert not are_boxes(BOXES[:4])
    assert not are_boxes([*BOXES, "1 2 3 4 5"])
    assert not are_boxes(["1 2 3 4", "5 6 7 8", "9 10 11 12", "1 3 5 7", "2 4 6 8"])  # in order: labels
    assert are_boxes(["4 2 3 1", "5 6 7 8", "9 10 11 12", "1 3 5 7", "8 6 4 2"])
    assert not are_boxes(["4 2 3 1", "5 6 7 8", "9 10 11 4", "1 3 5 7", "8 6 4 2"])  # eleven numbers


def test_columns_of_corners_stand_side_by_side_in_order():
    columns = {"id": ["9", "1"], "a": ["1", "2"], "b": ["3", "4"], "c": ["5", "6,5"], "d": ["7", "8"]}
    assert corners(columns) == ["a", "b", "c", "d"]
    assert corners(columns | {"c": ["1", "6"]}) == []
    assert corners(columns | {"d": ["3", "8"]}) == []
    assert corners(columns | {"d": ["", "8"]}) == []
    assert corners({"id": [], "a": [], "b": [], "c": []}) == []


def test_columns_called_after_boxes_hold_some_unless_they_are_marks():
    four = {"xmin": ["1", "2"], "ymin": ["3", "4"], "xmax": ["5", "6"], "ymax": ["7", "8"]}
    assert holds_boxes(four)
    assert holds_boxes(four | {"xmin": ["1", "1"]})
    assert not holds_boxes(four | {"xmin": ["0", "1"]})
    assert not holds_boxes({name: four[name] for name in ("xmin", "ymin", "xmax")})
    assert holds_boxes({"box": ["1 2 3 4", ""]})
    assert not holds_boxes({"box": ["1 2 3", "yes"]})
    assert holds_boxes({}, ["bbox"])
    assert "(up to 2)" in why_boxes(["a"], 2)
    assert "1 image shows several objects" in why_boxes(["a", "a", "b"])
    assert "2 images show several objects" in why_boxes(["a", "a", "b", "b", "b", "c"])
    assert "Where every image shows one object" in why_boxes(["a", "b"])


@pytest.mark.parametrize(
    ("names", "are"),
    [("nose_x nose_y eye_x eye_y", True), ("nose_x nose_y", False), ("nose_x nose_y nose_visible", True),
     ("nose_x eye_y", False), ("x_nose y_nose x_eye y_eye", True), ("xmin_x xmin_y max_x max_y", False),
     ("nose_x nose_y nose_z", False)],
)  # fmt: skip
def test_points_are_two_with_names_or_one_that_says_whether_it_is_seen(names, are):
    assert are_points(names.split()) is are


@pytest.mark.parametrize(
    ("lines", "most"),
    [
        ("a.jpg 1,2,3,4,0 5,6,7,8,1|b.jpg 1,2,3,4,0", 2), ("a.jpg 1,2,3,4,0|b.jpg", 1), ("a.jpg|b.jpg 1,2,3,4", 1),
        ("a.jpg|b.jpg|c.jpg 1,2,3,4", 0), ("a.jpg 0,1,0,1|b.jpg 1,0,0,1", 0), ("a.jpg cat|b.jpg dog", 0),
        ("a.jpg 0 1 2 3 4 1 5 6 7 8|b.jpg 0 1 2 3 4", 2), ("a.jpg 0 1 2 3 4|b.jpg 0 1 2 3 4", 0),
        ("a.jpg|2|1 2 3 4|5 6 7 8|b.jpg|0|0 0 0 0", 2), ("a.jpg|1|1 2 3 4", 2), ("a.jpg|2|1 2 3 4|b.jpg|1|1 2 3 4", 0),
        ("a.jpg|3|1 2 3 4|5 6 7 8|1 1 9 9", 3), ("a.jpg|1|1 2 3", 0), ("", 0),
    ],
)  # fmt: skip
def test_the_most_boxes_in_a_line(lines, most):
    assert most_boxes(lines.replace("|", "\n")) == most


def test_flags_called_after_parts_beside_those_of_classes():
    columns = {"file": [*"abcde"], "cat": [*"11010"], "dog": [*"10100"], "val": [*"00010"], "test": [*"10000"]}
    made = divide(Table(Path("l.csv"), columns), "file")
    assert [made.part(row) for row in range(5)] == ["test", "train", "train", "val", "train"]


IMAGES = [f"{name}.jpg" for name in "abcdef"]


def test_the_labels_of_a_flat_part_are_read_from_a_table_of_its_images(read):
    content = {"train/cat": 3, "train/dog": 4, "test": IMAGES[:4]}
    layout = read(content | {"l.csv": "file,label\na,cat\nb,dog\nc,cat\n"})
    assert counts(layout) == {"train/cat": 3, "train/dog": 4, "test/cat": 2, "test/dog": 1}
    assert reasons(layout) == {"test/d.jpg": "Is given no class in 'l.csv'."}
    assert layout.notes[0] == "The classes of the images in 'test' are read from 'l.csv'."
    few = read(content | {"l.csv": "file,label\na,cat\nb,dog\n"})
    assert [path.name for path in few.unlabelled] == ["test"]
    other = read(content | {"l.csv": "file,label\na,cat\nb,owl\nc,cat\nd,owl\n"})
    assert counts(other) == {"cat": 3, "dog": 4}


def test_all_labels_of_the_images_of_a_flat_part_are_read_from_a_table(read):
    table = "file,label\na,cat|dog\nb,dog\nc,cat\nd,cat|dog\n"
    layout = read({"train/cat": 3, "train/dog": 4, "test": IMAGES[:4], "l.csv": table}, task="multilabel")
    assert [found.part for found in layout.found] == ["test"] * 4 + ["train"] * 7
    assert [sorted(found.classes) for found in layout.found[:4]] == [["cat", "dog"], ["dog"], ["cat"], ["cat", "dog"]]
    assert layout.left_out == []
    assert layout.notes == ["The classes of the images in 'test' are read from 'l.csv'."]
    few = read({"train/cat": 3, "train/dog": 4, "train/owl": 2, "test": IMAGES[:4], "l.csv": table}, task="multilabel")
    assert few.notes[1:] == ["Class 'owl' has no images in the test folder."]


def test_a_table_of_other_columns_beside_one_of_several_labels(asked):
    several = "file,tags\na,x|y\nb,x\nc,y\nd,y|x\ne,x\nf,y\n"
    question = asked({"images": IMAGES, "a.csv": several, "b.csv": "image,kind\na,p\nb,q\nc,p\nd,q\n"})
    assert question.question == "'a.csv' and 'b.csv' give the same images other classes."


def test_one_class_per_image_is_asked_about_where_there_are_several_alone(asked, read):
    one = "file,label\na,x\nb,x\nc,y\nd,y\ne,x\nf,y\n"
    assert counts(read({"images": IMAGES, "l.csv": one}, task="classification")) == {"x": 3, "y": 3}
    question = asked({"images": IMAGES, "l.csv": one.replace("a,x", "a,x|y")}, task="classification").question
    assert question == "l.csv gives some images several classes, and one per image was asked for."


def test_tables_of_parts_are_read_in_the_same_way(read):
    layout = read(
        {"images": IMAGES, "train.csv": "file,tags\na,cat|dog\nb,cat\nc,dog\nd,dog|cat\n", "test.csv": "file,tags\n"
         "e,cat\nf,dog\n"}, task="multilabel"
    )  # fmt: skip
    assert sets(layout) == {
        "a.jpg": "cat+dog", "b.jpg": "cat", "c.jpg": "dog", "d.jpg": "cat+dog", "e.jpg": "cat", "f.jpg": "dog"
    }  # fmt: skip
    assert {one.name: one.part for one in layout.found} == {
        f"images/{name}": "train" if name < "e" else "test" for name in IMAGES
    }


def test_more_than_fifty_rows_without_an_image_are_counted(read):
    rows = "".join(f"x{n},cat\n" for n in range(52))
    layout = read({"images": IMAGES, "l.csv": "file,label\na,cat\nb,dog\nc,cat\nd,dog\ne,cat\nf,cat\n" + rows})
    missing = [name for name in reasons(layout) if name.startswith("x")]
    assert missing == [f"x{n}" for n in range(50)]
    assert reasons(layout)["l.csv"] == "2 more rows name images that are not there."
    assert reasons(layout)["x0"] == "Row 8 of l.csv names it, but there is no such image."
