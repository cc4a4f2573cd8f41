"""Pipelines that Albumentations 0.x and 1.x wrote, and those that people wrote by hand."""

import json
import re

import pytest

from core.augment.catalogue import TRANSFORMS
from core.augment.exchange.old import REMOVED
from core.augment.exchange.text import read_any
from core.errors import InvalidPipeline


def read(*transforms, **more):
    whole = {"transform": {"__class_fullname__": "Compose", "transforms": list(transforms), **more}}
    return read_any(json.dumps(whole), "f.json")


def old(name, **arguments):
    return {"__class_fullname__": name, "always_apply": False, "p": 0.4, **arguments}


NO_VALUE = {"border_mode": 4, "value": None, "mask_value": None}


@pytest.mark.parametrize(
    ("transform", "name", "params"),
    [
        (old("Rotate", limit=[-15, 15], **NO_VALUE), "Rotate", {"limit": 15.0, "fill": "reflect"}),
        (old("Rotate", limit=[-15, 15], border_mode=0, value=[255] * 3), "Rotate", {"limit": 15.0, "fill": "white"}),
        (old("SafeRotate", limit=[-9, 9], **NO_VALUE), "SafeRotate", {"limit": 9.0, "border_mode": "reflect"}),
        (old("RandomBrightness", limit=[-0.3, 0.3]), "RandomBrightnessContrast", {"brightness": 0.3, "contrast": 0.0}),
        (old("RandomContrast", limit=0.2), "RandomBrightnessContrast", {"brightness": 0.0, "contrast": 0.2}),
        (old("JpegCompression", quality_lower=80, quality_upper=95), "JpegCompression", {"quality": [80, 95]}),
        (old("ImageCompression", quality_lower=70, quality_upper=95, compression_type=1), "ImageCompression",
         {"compression_type": "webp", "quality_range": [70, 95]}),
        (old("Downscale", scale_min=0.3, scale_max=0.5, interpolation=0), "Downscale", {"scale_range": [0.3, 0.5]}),
        (old("CoarseDropout", max_holes=8, max_height=0.2, max_width=0.2, min_holes=None, min_height=0.1,
             min_width=0.1, fill_value=0, mask_fill_value=None), "CoarseDropout",
         {"size": [0.1, 0.2], "holes": [8, 8], "fill": "black"}),
        (old("RandomFog", fog_coef_lower=0.4, fog_coef_upper=0.9, alpha_coef=0.08), "RandomFog",
         {"fog_coef_range": [0.4, 0.9], "alpha_coef": 0.08}),
        (old("Blur", blur_limit=7), "Blur", {"blur_limit": [3, 7]}),
        (old("RandomGamma", gamma_limit=[80, 120], eps=None), "RandomGamma", {"gamma_limit": [80.0, 120.0]}),
        (old("Solarize", threshold=[51, 102]), "Solarize", {"threshold_range": [0.2, 0.4]}),
    ],
)  # fmt: skip
def test_what_was_only_renamed_comes_in_without_a_word(transform, name, params):
    taken = read(transform)
    (step,) = taken.spec.steps
    assert (step.transform, step.p, step.params, taken.notes) == (name, 0.4, params, ())


@pytest.mark.parametrize(
    ("transform", "params", "message_text"),
    [
        (old("GaussNoise", var_limit=[65.025, 260.1], mean=0), {"deviation": [0.031623, 0.063246], "per_channel": True},
         "variances from 65.025 to 260.1 become deviations"),
        (old("GaussianBlur", blur_limit=[3, 7], sigma_limit=[0, 0]), {"sigma": [0.8, 1.4]},
         "kernels of 3 to 7 px become blurs with a deviation of 0.8 to 1.4 px"),
    ],
)  # fmt: skip
def test_what_became_another_quantity_is_converted_and_said(transform, params, message_text):
    taken = read(transform)
    assert taken.spec.steps[0].params == params
    assert message_text in taken.notes[0]


def test_holes_in_px_are_shares_of_the_size_that_the_file_says():
    holes = old("Cutout", num_holes=3, max_h_size=32, max_w_size=32)
    taken = read({"__class_fullname__": "Resize", "height": 128, "width": 128}, holes)
    assert taken.spec.steps[0].params == {"size": [0.25, 0.25], "holes": [3, 3], "fill": "black"}
    assert "32 to 32 px become shares of the 128 px" in taken.notes[-1]
    with pytest.raises(InvalidPipeline, match="does not say of what size of image"):
        read(holes)


def test_without_p_a_transform_is_applied_as_often_as_its_class_says():
    taken = read({"__class_fullname__": "Resize", "height": 9, "width": 9}, {"__class_fullname__": "Transpose"},
                 {"__class_fullname__": "D4"}, {"__class_fullname__": "Blur", "p": None})  # fmt: skip
    assert [(step.transform, step.p) for step in taken.spec.steps] == [("Transpose", 0.5), ("D4", 1.0), ("Blur", 0.5)]
    assert taken.notes == ("Resize was left out: the model's own preprocessing does that.",)
    assert read(old("Blur", always_apply=True)).spec.steps[0].p == 1


def test_a_replay_is_a_pipeline_and_rgb_is_what_images_are():
    flip = {"__class_fullname__": "HorizontalFlip", "p": 0.3, "applied": True, "params": {}}
    replay = {
        "__class_fullname__": "ReplayCompose",
        "p": 1.0,
        "transforms": [old("ToRGB", num_output_channels=3), flip],
    }
    for whole in (replay, {"transform": replay}):
        taken = read_any(json.dumps(whole))
        assert [(step.transform, step.p) for step in taken.spec.steps] == [("HorizontalFlip", 0.3)]
        assert taken.notes[1:] == ("ToRGB was left out: every image is RGB already.",)
        assert taken.notes[0].startswith("The file is a recorded replay")


@pytest.mark.parametrize(
    ("transform", "message_text"),
    [
        (
            old("Rotate", foo=3, bar="\x1b[31m"),
            ["no argument bar (here '\\x1b[31m').", "argument foo"],
        ),
        (old("RandomResizedCrop", scale=[0.5, 1]), ["its argument 'size' is missing."]),
        (old("CropAndPad", px=None, percent=None), ["Both px and percent parameters cannot be None"]),
        (old("OpticalDistortion", shift_limit=[-0.05, 0.05]), ["no argument shift_limit"]),
        (old("Flip"), ["add 'Flip left-right' and 'Flip upside down' in Graft"]),
        (old("Rotate", limit={"a": 1}), ["'limit' is {'a': 1}"]),
        (old("RandomGamma", gamma_limit=[1, 1000]), ["must be greater than or equal to 20"]),
        (old("SomeOf", transforms=[old("Blur")], n=1), ["groups come in where"]),
    ],
)
def test_what_does_not_come_in_has_a_plain_sentence_for_each_argument(transform, message_text):
    with pytest.raises(InvalidPipeline) as caught:
        read(transform)
    message = str(caught.value)
    assert all(one in message for one in message_text)
    assert not any(raw in message for raw in ("validation error", "pydantic", "input_value", "Input should", "\x1b"))


def test_the_list_of_transforms_alone_is_a_pipeline_and_a_size_of_its_own_is_no_input_size():
    listed = [old("HorizontalFlip"), old("Superpixels", max_size=128)]
    taken = read_any(json.dumps(listed))
    assert taken.spec == read_any(json.dumps({"transform": old("Compose", p=1, transforms=listed)})).spec
    assert len(taken.spec.steps) == 2
    assert not any("input size" in note for note in taken.notes)


def test_what_is_to_be_added_instead_is_called_as_in_the_catalogue():
    titles = {entry.title for entry in TRANSFORMS.values()}
    quoted = [name for sentence in REMOVED.values() for name in re.findall("'([^']+)'", sentence)]
    assert quoted
    assert set(quoted) <= titles


@pytest.mark.parametrize("span", [[None, 9], {}, "x", [[1], 2]])
@pytest.mark.parametrize(("name", "argument"), [("GaussNoise", "var_limit"), ("GaussianBlur", "blur_limit"),
                                                ("Solarize", "threshold"), ("Downscale", "interpolation")])  # fmt: skip
def test_an_old_argument_of_another_kind_is_refused_by_its_name(name, argument, span):
    with pytest.raises(InvalidPipeline, match=rf"Transform 1 \({name}\): "):
        read(old(name, **{argument: span}))
