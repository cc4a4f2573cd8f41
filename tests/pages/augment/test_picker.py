"""The list of all transforms, with what each does to an image of the user's, and choices with their options."""

import pytest

from core.augment.catalogue import CLASSIC, GROUPS, ONE_OF, TRANSFORMS
from core.augment.steps import default_step
from core.experiment import PipelineSpec
from pages.ui.augment import picker, steps, thumbs
from tests.pages.augment.helpers import draft, names, offered, opened, press, ran, saved_images, step, texts


@pytest.fixture
def source(tmp_path) -> str:
    return saved_images(tmp_path / "images")


@pytest.fixture(autouse=True)
def no_thumbnails():
    """They are kept for the whole process."""
    thumbs._thumbs().clear()
    yield
    thumbs._thumbs().clear()


@pytest.fixture
def quick(monkeypatch):
    """Thumbnails that take no time."""
    made = []

    def thumb(name, about):
        made.append((name, about.label, len(about.references)))
        return thumbs.Thumb(b"" if name == "Shear" else b"jpeg", 12.34)

    monkeypatch.setattr(thumbs, "_make_thumb", thumb)
    return made


def styles(at) -> str:
    return "".join(element.proto.body for element in at.get("html"))


def test_every_transform_is_offered_in_its_group_with_its_explanation_and_its_tags(quick):
    at = opened()
    found = {}
    press(at, "augment-add")
    for group in ("The classic ones", *GROUPS):
        at.pills(key="augment-group").set_value(group)
        here = offered(ran(at))
        if group == "The classic ones":
            assert set(here) == set(CLASSIC)
        found |= here
    assert set(found) == set(TRANSFORMS)
    for name, entry in TRANSFORMS.items():
        assert entry.explanation in found[name]
        assert all(tag in found[name] for tag in entry.tags)
    assert not quick, "there is no image to show them on"


@pytest.mark.parametrize(
    ("words", "first"), [("rain", "RandomRain"), ("mirror diagonal", "Transpose"), ("CLAHE", "CLAHE"), ("qqq", None)]
)
def test_transforms_are_found_by_words(words, first):
    at = opened()
    press(at, "augment-add")
    at.text_input(key="augment-search").set_value(words)
    here = list(offered(ran(at)))
    assert (here[0] if here else None) == first
    assert ("Nothing found" in texts(at)) == (first is None)
    if first:
        press(at, f"augment-add-{first}")
        assert names(at) == [first]


def test_rows_show_the_effect_on_an_own_image_and_its_cost(source, quick):
    at = press(opened(source=source), "augment-add")
    here = offered(at)
    assert "12 ms" in here["Rotate"]
    assert ".st-key-augment-add-Rotate button::before { background-image: url(data:image/jpeg;base64," in styles(at)
    assert "ms" not in here["Shear"], "one that could not be made has neither image nor cost"
    assert "augment-add-Shear button" not in styles(at)
    assert {(label, count) for _, label, count in quick} == {("cold", 8)}, "references are the training images alone"
    made = len(quick)
    ran(at)
    assert len(quick) == made, "what was made is kept"


def test_a_real_thumbnail_is_a_small_jpeg_with_a_time(source):
    at = press(opened(source=source), "augment-add")
    assert " ms" in offered(at)["Rotate"]
    assert styles(at).count("data:image/jpeg") == len(CLASSIC)


def test_costs_are_rounded_to_what_they_can_bear():
    assert [picker.cost_text(time) for time in (0.0654, 1.23, 9.96, 113.6)] == [
        "0.065 ms", "1.2 ms", "10 ms", "114 ms",
    ]  # fmt: skip


def test_a_choice_gets_options_that_are_weighed_switched_opened_and_removed(source, quick):
    at = press(opened(source=source), "augment-add")
    at.pills(key="augment-group").set_value("Choices and policies")
    press(ran(at), f"augment-add-{ONE_OF}")
    (choice,) = draft(at).pipeline.steps
    assert [option.transform for option in choice.options] == ["GaussianBlur", "GaussNoise"]
    number = at.session_state["graft:augment:nodes"][0].number
    first, second = (option.number for option in at.session_state["graft:augment:nodes"][0].options)

    press(at, f"augment-add-option-{number}")
    at.pills(key="augment-group").set_value("Choices and policies")
    assert ONE_OF not in offered(ran(at)), "a choice cannot be an option"
    at.pills(key="augment-group").set_value("The classic ones")
    press(ran(at), "augment-add-Rotate")
    (choice,) = draft(at).pipeline.steps
    assert [option.transform for option in choice.options] == ["GaussianBlur", "GaussNoise", "Rotate"]
    assert choice.options[2].p == choice.options[0].p == steps.WEIGHT
    third = at.session_state["graft:augment:nodes"][0].options[2].number

    at.slider(key=f"augment-params-{third}.limit").set_value(40.0)  # a new one is open
    at.slider(key=f"augment-step-{third}.p").set_value(1.0)
    assert "50 %" in ran(at).toggle(key=f"augment-on-{third}").label
    assert draft(at).pipeline.steps[0].options[2].params["limit"] == 40.0
    at.toggle(key=f"augment-on-{first}").set_value(False)
    assert "never" in ran(at).toggle(key=f"augment-on-{first}").label
    press(at, f"augment-remove-{second}")
    left = draft(at).pipeline.steps[0].options
    assert [(option.transform, option.enabled) for option in left] == [("GaussianBlur", False), ("Rotate", True)]
    press(at, f"augment-remove-{third}")
    assert "at least one option" in texts(at)
    at.toggle(key=f"augment-on-{first}").set_value(True)
    assert "at least one option" not in texts(ran(at))


def test_choices_move_as_a_whole(source):
    pipeline = PipelineSpec(steps=(step("Rotate"), default_step(ONE_OF)))
    at = press(opened(source=source, pipeline=pipeline), "augment-up-1")
    assert draft(at).pipeline.steps == pipeline.steps[::-1]
