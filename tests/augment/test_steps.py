import numpy as np
import pytest

from core.augment.catalogue import TRANSFORMS
from core.augment.pipeline import readable
from core.augment.steps import check_parameters, default_step, describe, needs_references, parameters, summarise
from core.errors import InvalidPipeline, UnknownTransform
from core.experiment import PipelineSpec, Step

TURN = Step(transform="Rotate", params={"limit": 12.0})


@pytest.mark.parametrize("name", TRANSFORMS)
def test_the_default_step_writes_every_parameter_out_and_survives_json(name):
    step = default_step(name)
    assert set(step.params) == set(TRANSFORMS[name].params.model_fields)
    assert Step.model_validate_json(step.model_dump_json()) == step
    assert parameters(step) == TRANSFORMS[name].params()
    assert describe(step).startswith(TRANSFORMS[name].title)


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (Step(transform="Rotate", p=0.5, params={"limit": 15}), "Rotate ±15°, p 0.5"),
        (Step(transform="ToGray", enabled=False), "Grayscale, off"),
        (Step(transform="Scale", params={"factor": [0.8, 1.25]}), "Scale 0.8–1.25×"),
        (Step(transform="GaussianBlur", p=0.3, params={"sigma": [0.5, 2]}), "Gaussian blur 0.5–2 px, p 0.3"),
        (Step(transform="JpegCompression", params={"quality": [30, 90]}), "JPEG compression 30–90"),
        (Step(transform="Shear", params={"horizontal": 5, "vertical": 4}), "Shear: sideways ±5°, up and down ±4°"),
        (Step(transform="Shear", params={"horizontal": 5, "vertical": 0}), "Shear ±5°"),
    ],
)
def test_a_step_in_words(step, text):
    assert describe(step) == text


def test_a_pipeline_in_words():
    steps = (
        default_step("Rotate"),
        default_step("ToGray").model_copy(update={"enabled": False}),
        default_step("Scale"),
    )
    assert summarise(PipelineSpec(steps=steps)) == "Rotate, Scale"
    assert summarise(PipelineSpec(steps=steps, strength=0.5)) == "Rotate, Scale at strength 0.5"
    assert summarise(PipelineSpec(steps=steps, strength=0)) == summarise(PipelineSpec()) == "None"


def test_all_problems_are_told_at_once_with_number_and_name():
    spec = PipelineSpec(
        steps=(
            Step(transform="Rotate", params={"limit": 999, "colour": 1}),
            Step(transform="ToGray"),
            Step(transform="Scale", enabled=False, params={"factor": [2, 1]}),
        )
    )
    with pytest.raises(InvalidPipeline) as caught:
        check_parameters(spec)
    message = str(caught.value)
    assert "Step 1 (Rotate): limit: " in message
    assert "180 (got 999)" in message
    assert "colour: there is no such field" in message
    assert "Step 3 (Scale): factor: " in message
    assert "must not be larger than the second" in message
    assert "Step 2" not in message


def test_an_unknown_name_outranks_bad_parameters_and_both_are_told():
    spec = PipelineSpec(steps=(Step(transform="Rotate", params={"limit": 999}), Step(transform="Rotat")))
    with pytest.raises(UnknownTransform, match=r"Step 1 \(Rotate\).*Step 2 \(Rotat\).*Did you mean Rotate"):
        check_parameters(spec)
    check_parameters(PipelineSpec(steps=(Step(transform="Rotate"),)))


def test_the_text_tells_the_step_at_the_strength_of_the_pipeline():
    turn = Step(transform="Rotate", p=0.5, params={"limit": 8})
    assert describe(turn, 2) == "Rotate ±16°, p 0.5"
    assert describe(turn, 0.25) == "Rotate ±2°, p 0.5"
    assert describe(turn, 0) == "Rotate, p 0.5"
    assert describe(Step(transform="HorizontalFlip", p=0.5), 0.5).endswith("p 0.25")


def test_numbers_and_words_are_told_and_fields_are_not():
    told = readable({
        "angle": 12.3456, "count": 3, "on": True, "mode": "pca", "pair": (0.12345, 2), "few": np.array([1.0, 2.5]),
        "four": np.arange(4), "five": np.arange(5), "one": np.float32(0.5), "mixed": [1, "a"], "fill": 0,
        "shape": (4, 5),
    })  # fmt: skip
    assert told == {
        "angle": "12.3", "count": "3", "on": "True", "mode": "pca", "pair": "0.123, 2", "few": "1, 2.5",
        "four": "0, 1, 2, 3", "one": "0.5",
    }  # fmt: skip


def test_a_map_is_told_as_turn_zoom_and_where_the_middle_went():
    shape, turn = (40, 60, 3), np.array([[0.0, -2.0, 0.0], [2.0, 0.0, 0.0], [0, 0, 1]])
    moved = np.array([[1.0, 0, 5], [0, 1, -3], [0, 0, 1]])
    assert readable({"matrix": moved, "shape": shape}) == {"turn": "0°", "zoom": "1×", "shift": "5, -3 px"}
    # the middle (29.5, 19.5) goes to (-39, 59)
    assert readable({"matrix": turn, "shape": shape}) == {"turn": "90°", "zoom": "2×", "shift": "-68, 40 px"}
    still = {"turn": "0°", "zoom": "1×"}
    assert readable({"matrix": np.eye(3), "shape": shape}) == still


def test_a_step_that_is_never_applied_is_no_part_of_the_line():
    never = TURN.model_copy(update={"p": 0.0})
    assert summarise(PipelineSpec(steps=(never, Step(transform="ToGray")))) == "Grayscale"
    assert summarise(PipelineSpec(steps=(never,))) == "None"
    assert describe(never) == "Rotate ±12°, p 0"
    assert describe(Step(transform="Rotate", p=0.126, params={"limit": 1.23456})) == "Rotate ±1.235°, p 0.13"


@pytest.mark.parametrize(
    ("parts", "needed"), [({}, True), ({"enabled": False}, False), ({"p": 0.0}, False)]
)  # fmt: skip
def test_other_images_are_needed_only_by_what_can_be_applied(parts, needed):
    step = Step(transform="FDA").model_copy(update=parts)
    choice = Step(transform="OneOf", options=(TURN, step))
    for one in (step, choice):
        assert needs_references(PipelineSpec(steps=(TURN, one))) is needed
        assert not needs_references(PipelineSpec(steps=(TURN, one), strength=0))


def test_options_belong_to_a_choice_alone():
    assert parameters(Step(transform="OneOf", options=(TURN,)))
    with pytest.raises(InvalidPipeline, match="only OneOf has options"):
        parameters(TURN.model_copy(update={"options": (TURN,)}))
