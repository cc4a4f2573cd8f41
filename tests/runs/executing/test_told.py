"""What a run says of itself: its model, its scores, pauses, trouble, and runs of older versions."""

import os
import threading
from dataclasses import replace

import pytest

from core.backbones.stages import stage_table
from core.errors import (
    TrainingFailed,
    UnreadableWeights,
    UnusableDataset,
)
from core.experiment import AS_FOUND, DataSpec, Phase, Reading, Recipe
from core.model.record import read_record
from core.runs import artifacts
from core.runs.execute import create_run, execute, reopen_run
from core.runs.prepare import prepare
from core.runs.status import Status
from core.training.events import EpochEnded, StepEnded
from core.work.control import Control
from tests.conftest import make_images
from tests.runs.executing import executed
from tests.runs.executing.executed import begin

workspace = executed.workspace


def test_metadata_names_the_model(workspace, experiment):
    lease = begin(workspace, experiment)
    list(execute(workspace, lease, Control()))
    record, run = read_record(workspace.folder(lease.run_id) / "best.safetensors"), workspace.store.run(lease.run_id)
    assert (record.classes, record.task, record.experiment) == (("cold", "warm"), "classification", run.digest)
    assert (record.backbone.name, record.backbone.weights) == ("mobilenet_v3_small", "none")
    assert (record.inputs.image_size, record.inputs.crop, record.precision) == (32, "whole", "auto")
    assert record.epoch == run.results["best_epoch"]


def test_a_resumed_run_forgets_the_scores_of_its_earlier_weights(workspace, experiment):
    lease, control = begin(workspace, experiment), Control()
    for event in execute(workspace, lease, control):
        if isinstance(event, EpochEnded):
            control.stop()
    assert workspace.store.run(lease.run_id).val is not None
    again = reopen_run(workspace, lease.run_id)
    assert workspace.store.run(lease.run_id).results == {}
    assert not list(workspace.folder(lease.run_id).glob("predictions-*.json"))
    control = Control()
    for event in execute(workspace, again, control):
        if isinstance(event, StepEnded):
            control.abort()
    assert workspace.store.run(lease.run_id).status is Status.INTERRUPTED
    assert workspace.store.run(lease.run_id).val is None


def test_a_run_resumes_without_the_weights_it_began_from(workspace, experiment, tmp_path):
    lease = begin(workspace, experiment)
    list(execute(workspace, lease, Control()))
    weights = tmp_path / "mine.safetensors"
    weights.write_bytes((workspace.folder(lease.run_id) / "best.safetensors").read_bytes())
    backbone = experiment.backbone.model_copy(update={"weights": str(weights)})
    lease, control = begin(workspace, experiment.changed(backbone=backbone)), Control()
    for event in execute(workspace, lease, control):
        if isinstance(event, EpochEnded):
            control.stop()
    weights.unlink()
    list(execute(workspace, reopen_run(workspace, lease.run_id), Control()))
    assert workspace.store.run(lease.run_id).status is Status.COMPLETED
    with pytest.raises(UnreadableWeights, match=r"mine\.safetensors"):
        begin(workspace, experiment.changed(backbone=backbone))


def test_a_batch_of_one_that_batchnorm_cannot_take_is_explained(workspace, experiment):
    phases = (Phase(stages=tuple(stage.name for stage in stage_table("mobilenet_v3_small")), epochs=1),)
    lease = begin(workspace, experiment.changed(phases=phases, recipe=Recipe(batch_size=1)))
    with pytest.raises(TrainingFailed, match="batch size of at least 3"):
        list(execute(workspace, lease, Control()))


def test_a_file_name_that_is_no_text_is_trained_and_evaluated(workspace, experiment, images):
    for index, path in enumerate(sorted((images / "cold").iterdir())):
        os.rename(path, os.fsencode(images / "cold") + b"/caf\xe9-%d.png" % index)
    lease = begin(workspace, experiment)
    list(execute(workspace, lease, Control()))
    assert workspace.store.run(lease.run_id).status is Status.COMPLETED
    assert all(os.path.exists(path) for path in artifacts.read_predictions(workspace.folder(lease.run_id), "val").paths)


def test_an_experiment_made_with_other_images_is_said(workspace, experiment):
    other = experiment.data.model_copy(update={"fingerprint": "0" * 64})
    lease = begin(workspace, experiment.changed(data=other))
    assert workspace.store.lines(lease.run_id)[0].level == "warning"
    lease.lock.release()


def test_a_pause_does_not_count_as_training(workspace, experiment):
    lease, control = begin(workspace, experiment), Control()
    for event in execute(workspace, lease, control):
        if isinstance(event, StepEnded) and event.step == 1:
            control.waited_s += 1000  # as if a thousand seconds had been waited: they have not passed
    assert workspace.store.epochs(lease.run_id)[0].seconds < -900
    assert workspace.store.run(lease.run_id).results["seconds"] < -900


def test_while_it_waits_the_run_is_paused(workspace, experiment):
    lease, control = begin(workspace, experiment), Control()
    waited, message = threading.Event(), []

    def moved(waiting):
        real(waiting)
        message.append(workspace.store.run(lease.run_id).status)
        waited.set()

    def go_on():
        assert waited.wait(30)
        control.unpause()

    real = None
    for event in execute(workspace, lease, control):
        if isinstance(event, StepEnded) and event.step == 1:
            real, control.on_wait = control.on_wait, moved
            control.pause()
            threading.Thread(target=go_on).start()
    assert message == [Status.PAUSED, Status.RUNNING]
    assert workspace.store.run(lease.run_id).status is Status.COMPLETED


def test_a_run_of_before_goes_on_in_the_order_of_classes_that_it_learned(workspace, experiment, tmp_path):
    make_images(tmp_path / "numbers", ("2", "10"), per_class=9, seed=5)
    prepared = prepare(experiment.changed(data=DataSpec(source=str(tmp_path / "numbers"))), workspace.root)
    assert prepared.dataset.classes == ("2", "10")
    older = replace(prepared, dataset=prepared.dataset.ordered_as(("10", "2")))  # as text is sorted
    lease = create_run(workspace, older)
    workspace.store.move(lease.run_id, Status.STOPPED)
    lease.lock.release()
    lease = reopen_run(workspace, lease.run_id)
    list(execute(workspace, lease, Control()))
    assert workspace.store.run(lease.run_id).classes == ("10", "2")
    answers = artifacts.read_predictions(workspace.folder(lease.run_id), "val")
    for name, label in zip(answers.names, answers.labels, strict=True):
        assert ("10", "2")[label] == name.split("/")[0]


def test_a_run_of_before_folders_were_asked_about_goes_on_with_its_classes(workspace, experiment, tmp_path):
    for upper, names in (("round", ("disc",)), ("straight", ("bars", "cross"))):
        make_images(tmp_path / "levels" / upper, names, per_class=9, seed=len(names))
    source = str(tmp_path / "levels")
    asked = experiment.changed(data=DataSpec(source=source))
    with pytest.raises(UnusableDataset):
        prepare(asked, workspace.root)
    plain = prepare(asked.changed(data=DataSpec(source=source, reading=Reading(layout="folders"))), workspace.root)
    data = plain.experiment.data.model_copy(update={"reading": AS_FOUND})
    lease = create_run(workspace, replace(plain, experiment=plain.experiment.changed(data=data)))
    workspace.store.move(lease.run_id, Status.STOPPED)
    lease.lock.release()
    lease = reopen_run(workspace, lease.run_id)
    list(execute(workspace, lease, Control()))
    assert workspace.store.run(lease.run_id).status is Status.COMPLETED
    assert workspace.store.run(lease.run_id).classes == ("round", "straight")
