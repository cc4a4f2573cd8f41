"""Folders of masks are no classes and no images of one, whatever is chosen; some called so are classes."""

import pytest

from core.cli.words import options
from core.data.layout import layout_choices
from core.data.layouts.masked import folders
from core.data.tree import read_tree
from tests.data.layouts.conftest import counts, reasons

PHONE = (2034, 2051, 2066, 2099)


def named(form, numbers=PHONE):
    return [form.format(number) for number in numbers]


@pytest.mark.parametrize(
    "content",
    [
        {"ISIC_Training_Input": named("ISIC_{}.jpg"), "ISIC_Training_GroundTruth": named("ISIC_{}_segmentation.png")},
        {"CXR_png": named("CHN_0_{}.png"), "lung_mask": named("CHN_0_{}_mask.png")},
        {"rgb": named("f{}.jpg", range(5)), "seg": named("f{}_seg.png", range(5))},
        {"Leaf photos": named("{}.jpg", range(5)), "Segmentation maps": named("{}.png", range(5))},
        {"Original": named("a{}.png", range(5)), "Segmented": named("a{}.png", range(5))},
        {"imgs": named("img{}.tif", range(5)), "gt": named("gt{}.tif", range(5))},
        {"images": ["x.png", "y.png", "z.png"], "labels": ["1.png", "2.png"]},
        {"raw": [*named("{}.png"), "more.png"], "outlines": [*named("outline-{}.png"), "notes.png"]},
        {"training/input": named("{}.png"), "training/masks": named("{}_m.png"), "test/input": named("{}.png")},
        {"training/images": named("t{}.tif"), "training/1st_manual": named("{}_man.gif"),
         "training/mask": named("{}_mask.gif")},
    ],
)  # fmt: skip
def test_images_and_their_masks_are_an_export_for_segmentation(asked, content):
    question = asked(content)
    assert "holds images with masks" in question.question
    assert question.choices == ()


@pytest.mark.parametrize(("other", "offered"), [("jpg", True), ("png", False)])
@pytest.mark.parametrize("folders", [("photo", "outline"), ("images", "gloves", "masks")])
def test_folders_that_only_their_names_make_masks_may_be_read_as_classes(asked, folders, other, offered):
    made = {folder: named("{}." + (other if number else "jpg"), range(6)) for number, folder in enumerate(folders)}
    question = asked(made)
    assert "holds images with masks" in question.question
    assert ([choice.reading for choice in question.choices] == [{"layout": "folders"}]) == offered


@pytest.mark.parametrize(
    "content",
    [
        {"tissue": named("TCGA_{}.png", range(5)), "outlines": named("TCGA_{}_outline.png", range(5))},
        {"bottles": named("{}.png", range(5)), "labels": named("{}.png", range(5))},
        {"slides": named("s{}.png"), "slides_annotated": named("s{}_ann.png")},
    ],
)
def test_what_may_be_two_classes_after_all_can_be_read_as_such(asked, read, content):
    (choice,) = asked(content).choices
    assert options(choice.reading) == "--layout folders"
    layout = read(content, layout="folders")
    assert counts(layout) == {label: len(files) for label, files in content.items()}
    assert any("images and their masks" in note for note in layout.notes)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("mask", "{}.png"), ("no_mask", "{}.png")), (("with_mask", "with_mask_{}.png"), ("without_mask", "{}.png")),
        (("Mask", "{}.png"), ("Non Mask", "{}.png")), (("mask", "mask_{}.png"), ("face", "face_{}.png")),
        (("masked", "{}.png"), ("unmasked", "{}.png")), (("cloth_mask", "{}.png"), ("n95_mask", "{}.png")),
        (("good", "{}.png"), ("bad", "{}_bad.png")), (("ann", "{}.png"), ("bob", "{}.png")),
        (("labels", "labels_{}.png"), ("bottles", "bottles_{}.png")),
    ],
)  # fmt: skip
def test_classes_called_so_are_classes(read, one, other):
    content = {label: named(form, range(1, size)) for (label, form), size in ((one, 6), (other, 7))}
    layout = read(content)
    assert counts(layout) == {one[0]: 5, other[0]: 6}
    assert layout.left_out == []


@pytest.mark.parametrize(
    ("images", "masks"),
    [("{}/images", "{}/masks"), ("{}", "{}/GroundTruth"), ("{}/CXR", "{}/lung masks"), ("{}/img", "{}/img_seg"),
     ("{}", "{}/heatmaps"), ("images/{}", "segmentations/{}"), ("data/{}", "ground truth/{}"), ("{}", "masks/{}"),
     ("train/images/{}", "train/masks/{}"), ("images/test/{}", "masks/test/{}")],
)  # fmt: skip
@pytest.mark.parametrize("layout", ["auto", "folders"])
def test_folders_of_masks_are_left_out_of_classes(read, images, masks, layout):
    sizes = {"COVID": 5, "Normal": 4, "Pneumonia": 3}
    content = {images.format(label): named(f"{label}-{{}}.png", range(size)) for label, size in sizes.items()}
    content |= {masks.format(label): named(f"{label}-{{}}.png", range(size)) for label, size in sizes.items()}
    made = read(content, layout=layout)
    assert [sum(one.label == label for one in made.found) for label in sizes] == [5, 4, 3]
    assert made.classes == sizes.keys()
    assert [reason[:15] for reason in reasons(made).values()] == ["Holds masks or "] * (3 if masks[0] == "{" else 1)


def test_every_choice_counts_what_is_used(tree):
    names = {"COVID": 5, "Normal": 4}
    content = {
        f"{label}/{part}": named(f"{label}-{{}}.png", range(size))
        for label, size in names.items()
        for part in ("images", "masks")
    }
    gives = {options(choice.reading): choice.gives for choice in layout_choices(tree(content))}
    assert gives == dict.fromkeys(("--layout folders", "--layout filenames"), "2 classes: COVID 5, Normal 4")


def test_masks_in_a_question_are_not_counted(asked):
    names = [*named("{}.png"), *named("{}_mask.png")]
    gives = [choice.gives for choice in asked({f"{top}/{label}": names for top in "xyz" for label in "ab"}).choices]
    assert gives == ["2 classes: a 4, b 4"] * 3 + ["2 classes: a 12, b 12", "3 classes: x 8, y 8, z 8"]


@pytest.mark.parametrize(
    ("masks", "left"),
    [([*named("cat_{}_mask.png", range(4)), *named("dog_{}_mask.png", range(4))], True),
     (named("cat_{}.png", range(4)), True),
     (named("{}.png", range(4)), False), (named("mask_{}.png", range(4)), False)],
)  # fmt: skip
def test_masks_of_all_classes_in_one_folder_beside_them_are_none(read, masks, left):
    layout = read({"cat": named("cat_{}.png", range(4)), "dog": named("dog_{}.png", range(4)), "masks": masks})
    assert counts(layout) == {"cat": 4, "dog": 4} | ({} if left else {"masks": 4})
    assert list(reasons(layout)) == (["masks"] if left else [])


def test_a_set_of_a_folder_per_image_is_no_set_of_classes(asked):
    content = {f"{n:05x}/{place}": [f"{n}{place}.png"] for n in range(70, 75) for place in ("images", "masks")}
    assert "holds images with masks" in asked(content).question


def test_tables_beside_masks_are_read(read):
    text = "file,label\n" + "".join(f"{n}.png,{'ab'[n % 2]}\n" for n in PHONE)
    layout = read(
        {"images": named("{}.png"), "annotations": named("{}_seg.png"), "annotations/list.csv": text}, layout="csv"
    )
    assert counts(layout) == {"a": 2, "b": 2}


def test_variants_of_all_classes_are_asked_about(asked):
    content = {f"{top}/{label}": [f"{n}.png" for n in range(3)] for top in ("color", "segmented") for label in "ab"}
    assert "parts or variants" in asked(content).question


@pytest.mark.parametrize(
    ("inside", "are"),
    [((), False), (("cat",), False), (("cat", "dog"), True), (("cat", "train"), False), (("train", "test"), False),
     (("cat", "dog", "train"), True)],
)  # fmt: skip
def test_a_folder_has_classes_where_two_folders_in_it_are_no_parts(tree, inside, are):
    top = read_tree(tree({"labels.txt": "x", **dict.fromkeys(inside, 2)})).top
    assert folders._has_classes(top) == are


@pytest.mark.parametrize(
    "name", ["mask", "masks", "label", "labels", "annotation", "annotations", "annots", "GT", "ground truth", "bbox",
             "bboxes", "xml", "trimaps", "segmentation", "SegmentationClass", "train_masks", "gtFine", "labels_test"],
)  # fmt: skip
def test_folders_that_are_called_like_masks(tree, name):
    (folder,) = read_tree(tree({name: 2})).top.folders
    assert folders.is_annotation(folder)
