"""Label safety on the Augment page: asked for with one click, found in the light lane, stale when steps change."""

import threading

import pytest

from core.errors import InvalidInput
from core.experiment import PipelineSpec, Step
from core.runs import trial
from core.screening.verdict import ClassSafety, Confusion, Safety, Verdict, WorstView
from core.training.events import Progress
from pages.ui import augment_safety
from tests.pages.test_augment import draft, opened, press, ran, source, texts  # noqa: F401  (source is a fixture)
from tests.pages.test_train import until

FLIP, TURN = Step(transform="HorizontalFlip", p=0.5), Step(transform="Rotate", p=0.7)
TO_WARM = Confusion("cold", "warm", 0.9)


def safety(verdict=Verdict.GREEN, reason="Labels survive: 98 % of what was named rightly still is.", worst=()):
    classes = (
        ClassSafety("cold", 6, 1.0, 0.1, 0.0, 0.2, 0.9, 0.8, TO_WARM),
        ClassSafety("warm", 6, 0.5, None, 0.0, 1.0, 0.0, 0.0, None),
    )
    return Safety(verdict, reason, 12, 8, 0.75, 0.5, 0.4, 0.6, 0.5, 0.7, classes, (TO_WARM,), (), worst)


@pytest.fixture
def asked(monkeypatch):
    """The pipelines that the engine was asked about; answered at once."""
    calls = []

    def screen_labels(experiment, room, device, pipelines, control):
        calls.append((experiment, pipelines))
        yield Progress(what="looking at views", done=1, total=2)
        red = safety(Verdict.RED, "cold is taken for warm in 90 % of its views. This label does not survive.")
        return (red, *[safety() for _ in pipelines[1:]])

    monkeypatch.setattr(trial, "screen_labels", screen_labels)
    return calls


def checked(at, manager):
    at = press(at, "safety-check")
    key, _ = at.session_state["graft:safety:shown"]
    until(lambda: manager.lane.analysis(key).over)
    return ran(at)


def keys(at):
    return {button.key for button in at.button}


def test_nothing_is_checked_where_nothing_changes(source, manager):  # noqa: F811
    at = opened(source=source)
    assert "Add a step first" in texts(at)
    assert "safety-check" not in keys(at)


def test_the_pipeline_and_each_step_get_their_light_with_the_reason(source, manager, asked):  # noqa: F811
    pipeline = PipelineSpec(steps=(FLIP, TURN, Step(transform="ToGray", enabled=False)))
    at = checked(opened(source=source, pipeline=pipeline), manager)
    ((experiment, pipelines),) = asked
    assert experiment.pipeline == pipeline
    assert [len(one.steps) for one in pipelines] == [3, 1, 1]
    assert [one.steps[0].p for one in pipelines[1:]] == [1.0, 1.0]
    said = texts(at)
    assert "cold is taken for warm in 90 %" in said
    assert "Flip left-right" in said
    assert "Destroys labels" in said
    (table,) = [frame.value for frame in at.dataframe]
    assert list(table["views mostly taken for"]) == ["warm 90 %", ""]
    assert table["95 % interval"][1] == "too few to tell"


def test_a_changed_pipeline_is_said_to_be_another_one(source, manager, asked):  # noqa: F811
    at = checked(opened(source=source, pipeline=PipelineSpec(steps=(FLIP, TURN))), manager)
    assert "safety-check" not in keys(at), "the answer holds"
    at = press(at, "augment-remove-0")
    assert "has changed" not in draft(at).source
    assert "have changed since" in texts(at)
    at = checked(at, manager)
    assert len(asked) == 2
    assert "have changed since" not in texts(at)


def test_a_failure_is_a_sentence_and_can_be_tried_again(source, manager, monkeypatch):  # noqa: F811
    def screen_labels(*_):
        yield Progress(what="reading images", done=0, total=1)
        raise InvalidInput("Add images [1] first.")

    monkeypatch.setattr(trial, "screen_labels", screen_labels)
    at = checked(opened(source=source, pipeline=PipelineSpec(steps=(FLIP,))), manager)
    assert "Add images [1] first." in texts(at)
    assert at.button(key="safety-check").label == "Try again"


def test_it_can_be_cancelled(source, manager, monkeypatch):  # noqa: F811
    begun, go = threading.Event(), threading.Event()

    def screen_labels(*_):
        yield Progress(what="looking at views", done=0, total=1)
        begun.set()
        go.wait(30)
        yield Progress(what="looking at views", done=1, total=1)
        return (safety(),)

    monkeypatch.setattr(trial, "screen_labels", screen_labels)
    at = press(opened(source=source, pipeline=PipelineSpec(steps=(FLIP,))), "safety-check")
    assert begun.wait(30)
    at = press(at, "safety-cancel")
    go.set()
    assert "safety-check" in keys(at)


def test_the_worst_views_are_shown_as_training_sees_them(source, manager, monkeypatch):  # noqa: F811
    shown = []
    monkeypatch.setattr(augment_safety, "show_mosaic", lambda cells, *_: shown.append(cells))
    at = opened(source=source, pipeline=PipelineSpec(steps=(FLIP,)))

    def screen_labels(experiment, room, device, pipelines, control):
        setup = yield from trial.trial(experiment, room, device, control)
        item = setup.train_items[0]
        expected.append(setup.pixels.pictures.view(item, 3))
        worst = (WorstView(item.name, item.digest, 3, "cold", "warm", 0.97),)
        return (safety(Verdict.RED, "No.", worst), safety())

    expected = []
    monkeypatch.setattr(trial, "screen_labels", screen_labels)
    checked(at, manager)
    ((cell,),) = shown
    assert cell.label == "cold → warm"
    assert (cell.pixels == expected[0]).all()
