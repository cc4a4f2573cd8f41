"""The augment page: what it asks the engine for, what stays when something is wrong, and that it shows true pixels."""

from pathlib import Path

import numpy as np

from core.augment.presets import PRESETS
from core.backbones import catalogue
from core.experiment import BackboneSpec, PipelineSpec, SplitSpec
from tests.pages.augment import fixtures
from tests.pages.augment.helpers import draft, labels, names, offered, opened, press, ran, step, texts

shown = fixtures.shown
source = fixtures.source


def test_without_images_it_says_how_to_begin_and_the_sample_is_one_click(shown):
    at = opened()
    assert [button.label for button in at.button if button.label in ("Choose images", "Use sample stamps")]
    assert "Every image as it is" in texts(at)
    assert not shown
    press(at, "augment-sample")
    assert draft(at).source == "sample:stamps"
    cells, columns, _ = shown[-1]
    assert columns == 4
    assert labels(cells)[:5] == ["bird · original", "view 0", "view 1", "view 2", "cattle · original"]


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
        "cold · original",
        "view 3",
        "view 4",
        "view 5",
        "warm · original",
        "view 3",
        "view 4",
        "view 5",
    ]
    assert all(np.array_equal(cell.pixels, image) for cell, image in zip(cells, expected, strict=True))
    assert not np.array_equal(expected[0], expected[1])
    assert caption == "Views 3–5 of 8 · seed 7 · 160 px · exactly the pixels training sees, as JPEG"


def test_small_images_are_enlarged_pixel_by_pixel(shown, source):
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
