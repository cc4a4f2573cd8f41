"""Classes of drawn images among photographs by their numbers, and lists and tables that are named as not used."""

from pathlib import Path

import pytest

from core.data.dataset import Dataset, Item
from core.data.layouts.case import Case
from core.data.layouts.exports import BOXES, COCO, CREATEML, KITTI, LABELME, VIA, VOC, YOLO, export_of
from core.data.layouts.masked.seen import mask_notes
from core.data.tree import read_tree
from core.experiment import Reading
from tests.data.layouts.conftest import counts

MASKS = "The images of 'a' are a few flat values, as masks are, and those of 'b' are not. If they are masks, take the"


def told(**classes):
    """`told(a="10 flat 2 photo", b="8 photo")`: the notes on such classes."""
    items = []
    for label, text in enumerate(classes.values()):
        words = text.split()
        for count, look in zip(map(int, words[::2]), words[1::2], strict=True):
            for _ in range(count):
                name = f"{label}/{len(items)}.png"
                items.append(Item(Path(name), name, label, 9, 9, name, look="" if look == "photo" else look))
    return mask_notes(Dataset("set", "set", tuple(classes), tuple(items)))


@pytest.mark.parametrize(
    ("a", "b", "masks"),
    [
        ("3 flat", "9 photo", True), ("2 flat", "9 photo", False), ("9 flat 2 photo", "9 photo", True),
        ("8 flat 3 photo", "9 photo", False), ("4 flat 4 plain", "9 photo", True), ("4 flat 5 plain", "9 photo", False),
        ("9 flat", "9 photo 1 flat", True), ("9 flat", "8 photo 1 flat", False), ("9 flat", "9 flat", False),
    ],
)  # fmt: skip
def test_a_class_of_which_nearly_all_are_drawn_and_hardly_one_of_the_others_is(a, b, masks):
    assert [note.startswith(MASKS) for note in told(a=a, b=b) if "The images of" in note] == ([True] if masks else [])


@pytest.mark.parametrize(
    ("a", "count"),
    [
        ("3 flat 9 photo", 3), ("2 flat 9 photo", 0), ("3 flat 57 photo", 3), ("3 flat 58 photo", 0),
        ("6 flat 3 photo", 6), ("7 flat 3 photo", 0), ("3 flat 2 photo", 0), ("4 flat 9 plain", 0),
    ],
)  # fmt: skip
def test_drawn_images_within_a_class_of_photographs(a, count):
    notes = told(a=a, b="9 photo")
    assert [note.partition(",")[0] for note in notes] == (
        [f"{count} images in 'a' are a few flat values"] if count else []
    )
    if count:
        assert "such as '0/0.png'" in notes[0]


def test_classes_of_masks_are_named_together():
    notes = told(a="3 flat", b="9 photo", c="4 flat", d="8 photo")
    assert len(notes) == 1
    assert notes[0].startswith(
        "The images of 'a' and 'c' are a few flat values, as masks are, and those of 'b' and 'd'"
    )
    assert "take the folders out: they are no classes" in notes[0]


YOLO_LINE, KITTI_LINE = "0 0.1 0.2 0.3 0.4\n", f"Car{' 1.5' * 14}\n"


@pytest.mark.parametrize(
    ("files", "export"),
    [
        ({"a.json": '{"images": [], "annotations": []}'}, COCO), ({"a.json": '{"images": []}'}, None),
        ({"a.json": '{"annotations": [{"bbox": 1}]}'}, None), ({"a.coco.json": "{}"}, COCO),
        ({"a.json": '[{"image": "a", "annotations": [{"label": "x", "coordinates": {}}]}]'}, CREATEML),
        ({"a.json": '{"p": {"filename": "a", "size": 3, "regions": []}}'}, VIA),
        ({"a.json": '{"p": {"filename": "a", "size": 3}}'}, None),
        ({"i0.txt": YOLO_LINE}, YOLO), ({"x.txt": YOLO_LINE}, None), ({"i0.txt": "0 0.1 0.2 0.3\n"}, None),
        ({"i0.txt": YOLO_LINE, "i1.txt": "hello you\n"}, None),
        ({"i0.txt": YOLO_LINE, "i1.txt": "hello you\n", "i2.txt": YOLO_LINE}, YOLO),
        ({"i0.txt": KITTI_LINE}, KITTI), ({"i0.txt": f"Car{' 1.5' * 13}\n"}, None),
        ({"i0.txt": f"{'1 2 ' * 4}car 0\n"}, BOXES), ({"i0.txt": f"{'1,' * 7}3\n"}, BOXES),
        ({"i0.txt": f"{'1,' * 6}3\n"}, None), ({"i0.xml": "<annotation><object/>"}, VOC),
        ({"i0.xml": "<annotationx>"}, None), ({"i0.json": '{"shapes": [1]}'}, LABELME),
        ({"x.json": '{"shapes": [1]}'}, None),
    ],
)  # fmt: skip
def test_an_export_of_another_task_is_known_by_its_files(tree, files, export):
    top = read_tree(tree({f"i{n}.jpg": "" for n in range(4)} | files)).top
    assert export_of(Case(top, top, Reading(), read=None)) is export


def test_class_folders_beside_annotations_are_no_export(tree):
    content = {"cat": 2, "dog": 3, "a.coco.json": "{}"}
    top = read_tree(tree(content)).top
    assert export_of(Case(top, top, Reading(), read=None)) is None
    top = read_tree(tree({"train": 2, "images": 3, "cat": 1, "a.coco.json": "{}"})).top
    assert export_of(Case(top, top, Reading(), read=None)) is COCO


def notes(layout, word):
    return [note for note in layout.notes if word in note]


CLASSES = {"cat": [f"c{word}.jpg" for word in "pqrst"], "dog": [f"d{word}.jpg" for word in "pqrs"]}


def test_lists_of_parts_beside_classes_are_told(read):
    lists = {"train.txt": "cp\ncq\ndp\n", "test.txt": "cr\ndq\n"}
    (note,) = notes(read(CLASSES | lists), "divided anew")
    assert note.startswith("'test.txt' and 'train.txt' divide the images as well, which is not used: they are divided")
    (note,) = notes(read(CLASSES | {"train_test.csv": "file,part\ncp,train\n"}), "divided anew")
    assert note.startswith("'train_test.csv' divides the images as well")
    (note,) = notes(read(CLASSES | {"train.txt": lists["train.txt"]}), "divided anew")
    assert note.startswith(
        "'train.txt' names 3 of the 9 images, which is not used: they are divided anew. If it says how"
    )
    others = {f"a{n:02}.txt": "nothing of these\nelse\n" for n in range(59)}
    assert notes(read(CLASSES | others | {"z.txt": "cp\ncq\ndp\n"}), "'z.txt' names 3 of the 9 images")
    others["a59.txt"] = others["a00.txt"]
    assert not notes(read(CLASSES | others | {"z.txt": "cp\ncq\ndp\n"}), "z.txt"), "the sixty-first is not opened"
    two = {"first.txt": "cp\ncq\ndp\n", "second.txt": "cr\ndq\n"}
    (note,) = notes(read(CLASSES | two), "divided anew")
    assert note.startswith("'first.txt' and 'second.txt' name 3 and 2 of the 9 images, which is not used")


def test_parts_in_names_within_classes_are_told(read):
    divided = {"cat": ["train_1.jpg", "test_2.jpg"], "dog": ["train_3.jpg", "train_4.jpg", "test_5.jpg"]}
    (note,) = notes(read(divided), "called after parts")
    assert note.startswith("'cat/test_2.jpg' and the other files are called after parts, which is not used")
    assert notes(read(divided | {"dog": ["train_3.jpg", "x_4.jpg"]}), "called after parts") == []
    alone = {"cat": ["train_1.jpg", "train_2.jpg"], "dog": ["train_3.jpg", "train_4.jpg"]}
    assert notes(read(alone), "called after parts") == []


def test_names_of_numbered_classes_may_lie_beside(read):
    numbered = {"0": ["cp.jpg", "cq.jpg"], "1": ["dp.jpg", "dq.jpg", "dr.jpg"], "class_names.txt": "cat\ndog\n"}
    (note,) = notes(read(numbered), "called by numbers")
    assert note.startswith(
        "The classes are called by numbers. 'class_names.txt' may hold their names, which are not read"
    )
    assert notes(read(numbered | {"cat": 2}), "called by numbers") == []
    assert notes(read({"0": 2, "1": 3, "else.txt": "cat\ndog\n"}), "called by numbers") == []


def test_two_folders_for_the_same_part_are_no_data_set_of_their_own(read):
    layout = read({"cat": 3, "dog": 4, "export/train": 2, "export/training": 1})
    assert counts(layout) == {"cat": 3, "dog": 4, "export": 3}
