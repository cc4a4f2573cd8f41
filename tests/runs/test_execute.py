import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from core.backbones.stages import stage_table
from core.errors import (
    GraftError,
    InvalidInput,
    OutOfMemory,
    ResumeRefused,
    RunConflict,
    StorageFailed,
    TrainingFailed,
    UnknownBackbone,
    UnknownStage,
    UnreadableWeights,
    UnusableDataset,
)
from core.experiment import AS_FOUND, BackboneSpec, DataSpec, Phase, Reading, Recipe
from core.model.record import read_record
from core.runs import artifacts
from core.runs import execute as executing
from core.runs.execute import create_run, execute, reopen_run
from core.runs.prepare import prepare
from core.runs.status import Status
from core.runs.workspace import Workspace
from core.training import checkpoints
from core.training.events import EpochEnded, StepEnded
from core.work.control import Control
from tests.conftest import make_experiment, make_images
from tests.features.helpers import SHORTAGES

ROOT = Path(__file__).parents[2]


@pytest.fixture
def room(tmp_path):
    return Workspace(tmp_path / "workspace")


def begin(room, experiment, name=""):
    return create_run(room, prepare(experiment, room.root, "cpu"), name)


def test_a_run_is_recorded_evaluated_and_its_files_written(room, experiment):
    lease = begin(room, experiment, "mine")
    assert room.store.run(lease.run_id).status is Status.QUEUED
    events = list(execute(room, lease, Control()))
    run = room.store.run(lease.run_id)
    assert run.status is Status.COMPLETED
    assert run.name == "mine"
    assert [e.val_loss for e in room.store.epochs(run.id)] == [e.val_loss for e in events if isinstance(e, EpochEnded)]
    assert len(room.store.steps(run.id)) == len([e for e in events if isinstance(e, StepEnded)])
    assert run.val["n"] == run.test["n"] == 4
    assert run.results["epochs"] == 4
    assert run.results["seconds"] > 0
    names = {path.name for path in room.folder(run.id).iterdir()}
    assert {"best.safetensors", "experiment.yaml", "predictions-val.json"} <= names
    answers = artifacts.read_predictions(room.folder(run.id), "test")
    assert answers.probabilities.shape == (4, 2)
    assert (answers.probabilities.argmax(axis=1) == answers.labels).mean() == run.test["accuracy"]
    with pytest.raises(RunConflict, match="is completed"):
        reopen_run(room, run.id)


def test_pictures_are_decoded_once_for_all_runs_of_a_process(room, experiment, monkeypatch):
    from core.data import cache

    decoded, real = [], cache.decode
    monkeypatch.setattr(cache, "decode", lambda path, scale: (decoded.append(path), real(path, scale))[1])
    for seed in (1, 2):  # other views: the features kept by the first run are of no use to the second
        list(execute(room, begin(room, experiment.changed(seed=seed)), Control()))
    assert len(decoded) == len(set(decoded)) > 0


def test_pictures_beyond_the_memory_lie_in_the_workspace(room, experiment, monkeypatch):
    from core.data import cache
    from core.runs import workspace

    asked, real = [], cache.tempfile.TemporaryFile
    monkeypatch.setattr(workspace, "MEMORY_BYTES", 0)
    monkeypatch.setattr(
        cache.tempfile, "TemporaryFile", lambda *args, **given: asked.append(given["dir"]) or real(*args, **given)
    )
    list(execute(room, begin(room, experiment), Control()))
    assert asked == [room.root]


def test_no_test_split_gives_no_test_scores(room, experiment):
    data = experiment.data.model_copy(update={"split": experiment.data.split.model_copy(update={"test": 0.0})})
    lease = begin(room, experiment.changed(data=data))
    list(execute(room, lease, Control()))
    run = room.store.run(lease.run_id)
    assert run.test is None
    assert run.test_key == ""


def test_a_stopped_run_is_evaluated_and_resumes_to_the_same_series(room, experiment):
    whole = begin(room, experiment)
    list(execute(room, whole, Control()))
    lease, control = begin(room, experiment), Control()
    for event in execute(room, lease, control):
        if isinstance(event, StepEnded) and event.epoch == 2:
            control.stop()
    stopped = room.store.run(lease.run_id)
    assert stopped.status is Status.STOPPED
    assert stopped.val is not None
    list(execute(room, reopen_run(room, lease.run_id), Control()))
    resumed = room.store.run(lease.run_id)
    assert resumed.status is Status.COMPLETED
    losses = [[s.loss for s in room.store.steps(run_id)] for run_id in (whole.run_id, lease.run_id)]
    assert losses[0] == losses[1]
    assert resumed.results["val"] == room.store.run(whole.run_id).results["val"]


def test_closing_interrupts_and_lets_go_of_the_lock(room, experiment):
    lease = begin(room, experiment)
    running = execute(room, lease, Control())
    for event in running:
        if isinstance(event, StepEnded):
            break
    running.close()
    assert room.store.run(lease.run_id).status is Status.INTERRUPTED
    assert room.recover() == []
    list(execute(room, reopen_run(room, lease.run_id), Control()))
    assert room.store.run(lease.run_id).status is Status.COMPLETED


def test_a_live_run_whose_lock_is_free_is_interrupted_and_one_whose_lock_is_held_is_left_alone(room, experiment):
    held, dead = begin(room, experiment), begin(room, experiment.changed(seed=5))
    dead.lock.release()
    assert room.recover() == [dead.run_id]
    assert room.store.run(held.run_id).status is Status.QUEUED
    assert room.store.run(dead.run_id).status is Status.INTERRUPTED
    held.lock.release()


def test_an_error_is_kept_with_its_traceback(room, experiment, monkeypatch):
    lease = begin(room, experiment)
    monkeypatch.setattr(executing, "train", lambda *_: 1 / 0)
    with pytest.raises(TrainingFailed, match="ZeroDivisionError"):
        list(execute(room, lease, Control()))
    run = room.store.run(lease.run_id)
    assert run.status is Status.FAILED
    assert "ZeroDivisionError" in run.message
    assert "Traceback" in run.traceback
    assert room.store.lines(run.id)[-1].level == "error"


@pytest.mark.parametrize("error", SHORTAGES, ids=str)
def test_memory_that_runs_out_is_told_with_what_to_do(room, experiment, monkeypatch, error):
    def fail(*_):
        raise error

    lease = begin(room, experiment)
    monkeypatch.setattr(executing, "train", fail)
    with pytest.raises(OutOfMemory, match="smaller batch size"):
        list(execute(room, lease, Control()))
    run = room.store.run(lease.run_id)
    assert run.status is Status.FAILED
    assert "smaller batch size" in run.message


def test_a_full_disk_fails_the_run_keeps_the_old_checkpoint_and_can_be_resumed(room, experiment, monkeypatch):
    lease, real, saved = begin(room, experiment), checkpoints.files.write_bytes, []

    def full_after_two(path, content, **given):
        if len(saved) == 2:
            raise StorageFailed("The disk is full: last.pt could not be saved. Free some space.")
        saved.append(path)
        real(path, content, **given)

    monkeypatch.setattr(checkpoints.files, "write_bytes", full_after_two)
    with pytest.raises(StorageFailed, match="disk is full"):
        list(execute(room, lease, Control()))
    monkeypatch.undo()
    run = room.store.run(lease.run_id)
    assert run.status is Status.FAILED
    assert "disk is full" in run.message
    list(execute(room, reopen_run(room, lease.run_id), Control()))
    assert room.store.run(lease.run_id).status is Status.COMPLETED


def test_resuming_with_other_images_is_refused_with_the_difference(room, experiment, images):
    lease, control = begin(room, experiment), Control()
    for event in execute(room, lease, control):
        if isinstance(event, EpochEnded):
            control.stop()
    (images / "warm" / "00.png").unlink()
    make_images(images.parent / "more", classes=("x",), per_class=1, seed=9)
    (images.parent / "more" / "x" / "00.png").rename(images / "cold" / "99.png")
    with pytest.raises(ResumeRefused, match=r"1 missing \(warm/00.png\); 1 new \(cold/99.png\)"):
        reopen_run(room, lease.run_id)
    assert room.store.run(lease.run_id).status is Status.STOPPED


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"backbone": BackboneSpec(name="resnet5")}, UnknownBackbone, "resnet50"),
        ({"phases": (Phase(stages=("layer9",), epochs=1),)}, UnknownStage, "head"),
    ],
)
def test_names_are_checked_before_anything_begins(room, experiment, change, error, says):
    with pytest.raises(error, match=says):
        begin(room, experiment.changed(**change))
    assert room.store.runs() == []


def test_data_that_cannot_be_learned_is_refused(room, tmp_path):
    with pytest.raises(UnusableDataset):
        begin(room, make_experiment(make_images(tmp_path / "one", classes=("only",))))
    folder = make_images(tmp_path / "two", classes=("a", "b"))
    make_images(tmp_path / "more", classes=("rare",), per_class=1, seed=4)
    (tmp_path / "more" / "rare").rename(folder / "rare")
    with pytest.raises(UnusableDataset, match="rare"):
        begin(room, make_experiment(folder))
    with pytest.raises(InvalidInput):
        begin(room, make_experiment(tmp_path / "nowhere"))
    assert issubclass(InvalidInput, GraftError)


CHILD = """
import sys
from dataclasses import replace
from pathlib import Path
from core.experiment import Experiment
from core.runs.execute import create_run, execute
from core.runs.prepare import prepare
from core.runs.workspace import Workspace
from core.work.control import Control
room = Workspace(Path(sys.argv[1]))
claim = create_run(room, prepare(Experiment.from_file(Path(sys.argv[2])), room.root, "cpu"))
for event in execute(room, claim, Control()):
    print(type(event).__name__, flush=True)
"""


def test_a_killed_process_leaves_an_interrupted_run_that_resumes_to_the_same_series(room, experiment, tmp_path):
    whole = begin(room, experiment)
    list(execute(room, whole, Control()))
    (tmp_path / "experiment.yaml").write_text(experiment.to_yaml())
    command = [sys.executable, "-c", CHILD, str(room.root), str(tmp_path / "experiment.yaml")]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    epochs = 0
    for line in child.stdout:
        epochs += line.strip() == "CheckpointWritten"
        if epochs == 2 and line.strip() == "StepEnded":
            (live,) = room.store.live()
            assert room.recover() == []  # the other process is at work: its run is left running
            assert room.store.run(live.id).status is Status.RUNNING
            os.kill(child.pid, signal.SIGKILL)
            break
    child.wait()
    assert room.recover() == [live.id]
    assert room.store.run(live.id).status is Status.INTERRUPTED
    list(execute(room, reopen_run(room, live.id), Control()))
    assert [s.loss for s in room.store.steps(live.id)] == [s.loss for s in room.store.steps(whole.run_id)]


SAVER = """
import sys
from dataclasses import replace
from pathlib import Path
from core import files
while True:
    for fill in (b"a", b"b"):
        files.write_bytes(Path(sys.argv[1]) / "last.pt", fill * 3_000_000)
        print("saved", flush=True)
"""


def test_a_kill_in_the_middle_of_a_save_never_leaves_half_a_file(tmp_path):
    for attempt in range(5):
        child = subprocess.Popen([sys.executable, "-c", SAVER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE)
        child.stdout.readline()
        time.sleep(0.01 + 0.007 * attempt)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        content = (tmp_path / "last.pt").read_bytes()
        assert len(content) == 3_000_000
        assert len(set(content)) == 1


def test_removing_a_run_takes_its_files(room, experiment):
    lease = begin(room, experiment)
    run = room.store.run(lease.run_id)
    with pytest.raises(RunConflict):
        room.remove(run)
    list(execute(room, lease, Control()))
    room.remove(run)
    assert not room.folder(run.id).exists()
    assert room.store.runs() == []


def test_metadata_names_the_model(room, experiment):
    lease = begin(room, experiment)
    list(execute(room, lease, Control()))
    record, run = read_record(room.folder(lease.run_id) / "best.safetensors"), room.store.run(lease.run_id)
    assert (record.classes, record.task, record.experiment) == (("cold", "warm"), "classification", run.digest)
    assert (record.backbone.name, record.backbone.weights) == ("mobilenet_v3_small", "none")
    assert (record.inputs.image_size, record.inputs.crop, record.precision) == (32, "whole", "auto")
    assert record.epoch == run.results["best_epoch"]


def test_a_resumed_run_forgets_the_scores_of_its_earlier_weights(room, experiment):
    lease, control = begin(room, experiment), Control()
    for event in execute(room, lease, control):
        if isinstance(event, EpochEnded):
            control.stop()
    assert room.store.run(lease.run_id).val is not None
    again = reopen_run(room, lease.run_id)
    assert room.store.run(lease.run_id).results == {}
    assert not list(room.folder(lease.run_id).glob("predictions-*.json"))
    control = Control()
    for event in execute(room, again, control):
        if isinstance(event, StepEnded):
            control.abort()
    assert room.store.run(lease.run_id).status is Status.INTERRUPTED
    assert room.store.run(lease.run_id).val is None


def test_a_run_resumes_without_the_weights_it_began_from(room, experiment, tmp_path):
    lease = begin(room, experiment)
    list(execute(room, lease, Control()))
    weights = tmp_path / "mine.safetensors"
    weights.write_bytes((room.folder(lease.run_id) / "best.safetensors").read_bytes())
    backbone = experiment.backbone.model_copy(update={"weights": str(weights)})
    lease, control = begin(room, experiment.changed(backbone=backbone)), Control()
    for event in execute(room, lease, control):
        if isinstance(event, EpochEnded):
            control.stop()
    weights.unlink()
    list(execute(room, reopen_run(room, lease.run_id), Control()))
    assert room.store.run(lease.run_id).status is Status.COMPLETED
    with pytest.raises(UnreadableWeights, match=r"mine\.safetensors"):
        begin(room, experiment.changed(backbone=backbone))


def test_a_batch_of_one_that_batchnorm_cannot_take_is_explained(room, experiment):
    phases = (Phase(stages=tuple(stage.name for stage in stage_table("mobilenet_v3_small")), epochs=1),)
    lease = begin(room, experiment.changed(phases=phases, recipe=Recipe(batch_size=1)))
    with pytest.raises(TrainingFailed, match="batch size of at least 3"):
        list(execute(room, lease, Control()))


def test_a_file_name_that_is_no_text_is_trained_and_evaluated(room, experiment, images):
    for index, path in enumerate(sorted((images / "cold").iterdir())):
        os.rename(path, os.fsencode(images / "cold") + b"/caf\xe9-%d.png" % index)
    lease = begin(room, experiment)
    list(execute(room, lease, Control()))
    assert room.store.run(lease.run_id).status is Status.COMPLETED
    assert all(os.path.exists(path) for path in artifacts.read_predictions(room.folder(lease.run_id), "val").paths)


def test_an_experiment_made_with_other_images_is_said(room, experiment):
    other = experiment.data.model_copy(update={"fingerprint": "0" * 64})
    lease = begin(room, experiment.changed(data=other))
    assert room.store.lines(lease.run_id)[0].level == "warning"
    lease.lock.release()


def test_a_pause_does_not_count_as_training(room, experiment):
    lease, control = begin(room, experiment), Control()
    for event in execute(room, lease, control):
        if isinstance(event, StepEnded) and event.step == 1:
            control.waited_s += 1000  # as if a thousand seconds had been waited: they have not passed
    assert room.store.epochs(lease.run_id)[0].seconds < -900
    assert room.store.run(lease.run_id).results["seconds"] < -900


def test_while_it_waits_the_run_is_paused(room, experiment):
    lease, control = begin(room, experiment), Control()
    waited, told = threading.Event(), []

    def moved(waiting):
        real(waiting)
        told.append(room.store.run(lease.run_id).status)
        waited.set()

    def go_on():
        assert waited.wait(30)
        control.unpause()

    real = None
    for event in execute(room, lease, control):
        if isinstance(event, StepEnded) and event.step == 1:
            real, control.on_wait = control.on_wait, moved
            control.pause()
            threading.Thread(target=go_on).start()
    assert told == [Status.PAUSED, Status.RUNNING]
    assert room.store.run(lease.run_id).status is Status.COMPLETED


def test_a_run_of_before_goes_on_in_the_order_of_classes_that_it_learned(room, experiment, tmp_path):
    make_images(tmp_path / "numbers", ("2", "10"), per_class=9, seed=5)
    prepared = prepare(experiment.changed(data=DataSpec(source=str(tmp_path / "numbers"))), room.root)
    assert prepared.dataset.classes == ("2", "10")
    older = replace(prepared, dataset=prepared.dataset.ordered_as(("10", "2")))  # as text is sorted
    lease = create_run(room, older)
    room.store.move(lease.run_id, Status.STOPPED)
    lease.lock.release()
    lease = reopen_run(room, lease.run_id)
    list(execute(room, lease, Control()))
    assert room.store.run(lease.run_id).classes == ("10", "2")
    answers = artifacts.read_predictions(room.folder(lease.run_id), "val")
    for name, label in zip(answers.names, answers.labels, strict=True):
        assert ("10", "2")[label] == name.split("/")[0]


def test_a_run_of_before_folders_were_asked_about_goes_on_with_its_classes(room, experiment, tmp_path):
    for upper, names in (("round", ("disc",)), ("straight", ("bars", "cross"))):
        make_images(tmp_path / "levels" / upper, names, per_class=9, seed=len(names))
    source = str(tmp_path / "levels")
    asked = experiment.changed(data=DataSpec(source=source))
    with pytest.raises(UnusableDataset):
        prepare(asked, room.root)
    plain = prepare(asked.changed(data=DataSpec(source=source, reading=Reading(layout="folders"))), room.root)
    data = plain.experiment.data.model_copy(update={"reading": AS_FOUND})
    lease = create_run(room, replace(plain, experiment=plain.experiment.changed(data=data)))
    room.store.move(lease.run_id, Status.STOPPED)
    lease.lock.release()
    lease = reopen_run(room, lease.run_id)
    list(execute(room, lease, Control()))
    assert room.store.run(lease.run_id).status is Status.COMPLETED
    assert room.store.run(lease.run_id).classes == ("round", "straight")
