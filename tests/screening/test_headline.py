"""A pipeline's light is that of its worst step, and says what to take away."""

from dataclasses import replace

import pytest

from core.experiment import BackboneSpec, DataSpec, Experiment, Phase, PipelineSpec, Step
from core.screening.cache import kept_in
from core.screening.headline import changes_images, has_strength, headline, known_headline
from core.screening.question import question_of, screened
from core.screening.verdict import Safety, Verdict

FLIP, TURN = Step(transform="HorizontalFlip", p=0.2), Step(transform="Rotate", p=0.7)
GREY = Step(transform="ToGray", p=0.1)


def safety(verdict, reason=""):
    return Safety(verdict, reason or f"this is {verdict}", 12, 8, 0.75, 0.5, 0.4, 0.6, 0.5, 0.7, (), (), (), ())


def head(steps, *verdicts, strength=1.0):
    pipeline = PipelineSpec(steps=steps, strength=strength)
    return headline(screened(pipeline), [safety(Verdict(one), f"{one} number {n}") for n, one in enumerate(verdicts)])


def test_a_rare_step_that_destroys_labels_speaks_for_a_pipeline_that_looks_green():
    found = head((TURN, FLIP, GREY), "green", "green", "red", "amber")
    assert found.verdict is Verdict.RED
    assert found.reason == "red number 2"
    assert found.steps == ("Flip left-right",)
    assert found.without == PipelineSpec(steps=(TURN, GREY)), "the amber step stays: only the worst are named"


def test_every_step_that_is_as_bad_goes_and_strength_and_switched_off_steps_stay():
    off = Step(transform="ToGray", enabled=False)
    found = head((FLIP, off, TURN), "red", "red", "red", strength=0.5)
    assert found.steps == ("Flip left-right", "Rotate")
    assert found.without == PipelineSpec(steps=(off,), strength=0.5)


def test_where_only_the_whole_is_red_no_step_is_blamed():
    found = head((TURN, FLIP), "red", "amber", "green")
    assert (found.verdict, found.reason, found.steps, found.without) == (Verdict.RED, "red number 0", (), None)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [(("green", "unknown", "green"), "unknown"), (("unknown", "amber", "green"), "amber"), (("green",) * 3, "green")],
)
def test_the_order_of_lights(verdicts, expected):
    found = head((TURN, FLIP), *verdicts)
    assert found.verdict == expected
    assert found.harms is (expected == "amber")
    assert (found.without is None) is (expected != "amber")


def test_a_choice_loses_the_option_and_goes_when_none_is_left():
    choice = Step(transform="OneOf", p=0.8, options=(FLIP, TURN))
    assert head((choice, GREY), "green", "red", "green", "green").without == PipelineSpec(
        steps=(choice.model_copy(update={"options": (TURN,)}), GREY)
    )
    assert head((choice, GREY), "red", "red", "red", "green").without == PipelineSpec(steps=(GREY,))


def test_a_single_step_that_is_always_applied_is_the_whole_and_is_named():
    sure = FLIP.model_copy(update={"p": 1.0})
    found = head((sure,), "red")
    assert (found.steps, found.without) == (("Flip left-right",), PipelineSpec())
    assert head((FLIP,), "red", "red").without == PipelineSpec()


def test_a_flip_has_no_strength_and_a_turn_has():
    assert not has_strength(PipelineSpec(steps=(FLIP, GREY)))
    assert has_strength(PipelineSpec(steps=(FLIP, TURN)))
    assert not has_strength(PipelineSpec(steps=(FLIP, TURN.model_copy(update={"enabled": False}))))
    assert has_strength(PipelineSpec(steps=(Step(transform="OneOf", options=(FLIP, TURN)),)))


@pytest.mark.parametrize("nothing", [{"p": 0.0}, {"enabled": False}])
def test_what_changes_nothing(nothing):
    assert changes_images(PipelineSpec(steps=(FLIP,)))
    assert not changes_images(PipelineSpec(steps=(FLIP.model_copy(update=nothing),)))
    assert not changes_images(PipelineSpec(steps=(FLIP,), strength=0))
    assert not changes_images(PipelineSpec())


def test_what_is_known_is_read_whatever_the_precision_and_only_when_whole(tmp_path):
    plan = Experiment(
        data=DataSpec(source="x"), pipeline=PipelineSpec(steps=(FLIP, TURN)), backbone=BackboneSpec(),
        phases=(Phase(stages=("head",), epochs=1),),
    )  # fmt: skip
    fp32 = plan.changed(recipe=plan.recipe.model_copy(update={"precision": "fp32"}))
    about = question_of(plan, "print", "auto")
    whole, flip, turn = screened(plan.pipeline)
    for pipeline, verdict in ((whole, Verdict.GREEN), (flip, Verdict.RED)):
        kept_in(tmp_path).save(about.key(pipeline), safety(verdict))
    assert known_headline(plan, "print", ("auto", "cpu"), tmp_path) is None, "a step is missing"
    kept_in(tmp_path).save(about.key(turn), safety(Verdict.GREEN))
    for experiment in (plan, fp32):
        found = known_headline(experiment, "print", ("cuda:1", "auto"), tmp_path)
        assert found is not None
        assert found.steps == ("Flip left-right",)
    assert known_headline(plan, "another print", ("auto",), tmp_path) is None
    assert known_headline(plan, "print", ("cpu",), tmp_path) is None
    kept_in(tmp_path).save(replace(about, device="cpu").key(whole), safety(Verdict.AMBER))
    plain = plan.changed(pipeline=PipelineSpec())
    assert known_headline(plain, "print", ("auto",), tmp_path) is None


@pytest.mark.parametrize(("verdict", "repeated"), [("red", True), ("amber", False), ("green", False)])
def test_a_red_light_of_other_settings_is_repeated_and_says_so(tmp_path, verdict, repeated):
    seen = Experiment(
        data=DataSpec(source="x"), pipeline=PipelineSpec(steps=(FLIP,)), phases=(Phase(stages=("head",), epochs=1),)
    )
    kept, about = kept_in(tmp_path), question_of(seen, "images", "cpu")
    for pipeline in screened(seen.pipeline):
        kept.save(about.key(pipeline), safety(Verdict(verdict), "why"))
        kept.save(about.gist(pipeline), safety(Verdict(verdict), "why"))
    others = [
        seen.changed(backbone=BackboneSpec(image_size=32)), seen.changed(seed=7),
        seen.changed(backbone=BackboneSpec(name="resnet18")),
    ]  # fmt: skip
    assert known_headline(seen, "images", ("cpu",), tmp_path).reason == "why"
    for other in others:
        found = known_headline(other, "images", ("cpu",), tmp_path)
        assert (found is not None) is repeated
        assert found is None or found.reason == "why (Found with another backbone, image size, seed or split.)"
    assert known_headline(others[0], "other images", ("cpu",), tmp_path) is None
    weaker = others[0].changed(pipeline=PipelineSpec(steps=(TURN,)))
    assert known_headline(weaker, "images", ("cpu",), tmp_path) is None


def test_what_was_found_in_the_precision_of_the_recipe_counts_after_what_the_page_found(tmp_path):
    plan = Experiment(
        data=DataSpec(source="x"), pipeline=PipelineSpec(steps=(FLIP,)), phases=(Phase(stages=("head",), epochs=1),)
    )
    fp32 = plan.changed(recipe=plan.recipe.model_copy(update={"precision": "fp32"}))

    def keep(experiment, reason):
        about = question_of(experiment, "print", "cpu")
        for pipeline in screened(plan.pipeline):
            kept_in(tmp_path).save(about.key(pipeline), safety(Verdict.GREEN, reason))

    keep(fp32, "in fp32")
    assert known_headline(fp32, "print", ("cpu",), tmp_path).reason == "in fp32"
    assert known_headline(plan, "print", ("cpu",), tmp_path) is None
    keep(plan, "by default")
    assert known_headline(fp32, "print", ("cpu",), tmp_path).reason == "by default"


def test_an_option_that_is_off_makes_nothing_weaker_and_a_title_is_named_once():
    off = TURN.model_copy(update={"enabled": False})
    assert not has_strength(PipelineSpec(steps=(Step(transform="OneOf", options=(FLIP, off)),)))
    assert has_strength(PipelineSpec(steps=(Step(transform="OneOf", options=(FLIP, TURN)),)))
    again = FLIP.model_copy(update={"p": 0.9})
    assert head((FLIP, again, TURN), "green", "red", "red", "green").steps == ("Flip left-right",)
