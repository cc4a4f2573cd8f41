"""Which folders are the parts of a set, told by their names and by the classes in them."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from core.data.layouts.folders import PartFolder, _unlabelled, part_folders
from core.data.tree import Folder


def kinds(content):
    """The parts by folder, of classes with an image each: {"val": "cat dog"}."""
    folders = []
    for name, classes in content.items():
        inner = [Folder(Path(f"/set/{name}/{one}"), [], [Path(f"/set/{name}/{one}/1.png")]) for one in classes.split()]
        folders.append(Folder(Path(f"/set/{name}"), inner, []))
    case = SimpleNamespace(root=Folder(Path("/set"), folders, []), given=set(), label=lambda folder: folder.name)
    return {part.folder.name: part.kind for part in part_folders(case)}


MEASURED = {"val": "cat dog owl", "test": "cat dog owl"}
FOUND = {"val": "val", "test": "test"}


@pytest.mark.parametrize(
    ("more", "trained"),
    [
        ({"learnt": "cat dog"}, "learnt"), ({"learnt": "cat fox"}, None), ({"learnt": "fox elk"}, None),
        ({"learnt": "cat dog", "other": "cat fox"}, "learnt"), ({"learnt": "cat dog", "other": "dog owl"}, None),
    ],
)  # fmt: skip
def test_one_folder_with_two_classes_of_the_others_trains(more, trained):
    assert kinds(MEASURED | more) == FOUND | ({trained: "train"} if trained else {})


@pytest.mark.parametrize(
    ("names", "parts"),
    [
        ("train val evaluation", "train val test"), ("train eval evaluation", "train val val"),
        ("train evaluation", "train val"), ("train val evaluation test", "train val val test"),
        ("train val valid", "train val val"), ("train val eval evaluation", "train val test test"),
    ],
)  # fmt: skip
def test_an_evaluation_beside_a_validation_is_the_test(names, parts):
    found = kinds(dict.fromkeys(names.split(), "cat dog"))
    assert found == dict(zip(names.split(), parts.split(), strict=True))


@pytest.mark.parametrize(
    ("others", "trains"), [(["test"], True), (["unlabeled"], False), ([], False), (["test", "unlabeled"], True)]
)
def test_development_trains_beside_a_part_with_classes_that_is_not_for_prediction(others, trains):
    found = kinds(dict.fromkeys(["development", *others], "cat dog"))
    assert found["development"] == ("train" if trains else "val")


def test_folders_for_prediction_within_a_part_lie_beside_two_classes_at_least():
    def unlabelled(*names):
        folders = [Folder(Path(f"/set/train/{name}"), [], [Path("1.png")]) for name in names]
        part = Folder(Path("/set/train"), folders, [])
        return [folder.name for folder in _unlabelled(PartFolder(part, part, "train"), ())]

    assert unlabelled("cat", "dog", "unlabeled", "unsup") == ["unlabeled", "unsup"]
    assert unlabelled("cat", "unlabeled") == unlabelled("cat", "dog") == []
