"""Tables that give an image several labels: lists in a column, columns of 0 and 1, and rows that repeat."""

import json

import pytest

from core.cli.words import in_options, options
from tests.data.layouts.conftest import counts, reasons, sets

FILES = [f"a{number:02}.jpg" for number in range(9)]


def table(values, header="file,tags", files=FILES):
    return "\n".join([header, *(f"{file},{value}" for file, value in zip(files, values, strict=True))]) + "\n"


def note(layout):
    (found,) = [one for one in layout.notes if one.startswith("Read as several labels per image")]
    return found


@pytest.mark.parametrize(
    ("separator", "spelt"), [("|", "'|'"), (";", "';'"), (",", "','"), (", ", "','"), (" ", "spaces"), ("/", "'/'")]
)
def test_lists_are_read_by_themselves(read, separator, spelt):
    atoms = (("cat",), ("cat", "dog"), ("emu",), ("dog", "emu", "cat"), ("dog",), ("emu", "cat"))
    values = [f'"{separator.join(atoms[index % 6])}"' for index in range(9)]
    layout = read({"images": FILES, "labels.csv": table(values)})
    assert sets(layout)["a03.jpg"] == "cat+dog+emu"
    assert sets(layout)["a02.jpg"] == "emu"
    assert layout.classes == {"cat", "dog", "emu"}
    assert (layout.reading.task, layout.reading.label_column) == ("multilabel", "tags")
    assert spelt in note(layout)
    assert "--task classification --label-column tags" in in_options(note(layout))
    assert layout.summary == "3 classes: cat 6, dog 4, emu 4"


def test_one_class_per_image_is_asked_about_and_then_read(asked, read):
    content = {"images": FILES, "labels.csv": table(["cat|dog", "cat", "dog"] * 3)}
    question = asked(content, task="classification")
    ways = {choice.reading["task"]: choice for choice in question.choices}
    assert ways["classification"].says == "each combination in 'tags' is a class of its own"
    assert ways["classification"].gives == "3 classes: cat 3, cat|dog 3, dog 3"
    assert ways["multilabel"].gives == "2 classes: cat 6, dog 6"
    assert "--task multilabel" in options(ways["multilabel"].reading)
    for task, several in (("classification", False), ("multilabel", True)):
        assert read(content, **ways[task].reading).multilabel is several


def test_a_column_that_is_named_is_read_as_it_says(read):
    content = {"images": FILES, "labels.csv": table(["cat|dog,x", "cat,y", "dog,x"] * 3, "file,tags,side")}
    assert sets(read(content, layout="csv", label_column="tags"))["a00.jpg"] == "cat+dog"
    assert counts(read(content, layout="csv", label_column="side")) == {"x": 6, "y": 3}


def test_lists_that_hardly_repeat_are_labels_all_the_same(read):
    atoms = ["ant", "bee", "cow", "doe", "elk"]
    values = ["|".join(atom for bit, atom in enumerate(atoms) if number >> bit & 1) for number in range(1, 10)]
    assert read({"images": FILES, "labels.csv": table(values)}).classes == {"ant", "bee", "cow", "doe"}


def test_empty_and_repeated_labels_are_ignored(read):
    values = ["cat|dog|", "cat| cat |dog", "|dog", "cat||", "", "cat|dog", "dog", "cat", "cat|emu"]
    layout = read({"images": FILES, "labels.csv": table(values)})
    found = sets(layout)
    assert [found[file] for file in FILES] == [
        "cat+dog",
        "cat+dog",
        "dog",
        "cat",
        "",
        "cat+dog",
        "dog",
        "cat",
        "cat+emu",
    ]
    assert any(one.startswith("1 image has no label: it is kept") for one in layout.notes)


def test_columns_of_0_and_1_with_several_in_a_row(read):
    values = ["1,0,1,0", "1,1,0,0", "0,0,0,0", "0,1,0,0", "1,1,1,0", "0,0,1,0", "0,0,0,0", "1,0,0,0", "0,1,1,0"]
    layout = read({"images": FILES, "l.csv": table(values, "file,cat,dog,emu,yak")})
    found = sets(layout)
    assert [found[file] for file in FILES[:5]] == ["cat+emu", "cat+dog", "", "dog", "cat+dog+emu"]
    assert layout.classes == {"cat", "dog", "emu"}
    assert "each column of 0 and 1 is a label" in note(layout)
    assert any(one.startswith("2 images have no label: they are kept") for one in layout.notes)
    assert any("'yak'" in one and "all 0" in one for one in layout.notes)


def test_two_columns_of_0_and_1(read, asked):
    both = {"images": FILES, "l.csv": table(["1,1", "0,1", "1,0"] * 3, "file,cat,dog")}
    assert sets(read(both))["a00.jpg"] == "cat+dog"
    apart = {"images": FILES, "l.csv": table(["0,0", "0,1", "1,0"] * 3, "file,cat,dog")}
    question = asked(apart)  # the second may be anything
    assert question.choices[-1].gives == "2 classes: cat 3, dog 3"
    assert sets(read(apart, task="multilabel"))["a00.jpg"] == ""


def test_one_hot_columns_are_classes_unless_sets_are_asked_for(read):
    content = {"images": FILES, "l.csv": table(["1,0,0", "0,1,0", "0,0,1"] * 3, "file,cat,dog,emu")}
    assert not read(content).multilabel
    assert sets(read(content, task="multilabel"))["a01.jpg"] == "dog"


def test_marks_that_are_missing_or_uncertain_are_0_and_told(read):
    values = ["1,1,1", "0,1,-1", "1,,0", "1,1,1", "0,0,0", "1,1,-1", "0,1,1", "1,0,0", "1,0,1"]
    layout = read({"images": FILES, "l.csv": table(values, "file,cat,dog,emu")}, task="multilabel")
    assert (sets(layout)["a01.jpg"], sets(layout)["a02.jpg"], sets(layout)["a03.jpg"]) == ("dog", "cat", "cat+dog+emu")
    assert "In the column 'emu' 2 rows hold '-1', which is taken for 0." in layout.notes
    assert "In the column 'dog' 1 row holds 'nothing', which is taken for 0." in layout.notes


def test_columns_of_which_none_is_whole_are_asked_about(asked):
    """As in CheXpert: every column has marks that are left out, or -1."""
    values = ["1,,1", "0,1,-1", "1,,0", "1,1,", "0,0,0", ",1,-1", "0,1,1", "1,0,0", "1,0,1"]
    question = asked({"images": FILES, "l.csv": table(values, "file,cat,dog,emu")})
    assert options(question.choices[-1].reading) == "--layout csv --labels l.csv --task multilabel"
    assert question.choices[-1].gives == "3 classes: cat 5, dog 4, emu 3"


def test_a_column_of_classes_is_believed_more_than_marks_beside_it(read):
    values = ["1,1,x", "0,1,y", "1,0,x", "1,1,x", "0,0,y", "1,1,y", "0,1,x", "1,0,x", "1,0,y"]
    assert counts(read({"images": FILES, "l.csv": table(values, "file,good,sharp,kind")})) == {"x": 5, "y": 4}


def test_rows_of_one_image_are_put_together_when_sets_are_asked_for(read):
    rows = [(FILES[0], "cat"), (FILES[0], "dog"), *((file, "cat") for file in FILES[1:6]), (FILES[6], "dog")]
    rows += [(FILES[7], "dog"), (FILES[8], "dog"), (FILES[8], "dog")]
    content = {"images": FILES, "l.csv": "\n".join(["file,label", *map(",".join, rows)])}
    layout = read(content)
    assert not layout.multilabel
    assert "--task multilabel" in in_options(reasons(layout)["images/a00.jpg"])
    found = sets(read(content, task="multilabel"))
    assert (found["a00.jpg"], found["a05.jpg"], found["a08.jpg"]) == ("cat+dog", "cat", "dog")
    assert len(found) == 9


def test_lists_in_json_lines(read):
    labels = [["cat", "dog"], ["cat"], [], ["dog"], ["emu", "cat"], ["emu"], ["dog", "emu"], ["cat"], ["dog"]]
    lines = [json.dumps({"file_name": f, "labels": found}) for f, found in zip(FILES, labels, strict=True)]
    found = sets(read({"images": FILES, "metadata.jsonl": "\n".join(lines)}))
    assert [found[file] for file in FILES[:5]] == ["cat+dog", "cat", "", "dog", "cat+emu"]


def test_lists_in_brackets(read):
    values = ["\"['cat', 'dog']\"", '"[""cat""]"', "[]", '"[dog]"', '"[cat, emu]"', "[emu]", *3 * ["[dog]"]]
    found = sets(read({"images": FILES, "l.csv": table(values)}))
    assert [found[file] for file in FILES[:5]] == ["cat+dog", "cat", "", "dog", "cat+emu"]


def test_a_table_of_each_part_is_read_in_one_way(read):
    content = {
        "train": FILES[:5], "val": FILES[5:7], "test": FILES[7:],
        "train/labels.csv": table(["cat|dog", "cat", "dog", "emu", "emu|cat"], files=FILES[:5]),
        "val/labels.csv": table(["cat", "emu"], files=FILES[5:7]),
        "test/labels.csv": table(["dog|emu", "cat"], files=FILES[7:]),
    }  # fmt: skip
    layout = read(content)
    assert sets(layout) | {} == {
        "a00.jpg": "cat+dog", "a01.jpg": "cat", "a02.jpg": "dog", "a03.jpg": "emu", "a04.jpg": "cat+emu",
        "a05.jpg": "cat", "a06.jpg": "emu", "a07.jpg": "dog+emu", "a08.jpg": "cat",
    }  # fmt: skip
    assert {one.part for one in layout.found} == {"train", "val", "test"}


def test_columns_of_0_and_1_of_each_part_are_read_in_one_way(read):
    header = "file,cat,dog,emu"
    content = {
        "train": FILES[:6], "valid": FILES[6:],
        "train/_classes.csv": table(["1,1,0", "0,1,0", "1,0,1", "0,0,1", "0,0,0", "1,0,0"], header, FILES[:6]),
        "valid/_classes.csv": table(["1,0,0", "0,1,0", "1,0,0"], header, FILES[6:]),
    }  # fmt: skip
    layout = read(content)
    assert (sets(layout)["a00.jpg"], sets(layout)["a07.jpg"]) == ("cat+dog", "dog")
    assert [one.part for one in layout.found].count("val") == 3


def test_labels_that_differ_in_case_and_lists_of_another_kind_are_told(read):
    values = ["cat|dog", "Cat", "dog", "cat;dog", "emu|cat", "emu", "dog|emu", "cat", "dog"]
    layout = read({"images": FILES, "l.csv": table(values)})
    assert any("'Cat' and 'cat' differ only in case" in one for one in layout.notes)
    assert any("'cat;dog' look like lists written in another way" in one for one in layout.notes)


def test_folders_are_labels_when_sets_are_asked_for(read):
    layout = read({"cat": 3, "dog": 2}, task="multilabel")
    assert layout.multilabel
    assert counts(layout) == {"cat": 3, "dog": 2}
    assert layout.reading.task == "multilabel"
    assert not read({"cat": 3, "dog": 2}).multilabel


@pytest.mark.parametrize("classes", [("C++", "C", "Java"), ("N/A", "and/or"), ("pink primrose", "lily")])
def test_what_only_looks_like_lists_is_one_label(read, classes):
    layout = read({"images": FILES, "l.csv": table([classes[i % len(classes)] for i in range(9)])}, task="multilabel")
    assert layout.classes == set(classes)


def test_a_column_that_is_called_labels_is_taken_where_sets_are_asked_for(read, refused):
    content = {"images": FILES[:3], "l.csv": table(["a;b", "c", "d"], "file,labels", FILES[:3])}
    assert sets(read(content, task="multilabel")) == {"a00.jpg": "a+b", "a01.jpg": "c", "a02.jpg": "d"}
    assert "different in nearly every row" in refused(content, task="classification", layout="csv")
