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
        {name: [f"{n}_aug_{end}_17.png" for n in range(5) for end in "ab"] for name in ("cat", "dog")},
    ],
)
def test_classes_with_kinds_of_their_own_stay_classes(read, content):
    assert counts(read(content)) == {name: len(files) for name, files in content.items()}


def marked(folders, labels=("Ahorn", "Eiche"), form="{label}_{own}{n}.jpg"):
    """The same classes in every folder, one image more in each, the last word of the folder in the file names."""
    return {
        folder: [form.format(label=label, own=folder.split()[-1], n=n) for label in labels for n in range(3 + index)]
        for index, folder in enumerate(folders)
    }


@pytest.mark.parametrize(
    "content",
    [
        marked(("Gruppe A", "Gruppe B")),
        marked(("Team Anna", "Team Ben", "Team Carl")),
        marked(("Team Anna", "Team Ben"), form="{own}_{label}_{n}.jpg"),
        marked(("Gruppe 1", "Gruppe 2"), form="{label}_{own}_{n}.jpg"),
    ],
)
def test_the_word_of_a_group_in_its_file_names_is_no_class(tree, asked, content):
    assert [choice.reading["layout"] for choice in asked(content).choices] == ["filenames", "folders"]
    layout = read_layout(tree(content, "again"), Reading(layout="filenames"))
    each = sum(map(len, content.values())) // 2
    assert counts(layout) == {"Ahorn": each, "Eiche": each}


def test_the_word_of_a_group_is_no_class_within_parts(tree, asked):
    content = {f"train/{name}": files for name, files in marked(("Gruppe A", "Gruppe B")).items()}
    content |= {"val/Gruppe A": ["Ahorn_A8.jpg", "Eiche_A8.jpg", "Eiche_A9.jpg"]}
    assert "called after the same classes ('Ahorn' and 'Eiche')" in asked(content).question
    layout = read_layout(tree(content, "again"), Reading(layout="filenames"))
    assert counts(layout) == {"train/Ahorn": 7, "train/Eiche": 7, "val/Ahorn": 1, "val/Eiche": 2}


@pytest.mark.parametrize("labels", [("hund", "katze", "hund"), ("hund", "katze", "maus")])
@pytest.mark.parametrize("folder", ["Tag {}", "train/Tag {}", "sitzung_{}"])
def test_numbered_folders_whose_files_are_called_after_one_class_each(asked, folder, labels):
    content = {folder.format(n): [f"{label}_{k}.jpg" for k in range(3 + n)] for n, label in enumerate(labels)}
    if folder.startswith("train"):
        content["val/Tag 0"] = ["hund_8.jpg", "hund_9.jpg"]
    question = asked(content)
    assert "called after a single class" in question.question
    assert question.choices[0].reading == {"layout": "filenames"}


@pytest.mark.parametrize(
    "content",
    [
        {"grade 1": ["left_1.jpg", "left_2.jpg"], "grade 2": ["right_1.jpg", "right_2.jpg", "right_3.jpg"]},
        {"Windows 10": ["win10_1.jpg", "win10_2.jpg"], "Windows 11": ["win11_1.jpg", "win11_2.jpg", "win11_3.jpg"]},
        {"oak": ["oak_1.jpg", "oak_2.jpg"], "elm": ["elm_1.jpg", "elm_2.jpg", "elm_3.jpg"]},
        marked(("oak", "elm"), ("leaf", "bark")),
        marked(("oak", "elm"), ("leaf", "bark"), "{own}_{label}_{n}.jpg"),
    ],
)
def test_numbered_classes_and_kinds_of_classes_are_no_groups(read, content):
    assert counts(read(content)) == {name: len(files) for name, files in content.items()}
