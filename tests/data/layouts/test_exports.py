"""Data sets of other tasks are refused by their name, with the next step."""

import json

import pytest

from core.cli.words import options
from core.data.layouts import exports
from core.data.tree import read_tree
from tests.data.layouts.conftest import counts

NAMES = ["1.jpg", "2.jpg", "3.jpg"]
BOX = "0 0.5 0.5 0.4 0.4\n"
COCO = json.dumps({"info": {}, "images": [{"id": 1, "file_name": "1.jpg"}], "annotations": [], "categories": []})
VOC = "<annotation><object><name>cat</name></object></annotation>"
LABELME = json.dumps({"version": "5", "shapes": [], "imagePath": "1.jpg"})


def beside(folder, suffix, text):
    return {f"{folder or '.'}/{name.removesuffix('.jpg')}{suffix}": text for name in NAMES}


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ({"train/images": NAMES, **beside("train/labels", ".txt", BOX), "data.yaml": "nc: 1"}, "YOLO"),
        ({"images/train": NAMES, **beside("labels/train", ".txt", BOX)}, "YOLO"),
        ({"": NAMES, **beside("", ".txt", BOX), "classes.txt": "cat\n"}, "YOLO"),
        ({"obj_train_data": NAMES, **beside("obj_train_data", ".txt", BOX)}, "YOLO"),
        ({"train": NAMES, "train/_annotations.coco.json": COCO, "valid": NAMES}, "COCO"),
        ({"train2017": NAMES, "val2017": NAMES, "annotations/instances_train2017.json": COCO}, "COCO"),
        ({"images": NAMES, "result.json": COCO}, "COCO"),
        ({"JPEGImages": NAMES, **beside("Annotations", ".xml", VOC), "ImageSets/Main/train.txt": "1\n"}, "Pascal VOC"),
        ({"VOCdevkit/VOC2012/JPEGImages": NAMES, **beside("VOCdevkit/VOC2012/Annotations", ".xml", VOC)}, "Pascal VOC"),
        ({"train": NAMES, **beside("train", ".xml", VOC), "test": NAMES}, "Pascal VOC"),
        ({"images": NAMES, **beside("images", ".json", LABELME)}, "LabelMe"),
        ({"images": NAMES, "masks": ["1.png", "2.png", "3.png"]}, "masks"),
        ({"train": NAMES, "train_masks": ["1_mask.gif", "2_mask.gif", "3_mask.gif"]}, "masks"),
        ({"train/images": NAMES, "train/masks": NAMES, "val/images": NAMES, "val/masks": NAMES}, "masks"),
        (
            {"a1/images": ["x.png"], "a1/masks": ["1.png", "2.png"], "b2/images": ["y.png"], "b2/masks": ["3.png"]},
            "masks",
        ),
        ({"data/train-00000-of-00004.tfrecord": b"\0", "data/train.tfrecord-00001-of-00004": b"\0"}, "TFRecord"),
        ({"data/train-00000-of-00001.parquet": b"PAR1"}, "Parquet"),
        ({"cat/a.mp4": b"\0", "dog/b.mp4": b"\0"}, "videos"),
    ],
)
def test_an_export_is_called_by_its_name(refused, content, name):
    text = refused(content)
    assert name in text
    assert "folder per class" in text
    assert "damaged" not in text


@pytest.mark.parametrize("more", [beside("cat", ".xml", VOC), {"coco.json": COCO}, beside("cat", ".json", LABELME)])
def test_class_folders_are_read_whatever_lies_beside_the_images(read, more):
    layout = read({"cat": NAMES, "dog": ["4.jpg"], **more})
    assert layout.classes == {"cat", "dog"}


def test_an_export_whose_names_give_classes_offers_them(asked):
    names = ["Abyssinian_1.jpg", "Abyssinian_2.jpg", "pug_1.jpg", "pug_2.jpg"]
    masks = [name.replace(".jpg", ".png") for name in names]
    question = asked({"images": names, "annotations/trimaps": masks})
    assert "masks" in question.question
    assert [(options(choice.reading), choice.gives) for choice in question.choices] == [
        ("--layout filenames", "2 classes: Abyssinian 2, pug 2")
    ]


def test_a_folder_of_zips_says_to_unpack_them(refused):
    assert "Unpack them into a folder" in refused({"": [], "a-samples.zip": b"PK", "b-samples.zip": b"PK"})


def test_a_class_may_be_called_labels(read):
    assert counts(read({"labels": 3, "bottles": 2})) == {"labels": 3, "bottles": 2}


KITTI_LINE = "Car 0.00 0 -1.57 599 156 629 189 2.8 2.6 12.3 0.4 1.8 69 -1.5\n"


@pytest.mark.parametrize(
    ("folder", "line", "what"),
    [
        ("label_2", KITTI_LINE, "is a KITTI export"),
        ("labelTxt", "imagesource:GoogleEarth\ngsd:0.1\n1.0 2 30 2 30 40 1 40 plane 0\n", "text files with boxes"),
        ("annotations", "684,8,273,116,0,0,0,0\n4,5,6,7,1,2,0,0,\n", "text files with boxes"),
    ],
)
@pytest.mark.parametrize("parts", [("",), ("VisDrone2019-DET-train/", "VisDrone2019-DET-val/")])
def test_texts_with_boxes_beside_other_texts(asked, read, parts, folder, line, what):
    content = {}
    for part in parts:
        names = [f"{part[-4:-1]}{n:04}" for n in range(5)]
        content[f"{part}image_2"] = [f"{one}.png" for one in names]
        content |= {f"{part}{folder}/{one}.txt": line for one in names} | {
            f"{part}calib/{one}.txt": "P: 1" for one in names
        }
    assert what in asked(content).question
    other = {key: "note" if key.endswith(".txt") else one for key, one in content.items()}
    assert "with boxes" not in " ".join(read(other, layout="folders").notes)


def test_a_list_of_one_object_is_not_offered_as_the_classes(asked):
    names = [f"2007_{n:06}" for n in range(8)]
    signs = "".join(f"{one} {' 1' if n % 3 else '-1'}\n" for n, one in enumerate(names))
    content = {"JPEGImages": [f"{one}.jpg" for one in names]} | {f"Annotations/{one}.xml": VOC for one in names}
    assert asked(content | {"ImageSets/Main/cat_train.txt": signs}).choices == ()
    named = signs.replace("-1", "dog").replace(" 1", "cat")
    assert [one.counts for one in asked(content | {"labels.txt": named}).choices] == [{"dog": 3, "cat": 5}]


def test_a_folder_of_nothing_but_annotations_is_no_class(read):
    content = {"1": ["a1.jpg", "a2.jpg"], "2": ["b1.jpg", "b2.jpg", "b3.jpg"]}
    layout = read(content | {f"lable/{one}.xml": VOC for one in ("a1", "a2", "b1", "b2", "b3")})
    assert layout.classes == {"1", "2"}


@pytest.mark.parametrize("ending", ["", "<box label='cat'/>"])
def test_tags_of_whole_images_are_no_boxes(asked, ending):
    tags = "".join(f"<image name='{one}'><tag label='cat'></tag>{ending}</image>" for one in NAMES)
    question = asked({"images": NAMES, "annotations.xml": f"<?xml?><annotations>{tags}</annotations>"}).question
    assert ("holds tags of whole images" in question) == (not ending)
    content = beside("", ".json", json.dumps({"flags": {"cat": True, "dog": False}, "shapes": [1] if ending else []}))
    question = asked({".": NAMES, **content}).question
    assert ("hold flags of whole images" in question) == (not ending)


@pytest.mark.parametrize(
    ("folders", "parts", "classes"),
    [
        ([], False, False),
        (["Vis-DET-train"], True, False),
        (["Vis-DET-train", "Vis-DET-val"], True, False),
        (["Vis-DET-train", "dog"], False, True),
        (["dog"], False, False),
        (["dog", "cat"], False, True),
        (["dog", "images"], False, False),
        (["dog", "cat", "images"], False, True),
    ],
)
def test_folders_are_parts_where_all_are_called_so_and_classes_where_two_are(tree, folders, parts, classes):
    top = read_tree(tree({"labels.txt": "x", **dict.fromkeys(folders, 2)})).top
    assert (exports._are_parts(top), exports._has_classes(top)) == (parts, classes)
