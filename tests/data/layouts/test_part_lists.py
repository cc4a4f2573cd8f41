"""Lists beside class folders that divide the images: not used in silence."""

import pytest

from core.cli.words import in_options
from tests.data.layouts.conftest import counts
from tests.data.layouts.test_labelled import table

CAT, DOG = [f"c{n}.jpg" for n in range(5)], [f"d{n}.jpg" for n in range(3)]
FOLDERS = {"images/cat": CAT, "images/dog": DOG}
TRAIN, TEST = "cat/c0\ncat/c1\ncat/c2\ndog/d0\n", "cat/c3\ndog/d1\n"


def divided(notes):
    return [note for note in notes if "divided anew" in note]


@pytest.mark.parametrize(
    ("train", "test"),
    [("meta/train.txt", "meta/test.txt"), ("train_list.lst", "val_list.lst"), ("train.json", "test.json")],
)
def test_lists_of_parts_are_told(read, train, test):
    layout = read({**FOLDERS, train: TRAIN, test: TEST})
    assert counts(layout) == {"cat": 5, "dog": 3}
    (note,) = divided(layout.notes)
    assert f"'{train}'" in note
    assert f"'{test}'" in note
    assert "put the images into the folders train and test" in note


def test_one_list_of_both_parts_is_told(read):
    (note,) = divided(read({**FOLDERS, "train_test_split.txt": "1 0\n2 1\n"}).notes)
    assert note.startswith("'train_test_split.txt' divides the images as well")


@pytest.mark.parametrize("one", [True, False])
def test_tables_that_can_be_read_instead_are_told(read, tree, one):
    said = [
        (f"{file[0]}/{file}", "cat" if file in CAT else "dog", "test" if "3" in file else "train") for file in CAT + DOG
    ]
    whole = {"labels.csv": table(said, "file,label,split")}
    parts = {
        f"{part}.csv": table([row[:2] for row in said if (row[2] == "test") is (part == "test")])
        for part in ("train", "test")
    }
    content = {**FOLDERS, **(whole if one else parts)}
    (note,) = divided(read(content).notes)
    assert "`--layout csv`" in in_options(note)


@pytest.mark.parametrize(
    "lists",
    [
        {"train.txt": "notes on cats", "test.txt": "notes on dogs"},
        {"all.txt": "\n".join(CAT + DOG)},
        {"train.txt": "\n".join(CAT + DOG)},
        {"sizes.csv": table([(file, str(n)) for n, file in enumerate(CAT + DOG)], "image,width")},
        {"notes.txt": "c0.jpg is blurred\nand so on\nand on\nas d1.jpg\nand on"},
        {"numbers.txt": "1\n2\n3"},
    ],
)
def test_other_texts_are_not(read, lists):
    assert divided(read({**FOLDERS, **lists}).notes) == []


@pytest.mark.parametrize("labelled", [True, False])
@pytest.mark.parametrize(
    ("lists", "says"),
    [
        ({"test_files.txt": TEST}, "names 2 of the 8 images"), ({"train.txt": TRAIN}, "names 4 of the 8 images"),
        ({"mine.txt": TRAIN, "yours.txt": TEST}, "name 4 and 2 of the 8 images"),
        ({"wahl.csv": "image,by\nc0.jpg,Ann\nd1.jpg,Bo\nc3.jpg,Ann"}, "names 3 of the 8 images"),
        ({"split.yaml": "train:\n- c0.jpg\n- d0.jpg\ntest:\n- c1.jpg"}, "divides the images as well"),
        ({"train_idx.txt": "0\n2\n3", "test_idx.txt": "1\n4"}, "divide the images as well"),
        ({"train_patients.txt": "P01\nP02", "test_patients.txt": "P03\nP04"}, "divide the images as well"),
        (
            {"list_eval_partition.csv": table([(f, str(n % 3)) for n, f in enumerate(CAT + DOG)], "image_id,code")},
            "divides the images as well",
        ),
    ],
)  # fmt: skip
def test_a_list_of_some_images_is_told_whatever_it_is_called(read, labelled, lists, says):
    labels = table([(file, "cat" if file in CAT else "dog") for file in CAT + DOG])
    content = {"images": CAT + DOG, "labels.csv": labels} if labelled else FOLDERS
    layout = read({**content, **lists}, **({} if labelled else {"layout": "folders"}))
    assert counts(layout) == {"cat": 5, "dog": 3}
    (note,) = divided(layout.notes)
    assert says in note


def test_tables_of_parts_that_overlap_are_told(read):
    rows = [(file, "cat" if file in CAT else "dog") for file in CAT + DOG]
    tables = {"train": rows[::2], "val": rows[1:6:2], "trainval": rows[::2] + rows[1:6:2], "test": rows[7:]}
    layout = read({"images": CAT + DOG, **{f"{part}.csv": table(some) for part, some in tables.items()}})
    assert counts(layout) == {"train/cat": 5, "train/dog": 2, "test/dog": 1}
    assert [note for note in layout.notes if note.startswith("'val.csv' divides the images in another way")]


SPLIT = table([(f"{f[0]}/{f}", "val" if "1" in f else "train") for f in CAT + DOG], "image,split")


@pytest.mark.parametrize("labelled", [True, False])
@pytest.mark.parametrize(
    "lists",
    [
        {"split.csv": SPLIT},
        {"folds/all.tsv": SPLIT.replace(",", "\t")},
        {"train.txt": "c0\nd0\n", "test.txt": "c1\nd1\n"},
        {"split.json": '{"train": ["c0.jpg", "d0.jpg"], "valid": ["c1.jpg"]}'},
    ],
)
def test_a_list_without_classes_is_told_beside_folders_and_beside_a_file_of_labels(read, labelled, lists):
    labels = table([(file, "cat" if file in CAT else "dog") for file in CAT + DOG])
    layout = read({"images": CAT + DOG, "labels.csv": labels, **lists} if labelled else {**FOLDERS, **lists})
    assert counts(layout) == {"cat": 5, "dog": 3}
    (note,) = divided(layout.notes)
    assert all(f"'{name}'" in note for name in lists)
    assert ("add a column 'split'" in note) is labelled


@pytest.mark.parametrize(
    "other",
    [
        {"split.csv": table([(f"other{n}.jpg", "val" if n % 2 else "train") for n in range(6)], "image,split")},
        {"phase.csv": table([(file, "1" if file in CAT else "2") for file in CAT + DOG], "image,split")},
        {"about.json": '{"name": "c0.jpg", "train": 3}'},
    ],
)
def test_a_list_of_other_images_or_of_no_parts_is_not(read, other):
    assert divided(read({**FOLDERS, **other}, layout="folders").notes) == []


def test_a_list_is_not_told_where_the_images_came_divided(read):
    assert divided(read({"train/cat": CAT, "train/dog": DOG, "test/cat": 2, "test/dog": 1, "s.csv": SPLIT}).notes) == []
