import pytest

from core.augment.catalogue import TRANSFORMS
from core.augment.steps import check_parameters, default_step, describe, parameters, summarise
from core.errors import InvalidPipeline, UnknownTransform
from core.experiment import PipelineSpec, Step


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
