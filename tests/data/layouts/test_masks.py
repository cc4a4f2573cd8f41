"""Masks that lie beside their images in class folders."""

import pytest

from core.data.layout import read_layout
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
