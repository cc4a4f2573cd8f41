"""Folders whose files are called after the same classes: parts in any language, lots, or classes all the same."""

import pytest

from core.data.layout import read_layout
from core.experiment import Reading
from tests.data.layouts.conftest import counts


def named(parts, labels=("cat", "dog")):
    """So many files of each label in every folder, one more in each."""
    return {
        part: [f"{label}_{50 * at + n:03d}.jpg" for at, label in enumerate(labels) for n in range(3 + index + at)]
        for index, part in enumerate(parts)
    }


@pytest.mark.parametrize("parts", [("qwer", "asdf"), ("q", "r", "s"), ("batch1", "batch2"), ("train", "extra")])
def test_folders_of_an_unknown_language_with_the_same_classes_in_file_names(tree, asked, parts):
    content = named(parts)
    assert [choice.reading["layout"] for choice in asked(content).choices] == ["filenames", "folders"]
    layout = read_layout(tree(content, "again"), Reading(layout="filenames"))
    assert layout.classes == {"cat", "dog"}
    assert len(layout.found) == sum(map(len, content.values()))


@pytest.mark.parametrize(
    ("train", "test"),
    [("trening", "sınama"), ("x_train", "x_test"), ("Lerndaten", "Prüfdaten"), ("training", "final_test")],
)
def test_known_parts_are_read(read, train, test):
    assert counts(read(named((train, test)))) == {"train/cat": 3, "train/dog": 4, "test/cat": 4, "test/dog": 5}


@pytest.mark.parametrize("parts", [("dev", "eval", "holdout"), ("fold_1", "fold_2", "fold_3"), ("split1", "split2")])
def test_parts_without_one_to_train_on_may_be_read_together(asked, parts):
    assert {"layout": "filenames"} in [choice.reading for choice in asked(named(parts)).choices]


def test_a_folder_of_bare_numbers_beside_is_left_out(tree, asked, read):
    numbers = [f"{n}.jpg" for n in range(5)]
    assert counts(read(named(("Training",)) | {"unsortiert": numbers})) == {"cat": 3, "dog": 4}
    content = named(("train", "val")) | {"extra": numbers}
    assert {"layout": "filenames"} in [choice.reading for choice in asked(content).choices]
    layout = read_layout(tree(content, "again"), Reading(layout="filenames"))
    assert counts(layout) == {"train/cat": 3, "train/dog": 4, "val/cat": 4, "val/dog": 5}
    assert [one.name for one in layout.left_out] == ["extra"]


@pytest.mark.parametrize(
    "content",
    [
        named(("oak", "elm"), ("front", "back")),
        named(("oak", "elm"), ("flickr", "google")),
        named(("oak",), ("leaf", "bark")) | {"elm": [f"IMG_{n}.jpg" for n in range(4)]},
        named(("oak",), ("leaf", "bark")) | named(("elm",), ("root", "twig")),
        named(("cat",), ("cat",)) | named(("dog",), ("dog",)),
    ],
)
def test_classes_with_kinds_of_their_own_stay_classes(read, content):
    assert counts(read(content)) == {name: len(files) for name, files in content.items()}
