"""The record of a model: written once, read back whole, of every earlier form, never taken for what it is not."""

import json

import pytest
import torch
from pydantic import ValidationError
from safetensors.torch import save_file

from core.data.geometry import Geometry
from core.errors import InvalidExperiment, UnknownBackbone, UnreadableWeights
from core.evaluation.predict import Predictor
from core.experiment import BackboneSpec, Recipe
from core.model.record import KEY, LONGEST_SIDE, VERSION, Inputs, ModelRecord, read_record
from tests.conftest import make_experiment

CROPPED = make_experiment(
    "here", backbone=BackboneSpec(name="resnet18", weights="/home/me/mine.safetensors", image_size=64, crop="weights"),
    recipe=Recipe(precision="bf16"),
)  # fmt: skip
RECORD = ModelRecord.of(CROPPED, ("b", "é", "a"), (0.0, 240.0)).changed(epoch=5)
FIRST = {"classes": ["b", "é", "a"], "backbone": "resnet18", "image_size": 64, "experiment": "0123456789ab", "epoch": 4}
SIZES = {"image_size": 64, "resize_size": 73, "interpolation": "bicubic", "mean": [0.1, 0.2, 0.3],
         "std": [0.4, 0.5, 0.6]}  # fmt: skip


def written(facts):
    return {key: json.dumps(value, ensure_ascii=False) for key, value in facts.items()} | {"format": "pt"}


def weights(folder, metadata, experiment=None):
    path = folder / "best.safetensors"
    save_file({"w": torch.zeros(2)}, path, metadata)
    if experiment is not None:
        (folder / "experiment.yaml").write_text(experiment, encoding="utf-8")
    return path


def changed(**values):
    message = json.loads(RECORD.to_metadata()[KEY])
    return {KEY: json.dumps({key: value for key, value in (message | values).items() if value != "gone"})}


def test_it_says_what_was_trained_and_comes_back_whole(tmp_path):
    assert (RECORD.version, RECORD.task, RECORD.classes) == (VERSION, "classification", ("b", "é", "a"))
    assert (RECORD.backbone.name, RECORD.backbone.weights) == ("resnet18", "file")
    sizes = RECORD.inputs
    assert (sizes.image_size, sizes.resize_size, sizes.crop, sizes.scale) == (64, 73, "weights", (0.0, 240.0))
    assert (sizes.mean, sizes.std) == ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    assert (RECORD.precision, RECORD.experiment, RECORD.epoch) == ("bf16", CROPPED.digest, 5)
    path = weights(tmp_path, RECORD.to_metadata(), "backbone: {crop: whole}")
    assert read_record(path) == RECORD, "whatever lies beside it"
    assert "/home/me" not in RECORD.to_metadata()[KEY], "a download tells nobody where its maker keeps files"
    yes_or_no = RECORD.changed(thresholds=(0.5, 0.25, 1))
    assert ModelRecord.from_metadata(yes_or_no.to_metadata(), path) == yes_or_no != RECORD


@pytest.mark.parametrize(
    ("described", "crop", "resized", "began", "precision"),
    [("backbone: {crop: weights, weights: none}", "weights", 73, "none", None),
     ("backbone: {crop: whole, weights: default}\nrecipe: {precision: fp32}", "whole", 64, "default", "fp32"),
     ("backbone: {name: resnet18, weights: /data/w.safetensors}", "weights", 73, "file", None),
     ("seed: 3", "weights", 73, "default", None),
     (None, "whole", 64, None, None), ("[", "whole", 64, None, None), ("- 1", "whole", 64, None, None)],
)  # fmt: skip
def test_the_first_weights_are_explained_by_the_experiment_beside_them(
    tmp_path, described, crop, resized, began, precision
):
    """An experiment that does not name the crop is older than the choice: it was always that of the weights."""
    record = read_record(weights(tmp_path, written(FIRST), described))
    assert (record.inputs.crop, record.inputs.resize_size, record.inputs.image_size) == (crop, resized, 64)
    assert (record.backbone.name, record.backbone.weights, record.precision) == ("resnet18", began, precision)
    assert (record.inputs.mean, record.inputs.scale) == ((0.485, 0.456, 0.406), None)
    assert (record.classes, record.experiment, record.epoch) == (("b", "é", "a"), "0123456789ab", 4)
    assert (record.version, record.task, record.graft) == (VERSION, "classification", "")


@pytest.mark.parametrize(("resized", "crop"), [(73, "weights"), (64, "whole")])
def test_weights_that_told_their_preprocessing_need_no_experiment_for_it(tmp_path, resized, crop):
    facts = {**FIRST, "preprocessing": {**SIZES, "resize_size": resized}, "value_range": [-3.5, 4]}
    record = read_record(weights(tmp_path, written(facts), "backbone: {crop: whole, weights: none}"))
    assert (record.inputs.crop, record.inputs.resize_size, record.inputs.interpolation) == (crop, resized, "bicubic")
    assert record.geometry == Geometry(64, resized, "bicubic")
    assert (record.inputs.mean, record.inputs.std) == ((0.1, 0.2, 0.3), (0.4, 0.5, 0.6))
    assert (record.inputs.scale, record.backbone.weights) == ((-3.5, 4.0), "none")
    again = ModelRecord.from_metadata(record.to_metadata(), tmp_path)
    assert again == record, "written anew it says the same"


@pytest.mark.parametrize(
    ("metadata", "said"),
    [(changed(version=VERSION + 3, graft="7.1"), r"best\.safetensors was written by Graft 7\.1, in a form .*number 4; "
                                                 r"it knows those up to 1\)\. Use it there, or update Graft"),
     (changed(version=2, graft="gone", task="a new one"), "written by a newer version of Graft"),
     (changed(task="segmentation"), r"task: this version knows classification and multilabel \(got 'segmentation'\)"),
     (changed(task="Classification"), r"task: this version knows .* \(got 'Classification'\)"),
     (changed(version="2"), "cannot be used: version"), (changed(version=0), "cannot be used: version"),
     (changed(classes=[]), "classes"), (changed(classes="gone"), "classes: is missing"),
     (changed(unheard_of=1), "unheard_of: there is no such field"),
     (changed(thresholds=[0.5, 0.5]), "2 thresholds do not fit 3 classes"),
     (changed(thresholds=[0.5, 0.5, 1.5]), r"thresholds\.2"),
     (changed(backbone={"name": "resnet19"}), "no backbone 'resnet19'"),
     (changed(inputs={**SIZES, "crop": "weights", "image_size": 16, "resize_size": 16}), "cannot take images of 16 px"),
     (changed(inputs={**SIZES, "crop": "weights", "resize_size": 63}), "64 px cannot be cropped from 63 px"),
     (changed(inputs={**SIZES, "crop": "weights", "std": [1, 0, 1]}), r"inputs\.std\.1"),
     (changed(inputs={**SIZES, "crop": "weights", "interpolation": "best"}), "interpolation"),
     ({KEY: "[1]"}, "no list of fields"), ({KEY: "{half"}, "cannot be used"), ({KEY: "[" * 9999}, "cannot be used"),
     (written({**FIRST, "backbone": "resnet19"}), "no backbone 'resnet19'"),
     (written({**FIRST, "image_size": 16}), "cannot take images of 16 px"),
     (written({**FIRST, "classes": 3}), "classes: must be"), (written({**FIRST, "backbone": [1]}), "cannot be used"),
     (written({**FIRST, "preprocessing": {"image_size": 64}}), "cannot be used"),
     (written({**FIRST, "preprocessing": 7}), "cannot be used"),
     (written({**FIRST, "value_range": [1]}), r"inputs\.scale"), ({**written(FIRST), "classes": "{half"}, "cannot be"),
     (written({"classes": ["a"]}), "not of a model trained here"), ({}, "not of a model trained here")],
)  # fmt: skip
def test_what_is_newer_broken_or_foreign_is_refused_with_the_reason(tmp_path, metadata, said):
    path = weights(tmp_path, metadata)
    for read in (read_record, lambda path: Predictor.load(path.parent)):
        with pytest.raises(UnreadableWeights, match=said) as caught:
            read(path)
    assert "damaged" not in str(caught.value)


def test_a_file_that_is_none_is_told(tmp_path):
    with pytest.raises(UnreadableWeights, match=r"no best\.safetensors .*no trained model yet"):
        read_record(tmp_path / "best.safetensors")
    (tmp_path / "best.safetensors").write_bytes(b"half a file")
    with pytest.raises(UnreadableWeights, match="not a readable weights file"):
        read_record(tmp_path / "best.safetensors")


def test_no_record_is_made_of_what_cannot_be(tmp_path):
    with pytest.raises(ValidationError):
        RECORD.changed(thresholds=(0.5,))
    with pytest.raises(UnknownBackbone):
        ModelRecord.of(make_experiment("here", backbone=BackboneSpec(name="resnet19")), ("a", "b"))
    with pytest.raises(InvalidExperiment):
        ModelRecord.of(make_experiment("here", backbone=BackboneSpec(name="timm/vit_tiny_patch16_224", image_size=100)),
                       ("a", "b"))  # fmt: skip


@pytest.mark.parametrize(
    ("sizes", "field"),
    [
        ({"image_size": LONGEST_SIDE, "resize_size": LONGEST_SIDE}, ""),
        ({"image_size": LONGEST_SIDE, "resize_size": 4 * LONGEST_SIDE}, ""),
        ({"image_size": LONGEST_SIDE, "resize_size": 4 * LONGEST_SIDE + 1}, "resize_size"),
        ({"image_size": LONGEST_SIDE + 1, "resize_size": 2 * LONGEST_SIDE}, "image_size"),
        ({"image_size": 1, "resize_size": 1}, ""), ({"image_size": 0, "resize_size": 1}, "image_size"),
    ],
)  # fmt: skip
def test_how_large_inputs_may_be(sizes, field):
    given = {**SIZES, "crop": "weights", **sizes}
    if field:
        with pytest.raises(ValidationError, match=field):
            Inputs.model_validate(given)
    else:
        assert Inputs.model_validate(given).resize_size == sizes["resize_size"]


def test_the_first_epoch_can_be_the_one_that_is_kept():
    assert RECORD.changed(epoch=0).epoch == 0
    with pytest.raises(ValidationError, match="epoch"):
        RECORD.changed(epoch=-1)
