"""FAULTS, "Data sets": a start is blocked with the reason and the next step."""

import pytest

from core.data.audit import problems, require_trainable
from core.data.split import make_split
from core.errors import UnusableDataset
from core.experiment import SplitSpec


@pytest.fixture
def found(folder_of, read):
    """`found(content)`: the problems of a folder with this content."""

    def check(content):
        dataset = read(folder_of(content))
        return problems(dataset, make_split(dataset, SplitSpec()))

    return check


def test_a_good_data_set_has_none(folder_of, read, many):
    dataset = read(folder_of(many({"cat": 3, "dog": 2})))
    split = make_split(dataset, SplitSpec())
    assert problems(dataset, split) == ()
    require_trainable(dataset, split)


def test_one_class(found, many):
    (problem,) = found(many({"cat": 5}))
    assert "only one class ('cat'). Add a folder" in problem


def test_one_image_in_a_class(found, many):
    (problem,) = found(many({"cat": 5, "dog": 1}))
    assert "'dog' has only one image. Add at least one more" in problem


@pytest.mark.parametrize("empty", [{"emu/": None}, {"emu/a.txt": b"text"}, {"emu/a.png": b""}])
def test_an_empty_class(found, many, empty):
    (problem,) = found(many({"cat": 5, "dog": 5}) | empty)
    assert problem == "Class 'emu' has no readable image. Add some, or remove its folder."


def test_a_class_of_copies_has_one_image(found, many):
    (problem,) = found(many({"cat": 5}) | {"dog/1.png": 70, "dog/2.png": 70, "dog/3.png": 70})
    assert "'dog' has only one image (2 of 3 were left out" in problem


def test_a_class_whose_training_images_were_copies(found):
    content = {"train/cat/1.png": 1, "train/dog/1.png": 2, "test/cat/1.png": 1, "test/cat/2.png": 3, "val/dog/1.png": 4}
    (problem,) = found(content)
    assert "'cat' has no training image (1 of 3 were left out" in problem


def test_a_divided_set_without_a_train_folder(found):
    content = {"val/cat/1.png": 1, "val/dog/1.png": 2, "test/cat/1.png": 3, "test/dog/1.png": 4}
    assert any("no training images" in problem for problem in found(content))


def test_the_error_lists_every_problem(folder_of, read, many):
    dataset = read(folder_of(many({"cat": 1, "dog": 1})))
    with pytest.raises(UnusableDataset, match=r"'cat' has only one.*'dog' has only one.*no validation images"):
        require_trainable(dataset, make_split(dataset, SplitSpec()))
