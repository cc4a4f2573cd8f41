"""Labels and images in files that are not read here: each is named, with the next step."""

import json

import pytest

from core.data.sources import load_dataset
from core.errors import UnusableDataset

NAMES = ["1.jpg", "2.jpg", "3.jpg"]


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("labels.xlsx", "an Excel table"), ("labels.ods", "an OpenDocument table"),
        ("imagelabels.mat", "a MATLAB file"),
        ("labels.parquet", "a Parquet table"), ("annotations/labels.json", "a JSON file"),
        ("final.sqlite", "an SQLite"),
    ],
)  # fmt: skip
def test_labels_in_another_form_are_to_be_saved_as_csv(refused, name, what):
    text = refused({"images": NAMES, name: b"{}", "setup.yaml": "a: 1\n"})
    assert f"{name.rpartition('/')[2]} is {what}" in text
    assert "save them as a CSV file with the columns file and label" in text


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("data_batch_1", b"\x80\x02}q", "pickled Python objects of CIFAR"), ("test_batch.bin", b"\3", "as of CIFAR"),
        ("train-images-idx3-ubyte", b"\0\0\x08\x03", "IDX files, as of MNIST"),
        ("train-images.idx3-ubyte", b"\0\0\x08\x03", "IDX files, as of MNIST"),
        ("train-images-idx3-ubyte.gz", b"\x1f\x8b", "gzip archives"), ("a.tar.bz2", b"BZh", "bzip2 archives"),
        ("set.rar", b"Rar!", "RAR archives"), ("x.pth", b"PK", "PyTorch files"), ("train.beton", b"x", "FFCV files"),
        ("clip.webm", b"x", "videos"), ("scan.pdf", b"%PDF", "PDF files"),
    ],
)  # fmt: skip
def test_packed_images_are_named_with_the_way_out(refused, name, content, what):
    text = refused({name: content})
    assert f"holds no image files, but {what}" in text or (what in text and "holds no image files" in text)
    assert ("Unpack them" in text) is ("archives" in what)


def test_whatever_else_lies_there_is_named(refused):
    text = refused({"notes.log": "a text\n", "other.log": "b"})
    assert "It holds 2 files and no image: notes.log is text." in text


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ({"images": NAMES, "annotations.xml": '<?xml version="1.0"?>\n<annotations><image/></annotations>'}, "CVAT"),
        (
            {"": NAMES, "via.json": json.dumps({"1.jpg9": {"filename": "1.jpg", "size": 9, "regions": []}})},
            "VGG Image Annotator",
        ),
        (
            {
                "train": NAMES,
                "train/a.json": json.dumps([{"image": "1.jpg", "annotations": [{"coordinates": {"x": 1}}]}]),
            },
            "CreateML",
        ),
        (
            {
                "image_2": NAMES,
                **{f"label_2/{n}.txt": "Car 0 0 -1.5 5 1 6 2 1.6 1.7 3.6 -0.6 1.7 46.7 -1.5\n" for n in (1, 2, 3)},
            },
            "KITTI",
        ),
        (
            {"train/images": NAMES, "train/labels": 0, "valid/images": 2, "data.yaml": "train: a\nnc: 1\nnames: [x]\n"},
            "YOLO",
        ),
        (
            {f"leftImg8bit/train/{c}": [f"{c}_leftImg8bit.png"] for c in "ab"}
            | {f"gtFine/train/{c}": [f"{c}_gtFine_labelIds.png"] for c in "ab"},
            "masks",
        ),
    ],
)
def test_exports_of_other_tasks_by_their_names(refused, content, name):
    text = refused(content)
    assert name in text
    assert "Graft classifies whole images" in text


def test_settings_of_yolo_beside_class_folders_do_not_matter(read):
    assert read({"train/cat": 2, "train/dog": 3, "data.yaml": "train: a\nnames: [cat, dog]\n"}).classes == {
        "cat",
        "dog",
    }


def test_a_file_of_labels_is_no_data_set(tmp_path):
    (tmp_path / "labels.csv").write_text("file,label\n1.jpg,cat\n")
    with pytest.raises(UnusableDataset, match="put it into the folder of the images it names"):
        load_dataset(str(tmp_path / "labels.csv"), tmp_path / "workspace")
