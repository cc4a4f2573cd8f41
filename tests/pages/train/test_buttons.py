"""The train page's buttons in every state of a run: drawing does nothing, and a click asks one thing of one run.

The manager is a stand-in that notes what it is asked for; the runs are written into the store.
"""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from core.errors import QueueFull, RunConflict
from core.experiment import PipelineSpec
from core.runs.status import Status
from core.runs.workspace import Workspace
from pages.ui.runs import controls, live
from pages.ui.session import engine, warmup
from pages.ui.session.state import Draft
from tests.conftest import make_experiment
from tests.pages.trained import opened, ran, texts

PAGE = "pages/train.py"
LIVE = {
    Status.RUNNING: {"train-pause", "train-stop"},
    Status.PAUSED: {"train-continue", "train-stop"},
    Status.STOPPING: {"train-stopping"},
    Status.QUEUED: {"train-stop"},
}
ENDED = {
    Status.COMPLETED: {"train-results"}, Status.STOPPED: {"train-results", "train-resume"},
    Status.FAILED: {"train-results", "train-resume"}, Status.INTERRUPTED: {"train-results", "train-resume"},
}  # fmt: skip
CONTROLS = {"train-control-without-augmentation", "train-control-from-scratch"}


class Manager:
    """Owns every run, and does nothing but write down what it is asked."""

    def __init__(self, workspace):
        self.workspace, self.calls, self.order, self.mine = workspace, [], [], True
        self.analyses = self

    def live(self):
        return self.workspace.store.live()

    def owns(self, run_id):
        return self.mine

    def queue(self):
        return self.order

    def submit(self, experiment, device="auto", name="", on_progress=None):
        self.calls.append(("submit", experiment, device, name))
        return "new"

    def __getattr__(self, name):
        if name in ("pause", "unpause", "stop", "resume"):
            return lambda run_id, on_progress=None: self.calls.append((name, run_id))
        raise AttributeError(name)

    def analysis(self, key):
        return None

    def analyse(self, key, work):
        raise QueueFull("Nothing is measured here.")

    def cancel(self, key):
        pass


@pytest.fixture
def workspace(ledger, monkeypatch):
    monkeypatch.setenv("GRAFT_WORKSPACE", str(ledger[0].root))
    monkeypatch.setattr(Workspace, "recover", lambda self: [])  # their locks are held by nobody
    monkeypatch.setattr(warmup, "start", lambda: SimpleNamespace(error=None))
    monkeypatch.setattr(warmup, "ready", lambda: True)
    monkeypatch.setattr(warmup, "wait", lambda purpose: None)
    return ledger[0]


@pytest.fixture
def runs(ledger, workspace):
    return ledger[1]


@pytest.fixture
def asked(workspace, monkeypatch):
    made = Manager(workspace)
    monkeypatch.setattr(engine, "manager", lambda: made)
    return made


def put(workspace, run, status, *, evaluated=None, **progress):
    """A run of the ledger in another status."""
    results = run.results if (not status.live if evaluated is None else evaluated) else {}
    recorded = run.progress | progress if status is not Status.QUEUED else {}
    with workspace.store._database.writing() as db:
        db.execute(
            "UPDATE runs SET status = ?, progress = ?, results = ? WHERE id = ?",
            (status.value, json.dumps(recorded), json.dumps(results), run.id),
        )


def keys(at):
    return {button.key for button in at.main.button if (button.key or "").startswith("train-")}


@pytest.mark.parametrize(("status", "buttons"), [*LIVE.items(), *ENDED.items()])
def test_drawing_a_run_asks_for_nothing_and_offers_what_its_state_allows(workspace, runs, asked, status, buttons):
    put(workspace, runs[1], status)
    at = ran(opened(PAGE, runs[1].id))
    assert asked.calls == []
    found = keys(at)
    offered = buttons | CONTROLS | {"train-blocker-go-0", "train-use"}
    assert found == offered
    assert at.subheader[0].value == "birch"
    assert at.button(key="train-control-from-scratch").disabled, "it began untrained"
    assert not at.button(key="train-control-without-augmentation").disabled


@pytest.mark.parametrize(
    ("status", "button", "call"),
    [
        (Status.RUNNING, "train-pause", "pause"), (Status.RUNNING, "train-stop", "stop"),
        (Status.PAUSED, "train-continue", "unpause"), (Status.PAUSED, "train-stop", "stop"),
        (Status.QUEUED, "train-stop", "stop"), (Status.STOPPED, "train-resume", "resume"),
        (Status.FAILED, "train-resume", "resume"), (Status.INTERRUPTED, "train-resume", "resume"),
    ],
)  # fmt: skip
def test_a_click_asks_one_thing_of_the_run_that_is_shown(workspace, runs, asked, status, button, call):
    put(workspace, runs[2], Status.RUNNING)
    put(workspace, runs[1], status)
    at = opened(PAGE, runs[1].id)
    at.button(key=button).click()
    at = ran(at)
    assert asked.calls == [(call, runs[1].id)]
    if button in ("train-pause", "train-continue"):
        assert at.button(key=button).disabled, "asked for, and done at the next batch"
        put(workspace, runs[1], Status.PAUSED if status is Status.RUNNING else Status.RUNNING)
        at = ran(at)
        other = "train-continue" if button == "train-pause" else "train-pause"
        assert not at.button(key=other).disabled
    assert len(asked.calls) == 1


def test_a_run_of_another_program_is_not_steered(workspace, runs, asked):
    asked.mine = False
    put(workspace, runs[1], Status.RUNNING)
    at = opened(PAGE, runs[1].id)
    assert "Another process runs this training" in texts(at)
    assert not keys(at) & {"train-pause", "train-stop"}


def test_runs_that_wait_stand_in_their_order_and_are_taken_out_one_by_one(workspace, runs, asked):
    alder, birch, cedar = runs
    put(workspace, birch, Status.PAUSED)
    put(workspace, alder, Status.QUEUED)
    put(workspace, cedar, Status.QUEUED)
    asked.order = [cedar.id, alder.id]
    at = opened(PAGE, birch.id)
    said = texts(at)
    assert "**Queue**" in said
    assert [line.split("small[")[1] for line in said.split("\n") if "place" in line and "small[" in line] == [
        "place 2]]", "place 1]]",
    ]  # fmt: skip
    assert "2 more wait behind it" in said
    assert not {f"train-show-{run.id}" for run in runs} & keys(at)
    at.button(key=f"train-out-{cedar.id}").click()
    at = ran(at)
    assert asked.calls == [("stop", cedar.id)]
    put(workspace, alder, Status.RUNNING)
    asked.order = [cedar.id]
    at = opened(PAGE, birch.id)
    assert "**Other live runs**" in texts(at)
    assert "1 more waits behind it" in texts(at)
    at.button(key=f"train-show-{alder.id}").click()
    at = ran(at)
    assert at.query_params["run"] == alder.id
    assert at.subheader[0].value == "alder"


def test_the_run_at_work_is_shown_first_else_the_newest_that_waits(workspace, runs, asked):
    alder, birch, cedar = runs
    put(workspace, alder, Status.RUNNING)
    put(workspace, cedar, Status.QUEUED)
    assert opened(PAGE).subheader[0].value == "alder"
    put(workspace, birch, Status.PAUSED)
    assert opened(PAGE).subheader[0].value == "birch"
    for run in (alder, birch):
        put(workspace, run, Status.COMPLETED)
    assert opened(PAGE).subheader[0].value == "cedar"
    at = opened(PAGE, **{"train-run": alder.id})
    assert at.subheader[0].value == "alder", "what this session watches stays"
    assert opened(PAGE, birch.id, **{"train-run": alder.id}).subheader[0].value == "birch", "the address comes first"
    put(workspace, cedar, Status.COMPLETED)
    assert opened(PAGE).subheader[0].value == "The experiment"


@pytest.mark.parametrize(("checkpoint", "said"), [(True, "Continues after epoch 3."), (False, "Starts again")])
def test_a_resume_says_from_where(workspace, runs, asked, checkpoint, said):
    put(workspace, runs[1], Status.INTERRUPTED, evaluated=False)
    if checkpoint:
        (workspace.folder(runs[1].id) / controls.CHECKPOINT).write_bytes(b"x")
    at = opened(PAGE, runs[1].id)
    button = at.button(key="train-resume")
    assert said in button.help
    assert button.proto.type == "primary", "what to do next"
    assert "train-results" not in keys(at)


def test_a_control_run_changes_one_thing_of_the_run_that_is_shown(workspace, runs, asked):
    at = opened(PAGE, runs[1].id)
    at.button(key="train-control-without-augmentation").click()
    ran(at)
    ((what, experiment, device, name),) = asked.calls
    assert (what, device, name) == ("submit", "cpu", "birch, without augmentation")
    assert experiment == runs[1].experiment.changed(pipeline=PipelineSpec())
    assert opened(PAGE, runs[2].id).button(key="train-control-without-augmentation").disabled


def test_an_error_of_the_manager_is_said_and_nothing_is_marked_as_asked(workspace, runs, asked):
    def refuse(run_id):
        raise RunConflict(f"Run {run_id} belongs to another program.")

    asked.__dict__["pause"] = refuse
    put(workspace, runs[1], Status.RUNNING)
    at = opened(PAGE, runs[1].id)
    at.button(key="train-pause").click()
    at = ran(at)
    assert "belongs to another program" in at.error[0].value
    assert not at.button(key="train-pause").disabled


def test_the_settings_of_the_run_that_is_shown_are_taken(workspace, runs, asked):
    at = opened(PAGE, runs[0].id)
    at.button(key="train-use").click()
    at = ran(at)
    draft = at.session_state["graft:draft"]
    assert (draft.seed, draft.phases) == (runs[0].experiment.seed, runs[0].experiment.phases)


def test_start_asks_for_the_draft_on_its_device_once(workspace, runs, asked, divided):
    small = make_experiment(divided, seed=21)
    draft = Draft(
        source=str(divided), pipeline=small.pipeline, backbone=small.backbone, phases=small.phases,
        recipe=small.recipe, views=3, seed=21, device="cpu",
    )  # fmt: skip
    put(workspace, runs[0], Status.RUNNING)
    at = opened(PAGE, draft=draft)
    assert asked.calls == []
    assert at.button(key="train-start").label == "Add to the queue"
    at.button(key="train-start").click()
    at = ran(at)
    assert asked.calls == [("submit", draft.experiment(), "cpu", "")]
    assert at.query_params["run"] == runs[0].id, "the one that is watched stays"
    assert replace(draft, seed=22) != draft


def test_settings_of_both_groups_go_into_the_draft(workspace, asked, divided):
    at = opened(PAGE, draft=Draft(source=str(divided), backbone=make_experiment(divided).backbone))
    before = at.session_state["graft:draft"].recipe
    at.number_input(key="train.batch_size").set_value(7)
    at.number_input(key="train.patience").set_value(3)
    at = ran(at)
    assert at.session_state["graft:draft"].recipe == before.model_copy(update={"batch_size": 7, "patience": 3})


def test_what_is_drawn_is_drawn_anew_at_a_point_of_the_line(runs, monkeypatch):
    asked_for = []
    monkeypatch.setattr(live, "_panel_content", lambda root, run_id, at, *_: asked_for.append((run_id, at)))
    steps = 10 * live.MOST_POINTS
    for step, epochs in ((0, 0), (9, 0), (10, 0), (10, 1)):
        live.panel_content(
            replace(runs[1], progress={"steps": steps, "step": step, "epochs_done": epochs, "epochs": 5})
        )
    live.panel_content(replace(runs[1], progress={"steps": 40, "step": 9}))
    assert asked_for == [(runs[1].id, (at, epochs, False)) for at, epochs in ((0, 0), (0, 0), (1, 0), (1, 1), (9, 0))]


def test_what_is_kept_of_every_step_does_not_grow_with_the_run(runs, workspace):
    run, recorded = runs[1], workspace.store.epochs(runs[1].id)
    many = [replace(recorded[-1], epoch=recorded[-1].epoch + extra) for extra in range(1, 90)]
    workspace.store.record(run.id, epochs=many, progress={"epochs": 200})
    seen = live.panel_content(workspace.store.run(run.id))
    assert seen.done == len(recorded) + 89
    assert seen.epochs == tuple(many[-live.RECENT :])
    assert len(seen.steps) <= live.RECENT
