"""The augment page: steps from elsewhere, images and steps that make trouble, files, and one image at a time."""

from pathlib import Path

import numpy as np
import pytest
import streamlit as st

from core.augment.presets import PRESETS, dump_pipeline, parse_pipeline
from core.augment.steps import default_step
from core.experiment import BackboneSpec, PipelineSpec, Step
from pages.ui.augment import choice as augment_choice
from pages.ui.session.state import Draft
from tests.pages.augment import fixtures
from tests.pages.augment.helpers import draft, labels, opened, press, ran, step, texts

shown = fixtures.shown
source = fixtures.source


@pytest.mark.parametrize("name", list(PRESETS))
def test_opening_a_step_changes_nothing(name, source):
    at = opened(source=source, pipeline=PRESETS[name])
    for number in range(len(PRESETS[name].steps)):
        press(at, f"augment-edit-{number}")
        assert draft(at).pipeline == PRESETS[name]


def test_flips_warn_about_left_and_right_while_they_are_on(source):
    at = opened(source=source, pipeline=PipelineSpec(steps=(step("HorizontalFlip"),)))
    assert "Left becomes right" in texts(at)
    at.toggle(key="augment-on-0").set_value(False)
    assert "Left becomes right" not in texts(ran(at))


def test_steps_from_elsewhere_replace_what_the_widgets_say(source):
    at = opened(source=source, pipeline=PipelineSpec(steps=(step("Rotate", limit=10.0),)))
    press(at, "augment-edit-0")
    kept = draft(at)
    at.session_state["graft:draft"] = Draft(
        source, pipeline=PipelineSpec(steps=(step("Rotate", limit=50.0),)), backbone=kept.backbone
    )
    ran(at)
    press(at, "augment-edit-1")
    assert at.slider(key="augment-params-1.limit").value == 50.0
    assert draft(at).pipeline.steps[0].params["limit"] == 50.0


def test_a_step_that_cannot_be_built_is_named_and_the_last_preview_stays(shown, source):
    at = opened(source=source, pipeline=PipelineSpec(steps=(step("Rotate"), step("Crop", x_min=0, x_max=20))))
    good = shown[-1][0]
    press(at, "augment-edit-1")
    at.number_input(key="augment-params-1.x_min").set_value(30)
    ran(at)
    assert texts(at).count("must be greater than") == 1
    assert "last preview that worked" in texts(at)
    assert all(a is b for a, b in zip(shown[-1][0], good, strict=True))
    at.number_input(key="augment-params-1.x_min").set_value(5)
    ran(at)
    assert "must be greater than" not in texts(at)
    assert not np.array_equal(shown[-1][0][1].pixels, good[1].pixels)


def test_parameters_out_of_bounds_are_said_and_can_be_reset(source):
    bad = (Step(transform="Rotate", params={"limit": 999}), Step(transform="Nonsense"))
    at = opened(source=source, pipeline=PipelineSpec(steps=bad))
    assert "less than or equal to 180" in texts(at)
    assert "There is no augmentation 'Nonsense'" in texts(at)
    press(at, "augment-reset-0")
    press(at, "augment-remove-1")
    assert draft(at).pipeline.steps[0].params == default_step("Rotate").params


def test_one_image_can_be_chosen_and_the_next_one(shown, source):
    at = opened(source=source)
    at.segmented_control(key="augment-mode").set_value("One image")
    ran(at)
    options = at.selectbox(key="augment-image").options
    assert labels(shown[-1][0])[1:] == [f"view {number}" for number in range(8)]
    press(at, "augment-next")
    assert at.selectbox(key="augment-image").value == options[1]
    at.selectbox(key="augment-image").set_value(options[3])
    ran(at)
    assert labels(shown[-1][0])[0] == f"{options[3].split('/')[0]} · original"
    assert at.button(key="augment-roll").disabled  # all eight views are on the screen


def test_a_image_that_vanished_is_named_and_the_others_are_shown(shown, source):
    at = opened(source=source, backbone=BackboneSpec(image_size=96))
    at.segmented_control(key="augment-mode").set_value("One image")
    first = ran(at).selectbox(key="augment-image").value
    at.segmented_control(key="augment-mode").set_value("One per class")
    Path(source, first).write_bytes(b"")
    at.session_state["graft:draft"] = Draft(source, backbone=BackboneSpec(image_size=88))  # not in the cache
    ran(at)
    assert f"{first}: " in texts(at)
    assert len(shown[-1][0]) == 4


def test_a_size_that_the_backbone_cannot_take_is_said(source):
    at = opened(source=source, backbone=BackboneSpec(name="vit_b_16", image_size=225))
    assert "cannot take images of 225 px" in texts(at)
    assert at.segmented_control(key="augment-preset").value == "none"


def test_a_pipeline_file_is_saved_and_loaded(source):
    at = opened(source=source, pipeline=PRESETS["strong"])
    at.session_state["augment-file"] = True
    ran(at)
    wanted = PipelineSpec(steps=(step("Rotate", limit=12.0),), strength=0.5)
    at.file_uploader(key="augment-load").set_value([("mine.yaml", dump_pipeline(wanted).encode(), "application/yaml")])
    ran(at)
    assert draft(at).pipeline == wanted
    assert "Loaded 1 step from mine.yaml" in texts(at)
    assert parse_pipeline(dump_pipeline(draft(at).pipeline)) == wanted


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"steps: [{transform: Rotat}]", "Did you mean Rotate"),
        (b"steps: [{transform: Rotate, params: {limit: 999}}]", "less than or equal to 180"),
        (b"{{{", "neither JSON nor YAML"),
        (b"\xff\xfe\x00", "is not text"),
        (b"[1, 2]", "does not hold a pipeline"),
    ],
)
def test_a_bad_pipeline_file_is_a_sentence_and_nothing_is_lost(content, said, source):
    at = opened(source=source, pipeline=PRESETS["light"])
    at.session_state["augment-file"] = True
    ran(at)
    at.file_uploader(key="augment-load").set_value([("bad.yaml", content, "application/yaml")])
    ran(at)
    assert said in texts(at)
    assert draft(at).pipeline == PRESETS["light"]


def test_the_whole_page_runs_again_when_what_the_sidebar_says_has_changed(source):
    at = opened(source=source, pipeline=PipelineSpec(steps=(step("Rotate"),)))
    at.slider(key="augment-pipeline.strength").set_value(2.0)  # known only after the sidebar was drawn
    ran(at)
    assert at.session_state["graft:augment:told"].endswith("strength 2")


def test_the_next_step_is_the_backbone(source, monkeypatch):
    at = opened(source=source)
    assert at.button(key="augment-continue").proto.type == "primary"
    went = []
    monkeypatch.setattr(st, "switch_page", went.append)
    press(at, "augment-continue")
    assert went == ["pages/backbone.py"]


def test_view_numbers_are_those_that_training_shows():
    assert augment_choice.view_numbers(6, 3, 8) == (6, 7, 0)
    assert augment_choice.view_numbers(6, 3, "fresh") == (6, 7, 8)
    assert augment_choice.view_numbers(5, 3, 1) == (0,)


def test_other_images_come_class_by_class():
    from core.data.dataset import Item

    items = [
        Item(Path(f"{label}{n}"), f"{label}/{n}", label, 8, 8, f"{label}{n}") for label in range(3) for n in range(2)
    ]
    turns = [[item.name for item in augment_choice.one_per_class(items, turn, 2)] for turn in range(5)]
    assert turns == [["0/0", "1/0"], ["2/0"], ["0/1", "1/1"], ["2/1"], ["0/0", "1/0"]]
