"""Claiming, naming and reopening runs: what is written before a training begins, and what of it is undone."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

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
def room(ledger):
    return ledger[0]


@pytest.fixture
def runs(ledger):
    return ledger[1]


def free(room, run_id):
    """Whether nobody holds the run's lock."""
    lock = room.lock(run_id)
    try:
        lock.acquire()
    except TimeoutError:
        return False
    lock.release()
    return True


def test_a_claimed_run_is_described_in_full(room, divided):
    prepared = prepare(make_experiment(divided, seed=77), room.root, "cpu")
    lease = create_run(room, prepared, "mine")
    run, folder = room.store.run(lease.run_id), room.folder(lease.run_id)
    assert (run.name, run.status, run.device, run.classes) == ("mine", Status.QUEUED, "cpu", CLASSES)
    assert run.experiment == prepared.experiment == Experiment.from_file(folder / "experiment.yaml")
    assert run.digest == prepared.experiment.digest
    assert run.test_key == artifacts.test_key(prepared.dataset, prepared.split)
    assert (run.started_at, run.ended_at, run.results) == (None, None, {})
    assert artifacts.read_listing(folder) == prepared.listing
    assert len(prepared.listing) == TRAIN + VAL + TEST
    assert not free(room, lease.run_id)
    release(room, lease, Status.STOPPED, "Because.")
    assert free(room, lease.run_id)
    assert (room.store.run(lease.run_id).status, room.store.run(lease.run_id).message) == (Status.STOPPED, "Because.")


def test_a_run_without_a_name_is_called_after_its_images_and_its_model(room, divided):
    plan = make_experiment(divided, seed=78)
    lease = create_run(room, prepare(plan, room.root, "cpu"))
    assert room.store.run(lease.run_id).name == "weather · mobilenet_v3_small from scratch"
    lease.lock.release()
    pretrained = plan.changed(backbone=plan.backbone.model_copy(update={"weights": "default"}))
    assert default_name(pretrained, "pets") == "pets · mobilenet_v3_small"


def test_notes_stand_in_the_log_as_warnings(room, divided):
    other = make_experiment(divided).data.model_copy(update={"fingerprint": "x"})
    lease = create_run(room, prepare(make_experiment(divided, seed=79, data=other), room.root, "cpu"))
    lines = room.store.lines(lease.run_id)
    assert [(line.level, line.message) for line in lines] == [("warning", module.prepare(
        make_experiment(divided, data=other), room.root, "cpu").notes[0])]  # fmt: skip
    lease.lock.release()


def test_a_claim_that_fails_lets_go_and_lists_nothing(room, divided, monkeypatch):
    ids = [run.id for run in room.store.runs()]

    def full(run):
        raise StorageFailed("The disk is full.")

    monkeypatch.setattr(room.store, "add", full)
    monkeypatch.setattr(room, "new_run_id", lambda: "run-x")
    with pytest.raises(StorageFailed):
        create_run(room, prepare(make_experiment(divided, seed=80), room.root, "cpu"))
    assert [run.id for run in room.store.runs()] == ids
    if room.folder("run-x").exists():
        assert free(room, "run-x")


def test_weights_that_cannot_be_read_are_refused_before_anything_is_written(room, divided, tmp_path):
    before = len(room.store.runs())
    plan = make_experiment(divided)
    plan = plan.changed(backbone=plan.backbone.model_copy(update={"weights": str(tmp_path / "gone.safetensors")}))
    with pytest.raises(UnreadableWeights, match="gone"):
        create_run(room, prepare(plan, room.root, "cpu"))
    assert len(room.store.runs()) == before


def stopped(room, run, status=Status.STOPPED):
    with room.store._database.writing() as db:
        db.execute("UPDATE runs SET status = ?, message = 'why' WHERE id = ?", (status.value, run.id))


@pytest.mark.parametrize("status", [Status.STOPPED, Status.FAILED, Status.INTERRUPTED])
def test_a_reopened_run_forgets_its_own_answers_and_no_other_s(room, runs, status):
    alder, birch, _ = runs
    stopped(room, birch, status)
    lease = reopen_run(room, birch.id)
    run = room.store.run(birch.id)
    assert (run.status, run.results, run.message, run.device) == (Status.QUEUED, {}, "", "cpu")
    assert not list(room.folder(birch.id).glob("predictions-*"))
    assert len(list(room.folder(alder.id).glob("predictions-*"))) == 2
    assert room.store.run(alder.id).results == alder.results
    assert len(room.store.epochs(birch.id)) == 3
    assert not free(room, birch.id)
    lease.lock.release()


def test_a_run_goes_on_on_the_device_that_is_asked_for_else_on_its_own(room, runs, monkeypatch):
    monkeypatch.setattr(device, "available_devices", lambda: ("cuda:0", "cpu"))
    monkeypatch.setattr("core.runs.prepare.require_precision", lambda *_: None)
    for run, asked, used in ((runs[0], None, "cpu"), (runs[1], "cuda:0", "cuda:0")):
        stopped(room, run)
        reopen_run(room, run.id, asked).lock.release()
        assert room.store.run(run.id).device == used
    stopped(room, runs[2])
    with pytest.raises(UnknownDevice):
        reopen_run(room, runs[2].id, "tpu")
    assert room.store.run(runs[2].id).status is Status.STOPPED
    assert free(room, runs[2].id)


def test_a_run_that_is_refused_keeps_what_it_has(room, runs, monkeypatch):
    stopped(room, runs[1])

    def refuse(*_):
        raise ResumeRefused("The images are not those.")

    monkeypatch.setattr(module, "require_same_data", refuse)
    with pytest.raises(ResumeRefused):
        reopen_run(room, runs[1].id)
    run = room.store.run(runs[1].id)
    assert (run.status, run.results) == (Status.STOPPED, runs[1].results)
    assert len(list(room.folder(run.id).glob("predictions-*"))) == 2
    assert free(room, run.id)


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.RUNNING, Status.QUEUED])
def test_only_what_is_over_and_not_complete_is_reopened(room, runs, status):
    stopped(room, runs[0], status)
    with pytest.raises(RunConflict, match=status.value):
        reopen_run(room, runs[0].id)
    assert free(room, runs[0].id)


def test_a_run_that_another_program_holds_is_not_reopened(room, runs):
    stopped(room, runs[0])
    lock = room.lock(runs[0].id)
    lock.acquire()
    with pytest.raises(RunConflict, match="another program"):
        reopen_run(room, runs[0].id)
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
