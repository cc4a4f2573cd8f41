"""The light of label safety on the Train page: a red one asks before the start, others are shown."""

from dataclasses import replace

import pytest

from core.data.sources import load_dataset
from core.experiment import PipelineSpec, Step
from core.runs import trial
from core.screening.cache import kept_in
from core.screening.verdict import Verdict
from core.tasks.scorecard import Score, Scorecard
from core.work.progress import Progress
from pages.ui.results import scores
from pages.ui.runs.safety_question import whole_and_steps
from tests.pages.augment.test_safety import safety
from tests.pages.train.test_page import click, draft, keys, page, ran, text, until  # noqa: F401  (draft is a fixture)

FLIP, TURN = Step(transform="HorizontalFlip", p=0.5), Step(transform="Rotate", p=0.7)
BOTH = PipelineSpec(steps=(FLIP, TURN))


def lit(draft, workspace, *verdicts):  # noqa: F811
    """Keep answers for the draft's pipeline and its steps alone."""
    question = whole_and_steps(draft, load_dataset(draft.source, workspace))
    for number, (pipeline, verdict) in enumerate(zip(question.pipelines, verdicts, strict=True)):
        kept_in(workspace).save(question.about.key(pipeline), safety(Verdict(verdict), f"Reason {number}."))


@pytest.fixture
def submitted(monkeypatch, manager):
    asked = []
    monkeypatch.setattr(manager, "submit", lambda *given: asked.append(given[0]) or "none")
    return asked


def test_a_red_step_is_named_and_can_be_left_out_with_one_click(draft, manager, submitted):  # noqa: F811
    draft = replace(draft, pipeline=BOTH)
    lit(draft, manager.workspace.root, "green", "red", "green")
    at = page(draft)
    said = text(at).replace("\\", "")
    assert "Destroys labels" in said
    assert "Flip left-right" in said
    assert "Reason 1." in said
    assert at.button(key="train-start").label == "Start anyway"
    at = click(at, "train-remove")
    (experiment,) = submitted
    assert experiment.pipeline == PipelineSpec(steps=(TURN,))
    assert at.session_state["graft:draft"].pipeline == experiment.pipeline


def test_it_can_be_started_all_the_same(draft, manager, submitted):  # noqa: F811
    draft = replace(draft, pipeline=BOTH)
    lit(draft, manager.workspace.root, "green", "red", "green")
    click(page(draft), "train-start")
    (experiment,) = submitted
    assert experiment.pipeline == BOTH


def test_where_no_step_is_to_blame_the_augmentation_page_is_the_way_out(draft, manager):  # noqa: F811
    draft = replace(draft, pipeline=BOTH)
    lit(draft, manager.workspace.root, "red", "green", "green")
    at = page(draft)
    assert "train-remove" not in keys(at)
    assert {"train-change", "train-start"} <= keys(at)


@pytest.mark.parametrize(("light", "words"), [("amber", "Look closer"), ("green", "Labels survive")])
def test_other_lights_are_shown_and_do_not_ask(draft, manager, submitted, light, words):  # noqa: F811
    draft = replace(draft, pipeline=BOTH)
    lit(draft, manager.workspace.root, "green", light, "green")
    at = page(draft)
    assert words in text(at)
    assert "train-remove" not in keys(at)
    assert at.button(key="train-start").label == "Start training"


def test_what_nobody_has_checked_is_said_and_checked_on_request(draft, manager, monkeypatch):  # noqa: F811
    calls = []

    def screen_labels(experiment, workspace, device, pipelines, control):
        calls.append(pipelines)
        yield Progress(what="looking at views", done=1, total=2)
        lit(draft, manager.workspace.root, "green", "red", "green")
        return tuple(safety() for _ in pipelines)

    monkeypatch.setattr(trial, "screen_labels", screen_labels)
    draft = replace(draft, pipeline=BOTH)
    at = page(draft)
    assert "Not checked yet" in text(at)
    assert calls == []
    at = click(at, "train-light-check")
    until(lambda: "train-remove" in keys(ran(at)))
    assert [len(one.steps) for one in calls[0]] == [2, 1, 1]


def test_without_augmentation_there_is_nothing_to_check(draft):  # noqa: F811
    at = page(replace(draft, pipeline=PipelineSpec()))
    assert "train-light-check" not in keys(at)
    assert "train-start" in keys(at)


class Run:
    """What the sentence about a validation result looks at."""

    def __init__(self, epochs, val, test=None):
        self.results = {"epochs": epochs}
        self.val = Scorecard((Score("accuracy", val),), 20)
        self.test = test and Scorecard((Score("accuracy", test[0], 0.0, test[1]),), 20)


def test_that_new_images_do_worse_is_said_only_where_it_is_known():
    worse, same = Run(9, 0.9, (0.7, 0.8)), Run(9, 0.9, (0.85, 0.95))
    assert "On the test images it is 20 points lower" in scores.optimism(worse, test_shown=True)
    assert "agrees" in scores.optimism(same, test_shown=True)
    for run in (worse, same, Run(9, 0.9)):
        assert scores.optimism(run, test_shown=False).endswith("may do a little worse.")
    assert "did not influence the choice" in scores.optimism(Run(1, 0.9, (0.7, 0.8)), test_shown=False)
