"""The command line over runs that differ in every number: whose number is told, and what counts as a look."""

import json

import pytest

from core.runs.execute import create_run
from core.runs.prepare import prepare
from core.runs.status import Status
from core.runs.workspace import Workspace
from core.training import events
from tests.cli.test_commands import QUICK, graft  # noqa: F401 - a fixture
from tests.conftest import make_experiment
from tests.uneven import CLASSES, TEST, TRAIN, VAL, an_epoch


@pytest.fixture
def listed(graft, ledger):  # noqa: F811
    """The command over the workspace of the ledger, which lies where `graft` looks for it."""
    return graft, *ledger


def by_id(out):
    return {row["run_id"]: row for row in json.loads(out.splitlines()[-1])}


def test_the_list_tells_each_run_its_own_validation_and_nobody_s_test(listed):
    call, workspace, runs = listed
    _, out, _ = call("runs", "--json")
    found = json.loads(out.splitlines()[-1])
    assert [row["run_id"] for row in found] == [run.id for run in runs[::-1]], "the newest first"
    for run in runs:
        row = by_id(out)[run.id]
        assert row == {
            "run_id": run.id, "status": "completed", "seconds": run.results["seconds"],
            "images_per_second": run.results["images_per_second"], "epochs": run.results["epochs"],
            "limit": run.results["limit"], "waited": run.results["waited"],
            "val": run.val.flat(), "kept": None, "kept_epoch": run.results["best_epoch"],
        }  # fmt: skip
        assert row["val"]["n"] == VAL
    assert "test" not in out
    _, out, _ = call("runs")
    rows = [line for line in out.splitlines() if "run-" in line]
    for run, row in zip(runs[::-1], rows, strict=True):
        low, high = run.val.main.low, run.val.main.high
        assert row.split()[:4] == [run.id, run.name, "completed", str(run.results["epochs"])]
        assert f"{run.val.main.value:.3f} ({low:.3f} to {high:.3f}, n={VAL})" in row
        assert f"n={TEST}" not in row
    assert workspace.store.test_looks(runs[0].test_key) == 0


def test_listing_marks_runs_whose_program_is_gone(listed, divided):
    call, workspace, _ = listed
    plan = make_experiment(divided, views=7)
    dead, live = (create_run(workspace, prepare(plan.changed(seed=seed), workspace.root, "cpu")) for seed in (11, 12))
    dead.lock.release()
    rows = by_id(call("runs", "--json")[1])
    assert (rows[dead.run_id]["status"], rows[live.run_id]["status"]) == ("interrupted", "queued")
    assert rows[dead.run_id]["val"] is rows[dead.run_id]["epochs"] is None
    live.lock.release()


def test_an_empty_workspace_is_said(graft):  # noqa: F811
    assert "No runs yet" in graft("runs")[1]
    assert json.loads(graft("runs", "--json")[1]) == []


def test_a_training_tells_both_parts_and_is_a_look(graft, divided, tmp_path):  # noqa: F811
    # pretrained: an untrained network answers alike whatever it sees
    options = ("--data", divided, "--image-size", 32, "--device", "cpu", "--phase", "head:2", "--name", "mine")
    code, out, err = graft("train", *options, "--json")
    told = json.loads(out.splitlines()[-1])
    assert (code, told["val"]["n"], told["test"]["n"], told["epochs"]) == (0, VAL, TEST, 2)
    workspace = Workspace(tmp_path / "workspace")
    run = workspace.store.run(told["run_id"])
    assert (run.name, told["val"], told["test"]) == ("mine", run.val.flat(), run.test.flat())
    assert workspace.store.test_looks(run.test_key) == 1
    for epoch in workspace.store.epochs(run.id):
        line = (
            f"epoch {epoch.epoch + 1:>3}  loss {epoch.train_loss:.3f}  val loss {epoch.val_loss:.3f}  "
            f"val accuracy {epoch.val_accuracy:.3f}{' *' if epoch.best else ''}"
        )
        assert line in [shown.rstrip() for shown in err.splitlines()]
    assert f"Run {run.id} in {workspace.folder(run.id)}" in err
    code, out, _ = graft("train", *options, "--seed", 4)
    (other,) = [one for one in workspace.store.runs() if one.id != run.id]
    assert workspace.store.test_looks(run.test_key) == 2
    assert f"completed: validation {other.val.main.value:.3f}" in out
    assert f"n={VAL}), test {other.test.main.value:.3f}" in out
    assert f"n={TEST})" in out
    images = [divided / "test" / "cold" / "00.png", divided / "val" / "warm" / "00.png"]
    _, out, _ = graft("predict", run.id, *images)
    _, answers, _ = graft("predict", run.id, *images, "--json")
    for line, answer, path in zip(out.splitlines(), json.loads(answers), images, strict=True):
        assert set(answer["probabilities"]) == set(CLASSES)
        assert line == f"{path}  {answer['class']}  {100 * max(answer['probabilities'].values()):.1f} %"
    assert json.loads(graft("predict", workspace.folder(run.id), *images, "--json")[1]) == json.loads(answers)
    assert json.loads(graft("predict", other.id, *images, "--json")[1]) != json.loads(answers)


def test_a_run_without_test_images_looks_at_none(graft, images, tmp_path):  # noqa: F811
    plan = make_experiment(images)
    split = plan.data.split.model_copy(update={"test": 0.0})
    file = tmp_path / "plan.yaml"
    file.write_text(plan.changed(data=plan.data.model_copy(update={"split": split})).to_yaml())
    code, out, _ = graft("train", "--experiment", file, "--device", "cpu")
    assert code == 0
    assert "test -" in out
    store = Workspace(tmp_path / "workspace").store
    assert store._database._idle[0].execute("SELECT COUNT(*) FROM test_looks").fetchone()[0] == 0


def test_a_run_that_fails_is_told_and_ends_with_2(graft, divided, tmp_path, monkeypatch):  # noqa: F811
    from core.errors import TrainingFailed
    from core.runs import execute

    def fails(*_):
        raise TrainingFailed("The loss [bold] is gone.")

    monkeypatch.setattr(execute, "train", fails)
    code, out, err = graft("train", "--data", divided, *QUICK, "--phase", "head:1", "--json")
    told = json.loads(out.splitlines()[-1])
    assert (code, told["status"], told["val"], told["test"]) == (2, "failed", None, None)
    assert "Error: The loss [bold] is gone." in err
    (run,) = Workspace(tmp_path / "workspace").store.runs()
    assert run.status is Status.FAILED


@pytest.fixture
def bar(monkeypatch):
    """What the progress bar was told."""
    from core.cli import show

    told = []
    monkeypatch.setattr(show.Progress, "update", lambda self, task, **parts: told.append(parts))
    return told


def test_the_bar_stands_where_the_run_stands(bar):
    from core.cli.show import show

    def happened():
        yield events.RunStarted(device="CPU", train_images=TRAIN, val_images=VAL, epochs=4, steps=12, first_epoch=3)
        yield events.StepEnded(step=10, epoch=3, phase=0, loss=1.0, learning_rate=0.1, images_per_second=5.0)
        yield events.Progress(what="evaluating", done=2, total=5)
        yield events.Progress(what="loading", done=0, total=0)
        yield an_epoch(3, 1.5)
        return "the answer"

    assert show(happened()) == "the answer"
    assert bar == [
        {"description": "training", "total": 12, "completed": 9}, {"description": "training", "completed": 10},
        {"description": "evaluating", "completed": 2, "total": 5},
        {"description": "loading", "completed": 0, "total": None},
    ]  # fmt: skip
