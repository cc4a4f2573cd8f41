"""For any tree of parts and classes: exactly they are read, and nothing is lost in silence."""

import shutil
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.layout import read_layout
from core.data.layouts.words import PREDICT, is_fold, is_generic, kind_of
from core.errors import UnusableDataset

FEW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
TRAIN = ("train", "training", "trainset", "train_set", "training-set", "Train Data", "seg_train", "train2017", "TRN")
VAL = ("val", "valid", "validation", "dev", "val_set", "Validation Data", "eval", "holdout", "val.2017", "VALID")
TEST = ("test", "testing", "testset", "test_set", "Test Images", "seg_test", "test2015", "TST")
CLASSES = st.sampled_from(
    (
        "cat",
        "dog",
        "0",
        "1",
        "10",
        "2",
        "n02085620",
        "A: b",
        "été",
        "猫",
        "train station",
        "test tube",
        "x" * 90,
        "None",
    )
)


def make(root: Path, files: list[str]) -> Path:
    """A fresh folder with these files."""
    shutil.rmtree(root, ignore_errors=True)
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()
    return root


@st.composite
def divided(draw):
    """Part names, classes, how often the parts are wrapped, and how many images each part has of each class."""
    names = {"train": draw(st.sampled_from(TRAIN))}
    for part, words in (("val", VAL), ("test", TEST)):
        if draw(st.booleans()):
            names[part] = draw(st.sampled_from(words))
    if len(names) == 1:
        names["test"] = draw(st.sampled_from(TEST))
    classes = draw(st.lists(CLASSES, min_size=2, max_size=5, unique_by=str.casefold))
    counts = {(part, label): draw(st.integers(1, 3)) for part in names for label in classes}
    return names, counts, draw(st.booleans()), draw(st.sampled_from(("", "archive/", "a/Dataset/")))


@FEW
@given(divided())
def test_parts_and_classes_are_read_whatever_they_are_called(tmp_path, made):
    names, counts, twice, above = made
    files = [
        f"{above}{names[part]}/{f'{names[part]}/' if twice else ''}{label}/{number}.png"
        for (part, label), count in counts.items()
        for number in range(count)
    ]
    layout = read_layout(make(tmp_path / "set", files))
    assert Counter((one.part, one.label) for one in layout.found) == counts
    assert layout.left_out == []


SEGMENT = st.sampled_from(
    ("cat", "dog", "emu", "train", "test", "val", "images", "masks", "labels", "fold1", "fold2", "2024-01", "pred",
     "a b", "@eaDir", "class1", "class2", "unlabeled")
)  # fmt: skip
FILE = st.sampled_from(
    ("1.png", "2.jpg", "cat_1.png", "cat_2.png", "dog_1.png", "dog_2.png", "x.txt", "labels.csv", ".hidden",
     "README.md", "a.json")
)  # fmt: skip
PATHS = st.lists(
    st.tuples(st.lists(SEGMENT, max_size=3), FILE).map(lambda made: "/".join([*made[0], made[1]])),
    min_size=1, max_size=25, unique=True,
)  # fmt: skip


@FEW
@given(PATHS)
def test_every_file_is_an_item_left_out_or_junk(tmp_path, files):
    root = make(tmp_path / "set", files)
    try:
        layout = read_layout(root)
    except UnusableDataset:
        return
    used = {one.path for one in layout.found}
    assert len(used) == len(layout.found)
    junk = ("@eaDir", ".hidden")
    for file in files:
        path = root / file
        if any(part in junk for part in path.relative_to(root).parts):
            assert path not in used
            continue
        explained = [place for place in (path, *path.parents) if place in layout.explained]
        # a note on the data set may be passed over; in a class folder it is looked at, and then named
        assert (path in used) != bool(explained) or file.endswith("README.md"), file
    names = [one.name for one in layout.left_out]
    assert len(names) == len(set(names))


@FEW
@given(PATHS)
def test_parts_folds_and_folders_that_say_nothing_are_no_classes(tmp_path, files):
    root = make(tmp_path / "set", files)
    try:
        layout = read_layout(root)
    except UnusableDataset:
        return
    kinds = {kind_of(label) for label in layout.classes} - {None, PREDICT}
    assert len(kinds) < 2
    if len(layout.classes) > 1 and layout.reading.layout == "folders":
        assert not all(is_fold(label) or is_generic(label) for label in layout.classes)
