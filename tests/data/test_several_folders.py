"""The same image in several class folders: under several labels where that is asked for, else under none."""

import shutil

import numpy as np
import pytest
from PIL import Image

from core.cli.options import reading_of
from core.cli.words import in_options, options
from core.data.collection import copy_dataset
from core.data.sources import load_dataset, other_readings
from core.data.split import make_split
from core.errors import InvalidExperiment, InvalidInput
from core.experiment import Reading, SplitSpec
from tests.conftest import make_images


@pytest.fixture
def shared(tmp_path):
    """Three folders of 5 images; one image of 'a' lies in 'b' and, under another name, in 'c' too."""
    root = make_images(tmp_path / "set", classes=("a", "b", "c"), per_class=5)
    first, second, *_ = sorted((root / "a").iterdir())
    shutil.copy(first, root / "b" / "copied.png")
    shutil.copy(first, root / "c" / first.name.replace(".", "-too."))
    shutil.copy(second, root / "a" / "again.png")
    return root


def test_it_has_all_labels_and_counts_once(shared, tmp_path):
    dataset = load_dataset(str(shared), tmp_path / "w", reading=Reading(task="multilabel"))
    assert dataset.task == "multilabel"
    assert dataset.counts == {"a": 5, "b": 6, "c": 6}
    assert len(dataset.items) == 15
    (item,) = [one for one in dataset.items if len(one.classes) > 1]
    assert dataset.label_of(item) == "a, b, c"
    assert len(dataset.left_out) == 3
    assert any(
        "1 image does" in note and "For one class per image: `--task classification`." in in_options(note)
        for note in dataset.notes
    )
    assert sum(make_split(dataset, SplitSpec()).sizes.values()) == 15


def test_images_that_only_look_the_same_keep_their_own_labels(shared, tmp_path):
    numbers = np.random.default_rng(3).integers(0, 255, (24, 30)).astype(np.uint16) * 257
    for name, values in (("a/deep.png", numbers), ("b/deep.png", numbers + 1), ("c/deep.png", numbers + 1)):
        Image.fromarray(values).save(shared / name)
    dataset = load_dataset(str(shared), tmp_path / "w", reading=Reading(task="multilabel"))
    deep = [item for item in dataset.items if item.finer]
    assert {item.name: dataset.label_of(item) for item in deep} == {"a/deep.png": "a", "b/deep.png": "b, c"}
    assert len({item.digest for item in deep}) == 1
    assert [one.name for one in dataset.left_out if "deep" in one.name] == ["c/deep.png"]


def test_with_one_class_per_image_no_copy_is_used_and_the_other_way_is_told(shared, tmp_path):
    dataset = load_dataset(str(shared), tmp_path / "w")
    assert (dataset.task, len(dataset.items)) == ("classification", 18)
    reasons = [one.reason for one in make_split(dataset, SplitSpec()).left_out]
    assert sum("--task multilabel" in in_options(reason) for reason in reasons) == 3
    ways = {options(choice.reading): choice.gives for choice in other_readings(str(shared), tmp_path / "w")}
    assert ways["--layout folders --task multilabel"] == "3 classes: a 6, b 6, c 6"


def test_without_such_an_image_the_other_way_is_not_offered(tmp_path):
    root = make_images(tmp_path / "set", classes=("a", "b"), per_class=4)
    assert not any("multilabel" in options(choice.reading) for choice in other_readings(str(root), tmp_path / "w"))


def test_parts_are_kept_and_their_labels_put_together(tmp_path):
    for part, count in (("train", 5), ("val", 3)):
        make_images(tmp_path / "set" / part, classes=("a", "b"), per_class=count, seed=count)
    one = sorted((tmp_path / "set" / "train" / "a").iterdir())[0]
    shutil.copy(one, tmp_path / "set" / "train" / "b" / "x.png")
    dataset = load_dataset(str(tmp_path / "set"), tmp_path / "w", reading=Reading(task="multilabel"))
    assert dataset.counts == {"a": 8, "b": 9}
    assert [item.part for item in dataset.items if len(item.classes) == 2] == ["train"]


def test_a_set_with_several_labels_is_not_copied_into_folders(shared, tmp_path):
    dataset = load_dataset(str(shared), tmp_path / "w", reading=Reading(task="multilabel"))
    with pytest.raises(InvalidInput, match="several labels"):
        copy_dataset(dataset, tmp_path / "w", "mine")


def test_the_option_for_the_task():
    assert reading_of(None, None, None, None, "multilabel") == Reading(task="multilabel")
    both = reading_of(None, "l.csv", None, "tags", "classification")
    assert (both.layout, both.task) == ("csv", "classification")
    assert reading_of(None, None, None, None).task == "auto"
    with pytest.raises(InvalidExperiment, match=r"--task takes auto, classification or multilabel; got 'multi'"):
        reading_of(None, None, None, None, "multi")
