"""Masks that lie beside their images in class folders."""

import pytest

from core.data.layout import read_layout
from core.errors import UnclearLayout
from core.experiment import Reading
from tests.data.layouts.conftest import counts, reasons


@pytest.mark.parametrize("name", ["{}_mask.png", "{}_mask_1.png", "{}-seg.png", "{} GT.png", "{}_segmentation.png"])
def test_what_is_called_like_a_mask_of_an_image_beside_it_is_left_out(read, name):
    images = ["benign (1).png", "benign (2).png"]
    layout = read({"benign": [*images, *map(name.format, ("benign (1)", "benign (2)"))], "normal": ["n (1).png"]})
    assert counts(layout) == {"benign": 2, "normal": 1}
    assert sorted(reasons(layout)) == sorted(f"benign/{name.format(stem)}" for stem in ("benign (1)", "benign (2)"))


def test_masks_of_nothing_beside_them_are_images(read):
    names = ["1_mask.png", "2-mask.png", "mask.png", "mask_1.png"]
    assert counts(read({"mask": names, "no_mask": ["1.png", "2.png"]})) == {"mask": 4, "no_mask": 2}


def test_a_file_of_labels_may_name_a_mask(tree):
    text = "file,label\na.png,cat\na_mask.png,dog\nb.png,cat\nc.png,dog\n"
    root = tree({"images": ["a.png", "a_mask.png", "b.png", "c.png"], "labels.csv": text})
    assert counts(read_layout(root, Reading())) == {"cat": 2, "dog": 2}


def test_a_class_called_mask_is_none_of_masks_where_a_file_gives_other_labels(tree):
    text = "file,label\n" + "".join(f"{name}.png,{label}\n" for name, label in zip("abcdef", "xyxyxx", strict=True))
    content = {"mask": ["a.png", "b.png", "c.png"], "no_mask": ["d.png", "e.png", "f.png"], "labels.csv": text}
    with pytest.raises(UnclearLayout, match="give the images other classes"):
        read_layout(tree(content))
    layout = read_layout(tree(content, "other"), Reading(layout="csv"))
    assert counts(layout) == {"x": 4, "y": 2}
    assert layout.left_out == []


def test_masks_in_a_folder_of_their_own_are_no_images_of_a_class(tree):
    names = ["a.png", "b.png", "c.png", "d.png"]
    text = "file,label\na.png,x\nb.png,y\nc.png,x\nd.png,y\n"
    layout = read_layout(tree({"images": names, "masks": names, "labels.csv": text}), Reading(layout="csv"))
    assert counts(layout) == {"x": 2, "y": 2}
    assert reasons(layout) == {"masks": "Holds masks or annotations, no images of a class."}


PHONE = ["IMG_2034.png", "IMG_2051.png", "IMG_2052.png", "IMG_2099.png"]
COUNTED = ["img (1).png", "img (2).png", "img (4).png", "img (5).png"]


@pytest.mark.parametrize("names", [("noisy", "clean"), ("A", "B"), ("LR", "HR"), ("cat", "cat_mask")])
def test_classes_of_the_same_file_names_are_told(read, names):
    layout = read({names[0]: PHONE, names[1]: [name.replace(".png", ".jpg") for name in PHONE], "other": 5})
    assert len(layout.classes) == 3
    (note,) = [note for note in layout.notes if "files of the same names" in note]
    assert all(f"'{name}'" in note for name in names)
    assert "'other'" not in note


@pytest.mark.parametrize(
    ("one", "other"), [(COUNTED, COUNTED), (PHONE, PHONE[:3]), (["0.png", "1.png", "v1.png", "v2.png"],) * 2]
)
def test_counted_names_and_some_of_the_same_are_not(read, one, other):
    assert not any("same names" in note for note in read({"cat": one, "dog": other}).notes)
