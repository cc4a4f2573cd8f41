"""Claiming, naming and reopening runs: what is written before a training begins, and what of it is undone."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from filelock import FileLock

from core.errors import ResumeRefused, RunConflict, StorageFailed, UnknownDevice, UnreadableWeights
from core.experiment import Experiment
from core.runs import artifacts
from core.runs import execute as module
from core.runs.execute import create_run, default_name, release, reopen_run
from core.runs.prepare import prepare
from core.runs.status import Status
from core.tasks.image_level import prediction_record
from core.training import device
from tests.conftest import make_experiment
from tests.uneven import CLASSES, TEST, TRAIN, VAL


@pytest.fixture
def workspace(ledger):
    return ledger[0]


@pytest.fixture
def runs(ledger):
    return ledger[1]


def free(workspace, run_id):
    """Whether nobody holds the run's lock."""
    lock = workspace.lock(run_id)
    try:
        lock.acquire()
    except TimeoutError:
        return False
    lock.release()
    return True


def test_a_claimed_run_is_described_in_full(workspace, divided):
    prepared = prepare(make_experiment(divided, seed=77), workspace.root, "cpu")
    lease = create_run(workspace, prepared, "mine")
    run, folder = workspace.store.run(lease.run_id), workspace.folder(lease.run_id)
    assert (run.name, run.status, run.device, run.classes) == ("mine", Status.QUEUED, "cpu", CLASSES)
    assert run.experiment == prepared.experiment == Experiment.from_file(folder / "experiment.yaml")
    assert run.digest == prepared.experiment.digest
    assert run.test_key == artifacts.test_key(prepared.dataset, prepared.split)
    assert (run.started_at, run.ended_at, run.results) == (None, None, {})
    assert artifacts.read_listing(folder) == prepared.listing
    assert len(prepared.listing) == TRAIN + VAL + TEST
    assert not free(workspace, lease.run_id)
    release(workspace, lease, Status.STOPPED, "Because.")
    assert free(workspace, lease.run_id)
    assert (workspace.store.run(lease.run_id).status, workspace.store.run(lease.run_id).message) == (
        Status.STOPPED,
        "Because.",
    )


def test_a_run_without_a_name_is_called_after_its_images_and_its_model(workspace, divided):
    plan = make_experiment(divided, seed=78)
    lease = create_run(workspace, prepare(plan, workspace.root, "cpu"))
    assert workspace.store.run(lease.run_id).name == "weather · mobilenet_v3_small from scratch"
    lease.lock.release()
    pretrained = plan.changed(backbone=plan.backbone.model_copy(update={"weights": "default"}))
    assert default_name(pretrained, "pets") == "pets · mobilenet_v3_small"


def test_notes_stand_in_the_log_as_warnings(workspace, divided):
    other = make_experiment(divided).data.model_copy(update={"fingerprint": "x"})
    lease = create_run(workspace, prepare(make_experiment(divided, seed=79, data=other), workspace.root, "cpu"))
    lines = workspace.store.lines(lease.run_id)
    assert [(line.level, line.message) for line in lines] == [("warning", module.prepare(
        make_experiment(divided, data=other), workspace.root, "cpu").notes[0])]  # fmt: skip
    lease.lock.release()


def test_a_claim_that_fails_lets_go_and_lists_nothing(workspace, divided, monkeypatch):
    ids = [run.id for run in workspace.store.runs()]

    def full(run):
        raise StorageFailed("The disk is full.")

    monkeypatch.setattr(workspace.store, "add", full)
    monkeypatch.setattr(workspace, "new_run_id", lambda: "run-x")
    with pytest.raises(StorageFailed):
        create_run(workspace, prepare(make_experiment(divided, seed=80), workspace.root, "cpu"))
    assert [run.id for run in workspace.store.runs()] == ids
    if workspace.folder("run-x").exists():
        assert free(workspace, "run-x")


def test_weights_that_cannot_be_read_are_refused_before_anything_is_written(workspace, divided, tmp_path):
    before = len(workspace.store.runs())
    plan = make_experiment(divided)
    plan = plan.changed(backbone=plan.backbone.model_copy(update={"weights": str(tmp_path / "gone.safetensors")}))
    with pytest.raises(UnreadableWeights, match="gone"):
        create_run(workspace, prepare(plan, workspace.root, "cpu"))
    assert len(workspace.store.runs()) == before


def stopped(workspace, run, status=Status.STOPPED):
    with workspace.store._database.writing() as db:
        db.execute("UPDATE runs SET status = ?, message = 'why' WHERE id = ?", (status.value, run.id))


@pytest.mark.parametrize("status", [Status.STOPPED, Status.FAILED, Status.INTERRUPTED])
def test_a_reopened_run_forgets_its_own_answers_and_no_other_s(workspace, runs, status):
    alder, birch, _ = runs
    stopped(workspace, birch, status)
    lease = reopen_run(workspace, birch.id)
    run = workspace.store.run(birch.id)
    assert (run.status, run.results, run.message, run.device) == (Status.QUEUED, {}, "", "cpu")
    assert not list(workspace.folder(birch.id).glob("predictions-*"))
    assert len(list(workspace.folder(alder.id).glob("predictions-*"))) == 2
    assert workspace.store.run(alder.id).results == alder.results
    assert len(workspace.store.epochs(birch.id)) == 3
    assert not free(workspace, birch.id)
    lease.lock.release()


def test_a_run_goes_on_on_the_device_that_is_asked_for_else_on_its_own(workspace, runs, monkeypatch):
    monkeypatch.setattr(device, "available_devices", lambda: ("cuda:0", "cpu"))
    monkeypatch.setattr("core.runs.prepare.require_precision", lambda *_: None)
    for run, asked, used in ((runs[0], None, "cpu"), (runs[1], "cuda:0", "cuda:0")):
        stopped(workspace, run)
        reopen_run(workspace, run.id, asked).lock.release()
        assert workspace.store.run(run.id).device == used
    stopped(workspace, runs[2])
    with pytest.raises(UnknownDevice):
        reopen_run(workspace, runs[2].id, "tpu")
    assert workspace.store.run(runs[2].id).status is Status.STOPPED
    assert free(workspace, runs[2].id)


def test_a_run_that_is_refused_keeps_what_it_has(workspace, runs, monkeypatch):
    stopped(workspace, runs[1])

    def refuse(*_):
        raise ResumeRefused("The images are not those.")

    monkeypatch.setattr(module, "require_same_data", refuse)
    with pytest.raises(ResumeRefused):
        reopen_run(workspace, runs[1].id)
    run = workspace.store.run(runs[1].id)
    assert (run.status, run.results) == (Status.STOPPED, runs[1].results)
    assert len(list(workspace.folder(run.id).glob("predictions-*"))) == 2
    assert free(workspace, run.id)


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.RUNNING, Status.QUEUED])
def test_only_what_is_over_and_not_complete_is_reopened(workspace, runs, status):
    stopped(workspace, runs[0], status)
    with pytest.raises(RunConflict, match=status.value):
        reopen_run(workspace, runs[0].id)
    assert free(workspace, runs[0].id)


def test_a_folder_in_which_nothing_can_be_written_is_said_with_the_way_out(workspace, runs, monkeypatch):
    stopped(workspace, runs[0])

    def acquire(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(FileLock, "acquire", acquire)
    with pytest.raises(StorageFailed, match=r"is not writable: .* Choose another workspace"):
        reopen_run(workspace, runs[0].id)


def test_a_run_that_another_program_holds_is_not_reopened(workspace, runs):
    stopped(workspace, runs[0])
    lock = workspace.lock(runs[0].id)
    lock.acquire()
    with pytest.raises(RunConflict, match="another program"):
        reopen_run(workspace, runs[0].id)
    lock.release()


def test_answers_come_back_as_they_were_written(tmp_path):
    scales = (None, (0.0, 240.0), None)
    items = tuple(
        SimpleNamespace(name=f"{n}.png", path=tmp_path / f"{n}.png", label=n % 2, labels=None, value_range=scales[n])
        for n in range(3)
    )
    probabilities = np.array([[0.123456789, 0.876543211], [0.5, 0.5], [1.0, 0.0]])
    artifacts.write_predictions(tmp_path, "val", items, prediction_record([0, 1, 0], probabilities.tolist()))
    artifacts.write_predictions(tmp_path, "test", items[:1], prediction_record([0], (1 - probabilities[:1]).tolist()))
    found = artifacts.read_predictions(tmp_path, "val")
    assert (found.names, found.labels.tolist()) == (("0.png", "1.png", "2.png"), [0, 1, 0])
    assert found.paths == tuple(str(item.path) for item in items)
    assert found.value_range == (0.0, 240.0)
    assert artifacts.read_predictions(tmp_path, "test").value_range is None
    np.testing.assert_allclose(found.probabilities, probabilities, atol=1e-6)
    assert artifacts.read_predictions(tmp_path, "test").probabilities.shape == (1, 2)
    artifacts.forget_predictions(tmp_path)
    for part in ("val", "test"):
        with pytest.raises(RunConflict, match=f"no {part} predictions"):
            artifacts.read_predictions(tmp_path, part)
    artifacts.forget_predictions(tmp_path)
    (tmp_path / "predictions-val.json").write_text("{half")
    with pytest.raises(RunConflict):
        artifacts.read_predictions(tmp_path, "val")
    assert artifacts.read_listing(tmp_path) == {}


def test_devices_are_taken_by_name_and_the_best_is_the_first(monkeypatch):
    monkeypatch.setattr(device, "available_devices", lambda: ("cuda:0", "cuda:1", "cpu"))
    names = {name: str(device.resolve_device(name)) for name in ("auto", "cuda", "cuda:1", "cpu")}
    assert names == {"auto": "cuda:0", "cuda": "cuda:0", "cuda:1": "cuda:1", "cpu": "cpu"}
    with pytest.raises(UnknownDevice, match="auto, cuda:0, cuda:1, cpu"):
        device.resolve_device("mps")
    assert device.steps_ahead(torch.device("cpu")) == 0
    assert device.steps_ahead(torch.device("cuda:0")) == 1
    assert device.precisions(torch.device("cpu")) == ("auto", "fp32", "bf16")
    assert device.precisions(torch.device("mps")) == ("auto", "fp32", "fp16")
