"""Where a pipeline turns, on screenings that are written down here; and through the workspace, on images."""

from collections.abc import Sequence

import pytest

from core.augment.presets import read_screened
from core.experiment import PipelineSpec, Step
from core.paths import SCREENINGS
from core.runs import trial
from core.runs.trial import screen_labels, sweep_labels
from core.runs.workspace import Workspace
from core.screening.sweep import STRENGTHS, SWEEP_VIEWS, sweep_strength
from core.screening.verdict import Safety, Verdict
from core.work.control import Control
from core.work.progress import Progress
from tests.screening.test_screen import ended
from tests.waiting import drained

FLIP, TURN = Step(transform="HorizontalFlip", p=0.5), Step(transform="Rotate", p=1.0)


def safety(verdict):
    return Safety(verdict, "Because.", 12, 4, 1.0, 0.9, 0.8, 1.0, 0.1, 0.5, (), (), (), ())


def swept(pipeline, lights, strengths: Sequence[float] = STRENGTHS):
    """A sweep whose light at each strength is written down; the strengths that were screened."""

    def screener(levels):
        yield Progress(what="looking", done=0, total=1)
        return tuple(safety(lights(level.strength)) for level in levels)

    return ended(sweep_strength(pipeline, screener, strengths))


def test_the_weakest_strengths_at_which_the_light_turns_are_found():
    def lights(strength):
        return Verdict.GREEN if strength < 0.75 else Verdict.AMBER if strength < 1.5 else Verdict.RED

    found = swept(PipelineSpec(steps=(TURN,), strength=0.3), lights)
    assert found.strengths == STRENGTHS
    assert (found.turns, found.reds, found.green_until) == (0.75, 1.5, 0.5)
    assert found.frequencies == ()


@pytest.mark.parametrize("verdict", [Verdict.GREEN, Verdict.UNKNOWN])
def test_a_light_that_stays_does_not_turn(verdict):
    found = swept(PipelineSpec(steps=(TURN,)), lambda _: verdict)
    assert (found.turns, found.reds, found.green_until) == (None, None, None)


def test_red_from_the_beginning_leaves_no_green_strength():
    found = swept(PipelineSpec(steps=(TURN,)), lambda _: Verdict.RED)
    assert (found.turns, found.reds, found.green_until) == (STRENGTHS[0], STRENGTHS[0], None)


def test_of_a_flip_only_the_share_of_views_changes_and_never_beyond_all():
    found = swept(PipelineSpec(steps=(FLIP.model_copy(update={"p": 1.0}),)), lambda _: Verdict.GREEN)
    assert found.strengths == (0.25, 0.5, 0.75, 1.0)
    assert found.frequencies == ("HorizontalFlip",)


def test_what_has_a_size_is_not_said_to_change_only_in_frequency():
    choice = Step(transform="OneOf", options=(FLIP, Step(transform="GaussianBlur", p=0.5)))
    found = swept(PipelineSpec(steps=(TURN, choice)), lambda _: Verdict.GREEN)
    assert found.frequencies == ("HorizontalFlip",)
    assert found.strengths == STRENGTHS


def test_a_sweep_on_images_is_kept_and_read_again(experiment, tmp_path, monkeypatch):
    workspace, pipeline = Workspace(tmp_path / "workspace"), read_screened("Rotate")
    first = ended(sweep_labels(experiment, workspace, "cpu", pipeline, Control()))
    assert [one.views for one in first.found] == [SWEEP_VIEWS] * len(first.strengths)
    assert len(list((workspace.root / SCREENINGS).glob("*.json"))) == len(first.strengths)
    monkeypatch.setattr(trial, "set_up", lambda *_, **__: pytest.fail("nothing has to be computed"))
    assert ended(sweep_labels(experiment, workspace, "cpu", pipeline, Control())) == first


def test_only_what_is_not_known_yet_is_screened(experiment, tmp_path):
    workspace, (flip, turn) = (
        Workspace(tmp_path / "workspace"),
        [read_screened(name) for name in ("HorizontalFlip", "Rotate")],
    )
    (alone,) = ended(screen_labels(experiment, workspace, "cpu", (turn,), Control()))
    both, told = drained(screen_labels(experiment, workspace, "cpu", (flip, turn), Control()))
    events = [event.what for event in told]
    assert both[1] == alone
    assert "reading what was found before" in events
    assert "looking at views" in events, "one alone is numbered by nobody"


def test_a_damaged_answer_is_found_anew(experiment, tmp_path):
    workspace, pipelines = Workspace(tmp_path / "workspace"), (read_screened("Rotate"),)
    first = ended(screen_labels(experiment, workspace, "cpu", pipelines, Control()))
    for path in (workspace.root / SCREENINGS).glob("*.json"):
        path.write_text(path.read_text(encoding="utf-8")[:50], encoding="utf-8")
    assert ended(screen_labels(experiment, workspace, "cpu", pipelines, Control())) == first


@pytest.mark.parametrize(
    ("lights", "sentence"),
    [
        ("ggg", "The light does not turn between strength 0.25 and 1.5."),
        ("gga", "The light turns between strength 0.5 and 1.5."),
        ("gar", "The light turns between strength 0.25 and 0.5. It is red from 1.5 on."),
        ("rgr", "The light turns at strength 0.25 already, the weakest that was tried. It is red from 0.25 on."),
    ],
)
def test_where_the_light_turns_is_said(lights, sentence):
    verdicts = {"g": Verdict.GREEN, "a": Verdict.AMBER, "r": Verdict.RED}
    strengths = (0.25, 0.5, 1.5)
    by_strength = {strength: verdicts[light] for strength, light in zip(strengths, lights, strict=True)}
    assert swept(PipelineSpec(steps=(TURN,)), by_strength.__getitem__, strengths).sentence == sentence


def test_an_option_that_is_switched_off_makes_no_strength_another_one():
    sure = FLIP.model_copy(update={"p": 1.0})
    for left_out in (TURN.model_copy(update={"enabled": False}), TURN.model_copy(update={"p": 0.0})):
        found = swept(PipelineSpec(steps=(Step(transform="OneOf", options=(sure, left_out)),)), lambda _: Verdict.GREEN)
        assert found.strengths == (0.25, 0.5, 0.75, 1.0)
        assert found.frequencies == ("HorizontalFlip",)
