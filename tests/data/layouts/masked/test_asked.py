"""Folders of pairs, and of masks beside their images, that are asked about and not read as classes."""

import pytest

from core.cli.words import options
from tests.data.layouts.conftest import counts


def pieces(name, count, mask="P{}_label.bmp"):
    return {
        name.format(n): [one for i in range(2 + n % 2) for one in (f"P{i}.jpg", mask.format(i))] for n in range(count)
    }


@pytest.mark.parametrize("name", ["kos{:02}", "Patient {}", "TCGA_CS_{:04}"])
def test_numbered_folders_of_images_and_masks(asked, read, name):
    question = asked(pieces(name, 5))
    assert "only numbered and hold images with their masks" in question.question
    assert [options(one.reading) for one in question.choices] == ["--layout folders"]
    assert sum(counts(read(pieces(name, 5), layout="folders")).values()) == 12


@pytest.mark.parametrize("name", ["Class{}", "grade {}", "{}"])
def test_numbered_classes_with_masks_stay(read, name):
    assert sum(counts(read(pieces(name, 5))).values()) == 12


def test_folders_with_names_of_their_own_or_without_masks_stay(read):
    masked = {
        label: [f"{label}{i}{end}" for i in range(5) for end in (".jpg", "_label.bmp")] for label in ("oak", "elm")
    }
    assert counts(read(masked)) == {"oak": 5, "elm": 5}
    assert counts(read({"kos1": 5, "kos2": 4, "kos3": 3})) == {"kos1": 5, "kos2": 4, "kos3": 3}


def numbered(pattern, count=7):
    return [pattern.format(n) for n in range(1, count + 1)]


@pytest.mark.parametrize("name", ["jpg", "PNG", "tif files"])
def test_a_folder_called_after_a_file_format_beside_its_pair(asked, name):
    question = asked({name: numbered("image_{:05}.jpg"), "segmim": numbered("segmim_{:05}.jpg")})
    assert f"'{name}' is called after a file format" in question.question


@pytest.mark.parametrize("names", [("photo", "drawing"), ("cat", "dog")])
def test_other_folders_that_count_alike_are_classes(read, names):
    one, other = names
    assert counts(read({one: numbered("a_{}.jpg"), other: numbered("b_{}.jpg")})) == {one: 7, other: 7}


def test_so_is_one_with_other_numbers(read):
    owls = {"jpg": numbered("a_{}.jpg"), "owl": numbered("b_{}.jpg", 5)}
    assert counts(read(owls)) == {"jpg": 7, "owl": 5}
    assert counts(read(owls | {"jay": numbered("c_{}.jpg")})) == {"jpg": 7, "owl": 5, "jay": 7}, "not all count alike"


def test_all_of_three_folders_that_count_alike_are_asked_about(asked):
    three = {"jpg": numbered("a_{}.jpg"), "edges": numbered("b_{}.jpg"), "soft": numbered("c_{}.jpg")}
    assert "the folders 'edges', 'jpg' and 'soft' hold images of the same numbers" in asked(three).question


@pytest.mark.parametrize("columns", ["file,label", "left_image,right_image,label"])
def test_a_table_of_one_of_two_folders_of_pairs(asked, columns):
    cells = ["left/{n}.jpg", *(["right/{n}.jpg"] if "right" in columns else []), "{label}"]
    rows = [",".join(cells).format(n=n, label=("elk", "moose")[n % 3 == 0]) for n in range(1, 11)]
    content = {"left": numbered("{}.jpg", 10), "right": numbered("{}.jpg", 10), "data.csv": "\n".join([columns, *rows])}
    question = asked(content)
    assert "gives the images in 'left' classes in its column 'label'" in question.question
    assert question.choices[0].gives == "2 classes: elk 7, moose 3"
    assert options(question.choices[1].reading) == "--layout folders"


def test_a_table_of_one_of_two_classes_is_not(read):
    rows = [f"cat/c{n}.jpg,{('tame', 'wild')[n % 2]}" for n in range(1, 8)]
    content = {"cat": numbered("c{}.jpg"), "dog": numbered("d{}.jpg"), "data.csv": "\n".join(["file,mood", *rows])}
    assert counts(read(content)) == {"cat": 7, "dog": 7}


@pytest.mark.parametrize("mask", ["{}_mask.png", "{}_GT.png"])
@pytest.mark.parametrize("parts", [("",), ("train/", "valid/")])
def test_a_refusal_of_images_with_masks_and_no_classes_says_so(refused, mask, parts):
    content = {f"{part}": [one for n in range(3, 12) for one in (f"9{n}.jpg", mask.format(f"9{n}"))] for part in parts}
    assert "look like masks of the others, labels for segmentation" in refused(content)
    assert "masks" not in refused({f"{part}": [f"9{n}.jpg" for n in range(3, 12)] for part in parts})


@pytest.mark.parametrize("name", ["train.lst", "output.manifest", "list.tsv"])
def test_a_refusal_names_a_text_of_the_images_that_gives_no_labels(refused, name):
    text = "\n".join(f"{n}\t4 5 64 48 0.1\tq9{n}.jpg" for n in range(3, 12))
    why = refused({"images": [f"q9{n}.jpg" for n in range(3, 12)], name: text})
    assert f"{name} names images, but not in columns" in why or f"{name} names the images" in why
    assert name not in refused({"images": [f"q9{n}.jpg" for n in range(3, 12)], name: "made on 3 May"})


def test_a_mask_is_named_after_the_image_and_no_text_beside_it(read):
    content = {
        label: [f"{label}{n}{end}" for n in range(5) for end in (".jpg", "-gt.png", ".txt")] for label in ("x", "y")
    }
    reasons = {one.name: one.reason for one in read(content).left_out}
    assert "of 'x3.jpg' beside it" in reasons["x/x3-gt.png"]


@pytest.mark.parametrize(
    "names",
    [
        ("TCGA_CS_4941_1996", "TCGA_CS_4942_1997", "TCGA_DU_5851_1995"), ("street1", "street12"),
        ("case 03 a", "case 04 b", "case 05 a"),
    ],
)  # fmt: skip
def test_patients_and_sequences_with_masks(asked, names):
    content = {one: [f"{one}_{n}{end}" for n in range(5) for end in (".tif", "_mask.tif")] for one in names}
    assert "only numbered and hold images with their masks" in asked(content).question


@pytest.mark.parametrize(
    "names",
    [
        ("001.Black_Albatross", "002.Sooty_Tern", "003.Gull"), ("n01440764", "n01443537"),
        ("grade1 a", "grade2 a", "grade3 b"),
        ("benign", "malignant"),
    ],
)  # fmt: skip
def test_named_classes_with_masks_stay(read, names):
    content = {one: [f"{one}_{n}{end}" for n in range(5) for end in (".tif", "_mask.tif")] for one in names}
    assert counts(read(content)) == dict.fromkeys(names, 5)


def of_videos(folder, ending, count=6):
    return {f"D/{folder}/480p/{one}": numbered("{:05}" + ending, count) for one in ("bear", "bmx-bumps", "camel")}


def test_numbered_frames_with_a_mask_for_each_are_asked_about(asked, read):
    question = asked(of_videos("JPEGImages", ".jpg") | of_videos("Annotations", ".png"))
    assert "hold numbered frames with a mask for each" in question.question
    few = of_videos("JPEGImages", ".jpg") | of_videos("Annotations", ".png", 3)
    assert counts(read(few)) == {"bear": 6, "bmx-bumps": 6, "camel": 6}


@pytest.mark.parametrize("tracks", ["gt/gt.txt", "det/det.txt"])
def test_frames_with_tracks_are_asked_about(asked, read, tracks):
    names = ("MOT17-02-FRCNN", "Street")
    content = {f"train/{one}/img1": numbered("{:06}.jpg") for one in names}
    told = content | {f"train/{one}/{tracks}": "1,1,912,484,97,109,0,7,1\n" for one in names}
    assert "boxes of tracked objects (gt.txt)" in asked(told).question
    assert counts(read(content | {"train/Street/gt/gt.txt": "1"}))["Street"] >= 7
