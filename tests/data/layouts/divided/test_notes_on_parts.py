"""What is said of parts of the images of a table, at its limits: how many, which one is named, and when nothing is."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.data.layouts.case import Case
from core.data.layouts.labelled import Labelled
from core.data.layouts.tables import Table
from core.data.layouts.undivided.images import divides, notes_on_parts, part_in_name, part_of_folders
from core.data.tree import Folder
from core.experiment import Reading

ROOT = Path("/set/test")


def case():
    folder = Folder(ROOT, [], [])
    return Case(folder, folder, Reading(), lambda *_: None)


def labelled(parts=(), tables=("l.csv",), **more):
    """A table of images by their parts; they have the classes 'cat' and 'dog' in turn."""
    paths = {ROOT / name: part for name, part in dict(parts).items()}
    classes = {path: ("cat", "dog")[n % 2] for n, path in enumerate(paths)}
    found = [Table(Path(name), {"split": list("ab")}) for name in tables]
    return replace(
        Labelled(found, labels=classes, parts={path: one for path, one in paths.items() if one}), **more
    ), paths


def notes(divided, parts=(), **more):
    made, paths = labelled(parts, **more)
    return notes_on_parts(case(), made, paths, divided)


@pytest.mark.parametrize(
    ("name", "part"),
    [("a.png", None), ("train.png", None), ("train/a.png", "train"), ("x/val/test/a.png", "val"), ("x/y/a.png", None)],
)
def test_the_outermost_folder_below_the_root_tells_the_part(name, part):
    assert part_of_folders(case(), ROOT / name) == part


@pytest.mark.parametrize(
    ("parts", "marked", "is_so"),
    [
        (["train", "test"], True, True), (["val", "test"], False, True), (["train", "train"], True, False),
        (["val", None], True, True), (["test", None], True, True), (["test", None], False, False),
        (["train", None], True, False), ([None, None], True, False), (["test", "test"], True, False),
    ],
)  # fmt: skip
def test_two_parts_or_one_beside_the_rest_divide(parts, marked, is_so):
    parts = {Path(str(n)): part for n, part in enumerate(parts)}
    assert divides(Labelled(parts={Path("0"): "val"} if marked else {}), parts) is is_so


TWO = {"train/1.png": "train", "test/2.png": "test", "val/3.png": "val"}


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"train/8.png": "test", "test/9.png": "train", "test/7.png": "val"}, "3 images lie in a folder of another"),
        ({"train/8.png": "test"}, "1 image lies in a folder of another part than the column 'split' says"),
        ({"loose.png": "test", "unlabeled/4.png": "test"}, ""),
    ],
)
def test_folders_of_another_part_are_told_with_the_first_image(parts, said):
    found = notes(True, TWO | parts, divided_by=("split",))
    assert len(found) == bool(said)
    assert all(note.startswith(said) and f"such as '{Path(next(iter(parts))).name}':" in note for note in found)


def test_folders_of_one_part_contradict_nothing():
    one = {"train/1.png": "train", "train/2.png": "test", "x/3.png": "val"}
    assert notes(True, one, divided_by=("split",)) == []
    assert len(notes(True, one | {"val/4.png": "val"}, divided_by=("split",))) == 1


@pytest.mark.parametrize(
    ("more", "by"),
    [
        ({"divided_by": ("split",)}, "the column 'split' says"),
        ({"divided_by": ("a", "b")}, "the columns 'a' and 'b' say"),
        ({"tables": ("train.csv",)}, "what 'train.csv' is called says"),
        ({"tables": ("train.csv", "test.csv")}, "what 'train.csv' and 'test.csv' are called says"),
    ],
)
def test_what_tells_the_parts_is_named(more, by):
    (note,) = notes(True, TWO | {"test/9.png": "train"}, **more)
    assert f" than {by}, such as '9.png'" in note


@pytest.mark.parametrize("names", [("c", "a", "b"), ("b", "c", "a")])
def test_of_images_in_several_parts_the_first_by_name_is_told(names):
    twice = {ROOT / f"{name}.png" for name in names}
    (note,) = notes(True, {"x.png": "train"}, twice=twice)
    assert note == (
        "3 images stand in rows of several parts, such as 'a.png': only the last of these rows counts, so that they "
        "are in one part."
    )


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        (("fold0.csv", "fold1.csv"), True), (("fold0.csv", "fold1.csv", "fold2.csv"), True), (("fold0.csv",), False),
        (("fold0.csv", "fold.csv"), False), (("fold0.csv", "part1.csv"), False), (("a.csv", "A.csv"), False),
    ],
)  # fmt: skip
def test_tables_that_differ_in_numbers_alone_are_folds(tables, told):
    found = notes(False, {"x.png": None}, tables=tables)
    assert [("are read together" in note) for note in found] == [True] * told


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("test_0 test_1 x_2 x_3 test_4", "'test_0.png' and 2 other files are called"),
        ("x_0 x_1 val_2 test_3", "'val_2.png' and 1 other file are called"),
        ("x_0 train_1 test_2 test_3", ""), ("test_0 x_1 test_2 x_3", ""),  # no dog is called so
        ("train_0 test_1", "'train_0.png' and the other files are called"), ("train_0 train_1", ""),
    ],
)  # fmt: skip
def test_parts_in_names_are_counted_without_the_one_that_is_named(names, said):
    found = notes(False, {f"{name}.png": None for name in names.split()})
    assert len(found) == bool(said)
    assert all(note.startswith(said) for note in found)


@pytest.mark.parametrize(
    ("stem", "part"),
    [("tr_1", "train"), ("1_te", "test"), ("tr_1_te", None), ("te_1_tr", None), ("tr_1_tr", "train"), ("a_te_b", None)],
)
def test_short_words_for_parts_come_first_or_last_and_agree(stem, part):
    assert part_in_name(stem) == part
