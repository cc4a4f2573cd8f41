"""Masks that lie beside their images in class folders."""

import pytest

from core.data.layout import read_layout
from core.errors import UnclearLayout
from core.experiment import Reading
from tests.data.layouts.conftest import counts, reasons


@pytest.mark.parametrize(
    "name",
    [
        "{}_mask.png", "{}_mask_1.png", "{}-seg.png", "{} GT.png", "{}_segmentation.png", "mask_{}.png", "{}Mask.tif",
        "overlay {}.png", "{}.png_mask.png", "{}_ground-truth.png", "{}_left_heatmap.png", "{}_ANNOTATED.jpg",
        "{}_mask_overlay.png",
    ],
)  # fmt: skip
def test_what_is_called_like_a_mask_of_an_image_beside_it_is_left_out(read, name):
    images = ["benign (1).png", "benign (2).png"]
    layout = read({"benign": [*images, *map(name.format, ("benign (1)", "benign (2)"))], "normal": ["n (1).png"]})
    assert counts(layout) == {"benign": 2, "normal": 1}
    assert sorted(reasons(layout)) == sorted(f"benign/{name.format(stem)}" for stem in ("benign (1)", "benign (2)"))


@pytest.mark.parametrize(
    "form", ["cat_mask_{}.png", "catMask_{}.png", "cat_{}Mask.png", "mask-cat_{}.png", "Mask cat_{}.png"]
)
def test_a_word_for_masks_may_stand_anywhere_in_a_name(read, form):
    numbers = ("001", "002", "003")
    layout = read(
        {"cat": [*(f"cat_{n}.png" for n in numbers), *map(form.format, numbers)], "dog": ["d1.png", "d2.png"]}
    )
    assert counts(layout) == {"cat": 3, "dog": 2}


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
    assert list(reasons(layout)) == ["masks"]
    assert reasons(layout)["masks"].startswith("Holds masks or annotations of the images beside it")


PHONE = ["IMG_2034.png", "IMG_2051.png", "IMG_2052.png", "IMG_2099.png"]
COUNTED = ["img (1).png", "img (2).png", "img (4).png", "img (5).png"]


@pytest.mark.parametrize("names", [("noisy", "clean"), ("A", "B"), ("LR", "HR"), ("masked", "unmasked")])
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


@pytest.mark.parametrize(
    "form", ["{}_no_mask.png", "{}_with_mask.png", "{}_edited.png", "{}_2.png", "{}_b.png", "{}_masquerade.png"]
)
def test_what_is_called_otherwise_is_an_image(read, form):
    assert counts(read({"cat": [f"a{n}.png" for n in range(4)] + [form.format(f"a{n}") for n in range(4)]})) == {
        "cat": 8
    }


@pytest.mark.parametrize("form", ["{}_label.png", "label_{}.png", "{} (segmented).png", "{}_final_masked.jpg"])
@pytest.mark.parametrize(("masks", "left"), [(5, 0), (9, 9), (10, 10)])
def test_an_uncertain_word_means_a_mask_where_nearly_every_image_has_one(read, form, masks, left):
    names = [f"a{n}.png" for n in range(10)]
    layout = read({"cat": names + [form.format(f"a{n}") for n in range(masks)], "dog": [f"b{n}.png" for n in range(3)]})
    assert counts(layout) == {"cat": 10 + masks - left, "dog": 3}


@pytest.mark.parametrize(
    ("one", "other"), [("image_{}.png", "mask_{}.png"), ("{}_img.jpg", "{}_lbl.png"), ("im{}.tif", "gt{}.tif")]
)
def test_image_and_mask_may_both_be_called_so(read, one, other):
    layout = read({"cat": [form.format(n) for n in range(3) for form in (one, other)], "dog": ["x.png", "mask_1.png"]})
    assert counts(layout) == {"cat": 3, "dog": 2}


@pytest.mark.parametrize(
    ("bad", "told"),
    [("IMG_{}_bad.png", True), ("bad_IMG_{}.png", True), ("other_{}.png", False), ("IMG_1{}.png", False)],
)
def test_classes_whose_names_differ_by_what_all_of_one_have_more_are_told(read, bad, told):
    numbers = (2034, 2051, 2052, 2099)
    layout = read({"good": [f"IMG_{n}.png" for n in numbers], "bad": [bad.format(n) for n in numbers]})
    assert counts(layout) == {"bad": 4, "good": 4}
    assert any("same names" in note for note in layout.notes) is told
