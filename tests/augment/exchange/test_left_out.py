"""What a file of Albumentations leaves out has the defaults of the version that wrote it; a record is no pipeline."""

import json

import pytest
import yaml

from core.augment.exchange.defaults import version_of
from core.augment.exchange.text import read_any
from core.errors import InvalidPipeline

RESIZE = {"__class_fullname__": "Resize", "height": 160, "width": 160, "p": 1}


def read(version, name, **arguments):
    transforms = [RESIZE, {"__class_fullname__": name, **arguments}]
    whole = {"__class_fullname__": "Compose", "p": 1.0, "transforms": transforms}
    return read_any(json.dumps({"__version__": version, "transform": whole}), "f.json")


def said(taken):
    return [note for note in taken.notes if "leaves out" in note]


@pytest.mark.parametrize(
    ("version", "name", "params"),
    [
        ("1.3.1", "GaussNoise", {"deviation": [0.012401, 0.02773]}),
        ("1.4.21", "GaussNoise", {"deviation": [0.012401, 0.02773]}),
        ("2.0.0", "GaussianBlur", {"sigma": [0.8, 1.4]}),
        ("1.3.1", "CoarseDropout", {"size": [0.05, 0.05], "holes": [8, 8]}),
        ("1.4.6", "CoarseDropout", {"size": [0.05, 0.05], "holes": [1, 1]}),
        ("1.1", "Rotate", {"limit": 90.0, "fill": "reflect"}),
        ("1.4.3", "ColorJitter", {"brightness": 0.2, "hue": 72.0}),
        ("1.4.17", "GridDropout", {"random_offset": False}),
        ("1.4.3", "Superpixels", {"p_replace": [0.1, 0.1]}),
        ("1.4.21", "Affine", {"scale": [0.9, 1.1], "rotate": [-15.0, 15.0], "shear": [-10.0, 10.0]}),
        ("0.5.2", "ShiftScaleRotate", {"border_mode": "reflect", "keep_ratio": True}),
        ("1.3.1", "RandomContrast", {"brightness": 0.0, "contrast": 0.2}),
    ],
)
def test_old_defaults_are_taken_over_and_told(version, name, params):
    taken = read(version, name)
    (step,) = taken.spec.steps
    assert {key: step.params[key] for key in params} == params
    (note,) = said(taken)
    assert note.startswith(f"Transform 2 ({name}): the file leaves out ")


@pytest.mark.parametrize(
    ("version", "name", "arguments"),
    [
        ("1.4.22", "GaussNoise", {}),
        ("2.0.1", "GaussianBlur", {}),
        ("2.0.0", "CoarseDropout", {}),
        ("2.0.0", "Rotate", {}),
        (None, "Rotate", {}),
        ("1.3.1", "Rotate", {"border_mode": 0}),
        ("1.3.1", "GaussNoise", {"var_limit": [10.0, 50.0]}),
        ("1.3.1", "GaussNoise", {"std_range": [0.1, 0.2]}),
        ("1.3.1", "CoarseDropout", {"num_holes_range": [3, 5], "hole_height_range": [0.1, 0.2],
                                    "hole_width_range": [0.1, 0.2]}),
        ("1.3.1", "Affine", {"rotate": [-7, 7]}),
        ("1.3.1", "HorizontalFlip", {}),
    ],
)  # fmt: skip
def test_what_a_file_says_and_newer_defaults_need_no_word(version, name, arguments):
    assert said(read(version, name, **arguments)) == []


def test_how_often_a_quarter_turn_was_drawn():
    assert [read(version, "RandomRotate90").spec.steps[0].p for version in ("1.4.24", "2.0.0", None)] == [0.5, 1, 1]
    assert read("1.4.24", "RandomRotate90", p=0.3).spec.steps[0].p == 0.3


@pytest.mark.parametrize(
    ("version", "name", "told"),
    [
        ("1.3.1", "OpticalDistortion", "leaves out border_mode (reflected), shift_limit (0.05), which was the default"),
        ("1.4.17", "GridDistortion", "normalized (off)"),
        ("2.0.5", "RandomRain", "leaves out drop_length (20), which was the default of Albumentations 2.0.5"),
    ],
)
def test_old_defaults_that_graft_cannot_do_are_refused_with_their_origin(version, name, told):
    with pytest.raises(InvalidPipeline) as caught:
        read(version, name)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("value", "version"),
    [("1.3.1", (1, 3, 1)), ("1.4.0rc1", (1, 4, 0)), (1.3, (1, 3, 0)), ("new", None), (None, None), ([1], None)],
)
def test_versions_that_files_name(value, version):
    assert version_of(value) == version


def recorded(name, applied, **arguments):
    return {"__class_fullname__": name, **arguments, "params": {} if applied else None, "applied": applied}


FLIPS = (recorded("HorizontalFlip", True, p=0.3), recorded("VerticalFlip", False, p=0.6))


@pytest.mark.parametrize("dump", [json.dumps, yaml.safe_dump])
@pytest.mark.parametrize(
    "whole",
    [
        recorded("ReplayCompose", True, transforms=list(FLIPS)),
        {"transform": recorded("ReplayCompose", True, transforms=list(FLIPS))},
        {"transform": {"__class_fullname__": "Compose", "p": 1.0, "transforms": list(FLIPS)}},
        {"transform": {"__class_fullname__": "Compose", "p": 1.0, "transforms": [
            {"__class_fullname__": "ReplayCompose", "transforms": list(FLIPS)}]}},
        list(FLIPS),
    ],
)  # fmt: skip
def test_a_recorded_replay_is_told_with_what_was_not_applied(whole, dump):
    taken = read_any(dump(whole))
    assert [(step.transform, step.p) for step in taken.spec.steps] == [("HorizontalFlip", 0.3), ("VerticalFlip", 0.6)]
    (note,) = taken.notes
    assert "recorded replay" in note
    assert note.endswith("Not applied in the record, but part of this pipeline: VerticalFlip.")


def test_a_record_does_not_say_how_often_a_choice_is_made():
    choice = recorded("OneOf", True, transforms=list(FLIPS))
    (note,) = read_any(json.dumps(recorded("ReplayCompose", True, transforms=[choice]))).notes
    assert note.endswith("A record does not say how often a OneOf is applied: check its probability.")


def test_a_pipeline_that_can_be_recorded_is_no_record():
    flips = [{"__class_fullname__": "HorizontalFlip", "p": 0.3}]
    assert read_any(json.dumps({"__class_fullname__": "ReplayCompose", "p": 1.0, "transforms": flips})).notes == ()
