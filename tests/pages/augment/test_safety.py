"""Label safety on the Augment page: asked for with one click, found in the analysis queue, stale when steps change."""

import threading
from dataclasses import replace

import pytest

from core.data.sources import load_dataset
from core.errors import InvalidInput
from core.experiment import PipelineSpec, Reading, SplitSpec, Step
from core.runs import trial
from core.screening.cache import kept_in
from core.screening.sweep import StrengthSweep
from core.screening.verdict import ClassSafety, Confusion, Safety, Verdict, WorstView
from core.work.progress import Progress
from pages.ui.augment import safety as augment_safety
from pages.ui.augment import turning
from pages.ui.runs.safety_question import strengths, whole_and_steps
from tests.pages.augment.fixtures import source  # noqa: F401  (source is a fixture)
from tests.pages.augment.test_page import draft, opened, press, ran, texts
from tests.pages.trained import keys
from tests.waiting import until

FLIP, TURN = Step(transform="HorizontalFlip", p=0.5), Step(transform="Rotate", p=0.7)
TO_WARM = Confusion("cold", "warm", 0.9)


def safety(verdict=Verdict.GREEN, reason="Labels survive: 98 % of what was correctly classified still is.", worst=()):
    classes = (
        ClassSafety("cold", 6, 1.0, 0.1, 0.0, 0.2, 0.9, 0.8, TO_WARM),
        ClassSafety("warm", 6, 0.5, None, 0.0, 1.0, 0.0, 0.0, None),
    )
    return Safety(verdict, reason, 12, 8, 0.75, 0.5, 0.4, 0.6, 0.5, 0.7, classes, (TO_WARM,), (), worst)


@pytest.fixture
def asked(monkeypatch):
    """The pipelines that the engine was asked about; answered at once."""
    calls = []

    def screen_labels(experiment, workspace, device, pipelines, control):
        calls.append((experiment, pipelines))
        yield Progress(what="looking at views", done=1, total=2)
        red = safety(Verdict.RED, "cold is taken for warm in 90 % of its views. This label does not survive.")
        return (red, *[safety() for _ in pipelines[1:]])

    monkeypatch.setattr(trial, "screen_labels", screen_labels)
    return calls


def checked(at, manager):
    at = press(at, "safety-check")
    asked = at.session_state["graft:safety:shown"]
    until(lambda: manager.analyses.analysis(asked.key).over)
    return ran(at)


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
    assert list(table["views mostly predicted as"]) == ["warm 90 %", ""]
    assert table["95 % interval"][1] == "too few images"


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

    def screen_labels(experiment, workspace, device, pipelines, control):
        setup = yield from trial.trial(experiment, workspace, device, control)
        item = setup.train_items[0]
        expected.append(setup.pixels.image_views.view(item, 3))
        worst = (WorstView(item.name, item.digest, 3, "cold", "warm", 0.97),)
        return (safety(Verdict.RED, "No.", worst), safety())

    expected = []
    monkeypatch.setattr(trial, "screen_labels", screen_labels)
    checked(at, manager)
    ((cell,),) = shown
    assert cell.label == "cold → warm"
    assert (cell.pixels == expected[0]).all()


def keep(at, workspace, pipelines):
    """Answers on the disk for what the page would ask about each of these pipelines, as another session found them."""
    for pipeline in pipelines:
        about = replace(draft(at), pipeline=pipeline)
        question = whole_and_steps(about, load_dataset(about.source, workspace))
        for one in question.pipelines:
            kept_in(workspace).save(question.about.key(one), safety(reason=f"Kept for {len(pipeline.steps)}."))


def test_what_is_kept_is_shown_without_a_click(source, manager, asked, own_workspace):  # noqa: F811
    both = PipelineSpec(steps=(FLIP, TURN))
    keep(opened(source=source), own_workspace, [both])
    at = opened(source=source, pipeline=both)
    assert "Kept for 2." in texts(at)
    assert "safety-check" not in keys(at)
    at = press(at, "augment-remove-0")
    assert "have changed since" in texts(at), "what is left is another pipeline, and nothing is known of it"
    assert not asked


def test_a_change_to_what_is_known_shows_it_at_once(source, manager, asked, own_workspace):  # noqa: F811
    keep(opened(source=source), own_workspace, [PipelineSpec(steps=(FLIP, TURN)), PipelineSpec(steps=(TURN,))])
    at = press(opened(source=source, pipeline=PipelineSpec(steps=(FLIP, TURN))), "augment-remove-0")
    assert "Kept for 1." in texts(at)
    assert "have changed since" not in texts(at)


def test_a_step_that_is_not_always_applied_is_also_asked_about_alone(source, manager, asked):  # noqa: F811
    at = checked(opened(source=source, pipeline=PipelineSpec(steps=(FLIP,))), manager)
    ((_, pipelines),) = asked
    assert [one.steps[0].p for one in pipelines] == [0.5, 1.0]
    assert "each step alone" in texts(at)


@pytest.fixture
def swept(monkeypatch):
    """The pipelines that were swept; each turns amber at strength 1."""
    calls = []

    def sweep_labels(experiment, workspace, device, pipeline, control):
        calls.append(pipeline)
        yield Progress(what="looking at views, 1 of 2", done=1, total=2)
        return StrengthSweep((0.5, 1.0), (safety(), safety(Verdict.AMBER)), 1.0, None, ("HorizontalFlip",))

    monkeypatch.setattr(trial, "sweep_labels", sweep_labels)
    return calls


def test_where_it_turns_is_found_for_the_pipeline_and_for_a_step(source, manager, asked, swept, monkeypatch):  # noqa: F811
    drawn = []
    monkeypatch.setattr(turning, "live_plot", lambda figure, **_: drawn.append(figure))
    pipeline = PipelineSpec(steps=(FLIP, TURN))
    at = checked(opened(source=source, pipeline=pipeline), manager)
    assert "three times" in texts(at)
    assert not drawn
    at = press(at, "safety-sweep")
    until(lambda: all(manager.analyses.analysis(key).over for key in manager.analyses._tasks))
    at = ran(at)
    assert swept == [pipeline]
    assert "The light turns between strength 0.5 and 1." in texts(at)
    assert "because they have no magnitude: Flip left" in texts(at).replace("\\", "")
    assert drawn
    (choice,) = [box for box in at.selectbox if box.key.startswith("safety-sweep-of")]
    choice.set_value(2)
    at = press(ran(at), "safety-sweep")
    assert [step.transform for step in swept[-1].steps] == ["Rotate"]
    assert swept[-1].steps[0].p == 1


def test_a_kept_sweep_is_shown_without_a_click(source, manager, own_workspace, monkeypatch):  # noqa: F811
    pipeline = PipelineSpec(steps=(FLIP.model_copy(update={"p": 1.0}),))
    at = opened(source=source)
    keep(at, own_workspace, [pipeline])
    about = replace(draft(at), pipeline=pipeline)
    question = strengths(about, load_dataset(source, own_workspace), pipeline)
    for one in question.pipelines:
        kept_in(own_workspace).save(question.about.key(one), safety(Verdict.RED))
    drawn = []
    monkeypatch.setattr(turning, "live_plot", lambda figure, **_: drawn.append(figure))
    at = opened(source=source, pipeline=pipeline)
    assert len(drawn) == 1
    assert "0.25 already" in texts(at)
    assert "safety-sweep" not in keys(at)


def test_the_images_that_are_looked_at_are_those_that_would_train(source, own_workspace):  # noqa: F811
    split, reading = SplitSpec(val=0.3, test=0.1, seed=5), Reading(layout="folders")
    chosen = replace(draft(opened(source=source)), split=split, reading=reading, seed=9)
    data = whole_and_steps(chosen, load_dataset(source, own_workspace)).experiment.data
    assert (data.split, data.reading) == (split, reading)
