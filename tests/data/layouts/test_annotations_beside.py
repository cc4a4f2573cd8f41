"""Boxes beside images in class folders are named once and are no damaged images; the classes stay the folders."""

import json

import pytest

from core.data.layout import read_layout
from core.experiment import Reading
from tests.data.layouts.conftest import counts

PLACES = {"north": 5, "valley": 4}
FILES = [f"{place}/{place}{n}.jpg" for place, count in PLACES.items() for n in range(count)]
VOC = "<annotation><object><name>fox</name></object></annotation>"
COCO = {
    "images": [{"id": 1, "file_name": FILES[0]}],
    "annotations": [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}],
    "categories": [{"id": 1, "name": "fox"}, {"id": 2, "name": "hare"}],
}  # fmt: skip
STUDIO = [{"annotations": [{"result": [{"value": {"rectanglelabels": ["fox"]}}]}], "data": {"image": FILES[0]}}]


def folder(more):
    return dict.fromkeys(FILES, b"") | more


def notes(layout):
    return [note for note in layout.notes if "labels for detection" in note]


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (".txt", "0 0.5 0.5 0.1 0.2\n2 0.1 0.2 0.3 0.4\n"), (".txt", "Fox 1.0 2.0 30.0 40.0\n"), (".xml", VOC),
        (".json", json.dumps({"shapes": [], "imagePath": "x"})), (".pts", "version: 1\nn_points: 68\n{\n1 2\n}\n"),
        (".jpg.json", json.dumps({"objects": [{"classTitle": "fox"}]})),
    ],
)  # fmt: skip
@pytest.mark.parametrize("inner", ["", "labels/"])
def test_a_file_of_boxes_for_each_image_is_named_once(read, suffix, text, inner):
    own = [name.replace("/", f"/{inner}").replace(".jpg", suffix) for name in FILES[1:]]
    layout = read(folder(dict.fromkeys(own, text) | {FILES[0].replace(".jpg", ".txt"): ""}))
    assert {
        label: sum(f.label == label and f.path.suffix == ".jpg" for f in layout.found) for label in PLACES
    } == PLACES
    (note,) = notes(layout)
    assert note.startswith(
        f"{9 if suffix == '.txt' else 8} files such as "
    )  # an empty one is of an image without objects
    assert "The folders 'north' and 'valley' are the classes" in note
    assert {one.name for one in layout.left_out} >= set(own)


@pytest.mark.parametrize(
    ("layout", "folders"),
    [
        ("innermost", "x/red/north x/blue/north y/red/valley y/blue/valley"), ("only:main", "main/north main/valley"),
        ("without:spare", "north valley"), ("auto", "north/train valley/train"),
    ],
)  # fmt: skip
def test_boxes_beside_images_are_named_once_at_any_level(tree, layout, folders):
    content = {folder: 4 + place for place, folder in enumerate(folders.split())} | {"spare/z": 3}
    if layout in ("innermost", "auto"):
        content.pop("spare/z")
    if layout == "auto":
        content["north/test"] = 2
    root = tree(content)
    for image in root.rglob("*.jpg"):
        image.with_suffix(".txt").write_text("0 0.5 0.5 0.1 0.2\n")
    read = read_layout(root, Reading(layout=layout))
    used = sum(count for folder, count in content.items() if "spare" not in folder)
    assert [found.path.suffix for found in read.found] == [".jpg"] * used
    (note,) = notes(read)
    assert note.startswith(f"{used} files such as ")


@pytest.mark.parametrize("name", ["x", "mask"])
def test_a_table_says_what_it_means_in_a_folder_read_alone(read, name):
    files = [f"{one}{end}.jpg" for one in "abcde" for end in ("", f"_{name}")]
    rows = "".join(f"{file},{'cat' if place < 6 else 'dog'}\n" for place, file in enumerate(files))
    boxes = f"file,xmin,ymin,xmax,ymax\n{files[0]},1,2,30,40\n"
    layout = read(
        {"main/images": files, "main/labels.csv": f"file,label\n{rows}", "main/boxes.csv": boxes, "spare": 3},
        layout="only:main",
    )
    assert counts(layout) == {"cat": 6, "dog": 4}
    assert not notes(layout)


@pytest.mark.parametrize("text", ["a photo of a dog on the grass", "2024-05-01 12:30", '{"title": "dog.jpg"}'])
@pytest.mark.parametrize("suffix", [".txt", ".json"])
def test_other_texts_for_each_image_are_not(read, suffix, text):
    assert not notes(read(folder({name.replace(".jpg", suffix): text for name in FILES})))


@pytest.mark.parametrize(
    ("file", "text", "what"),
    [
        ("a.json", json.dumps(COCO), "a COCO export for 'fox' and 'hare'"),
        ("p.json", json.dumps(STUDIO), "an export of Label Studio"),
        ("a.xml", "<annotations><image name='a.jpg'/></annotations>", "an export of CVAT"),
        ("boxes.csv", f"file,xmin,ymin,xmax,ymax\n{FILES[0]},1,2,30,40\n", "a table"),
        (
            "all.csv",
            "Filename;Upper left corner X;Upper left corner Y;Lower right corner X;Lower right corner Y",
            "a table",
        ),
        ("output.manifest", json.dumps({"boxes": [{"class_id": 0, "left": 1, "top": 2}]}), "a manifest of SageMaker"),
        ("x.jsonl", json.dumps({"file_name": FILES[0], "objects": {"bbox": [[1, 2, 3, 4]]}}), "a table"),
        ("via.csv", f"filename,region_shape_attributes\n{FILES[0]},{{}}\n", "a table"),
    ],
)
def test_a_file_with_the_boxes_of_all_images_is_named(read, file, text, what):
    layout = read(folder({file: text}))
    assert counts(layout) == PLACES
    (note,) = notes(layout)
    assert note.startswith(f"'{file}' is {what} with boxes")


def test_one_in_each_class_folder_is_named_once_and_is_no_damaged_image(read):
    text = json.dumps([{"image": FILES[0], "annotations": [{"label": "fox", "coordinates": {"x": 1}}]}])
    layout = read(folder({f"{place}/_annotations.createml.json": text for place in PLACES}))
    assert counts(layout) == PLACES
    (note,) = notes(layout)
    assert note.count("_annotations.createml.json") == 1
    assert {one.reason.partition(",")[0] for one in layout.left_out} == {"Holds boxes"}


@pytest.mark.parametrize(("suffix", "text"), [(".txt", "0 0.5 0.5 0.1 0.2\n"), (".xml", VOC)])
def test_files_of_boxes_in_a_folder_beside_that_of_the_classes_are_named(read, suffix, text):
    images = {f"images/{name}": b"" for name in FILES}
    layout = read(images | {f"labels/{name}".replace(".jpg", suffix): text for name in FILES})
    assert counts(layout) == PLACES
    assert notes(layout)[0].startswith(f"9 files such as '../labels/north/north0{suffix}' hold boxes")


def test_several_such_files_are_one_sentence_and_three_are_named(read):
    own = dict.fromkeys([name.replace(".jpg", ".txt") for name in FILES], "0 0.5 0.5 0.1 0.2\n")
    exports = {f"{letter}.json": json.dumps(COCO) for letter in "abcd"}
    (note,) = notes(read(folder(own | exports)))
    kept = "boxes, outlines or points of objects"
    coco = "; ".join(f"'{letter}.json' is a COCO export for 'fox' and 'hare' with {kept}" for letter in "abc")
    assert f"' hold {kept}; {coco}: labels for detection that are not used. The folders" in note


@pytest.mark.parametrize("text", ['{"0": "north"}', '{"images": [{"file_name": "a.jpg"}], "annotations": []}'])
def test_other_files_are_not(read, text):
    assert not notes(read(folder({"map.json": text, "list.csv": "file,taken\na.jpg,noon\n"})))
