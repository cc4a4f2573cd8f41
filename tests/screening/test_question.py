"""What is screened of a pipeline, and what an answer depends on."""

import os

import pytest

from core.experiment import BackboneSpec, DataSpec, Experiment, Phase, PipelineSpec, Recipe, SplitSpec, Step
from core.screening.question import VERSION, ScreeningQuestion, alone, question_of, screened

FLIP, TURN = Step(transform="HorizontalFlip", p=0.5), Step(transform="Rotate", p=0.7)
CHOICE = Step(
    transform="OneOf", p=0.5,
    options=(Step(transform="GaussianBlur", p=0.5), FLIP, Step(transform="ToGray", p=0.0), TURN.model_copy(
        update={"enabled": False})),
)  # fmt: skip
POLICY = Step(transform="TrivialAugment", p=0.3)


def names(pipelines):
    return [[step.transform for step in one.steps] for one in pipelines]


def test_every_step_that_is_on_is_asked_about_alone_and_always_applied():
    pipeline = PipelineSpec(steps=(FLIP, TURN.model_copy(update={"enabled": False}), POLICY), strength=0.5)
    found = screened(pipeline)
    assert found[0] == pipeline
    assert names(found[1:]) == [["HorizontalFlip"], ["TrivialAugment"]]
    assert {one.steps[0].p for one in found[1:]} == {1.0}
    assert {one.strength for one in found} == {0.5}


def test_of_a_choice_each_option_that_can_be_taken_is_asked_about_alone():
    found = screened(PipelineSpec(steps=(CHOICE, TURN)))
    assert names(found[1:]) == [["GaussianBlur"], ["HorizontalFlip"], ["Rotate"]]
    assert all(one.steps[0].p == 1 and not one.steps[0].options for one in found[1:])


def test_a_step_that_is_always_applied_is_the_pipeline_itself():
    sure = PipelineSpec(steps=(FLIP.model_copy(update={"p": 1.0}),))
    assert screened(sure) == (sure,)
    assert len(screened(PipelineSpec(steps=(FLIP,)))) == 2
    assert alone(PipelineSpec()) == ()


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "own.safetensors"
    path.write_bytes(b"one")
    return path


def experiment(**parts):
    made = Experiment(data=DataSpec(source="x"), phases=(Phase(stages=("head",), epochs=1),))
    return made.changed(**parts)


def test_all_that_an_answer_depends_on_is_in_its_key(weights):
    pipeline = PipelineSpec(steps=(FLIP,))
    own = BackboneSpec(weights=str(weights))
    questions = [
        question_of(experiment(), "images", "cpu"),
        question_of(experiment(), "other images", "cpu"),
        question_of(experiment(), "images", "cuda"),
        question_of(experiment(), "images", "cpu", views=4),
        question_of(experiment(seed=1), "images", "cpu"),
        question_of(experiment(data=DataSpec(source="x", split=SplitSpec(seed=1))), "images", "cpu"),
        question_of(experiment(backbone=BackboneSpec(image_size=64)), "images", "cpu"),
        question_of(experiment(recipe=Recipe(precision="fp32")), "images", "cpu"),
        question_of(experiment(backbone=own), "images", "cpu"),
    ]
    keys = [question.key(pipeline) for question in questions]
    keys.append(questions[0].key(PipelineSpec(steps=(TURN,))))
    keys.append(questions[0].key(PipelineSpec(steps=(FLIP,), strength=0.5)))
    assert len(set(keys)) == len(keys)
    weights.write_bytes(b"other")
    os.utime(weights, (1, 1))
    assert questions[-1].key(pipeline) not in keys


def test_what_changes_no_answer_does_not_change_the_key():
    one, other = experiment(), experiment(phases=(Phase(stages=("head",), epochs=9),), views="fresh")
    pipeline = PipelineSpec(steps=(FLIP,))
    assert question_of(one, "images", "cpu").key(pipeline) == question_of(other, "images", "cpu").key(pipeline)


def test_a_key_is_the_same_on_every_machine_and_day():
    # an answer that is kept must be found again; a change here needs a higher VERSION
    about = ScreeningQuestion("abc", SplitSpec(seed=3), BackboneSpec(name="resnet18"), 5, "bf16", "cpu", 40, 6)
    pipeline = PipelineSpec(steps=(Step(transform="Rotate", p=0.25, params={"limit": 5}),), strength=0.5)
    assert about.key(pipeline) == "35ad1d074786906cae515ce587b2038c"
    assert about.gist(pipeline) == "6fef0713ba9a6b43cfbd28e449f5331f"
    assert (VERSION, ScreeningQuestion("", SplitSpec(), BackboneSpec(), 0, "", "").images) == (4, 120)
    assert ScreeningQuestion("", SplitSpec(), BackboneSpec(), 0, "", "").views == 8
