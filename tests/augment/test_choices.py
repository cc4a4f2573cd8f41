"""OneOf: exactly one of its options, as often as their weights say."""

from collections import Counter

import numpy as np
import pytest

from core.augment.pipeline import Pipeline, check
from core.augment.steps import check_parameters, default_step, describe, summarise
from core.errors import InvalidPipeline, UnknownTransform
from core.experiment import DataSpec, Experiment, Phase, PipelineSpec, Step


def step(name, p=1.0, **params):
    return Step(transform=name, p=p, params=params)


def one_of(*options, p=1.0, enabled=True):
    return Step(transform="OneOf", p=p, options=options, enabled=enabled)


def pipeline(geometry, *steps, strength=1.0):
    return Pipeline(PipelineSpec(steps=steps, strength=strength), geometry)


def taken(pipeline, base, count=1500):
    """How often each option was taken, None for none at all."""
    found = Counter()
    for number in range(count):
        fired = pipeline.fired(base[:8, :8], seed=1, digest="d", number=number)
        assert len(fired) <= 1
        found[fired[0].option if fired else None] += 1 / count
    return found


def test_one_option_is_taken_as_often_as_its_weight_says(base, geometry):
    choice = one_of(step("ToGray", 0.6), step("VerticalFlip", 0.2), step("InvertImg", 0.0), p=0.5)
    found = taken(pipeline(geometry, choice), base)
    assert set(found) == {None, 0, 1}
    assert found[None] == pytest.approx(0.5, abs=0.06)  # 4.5 standard errors
    assert found[0] == pytest.approx(0.375, abs=0.06)
    assert found[1] == pytest.approx(0.125, abs=0.04)


def test_the_view_is_what_the_option_alone_would_make(base, geometry):
    chosen, alone = pipeline(geometry, one_of(step("ToGray"), step("VerticalFlip"))), {}
    for option, name in enumerate(("ToGray", "VerticalFlip")):
        alone[option] = pipeline(geometry, step(name)).view(base, seed=0, digest="d", number=0)
    for number in range(12):
        (fired,) = chosen.fired(base, seed=0, digest="d", number=number)
        assert fired.index == 0
        assert fired.transform == ("ToGray", "VerticalFlip")[fired.option]
        assert np.array_equal(chosen.view(base, seed=0, digest="d", number=number), alone[fired.option])


def test_options_and_other_steps_draw_from_streams_of_their_own(base, geometry):
    turn = step("Rotate", limit=40)
    two = pipeline(geometry, one_of(turn, step("ToGray")))
    three = pipeline(geometry, step("ToGray", 0.0), one_of(step("Blur", 0.0), turn, step("ToGray")))
    for number in range(10):
        left, right = (one.view(base, seed=0, digest="d", number=number) for one in (two, three))
        assert np.array_equal(left, right)
    same = pipeline(geometry, one_of(turn), one_of(turn))
    first, second = same.fired(base, seed=0, digest="d", number=0)
    assert first.drawn["turn"] != second.drawn["turn"]


def test_the_strength_scales_the_options_and_not_how_often_one_is_taken(base, geometry):
    flips = one_of(step("HorizontalFlip"), step("VerticalFlip"))
    found = taken(pipeline(geometry, flips, strength=0.5), base)
    assert found[None] == pytest.approx(0.5, abs=0.06)
    assert found[0] == pytest.approx(0.25, abs=0.06)
    turns = one_of(step("Rotate", limit=20), p=0.4)
    assert taken(pipeline(geometry, turns, strength=0.5), base)[0] == pytest.approx(0.4, abs=0.06)
    assert "±10°" in describe(turns, 0.5)
    assert not pipeline(geometry, one_of(step("Rotate", limit=0))).changes_anything


def test_a_choice_that_is_off_or_never_taken_does_nothing(geometry):
    assert not pipeline(geometry, one_of(step("ToGray"), enabled=False)).changes_anything
    assert not pipeline(geometry, one_of(step("ToGray"), p=0.0)).changes_anything
    assert pipeline(geometry, one_of(step("ToGray"))).changes_anything


def test_problems_of_options_are_numbered():
    spec = PipelineSpec(steps=(step("ToGray"), one_of(step("Rotate", limit=999), step("Blurr"))))
    for attempt in (check_parameters, check):
        with pytest.raises(UnknownTransform) as caught:
            attempt(spec)
        assert "Step 2, option 1 (Rotate): limit" in str(caught.value)
        assert "Step 2, option 2 (Blurr): There is no augmentation 'Blurr'" in str(caught.value)
    with pytest.raises(InvalidPipeline, match=r"Step 1, option 1 \(Crop\): Albumentations refuses"):
        check(PipelineSpec(steps=(one_of(step("Crop", x_min=300, x_max=20)),)))


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (one_of(), "add at least one option"),
        (one_of(Step(transform="ToGray", enabled=False), step("Blur", 0.0)), "add at least one option"),
        (one_of(step("ToGray"), one_of(step("Blur"))), "cannot be an option of a choice"),
        (step("Rotate").model_copy(update={"options": (step("ToGray"),)}), "only OneOf has options"),
    ],
)
def test_what_is_no_choice_is_refused(broken, reason, geometry):
    with pytest.raises(InvalidPipeline, match=rf"Step 1 \({broken.transform}\): options: .*{reason}"):
        pipeline(geometry, broken)


def test_a_choice_in_words():
    choice = one_of(step("Rotate", 0.3, limit=5), step("ToGray", 0.1), Step(transform="Blur", enabled=False), p=0.5)
    assert describe(choice) == "One of several: 75 % Rotate ±5°, or 25 % Grayscale, p 0.5"
    assert summarise(PipelineSpec(steps=(choice, step("Rotate")))) == "One of several (Rotate, Grayscale), Rotate"


def test_a_new_choice_has_two_options_that_can_be_taken(base, geometry):
    new = default_step("OneOf")
    assert [option.transform for option in new.options] == ["GaussianBlur", "GaussNoise"]
    assert set(taken(pipeline(geometry, new.model_copy(update={"p": 1.0})), base, 40)) == {0, 1}


def test_a_step_without_options_is_written_as_before_there_were_any():
    plain = Step(transform="Rotate")
    assert set(plain.model_dump()) == set(plain.model_dump(mode="json")) == {"transform", "p", "enabled", "params"}
    assert "options" not in plain.model_dump_json()
    assert one_of(plain).model_dump()["options"][0] == plain.model_dump()
    experiment = Experiment(
        data=DataSpec(source="x"), phases=(Phase(stages=("head",), epochs=1),),
        pipeline=PipelineSpec(steps=(plain,)),
    )  # fmt: skip
    assert experiment.digest == "aeee81bc7598"  # golden, from before there were options: runs are found by it
    chosen = experiment.changed(pipeline=PipelineSpec(steps=(one_of(plain),)))
    assert Experiment.from_text(chosen.to_yaml()) == chosen
