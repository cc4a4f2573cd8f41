"""Cells with JSON or lists within: plain choices are labels, boxes and outlines of any tool are not."""

import csv
import io
import json

import pytest

from core.data.layout import layout_choices
from core.data.layouts.boxed.cells import inner_of
from tests.data.layouts.conftest import counts, sets
from tests.data.layouts.test_labelled import FILES

NAMES = ("cat", "dog", "bird")
BOX = {"x": 1.5, "y": 2, "width": 30, "height": 40}


def _table(cell_of, column="label", text=json.dumps):
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["image", "id", column, "annotator", "lead_time"])
    for index, name in enumerate(FILES):
        cell = cell_of(NAMES[index % 3], index)
        writer.writerow(
            [f"/data/upload/1/{name}", index, cell if isinstance(cell, str) else text(cell), 1 + index % 2, 2.5]
        )
    return file.getvalue()


SHAPES = {
    "rectangles": lambda name, i: [BOX | {"rectanglelabels": [name]}],
    "polygons": lambda name, i: [{"points": [[1, 2], [3, 4 + i]], "polygonlabels": [name]}],
    "brushes": lambda name, i: [{"format": "rle", "rle": [1, 2, i], "brushlabels": [name]}],
    "keypoints": lambda name, i: [{"x": 3, "y": i, "keypointlabels": [name]}],
    "labelbox": lambda name, i: {name: [{"geometry": [{"x": 1, "y": i}]}]},
    "labelbox later": lambda name, i: {"objects": [{"value": name, "bbox": {"top": 1, "left": i}}]},
    "supervisely": lambda name, i: [{"classTitle": name, "points": {"exterior": [[1, i]], "interior": []}}],
    "sagemaker": lambda name, i: {"annotations": [{"class_id": i % 3, "left": 1, "top": 2, "width": 3, "height": 4}]},
    "numbers": lambda name, i: [3 + i, 20 + 2 * i, 50 + 7 * i, 90 + 11 * i],
    "lists of numbers": lambda name, i: [[1, 2, 3, 4, i % 3]],
    "cut off": lambda name, i: json.dumps([BOX | {"rectanglelabels": [name]}])[:-3],
    "some empty": lambda name, i: [BOX | {"rectanglelabels": [name]}] if i % 2 else [],
    "some plain": lambda name, i: [BOX | {"rectanglelabels": [name]}] if i % 2 else name,
}


@pytest.mark.parametrize("text", [json.dumps, str])
@pytest.mark.parametrize("tool", SHAPES)
def test_boxes_and_outlines_in_cells_are_refused(tree, refused, tool, text):
    content = {"images": FILES, "project-1.csv": _table(SHAPES[tool], text=text)}
    assert "column 'label' holds boxes or outlines" in refused(content)
    assert "holds boxes or outlines" in refused(content, label_column="label")
    assert not [one for one in layout_choices(tree(content)) if one.reading["layout"] == "csv"]


def test_boxes_in_json_lines_are_refused_too(refused):
    lines = [json.dumps({"image": f, "label": [BOX | {"rectanglelabels": ["cat"]}], "who": i % 2})
             for i, f in enumerate(FILES)]  # fmt: skip
    assert "column 'label' holds boxes or outlines" in refused({"images": FILES, "l.jsonl": "\n".join(lines)})


CHOICES = {
    "one as it is, several as an object": lambda several: {"choices": several} if len(several) > 1 else several[0],
    "objects": lambda several: {"choices": several},
    "lists of objects": lambda several: [{"choices": several}],
    "lists": lambda several: several,
}


@pytest.mark.parametrize("text", [json.dumps, str])
@pytest.mark.parametrize("form", CHOICES)
def test_several_choices_are_labels(read, form, text):
    table = _table(lambda name, i: CHOICES[form]([name, "old"] if i % 4 == 1 else [name]), text=text)
    found = sets(read({"images": FILES, "l.csv": table}))
    assert found["a00.jpg"] == "cat"
    assert found["a01.jpg"] == "dog+old"
    assert len(set(found.values())) == 4 + ("bird+old" in found.values())


@pytest.mark.parametrize("text", [json.dumps, str])
@pytest.mark.parametrize("form", CHOICES)
def test_one_choice_per_image_is_its_class(read, form, text):
    layout = read({"images": FILES, "l.csv": _table(lambda name, i: CHOICES[form]([name]), text=text)})
    assert counts(layout) == {"cat": 3, "dog": 3, "bird": 2}
    assert not layout.multilabel


def test_a_choice_with_a_comma_stays_one(read):
    layout = read({"images": FILES, "l.csv": _table(lambda n, i: {"choices": [n, "old, grey"][: 1 + i % 2]})})
    assert sets(layout)["a01.jpg"] == "dog+old, grey"


def test_another_structure_in_the_column_of_labels_is_refused_by_its_name(refused):
    table = _table(lambda name, i: {name: 0.9, "other": 0.1})
    assert "column 'label' holds several values in a cell" in refused({"images": FILES, "l.csv": table})


def test_structures_beside_a_class_do_not_matter(read):
    table = _table(lambda name, i: json.dumps({"camera": "x", "iso": i}), "exif").splitlines()
    lines = [f"{line},{'class' if not n else NAMES[n % 2]}" for n, line in enumerate(table)]
    assert counts(read({"images": FILES, "l.csv": "\n".join(lines)})) == {"cat": 4, "dog": 4}


@pytest.mark.parametrize("cells", [("[a, b]", "[c]"), ("[0, 1]", "[1, 1]"), ("[", "{"), ("[x] cat", "dog"), ("cat",)])
def test_texts_in_brackets_without_structure(cells):
    assert inner_of(cells) is None


def test_cells_that_nest_without_end_are_no_fault():
    assert inner_of(["[" * 50_000, '{"a":' * 50_000, "cat"]) is not None
