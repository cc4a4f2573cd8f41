"""The ways to look at a pipeline beside the views: differences, a growing number, mixed pairs, and what views got."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from core.augment.pipeline import Pipeline
from core.augment.strip import numeric
from core.backbones.stages import default_recipe
from core.data.geometry import Geometry
from core.errors import InvalidPipeline, UnreadableImage
from core.experiment import PipelineSpec, Recipe, SplitSpec
from pages.ui.augment import mix, preview, story, strip
from pages.ui.augment import views as augment_views
from tests.pages.augment.helpers import draft, labels, opened, press, ran, saved_images, step, texts


@pytest.fixture
def source(tmp_path) -> str:
    return saved_images(tmp_path / "images")


@pytest.fixture
def shown(monkeypatch):
    """The cells of each mosaic that was drawn."""
    drawn = []
    monkeypatch.setattr(preview, "show_mosaic", lambda cells, *_, **__: drawn.append(cells))
    return drawn


def look(at, name: str):
    at.segmented_control(key="augment-look").set_value(name)
    return ran(at)


def test_differences_are_amplified_and_black_where_nothing_changed(shown, source):
    at = opened(source=source, pipeline=PipelineSpec(steps=(step("RandomBrightnessContrast"),)))
    views = shown[-1]
    look(at, "Differences")
    assert labels(shown[-1]) == labels(views)
    for view, apart in zip(views, shown[-1], strict=True):
        if "original" in view.label:
            plain = view.pixels
            assert np.array_equal(apart.pixels, plain)
        else:
            wanted = np.minimum(4 * np.abs(view.pixels.astype(int) - plain.astype(int)), 255)
            assert np.array_equal(apart.pixels, wanted)
    assert not augment_views.difference(plain, plain).any()


def test_a_strip_grows_one_number_and_marks_how_it_is_set(shown, source):
    at = look(opened(source=source, pipeline=PipelineSpec(steps=(step("Rotate", limit=15.0),))), "Strength strip")
    cells = shown[-1]
    assert labels(cells)[:3] == ["original", "0°", "±15°"]
    assert labels(cells)[-1] == "±180°"
    assert len(cells) <= 12
    assert [cell.label for cell in cells if cell.accent] == ["±15°"]
    assert np.array_equal(cells[0].pixels, cells[1].pixels), "at 0 degrees nothing changes"
    assert not np.array_equal(cells[0].pixels, cells[-1].pixels)
    press(at, "augment-edit-0")
    at.slider(key="augment-params-0.limit").set_value(90.0)
    ran(at)
    assert [cell.label for cell in shown[-1] if cell.accent] == ["±90°"]
    assert draft(at).pipeline.steps[0].p == 1.0


def test_a_strip_is_of_the_step_that_was_opened_or_chosen_last(shown, source):
    pipeline = PipelineSpec(steps=(step("HorizontalFlip"), step("Rotate"), step("ColorJitter")))
    at = look(opened(source=source, pipeline=pipeline), "Strength strip")
    chooser = at.selectbox(key="augment-strip-step")
    assert (len(chooser.options), chooser.value) == (2, 1), "a flip has no number"
    press(at, "augment-edit-2")
    assert at.selectbox(key="augment-strip-step").value == 2
    at.selectbox(key="augment-strip-ColorJitter").set_value("saturation")
    ran(at)
    assert labels(shown[-1])[-1] == "±1"
    at.selectbox(key="augment-strip-step").set_value(1)
    ran(at)
    assert labels(shown[-1])[-1] == "±180°"


def test_a_strip_without_numbers_says_what_to_do(shown, source):
    at = look(opened(source=source, pipeline=PipelineSpec(steps=(step("ToGray"),))), "Strength strip")
    assert "Add one such as Rotate" in texts(at)
    assert at.segmented_control(key="augment-look").value == "Strength strip"


def test_a_strip_draws_the_values_that_go_together_with_the_others(shown, source):
    at = look(opened(source=source, pipeline=PipelineSpec(steps=(step("Crop"),))), "Strength strip")
    assert at.selectbox(key="augment-strip-Crop").value == "x_min"
    assert labels(shown[-1])[:2] == ["original", "0 px"]
    assert len(shown[-1]) > 9
    assert 170 < float(labels(shown[-1])[-1].removesuffix(" px")) < 192, "the right edge"
    assert not at.warning


def test_a_reason_that_stands_on_no_card_stands_above_the_last_good_preview(shown, source, monkeypatch):
    at = look(opened(source=source, pipeline=PipelineSpec(steps=(step("Rotate"),))), "Strength strip")
    good = shown[-1]

    def fail(*_, **__):
        raise InvalidPipeline("Step 1 (Rotate) failed on an image of 50 x 40 px: it *broke*.")

    with monkeypatch.context() as patch:
        patch.setattr(Pipeline, "view", fail)
        at.session_state["graft:draft"] = replace(draft(at), seed=9)
        ran(at)
    assert "failed on an image of 50 x 40 px: it *broke*" in texts(at)
    assert "its card says why" not in texts(at)
    assert shown[-1] is good
    assert "its card says why" in texts(opened(source=source, pipeline=PipelineSpec(steps=(step("Crop", x_min=900),))))


def test_a_strip_says_that_the_pipelines_strength_is_left_out(source):
    pipeline = PipelineSpec(steps=(step("Rotate"),), strength=0.5)
    at = look(opened(source=source, pipeline=pipeline), "Strength strip")
    assert "the pipeline's strength of 0.5 is left out here" in texts(at)
    at.session_state["graft:draft"] = replace(draft(at), pipeline=pipeline.model_copy(update={"strength": 1.0}))
    assert "is left out here" not in texts(ran(at))


def test_other_training_images_to_draw_from_make_another_preview(shown, source):
    pipeline = PipelineSpec(steps=(step("HistogramMatching", blend_ratio=[1.0, 1.0]),))
    at = opened(source=source, pipeline=pipeline)
    for seed in range(1, 100):  # until the same images are shown again, of another deal
        before = shown[-1]
        at.session_state["graft:draft"] = replace(draft(at), split=SplitSpec(seed=seed))
        ran(at)
        if all(np.array_equal(shown[-1][place].pixels, before[place].pixels) for place in (0, 4)):
            break
    assert labels(shown[-1])[::4] == labels(before)[::4] == ["cold · original", "warm · original"]
    views = [(old.pixels, new.pixels) for old, new in zip(before, shown[-1], strict=True)]
    assert [place for place in (0, 4) if np.array_equal(*views[place])] == [0, 4]
    assert not all(np.array_equal(old, new) for old, new in views)


def test_the_ends_of_a_present_range_are_on_its_strip():
    knob = numeric("Scale")[0]
    found = strip.settings(step("Scale", factor=[0.9, 1.1]), knob, 11)
    values = [value for value, _, _ in found]
    assert {0.9, 1.1} <= {value for value, _, present in found if present}
    assert values == sorted(set(values))
    assert (values[0], values[-1]) == (knob.low, knob.high)
    assert all(changed.params["factor"] == [value, value] for value, changed, _ in found)
    assert strip.value_text(0.5, knob) == "0.5×"


def test_mixing_is_begun_with_a_click_and_shown_with_blended_labels(shown, source):
    at = look(opened(source=source), "Mixed")
    assert "Mixing is off" in texts(at)
    press(at, "augment-mixup")
    assert draft(at).recipe == default_recipe().model_copy(update={"mixup": 0.2})
    cells = shown[-1]
    for cell in cells:
        shares = [float(part.split()[-2]) for part in (cell.label, cell.note) if part]
        assert 98 < sum(shares) < 102
    assert any(cell.note for cell in cells)
    before = [cell.pixels for cell in cells]
    press(at, "augment-roll")
    assert not all(np.array_equal(cell.pixels, old) for cell, old in zip(shown[-1], before, strict=True))


def test_mixed_images_are_those_that_training_mixes(shown, source):
    """The batch of the first column: `mix` of the views themselves, blended linearly."""
    at = look(opened(source=source, pipeline=PipelineSpec(steps=(step("Rotate"),)), recipe=Recipe(mixup=5.0)), "Mixed")
    look(at, "Views")
    views = [cell.pixels.astype(float) for cell in shown[-1] if cell.label == "view 0"]
    mixed = [cell for cell in shown[-2] if cell.label][::3]
    for place, cell in enumerate(mixed):
        share = next(
            float(part.split()[-2]) / 100 for part in (cell.label, cell.note) if ("cold", "warm")[place] in part
        )
        wanted = share * views[place] + (1 - share) * views[1 - place]
        assert np.abs(cell.pixels - wanted).max() < 3  # labels are rounded to whole percents


def test_alphas_are_the_recipes(source):
    at = look(opened(source=source, recipe=Recipe(cutmix=1.0)), "Mixed")
    at.slider(key="augment-recipe.cutmix").set_value(0.0)
    ran(at)
    assert draft(at).recipe == Recipe()
    assert "Mixing is off" in texts(at)


def test_a_blended_label_names_the_larger_part_first():
    assert mix.blended((0.38, 0.0, 0.62), ("cattle", "fruit", "bird")) == ("bird 62 %", "cattle 38 %")
    assert mix.blended((0.999, 0.001), ("a", "b")) == ("a 100 %",)


def test_what_each_view_got_is_told_while_it_is_open(source):
    at = opened(source=source, pipeline=PipelineSpec(steps=(step("Rotate"), step("ColorJitter"))))
    assert not at.table
    at.session_state["augment-story"] = True
    rows = ran(at).table[0].value
    assert list(rows.columns) == ["Image", "View", "Steps"]
    assert len(rows) == 6
    assert all("Rotate" in steps and "°" in steps and "brightness" in steps for steps in rows["Steps"])


def test_views_behind_an_image_that_is_gone_are_told_all_the_same(monkeypatch):
    items = [SimpleNamespace(name=name, digest=name, path=name) for name in ("a", "gone", "b")]

    def base(item):
        if item.name == "gone":
            raise UnreadableImage("It is gone.")
        return np.zeros((8, 8, 3), np.uint8)

    monkeypatch.setattr(story.engine, "images", lambda geometry: SimpleNamespace(base=base))
    monkeypatch.setattr(story.state, "draft", lambda: SimpleNamespace(pipeline=PipelineSpec(), seed=3))
    dataset = SimpleNamespace(label_of=lambda item: f"class of {item.name}")
    scene = SimpleNamespace(geometry=Geometry(8, 8, "bilinear"), items=items, dataset=dataset)
    rows = list(story._rows(scene, SimpleNamespace(items=items, numbers=(4, 5))))
    assert [row["Image"] for row in rows] == ["class of a", "class of a", "class of b", "class of b"]


def test_a_view_that_got_nothing_says_so(source):
    at = opened(source=source)
    at.session_state["augment-story"] = True
    assert set(ran(at).table[0].value["Steps"]) == {"nothing"}


def test_what_is_on_the_screen_is_not_made_again(shown, source):
    at = opened(source=source, pipeline=PipelineSpec(steps=(step("Rotate"),)))
    before = shown[-1]
    press(at, "augment-edit-0")
    assert shown[-1] is before
