"""What the pages ask about labels: of the draft's own images, pipeline, seed and device, and nothing else of it."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from core.augment.presets import PRESETS
from core.errors import QueueFull
from core.experiment import BackboneSpec, Phase, Reading, Recipe, SplitSpec
from core.screening.question import VIEWS, alone
from core.screening.sweep import STRENGTHS, SWEEP_VIEWS
from core.screening.verdict import Verdict
from pages.ui.runs import safety_question
from pages.ui.session.state import Draft
from tests.screening.test_sweep import safety

DATASET = SimpleNamespace(source="set", fingerprint="f" * 16, task="classification")
DRAFT = Draft(
    source="another", split=SplitSpec(seed=4, val=0.3), reading=Reading(layout="folders"), pipeline=PRESETS["medium"],
    backbone=BackboneSpec(name="resnet18", weights="none"), seed=7, device="cuda:1",
)  # fmt: skip


def test_the_question_is_about_the_draft_s_own_images_and_settings():
    asked = safety_question.whole_and_steps(DRAFT, DATASET)
    made = asked.experiment
    assert (made.data.source, made.data.split, made.data.reading) == ("set", DRAFT.split, DRAFT.reading)
    assert (made.pipeline, made.backbone, made.seed, asked.device) == (DRAFT.pipeline, DRAFT.backbone, 7, "cuda:1")
    assert asked.pipelines == (DRAFT.pipeline, *alone(DRAFT.pipeline))
    assert asked.about.views == VIEWS
    assert safety_question.whole_and_steps(replace(DRAFT, device=""), DATASET).device == "auto"


def test_strengths_are_asked_about_with_fewer_views():
    asked = safety_question.strengths(DRAFT, DATASET, PRESETS["light"])
    assert [one.strength for one in asked.pipelines] == list(STRENGTHS)
    assert all(one.steps == PRESETS["light"].steps for one in asked.pipelines)
    assert asked.about.views == SWEEP_VIEWS


@pytest.mark.parametrize(
    ("changes", "is_another"),
    [
        ({"seed": 8}, True), ({"split": SplitSpec(seed=5)}, True), ({"pipeline": PRESETS["strong"]}, True),
        ({"backbone": BackboneSpec()}, True), ({"device": "cpu"}, True), ({"views": 3}, False),
        ({"phases": (Phase(stages=("head",), epochs=9),)}, False), ({"recipe": Recipe(batch_size=4)}, False),
    ],
)  # fmt: skip
def test_two_questions_are_one_where_the_answer_is(changes, is_another):
    first, second = (safety_question.whole_and_steps(draft, DATASET) for draft in (DRAFT, replace(DRAFT, **changes)))
    assert (first.key != second.key) == is_another
    other = safety_question.whole_and_steps(DRAFT, SimpleNamespace(**{**vars(DATASET), "fingerprint": "0" * 16}))
    assert other.key != first.key


def test_what_is_known_is_read_from_the_workspace(monkeypatch):
    asked, answers = [], [(safety(Verdict.GREEN),), None]

    class Kept:
        def all(self, about, pipelines):
            asked.append((about, pipelines))
            return answers.pop(0)

    monkeypatch.setattr(safety_question.engine, "workspace", lambda: SimpleNamespace(root="here"))
    monkeypatch.setattr(safety_question, "kept_in", lambda root: Kept() if root == "here" else None)
    question = safety_question.whole_and_steps(DRAFT, DATASET)
    assert question.known() == (safety(Verdict.GREEN),)
    assert question.known_sweep() is None
    assert asked == [(question.about, question.pipelines)] * 2


def test_a_question_that_cannot_be_asked_now_is_said(monkeypatch):
    shown, begun = [], []

    def analyse(key, work):
        if begun:
            raise QueueFull("Sixteen wait.")
        begun.append(key)

    manager = SimpleNamespace(analyses=SimpleNamespace(analyse=analyse))
    monkeypatch.setattr(safety_question.engine, "manager", lambda: manager)
    monkeypatch.setattr(safety_question, "show_error", lambda error: shown.append(str(error)))
    question = safety_question.whole_and_steps(DRAFT, DATASET)
    assert safety_question.ask(question, lambda control: iter(()))
    assert (begun, shown) == ([question.key], [])
    assert not safety_question.ask(question, lambda control: iter(()))
    assert shown == ["Sixteen wait."]


@pytest.mark.parametrize("verdict", Verdict)
def test_each_light_has_a_word_an_icon_and_a_colour_of_its_own(verdict):
    others = [safety_question._BADGES[other] for other in Verdict if other is not verdict]
    icon, colour = safety_question._BADGES[verdict]
    assert icon not in [one for one, _ in others]
    assert colour not in [one for _, one in others]
    words = [word for light, word in safety_question.LIGHTS.items() if light != verdict]
    assert safety_question.LIGHTS[verdict] not in words
