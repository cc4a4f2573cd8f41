"""A run goes on with the split that it began with, whichever version of the program divided its images."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageOps

from core.data.dataset import LeftOut
from core.data.split import make_former_split, make_split
from core.errors import ResumeRefused
from core.experiment import DataSpec, SplitSpec
from core.runs import artifacts
from core.runs.execute import create_run, prepare_again, release
from core.runs.prepare import prepare
from core.runs.status import Status
from core.runs.workspace import Workspace
from tests.conftest import make_experiment


@pytest.fixture
def across(tmp_path):
    """A divided set of 13 and 9 images, where a training image of one class is nearly a test image of the other."""
    for place, seeds in (("train/cat", range(9)), ("train/dog", range(20, 26)), ("val/cat", (40, 41)),
                         ("val/dog", (50,)), ("test/cat", (60, 61)), ("test/dog", (70, 3))):  # fmt: skip
        folder = tmp_path / "images" / place
        folder.mkdir(parents=True)
        for seed in seeds:
            coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
            image = Image.fromarray(coarse).resize((32, 32), Image.Resampling.BICUBIC)
            image.save(folder / f"{seed}.{'jpg' if seed == 3 and 'test' in place else 'png'}")
    return tmp_path / "images"


@pytest.fixture
def begun(across, tmp_path):
    """A workspace, its only run, and what that run was prepared with."""
    workspace = Workspace(tmp_path / "workspace")
    prepared = prepare(make_experiment(across), workspace.root, "cpu")
    lease = create_run(workspace, prepared)
    release(workspace, lease, Status.STOPPED, "")
    return workspace, workspace.store.run(lease.run_id), prepared


def test_a_run_goes_on_with_its_split(begun):
    workspace, run, prepared = begun
    assert prepared.split.sizes == {"train": 15, "val": 3, "test": 4}  # another label is never left out
    assert prepare_again(workspace, run).split == prepared.split


def test_a_run_of_an_earlier_version_goes_on_with_the_split_of_that_version(begun):
    workspace, run, prepared = begun
    (workspace.folder(run.id) / artifacts.DIVISION).unlink()
    former = prepare_again(workspace, run).split
    assert former == make_former_split(prepared.dataset, SplitSpec())
    assert former.sizes == {"train": 14, "val": 3, "test": 4}
    assert run.experiment.digest == run.digest


def test_a_run_that_was_begun_before_mirrored_copies_were_found_goes_on_with_its_split(across, tmp_path):
    with Image.open(across / "test" / "cat" / "61.png") as image:
        ImageOps.mirror(image).save(across / "train" / "cat" / "mirrored.png")
    workspace = Workspace(tmp_path / "workspace")
    prepared = prepare(make_experiment(across), workspace.root, "cpu")
    earlier = make_split(prepared.dataset, SplitSpec(), look_for_altered=False)
    claim = create_run(workspace, replace(prepared, split=earlier))
    release(workspace, claim, Status.STOPPED, "")
    assert (prepared.split.sizes["train"], earlier.sizes["train"]) == (15, 16)
    keep_no_more_than_the_name(workspace, claim.run_id)
    assert prepare_again(workspace, workspace.store.run(claim.run_id)).split == earlier


def keep_no_more_than_the_name(workspace, run_id, key=None):
    """As versions before this one kept a split."""
    file = workspace.folder(run_id) / artifacts.DIVISION
    file.write_text(json.dumps({"key": key or json.loads(file.read_text())["key"]}))


@pytest.mark.parametrize("renamed", [False, True])
def test_a_run_goes_on_with_its_split_however_this_version_would_divide(begun, across, renamed):
    workspace, run, prepared = begun
    of_another_version = replace(
        prepared.split, train=prepared.split.train[2:], val=(*prepared.split.val, prepared.split.train[0]),
        left_out=(LeftOut(prepared.dataset.items[prepared.split.train[1]].name, "It was too dark."),),
    )  # fmt: skip
    artifacts.write_division(workspace.folder(run.id), prepared.dataset, of_another_version)
    if renamed:
        for path in (across / "train" / "cat").iterdir():
            path.rename(path.with_name(f"renamed-{path.name}"))
    again = prepare_again(workspace, run)
    assert again.split.sizes == {"train": 13, "val": 4, "test": 4}
    assert [one.reason for one in again.split.left_out] == ["It was too dark."]
    assert artifacts.split_key(again.dataset, again.split) == artifacts.split_key(prepared.dataset, of_another_version)


def test_images_that_have_exchanged_their_names_stay_in_their_parts(begun, across):
    workspace, run, prepared = begun
    split, items = prepared.split, prepared.dataset.items
    moved = split.train[0]
    other = next(index for index in split.train[1:] if items[index].label == items[moved].label)
    of_another_version = replace(split, train=split.train[1:], val=(*split.val, moved))
    artifacts.write_division(workspace.folder(run.id), prepared.dataset, of_another_version)
    now_validating, training = items[moved].path, items[other].path
    aside = now_validating.with_name("aside.png")
    for old, new in ((now_validating, aside), (training, now_validating), (aside, training)):
        old.rename(new)
    again = prepare_again(workspace, run)
    assert artifacts.split_key(again.dataset, again.split) == artifacts.split_key(prepared.dataset, of_another_version)
    again_in = {
        again.dataset.items[index].digest: part for part in ("train", "val") for index in getattr(again.split, part)
    }
    assert [again_in[items[index].digest] for index in (moved, other)] == ["val", "train"]


def test_a_run_that_this_version_would_divide_otherwise_is_refused(begun):
    workspace, run, prepared = begun
    data = DataSpec(source=prepared.dataset.source, split=SplitSpec(near_copies="keep", seed=4))
    other = prepare(make_experiment("", data=data), workspace.root, "cpu")
    assert artifacts.split_key(other.dataset, other.split) == artifacts.split_key(prepared.dataset, prepared.split)
    keep_no_more_than_the_name(workspace, run.id, "0123456789abcdef")
    with pytest.raises(ResumeRefused, match=r"divides the images .* otherwise"):
        prepare_again(workspace, run)


@pytest.mark.parametrize(
    ("endings", "unknown"),
    [
        (("", "_flip"), {"by_names": False}),
        (("", "_edges"), {"look_for_companions": False}),
        (("_pre", "_post"), {"look_for_variants": False, "look_for_turned": False}),
        (("_aug_a_17", "_aug_b_23"), {"look_for_turned": False}),
        ((" (2022-03-04 10-11)", " (2023-03-04 10-11)"), {"look_for_counterparts": False}),
    ],
)
def test_a_run_that_knew_no_versions_by_name_goes_on_with_its_split(tmp_path, endings, unknown):
    for label, first in (("cat", 0), ("dog", 30)):
        (tmp_path / "images" / label).mkdir(parents=True)
        for number in range(14):
            drawn(first + number).save(tmp_path / "images" / label / f"{number // 2}{endings[number % 2]}.png")
    goes_on(tmp_path, unknown)


def test_a_run_that_knew_no_quarter_turns_goes_on_with_its_split(tmp_path):
    """Only what looks alike tells the copies: their names say nothing."""
    for label, first in (("cat", 0), ("dog", 30)):
        (tmp_path / "images" / label).mkdir(parents=True)
        for number in range(12):
            image = drawn(first + number // 2, 64)
            image = image.transpose(Image.Transpose.ROTATE_90) if number % 2 else image
            image.save(tmp_path / "images" / label / f"{(first + number) * 7919 % 99991}.png")
    goes_on(tmp_path, {"look_for_turned": False})


def drawn(seed, side=32):
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)


def goes_on(tmp_path, unknown):
    """A run of a version that knew less is divided as it was, and a newer one as it is."""
    workspace = Workspace(tmp_path / "workspace")
    prepared = prepare(make_experiment(tmp_path / "images"), workspace.root, "cpu")
    lease = create_run(workspace, prepared)
    release(workspace, lease, Status.STOPPED, "")
    run = workspace.store.run(lease.run_id)
    before = make_split(prepared.dataset, prepared.experiment.data.split, **unknown)
    assert before.train != prepared.split.train
    assert prepare_again(workspace, run).split == prepared.split
    keep_no_more_than_the_name(workspace, run.id, artifacts.split_key(prepared.dataset, before))
    assert prepare_again(workspace, run).split == before


def test_the_name_of_a_split_tells_its_parts_apart(begun):
    dataset, split = begun[2].dataset, begun[2].split
    exchanged = replace(split, train=split.val, val=split.train)
    assert artifacts.split_key(dataset, exchanged) != artifacts.split_key(dataset, split)
    turned = replace(split, train=split.train[::-1])
    assert artifacts.split_key(dataset, turned) == artifacts.split_key(dataset, split)
