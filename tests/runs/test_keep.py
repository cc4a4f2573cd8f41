"""The last epoch instead of the chosen one: weights, answers and scores follow, and go back."""

import json
import sqlite3
import threading
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file
from typer.testing import CliRunner

from core.backbones.stages import stage_table
from core.cli.commands import app
from core.errors import ResumeRefused, RunConflict, StorageFailed, StorageLocked, UnknownDevice
from core.evaluation.predict import Predictor
from core.experiment import Phase, Recipe
from core.export.bundle import bundle
from core.jobs import JobManager
from core.model.record import read_record
from core.runs import artifacts, keep
from core.runs import execute as executing
from core.runs.execute import create_run, execute, reopen_run
from core.runs.keep import keep_epoch
from core.runs.last import why_not
from core.runs.prepare import prepare
from core.runs.status import Status
from core.runs.workspace import Workspace
from core.training import inference
from core.training.events import EpochEnded
from core.training.kept import BEST, LAST_WEIGHTS, Kept, kept, kept_weights
from core.work.control import Aborted, Control, Signal
from core.work.leases import DeviceLease, DeviceLeases
from core.work.progress import READING
from tests.conftest import make_experiment
from tests.training.helpers import copy, settle, worth
from tests.uneven import TEST, VAL, make_divided
from tests.waiting import until

LATE = tuple(stage.name for stage in stage_table("mobilenet_v3_small"))[-2:]


def run_of(workspace, source, patch, values, stop_after=None):
    """A run whose epochs are worth `values`, two of the head and then of two stages; its weights after each."""
    plan = make_experiment(
        source, phases=(Phase(stages=("head",), epochs=2), Phase(stages=LATE, epochs=2)),
        recipe=Recipe(batch_size=4, learning_rate=0.02, precision="fp32"),
    )  # fmt: skip
    setups, real = [], executing.set_up

    def set_up(*args, **parts):
        setups.append(real(*args, **parts))
        settle(setups[0])
        return setups[0]

    patch.setattr(executing, "set_up", set_up)
    worth(patch, iter(values))
    lease, control, weights = create_run(workspace, prepare(plan, workspace.root, "cpu")), Control(), []
    for event in execute(workspace, lease, control):
        if isinstance(event, EpochEnded):
            weights.append(copy(setups[0].model))
            if event.epoch == stop_after:
                control.stop()
    return workspace.store.run(lease.run_id), weights


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "workspace")


def graft(*words):
    return CliRunner().invoke(app, list(words))


def same(path, weights):
    found = load_file(path)
    return all(np.array_equal(found[name], weights[name]) for name in found)


def test_the_last_epoch_is_used_everywhere_and_the_chosen_one_again(workspace, divided, monkeypatch):
    run, weights = run_of(workspace, divided, monkeypatch, (3.0, 1.0, 2.0, 4.0))
    folder = workspace.folder(run.id)
    assert (run.results["kept"], run.results["kept_epoch"], kept(folder)) == ("chosen", 1, Kept.CHOSEN)
    assert same(folder / BEST, weights[1])
    assert same(folder / LAST_WEIGHTS, weights[3])
    before = {part: artifacts.read_predictions(folder, part) for part in ("val", "test")}
    now = keep_epoch(workspace, run.id, "last")
    assert (now.results["kept"], now.results["kept_epoch"], now.results["best_epoch"]) == ("last", 3, 1)
    assert kept_weights(folder).name == LAST_WEIGHTS
    assert read_record(kept_weights(folder)).epoch == 3
    for part, count in (("val", VAL), ("test", TEST)):
        answers = artifacts.read_predictions(folder, part)
        assert answers.names == before[part].names
        assert len(answers.names) == count == now.results[part]["n"]
        assert np.abs(answers.probabilities - before[part].probabilities).max() > 0.01
        right = (answers.probabilities.argmax(axis=1) == answers.labels).mean()
        assert getattr(now, part).main.value == pytest.approx(right)
    predictor = Predictor.load(folder)
    val = artifacts.read_predictions(folder, "val")
    said = predictor.predict([predictor.read(path) for path in map(Path, val.paths)])
    np.testing.assert_allclose(said, val.probabilities, atol=1e-3)
    assert (folder / LAST_WEIGHTS).read_bytes() in bundle(workspace, now)

    monkeypatch.setattr(keep, "set_up", lambda *_, **__: pytest.fail("what is known is not computed again"))
    back = keep_epoch(workspace, run.id, "best")
    assert {part: back.results[part] for part in ("val", "test")} == {p: run.results[p] for p in ("val", "test")}
    assert (back.results["kept"], back.results["kept_epoch"], kept_weights(folder).name) == ("chosen", 1, BEST)
    again = artifacts.read_predictions(folder, "test")
    np.testing.assert_array_equal(again.probabilities, before["test"].probabilities)
    assert keep_epoch(workspace, run.id, "last").results["val"] == now.results["val"]


def test_the_last_epoch_is_evaluated_as_its_own_phase_computes(workspace, divided, monkeypatch):
    run, _ = run_of(workspace, divided, monkeypatch, (3.0, 1.0, 2.0, 4.0))
    phases, real = [], keep.exact_input
    monkeypatch.setattr(keep, "exact_input", lambda setup, phase: phases.append(phase) or real(setup, phase))
    keep_epoch(workspace, run.id, "last")
    assert phases == [1], "epoch 3 is of the second phase, the chosen one of the first"


def test_another_device_than_the_run_s_can_be_asked_for(workspace, divided, monkeypatch):
    run, _ = run_of(workspace, divided, monkeypatch, (3.0, 1.0, 2.0, 4.0))
    asked = []

    def again(_, wanted, on_progress):
        asked.append(wanted.device)
        raise UnknownDevice("There is no such device.")

    monkeypatch.setattr(keep, "prepare_again", again)
    for device in ("cuda:1", None):
        with pytest.raises(UnknownDevice):
            keep_epoch(workspace, run.id, "last", device=device)
    assert asked == ["cuda:1", "cpu"]


def test_there_is_no_other_model_where_the_last_epoch_is_the_best(workspace, divided, monkeypatch):
    run, _ = run_of(workspace, divided, monkeypatch, (3.0, 2.0, 1.5, 1.0))
    assert not (workspace.folder(run.id) / LAST_WEIGHTS).exists()
    assert why_not(workspace.folder(run.id), run) == "The last epoch is the one that is kept."
    with pytest.raises(RunConflict, match="is the one that is kept"):
        keep_epoch(workspace, run.id, "last")
    assert keep_epoch(workspace, run.id, "best").results["kept_epoch"] == 3


def test_a_run_of_an_older_version_says_why_there_is_none(workspace, divided, monkeypatch):
    run, _ = run_of(workspace, divided, monkeypatch, (3.0, 1.0, 2.0, 4.0))
    (workspace.folder(run.id) / LAST_WEIGHTS).unlink()
    with pytest.raises(RunConflict, match="older version"):
        keep_epoch(workspace, run.id, "last")
    assert kept(workspace.folder(run.id)) is Kept.CHOSEN
    assert workspace.store.run(run.id).results == run.results


def test_a_run_that_goes_on_goes_back_to_the_chosen_epoch(workspace, divided, monkeypatch):
    run, weights = run_of(workspace, divided, monkeypatch, (3.0, 1.0, 2.0, 4.0), stop_after=2)
    assert run.status is Status.STOPPED
    folder = workspace.folder(run.id)
    assert same(folder / LAST_WEIGHTS, weights[2])
    keep_epoch(workspace, run.id, "last")
    lease = reopen_run(workspace, run.id)
    assert (kept(folder), (folder / LAST_WEIGHTS).exists()) == (Kept.CHOSEN, False)
    assert not list(folder.glob("predictions-*"))
    with pytest.raises(RunConflict, match="not over"):
        keep_epoch(workspace, run.id, "last")
    lease.lock.release()


def test_changed_images_are_refused_and_nothing_is_switched(workspace, tmp_path, monkeypatch):
    source = make_divided(tmp_path / "own")
    run, _ = run_of(workspace, source, monkeypatch, (3.0, 1.0, 2.0, 4.0))
    (source / "val" / "warm" / "00.png").unlink()
    (source / "val" / "mild" / "02.png").rename(source / "val" / "warm" / "07.png")
    with pytest.raises(ResumeRefused):
        keep_epoch(workspace, run.id, "last")
    assert workspace.store.run(run.id).results == run.results
    assert kept(workspace.folder(run.id)) is Kept.CHOSEN


def test_it_is_told_how_far_it_is_and_an_abort_ends_it(workspace, divided, monkeypatch):
    run, _ = run_of(workspace, divided, monkeypatch, (3.0, 1.0, 2.0, 4.0))
    monkeypatch.setattr(inference, "MANY", VAL)
    control, told = Control(), []

    def leave(progress):
        told.append(progress)
        control.abort()

    with pytest.raises(Aborted):
        keep_epoch(workspace, run.id, "last", control=control, on_progress=leave)
    assert [one.what for one in told] == [READING]
    assert kept(workspace.folder(run.id)) is Kept.CHOSEN
    keep_epoch(workspace, run.id, "last", on_progress=told.append)
    assert {one.what for one in told} == {READING, "evaluating the validation images", "evaluating the test images"}
    assert all(0 <= one.done <= one.total for one in told)


def test_the_command_line_keeps_either_and_never_shows_the_test_result(workspace, divided, monkeypatch):
    run, _ = run_of(workspace, divided, monkeypatch, (3.0, 1.0, 2.0, 4.0))
    done = graft("keep", run.id, "--last", "--workspace", str(workspace.root))
    assert done.exit_code == 0, done.output
    assert "You keep the last epoch, 4" in " ".join(done.output.split())
    assert "instead of the chosen one, 2" in " ".join(done.output.split())
    done = graft("keep", run.id, "--best", "--workspace", str(workspace.root), "--json")
    answer = json.loads(done.stdout.splitlines()[-1])
    assert (answer["kept"], answer["kept_epoch"], answer["val"]["n"]) == ("chosen", 1, VAL)
    assert "test" not in answer
    assert workspace.store.test_looks(run.test_key) == 0
    assert graft("keep", run.id, "--workspace", str(workspace.root)).exit_code == 2, "which of the two must be said"


def test_scores_and_weights_are_switched_together_or_not_at_all(workspace, divided, monkeypatch):
    run, _ = run_of(workspace, divided, monkeypatch, (3.0, 1.0, 2.0, 4.0))
    folder = workspace.folder(run.id)
    point, written = keep.keep, []

    def fails(folder, which):
        if written:  # the second time the pointer is written, and the results are not
            point(folder, which)
        if which is Kept.LAST:
            written.append(kept(folder))
            raise StorageFailed("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(keep, "keep", fails)
        for _ in range(2):
            with pytest.raises(StorageFailed, match="disk is full"):
                keep_epoch(workspace, run.id, "last")
            assert (workspace.store.run(run.id).results, kept(folder)) == (run.results, Kept.CHOSEN)
    assert written == [Kept.CHOSEN, Kept.LAST]
    other = sqlite3.connect(workspace.root / "graft.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    real = workspace.store._database.writing
    monkeypatch.setattr(workspace.store._database, "writing", lambda _wait_s=0.0: real(0.05))
    with pytest.raises(StorageLocked):
        keep_epoch(workspace, run.id, "last")
    other.close()
    assert (workspace.store.run(run.id).results, kept(folder)) == (run.results, Kept.CHOSEN)


@pytest.fixture
def taking_turns(monkeypatch):
    """The processor stands in for an accelerator: what computes there takes turns."""
    monkeypatch.setattr(DeviceLeases, "of", lambda self, device: self._leases.setdefault(device, DeviceLease()))


def test_the_evaluation_takes_its_turn_on_the_device_and_lets_go(workspace, divided, monkeypatch, taking_turns):
    run, _ = run_of(workspace, divided, monkeypatch, (3.0, 1.0, 2.0, 4.0))
    manager, training, found = JobManager(workspace), object(), []
    lease = manager._leases.of("cpu")
    lease.take(training, lambda: False)
    asking = threading.Thread(target=lambda: found.append(manager.keep_epoch(run.id, "last")))
    asking.start()
    until(lambda: len(lease._queue) == 2)
    assert (found, kept(workspace.folder(run.id))) == ([], Kept.CHOSEN), "it waits for the batch of the training"
    lease.take(training, lambda: False)  # the training's next batch comes after it
    until(lambda: found or len(lease._queue) == 2)
    lease.release(training)
    asking.join(30)
    assert found[0].results["kept"] == "last"
    assert (list(lease._queue), manager._evaluations) == ([], set())
    manager.keep_epoch(run.id, "best")
    monkeypatch.setattr(keep, "score_part", lambda *_: pytest.fail("what is known is not computed again"))
    assert manager.keep_epoch(run.id, "last").results["kept"] == "last"
    manager.shutdown(5)


def test_a_failing_evaluation_lets_go_and_the_end_of_the_program_ends_it(workspace, divided, monkeypatch, taking_turns):
    run, _ = run_of(workspace, divided, monkeypatch, (3.0, 1.0, 2.0, 4.0))
    manager, raised = JobManager(workspace), []
    lease = manager._leases.of("cpu")

    def fails(*given):
        assert given[5].at_batch() is Signal.GO
        raise StorageFailed("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(keep, "score_part", fails)
        with pytest.raises(StorageFailed, match="disk is full"):
            manager.keep_epoch(run.id, "last")
    assert (list(lease._queue), manager._evaluations) == ([], set())

    def asks():
        with pytest.raises(Aborted) as caught:
            manager.keep_epoch(run.id, "last")
        raised.append(caught)

    lease.take(training := object(), lambda: False)
    asking = threading.Thread(target=asks)
    asking.start()
    until(lambda: len(lease._queue) == 2)
    manager.shutdown(5)
    asking.join(30)
    assert len(raised) == 1, "it does not wait for the training's turn to end"
    assert list(lease._queue) == [training]
    assert kept(workspace.folder(run.id)) is Kept.CHOSEN
    asks()
    assert len(raised) == 2, "nor does it begin after the end"
