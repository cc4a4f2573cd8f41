"""What is checked before a run, and what is said of images that are not used or have changed."""

from types import SimpleNamespace

import pytest
import torch

from core.data.dataset import LeftOut
from core.data.split import Split
from core.errors import InvalidExperiment, InvalidInput, ResumeRefused, UnknownDevice, UnknownTransform
from core.experiment import Phase, PipelineSpec, Recipe, Step
from core.runs import prepare as module
from core.runs.prepare import MOST_NAMED, OTHER_IMAGES, Prepared, check_names, prepare, require_same_data
from tests.conftest import make_experiment
from tests.uneven import TEST, TRAIN, VAL


def test_the_parts_of_a_divided_folder_are_kept_and_counted_each(divided, tmp_path):
    prepared = prepare(make_experiment(divided), tmp_path, "cpu")
    assert prepared.split.sizes == {"train": TRAIN, "val": VAL, "test": TEST}
    for part in ("train", "val", "test"):
        items = [prepared.dataset.items[index] for index in getattr(prepared.split, part)]
        assert {item.part for item in items} == {part}
    assert prepared.experiment.data.source == str(divided)
    assert prepared.experiment.data.fingerprint == prepared.dataset.fingerprint != ""
    assert prepared.listing == {item.name: item.digest for item in prepared.dataset.items}
    assert not prepared.other_images
    again = prepare(prepared.experiment, tmp_path, "cpu")
    assert not again.other_images
    other = prepared.experiment.data.model_copy(update={"fingerprint": "f" * 64})
    assert prepare(prepared.experiment.changed(data=other), tmp_path, "cpu").notes[0] == OTHER_IMAGES


@pytest.mark.parametrize("count", [MOST_NAMED - 1, MOST_NAMED, MOST_NAMED + 1])
def test_files_that_are_left_out_are_named_up_to_ten_and_then_counted(count):
    files = [LeftOut(f"{n}.png", f"reason {n}") for n in range(count)]
    dataset = SimpleNamespace(left_out=tuple(files[:4]))
    split = Split((), (), (), left_out=tuple(files[4:]))
    notes = Prepared(None, dataset, split, torch.device("cpu")).notes
    assert notes[:MOST_NAMED] == [f"{n}.png was left out: reason {n}" for n in range(min(count, MOST_NAMED))]
    assert notes[MOST_NAMED:] == (["1 more files were left out."] if count > MOST_NAMED else [])


def changed(now, then):
    dataset = SimpleNamespace(fingerprint="now", items=[])
    prepared = Prepared(None, dataset, None, torch.device("cpu"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Prepared, "listing", now)
        require_same_data(prepared, "then", then)


def test_the_difference_of_the_images_is_told_by_kind_and_up_to_three_names():
    then = {"a": "1", "b": "2", "c": "3", "d": "4", "e": "5", "same": "6"}
    with pytest.raises(ResumeRefused) as told:
        changed({"same": "6", "e": "changed", "new": "7"}, then)
    assert "4 missing (a, b, c, ...); 1 new (new); 1 changed (e)" in str(told.value)
    with pytest.raises(ResumeRefused, match=r"3 missing \(a, b, c\)\."):
        changed({}, {"a": "1", "b": "2", "c": "3"})
    many = dict.fromkeys("hgfedcba", "1")
    for now, before, what in ((many, {}, "new"), ({}, many, "missing"), (dict.fromkeys(many, "2"), many, "changed")):
        with pytest.raises(ResumeRefused, match=rf"8 {what} \(a, b, c, \.\.\.\)\. "):
            changed(now, before)
    with pytest.raises(ResumeRefused, match="other classes or another split"):
        changed(then, then)


def test_the_same_images_are_never_refused(divided, tmp_path):
    prepared = prepare(make_experiment(divided), tmp_path, "cpu")
    require_same_data(prepared, prepared.dataset.fingerprint, {"whatever": "was listed"})


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"phases": (Phase(stages=("head",), epochs=1), Phase(stages=("head", "head"), epochs=1))},
         InvalidExperiment, "Phase 2 names a stage twice"),
        ({"pipeline": PipelineSpec(steps=(Step(transform="HorizontalFlop"),))}, UnknownTransform, "HorizontalFlip"),
        ({"recipe": Recipe(precision="fp16")}, UnknownDevice, "fp16"),
    ],
)  # fmt: skip
def test_what_cannot_run_here_is_refused_before_an_image_is_read(divided, tmp_path, monkeypatch, change, error, says):
    monkeypatch.setattr(module, "load_dataset", lambda *_, **__: pytest.fail("images were read"))
    with pytest.raises(error, match=says):
        prepare(make_experiment(divided, **change), tmp_path, "cpu")


def test_a_wrong_number_of_view_workers_is_told_before_there_is_a_run(divided, tmp_path, monkeypatch):
    monkeypatch.setenv("GRAFT_VIEW_WORKERS", "many")
    assert prepare(make_experiment(divided), tmp_path, "cpu").dataset.items  # which has none
    monkeypatch.setattr(module, "load_dataset", lambda *_, **__: pytest.fail("images were read"))
    monkeypatch.setattr(module, "resolve_device", torch.device)
    monkeypatch.setattr(module, "require_precision", lambda *_: None)
    with pytest.raises(InvalidInput, match=r"GRAFT_VIEW_WORKERS is 'many'"):
        prepare(make_experiment(divided), tmp_path, "cuda:0")


def test_an_image_size_that_the_backbone_cannot_take_is_refused(divided):
    base = make_experiment(divided)
    check_names(base)
    vit = base.backbone.model_copy(update={"name": "timm/vit_tiny_patch16_224", "image_size": 50})
    with pytest.raises(InvalidInput):
        check_names(base.changed(backbone=vit, phases=(Phase(stages=("head",), epochs=1),)))


def test_weights_are_named_from_anywhere_and_words_are_kept(divided, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    base = make_experiment(divided)
    own = base.changed(backbone=base.backbone.model_copy(update={"weights": "mine.safetensors"}))
    assert prepare(own, tmp_path, "cpu").experiment.backbone.weights == str(tmp_path / "mine.safetensors")
    assert prepare(base, tmp_path, "cpu").experiment.backbone.weights == "none"
