"""The augment page: what it asks the engine for, what stays when something is wrong, and that it shows true pixels."""

from pathlib import Path

import numpy as np
import pytest
import streamlit as st

from core.augment.presets import PRESETS, dump_pipeline, parse_pipeline
from core.augment.steps import default_step
from core.backbones import catalogue
from core.experiment import BackboneSpec, PipelineSpec, SplitSpec, Step
from pages.ui.augment import choice as augment_choice
from pages.ui.augment import preview
from pages.ui.session.state import Draft
from tests.pages.augmenting import draft, labels, names, offered, opened, press, ran, saved_pictures, step, texts


@pytest.fixture
def shown(monkeypatch):
    """The cells of each mosaic that was drawn, with its columns and its caption."""
    drawn = []
    real = preview.show_mosaic

    def spy(cells, columns, cell_px, caption, **options):
        drawn.append((cells, columns, caption))
        real(cells, columns, cell_px, caption, **options)

    monkeypatch.setattr(preview, "show_mosaic", spy)
    return drawn


@pytest.fixture
def source(tmp_path) -> str:
    return saved_pictures(tmp_path / "images")


def test_without_images_it_says_how_to_begin_and_the_sample_is_one_click(shown):
    at = opened()
    assert [button.label for button in at.button if button.label in ("Choose images", "Use sample stamps")]
    assert "Every image as it is" in texts(at)
    assert not shown
    press(at, "augment-sample")
    assert draft(at).source == "sample:stamps"
    cells, columns, _ = shown[-1]
    assert columns == 4
    assert labels(cells)[:5] == ["bird, original", "view 0", "view 1", "view 2", "cattle, original"]


def test_a_pipeline_can_be_built_before_there_are_images():
    at = opened()
    at.segmented_control(key="augment-preset").set_value("light")
    ran(at)
    assert draft(at).pipeline.steps == PRESETS["light"].steps


def test_images_that_are_gone_are_said_and_the_controls_stay(tmp_path):
    at = opened(source=str(tmp_path / "gone"))
    assert "There is no folder or zip" in texts(at)
    assert at.segmented_control(key="augment-preset").value == "none"


def test_what_is_shown_is_what_training_sees_pixel_for_pixel(shown, source):
    from core.data.sources import load_dataset
    from core.data.split import make_split
    from core.features.batches import ImageViews

    spec = PipelineSpec(steps=(step("Rotate"), step("RandomResizedCrop"), step("GaussNoise")), strength=1.5)
    at = opened(source=source, pipeline=spec, seed=7, views=8, backbone=BackboneSpec(image_size=160))
    press(at, "augment-roll")
    dataset = load_dataset(source, Path(draft(at).source).parent / "workspace")
    train = [dataset.items[index] for index in make_split(dataset, SplitSpec()).train]
    of_views = ImageViews(spec, catalogue.geometry(catalogue.get("efficientnet_lite0"), 160), seed=7)
    experiment = draft(at).experiment()
    expected = []
    for label in range(2):
        item = next(item for item in train if item.label == label)
        epochs = (3, 4, 13)  # with 8 views, epoch 13 sees view 5 again
        expected += [
            of_views.plain(item),
            *(of_views.view(item, experiment.view_number(epoch)) for epoch in epochs),
        ]
    cells, _, caption = shown[-1]
    assert labels(cells) == [
        "cold, original",
        "view 3",
        "view 4",
        "view 5",
        "warm, original",
        "view 3",
        "view 4",
        "view 5",
    ]
    assert all(np.array_equal(cell.pixels, picture) for cell, picture in zip(cells, expected, strict=True))
    assert not np.array_equal(expected[0], expected[1])
    assert caption == "Views 3–5 of 8 · seed 7 · 160 px · exactly the pixels training sees, as JPEG"


def test_small_pictures_are_enlarged_pixel_by_pixel(shown, source):
    opened(source=source)
    pixels = shown[-1][0][0].pixels
    assert pixels.shape == (128, 128, 3)
    assert np.array_equal(pixels[::4, ::4].repeat(4, 0).repeat(4, 1), pixels)


def test_a_changed_parameter_changes_the_views_and_nothing_else(shown, source):
    at = opened(source=source, pipeline=PipelineSpec(steps=(step("Rotate"), step("GaussNoise"))))
    before = shown[-1][0]
    press(at, "augment-edit-0")
    assert names(at) == ["Rotate", "GaussNoise"]
    at.slider(key="augment-params-0.limit").set_value(90.0)
    ran(at)
    assert draft(at).pipeline.steps == (step("Rotate", limit=90.0), step("GaussNoise"))
    assert "±90°" in at.toggle(key="augment-on-0").label
    after = shown[-1][0]
    assert np.array_equal(before[0].pixels, after[0].pixels)
    assert not np.array_equal(before[1].pixels, after[1].pixels)


def test_probability_strength_and_views_are_set(source):
    at = opened(source=source, pipeline=PipelineSpec(steps=(step("Rotate"),)))
    press(at, "augment-edit-0")
    at.slider(key="augment-step-0.p").set_value(0.25)
    at.slider(key="augment-pipeline.strength").set_value(2.0)
    at.segmented_control(key="augment.views").set_value("fresh")
    ran(at)
    assert (draft(at).pipeline.steps[0].p, draft(at).pipeline.strength, draft(at).views) == (0.25, 2.0, "fresh")


def test_steps_are_added_moved_switched_off_and_removed_and_keep_their_settings(source):
    at = opened(source=source)
    for name in ("Rotate", "Shear", "ToGray"):
        press(at, "augment-add")  # the list is open
        press(at, f"augment-add-{name}")
    assert names(at) == ["Rotate", "Shear", "ToGray"]
    assert not offered(at)
    press(at, "augment-edit-1")
    at.slider(key="augment-params-1.horizontal").set_value(33.0)
    ran(at)
    press(at, "augment-up-1")
    assert names(at) == ["Shear", "Rotate", "ToGray"]
    assert at.slider(key="augment-params-1.horizontal").value == 33.0
    press(at, "augment-down-0")
    press(at, "augment-remove-2")
    at.toggle(key="augment-on-1").set_value(False)
    ran(at)
    assert names(at) == ["Shear", "Rotate"]
    assert draft(at).pipeline.steps[0].params["horizontal"] == 33.0
    assert [s.enabled for s in draft(at).pipeline.steps] == [False, True]
    assert at.button(key="augment-up-1").disabled
    assert at.button(key="augment-down-0").disabled


def test_the_own_pipeline_is_kept_while_looking_at_presets(source):
    own = (step("Rotate", limit=77.0),)
    at = opened(source=source, pipeline=PipelineSpec(steps=own, strength=0.5))
    choice = at.segmented_control(key="augment-preset")
    assert (choice.value, choice.options[-1]) == ("custom", "Custom")
    for name in ("strong", "none"):
        at.segmented_control(key="augment-preset").set_value(name)
        ran(at)
        assert draft(at).pipeline == PipelineSpec(steps=PRESETS[name].steps, strength=0.5)
    at.segmented_control(key="augment-preset").set_value("custom")
    ran(at)
    assert draft(at).pipeline.steps == own


def test_a_preset_that_is_changed_is_custom(source):
    at = opened(source=source, pipeline=PRESETS["medium"])
    assert "Custom" not in at.segmented_control(key="augment-preset").options
    press(at, "augment-remove-0")
    assert at.segmented_control(key="augment-preset").value == "custom"


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
    assert labels(shown[-1][0])[0] == f"{options[3].split('/')[0]}, original"
    assert at.button(key="augment-roll").disabled  # all eight views are on the screen


def test_a_picture_that_vanished_is_named_and_the_others_are_shown(shown, source):
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


def test_other_pictures_come_class_by_class():
    from core.data.dataset import Item

    items = [
        Item(Path(f"{label}{n}"), f"{label}/{n}", label, 8, 8, f"{label}{n}") for label in range(3) for n in range(2)
    ]
    turns = [[item.name for item in augment_choice.one_per_class(items, turn, 2)] for turn in range(5)]
    assert turns == [["0/0", "1/0"], ["2/0"], ["0/1", "1/1"], ["2/1"], ["0/0", "1/0"]]
