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
    [{"train.txt": TRAIN}, {"train.txt": "notes on cats", "test.txt": "notes on dogs"}, {"all.txt": TRAIN + TEST}],
)
def test_other_texts_are_not(read, lists):
    assert divided(read({**FOLDERS, **lists}).notes) == []


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
