"""Columns of a table that divide the images: by words of any language, by codes, in part, or twice."""

import pytest

from core.errors import UnusableDataset
from tests.data.layouts.conftest import counts


def table(header, row, count=24):
    """A folder of images and a table of them; `row` gives the cells after the file name for a number."""
    files = [f"img_{n:03d}.jpg" for n in range(count)]
    lines = [",".join((name, *map(str, row(n)))) for n, name in enumerate(files)]
    return {"images": files, "labels.csv": "\n".join([header, *lines])}


def animal(n):
    return ("cat", "dog")[n % 2]


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("file,Usage", ("Training", "PublicTest", "PrivateTest")), ("image_id,partition", (0, 0, 1, 2)),
        ("Datei,Verwendung", ("Training", "Prüfung")), ("file,category", ("train", "val", "test")),
        ("file,label", ("train", "train", "test")), ("file,set", ("learn", "check")),
    ],
)  # fmt: skip
def test_a_column_of_nothing_but_parts_is_no_column_of_classes(read, header, values):
    with pytest.raises(UnusableDataset, match="class"):
        read(table(header, lambda n: (values[n % len(values)],)))


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("label", ("train", "bus")), ("label", ("valid", "invalid")), ("label", ("test", "control")),
        ("label", ("valid", "test")),
        ("partition", ("wall", "glass")), ("usage", ("Casual", "Formal")), ("set", ("Base", "Jungle")),
    ],
)  # fmt: skip
def test_classes_that_sound_like_parts_are_classes(read, column, values):
    assert counts(read(table(f"file,{column}", lambda n: (values[n % 3 % 2],)))) == {values[0]: 16, values[1]: 8}


@pytest.mark.parametrize(
    ("header", "values", "val"),
    [
        ("image,emotion,Usage", ("Training", "Training", "PublicTest", "PrivateTest"), 0),
        ("image,Smiling,partition", (0, 0, 1, 2), 3), ("file,label,set", ("learn", "learn", "check", "check"), 0),
        ("file,label,Verwendung", ("Lernen", "Lernen", "Validierung", "Prüfen"), 3),
    ],
)  # fmt: skip
def test_parts_of_columns_in_any_words(read, header, values, val):
    layout = read(table(header, lambda n: (animal(n), values[n // 2 % 4])))
    test = 6 - val
    expected = {"train/cat": 6, "train/dog": 6, "test/cat": test, "test/dog": test}
    assert counts(layout) == expected | ({"val/cat": 3, "val/dog": 3} if val else {})


def test_blank_cells_beside_test_are_for_training(read):
    layout = read(table("file,label,split", lambda n: (animal(n), ("", "", "test")[n // 2 % 3])))
    assert counts(layout) == {"train/cat": 8, "train/dog": 8, "test/cat": 4, "test/dog": 4}


def test_blank_cells_beside_train_are_told(read):
    layout = read(table("file,label,split", lambda n: (animal(n), ("train", "train", "")[n // 2 % 3])))
    assert counts(layout) == {"cat": 12, "dog": 12}
    assert [note for note in layout.notes if "marks 16 of 24 images for training" in note]


def test_a_second_column_of_parts_is_named(read):
    layout = read(table("file,split1,split2,label", lambda n: (("train", "test")[n // 2 % 2], "train", animal(n))))
    assert not [note for note in layout.notes if "as well" in note]
    parts = ("train", "test")
    layout = read(table("file,split1,split2,label", lambda n: (parts[n // 2 % 2], parts[n // 4 % 2], animal(n))))
    assert [note for note in layout.notes if "'split2' divides them as well, which is not used" in note]
    assert counts(layout)["train/cat"] == 6


def test_rows_marked_as_unlabelled_are_left_out_with_the_reason(read):
    layout = read(table("file,label,split", lambda n: (animal(n), ("train", "test", "unlabeled")[n // 2 % 3])))
    assert sum(counts(layout).values()) == 16
    assert len([one for one in layout.left_out if "says 'unlabeled' in 'split'" in one.reason]) == 8


@pytest.mark.parametrize("values", [("learning", "final"), ("internal", "external")])
def test_a_split_column_of_unknown_words_is_told(read, values):
    layout = read(table("file,label,split", lambda n: (animal(n), values[n // 2 % 2])))
    assert counts(layout) == {"cat": 12, "dog": 12}
    assert [note for note in layout.notes if note.startswith("The column 'split' does not divide the images")]


@pytest.mark.parametrize("header", ["image,fold", "image,kfold"])
def test_folds_of_a_table_beside_class_folders_are_told(read, header):
    names = {label: [f"{label}{n}.jpg" for n in range(9)] for label in ("cat", "dog")}
    lines = [f"{label}/{name},{n % 3}" for label, files in names.items() for n, name in enumerate(files)]
    layout = read(
        {f"images/{label}": files for label, files in names.items()} | {"folds.csv": "\n".join([header, *lines])}
    )
    assert counts(layout) == {"cat": 9, "dog": 9}
    assert [note for note in layout.notes if note.startswith("'folds.csv' divides the images as well")]


def test_lists_of_ucf101_beside_class_folders_are_told(read):
    names = {label: [f"{label}{n}.jpg" for n in range(8)] for label in ("cat", "dog")}
    lists = {
        f"{part}list01.txt": "\n".join(f"{label}/{name}" for label, files in names.items() for name in files[at::2])
        for at, part in enumerate(("train", "test"))
    }
    layout = read({f"images/{label}": files for label, files in names.items()} | lists)
    assert [note for note in layout.notes if "trainlist01.txt" in note and "divide the images as well" in note]


@pytest.mark.parametrize(
    "name", ["imagenes", "afbeeldingen", "zdjecia", "resimler", "gambar", "obrazky", "kép", "whatever"]
)
def test_one_folder_beside_a_table_is_not_two_classes(read, name):
    content = table("file,label", lambda n: (animal(n),))
    assert counts(read({name: content["images"], "labels.csv": content["labels.csv"]})) == {"cat": 12, "dog": 12}
