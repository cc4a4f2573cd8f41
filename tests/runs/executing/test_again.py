"""Runs that are refused, killed or removed, and taken up again."""

import os
import signal
import subprocess
import sys
import time

import pytest

from core.errors import (
    GraftError,
    InvalidInput,
    ResumeRefused,
    RunConflict,
    UnknownBackbone,
    UnknownStage,
    UnusableDataset,
)
from core.experiment import BackboneSpec, Phase
from core.runs.execute import execute, reopen_run
from core.runs.status import Status
from core.training.events import EpochEnded
from core.work.control import Control
from tests.conftest import make_experiment, make_images
from tests.runs.executing import executed
from tests.runs.executing.executed import ROOT, begin

workspace = executed.workspace


def test_resuming_with_other_images_is_refused_with_the_difference(workspace, experiment, images):
    lease, control = begin(workspace, experiment), Control()
    for event in execute(workspace, lease, control):
        if isinstance(event, EpochEnded):
            control.stop()
    (images / "warm" / "00.png").unlink()
    make_images(images.parent / "more", classes=("x",), per_class=1, seed=9)
    (images.parent / "more" / "x" / "00.png").rename(images / "cold" / "99.png")
    with pytest.raises(ResumeRefused, match=r"1 missing \(warm/00.png\); 1 new \(cold/99.png\)"):
        reopen_run(workspace, lease.run_id)
    assert workspace.store.run(lease.run_id).status is Status.STOPPED


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"backbone": BackboneSpec(name="resnet5")}, UnknownBackbone, "resnet50"),
        ({"phases": (Phase(stages=("layer9",), epochs=1),)}, UnknownStage, "head"),
    ],
)
def test_names_are_checked_before_anything_begins(workspace, experiment, change, error, says):
    with pytest.raises(error, match=says):
        begin(workspace, experiment.changed(**change))
    assert workspace.store.runs() == []


def test_data_that_cannot_be_learned_is_refused(workspace, tmp_path):
    with pytest.raises(UnusableDataset):
        begin(workspace, make_experiment(make_images(tmp_path / "one", classes=("only",))))
    folder = make_images(tmp_path / "two", classes=("a", "b"))
    make_images(tmp_path / "more", classes=("rare",), per_class=1, seed=4)
    (tmp_path / "more" / "rare").rename(folder / "rare")
    with pytest.raises(UnusableDataset, match="rare"):
        begin(workspace, make_experiment(folder))
    with pytest.raises(InvalidInput):
        begin(workspace, make_experiment(tmp_path / "nowhere"))
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


def test_a_killed_process_leaves_an_interrupted_run_that_resumes_to_the_same_series(workspace, experiment, tmp_path):
    whole = begin(workspace, experiment)
    list(execute(workspace, whole, Control()))
    (tmp_path / "experiment.yaml").write_text(experiment.to_yaml())
    command = [sys.executable, "-c", CHILD, str(workspace.root), str(tmp_path / "experiment.yaml")]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    epochs = 0
    for line in child.stdout:
        epochs += line.strip() == "CheckpointWritten"
        if epochs == 2 and line.strip() == "StepEnded":
            (live,) = workspace.store.live()
            assert workspace.recover() == []  # the other process is at work: its run is left running
            assert workspace.store.run(live.id).status is Status.RUNNING
            os.kill(child.pid, signal.SIGKILL)
            break
    child.wait()
    assert workspace.recover() == [live.id]
    assert workspace.store.run(live.id).status is Status.INTERRUPTED
    list(execute(workspace, reopen_run(workspace, live.id), Control()))
    assert [s.loss for s in workspace.store.steps(live.id)] == [s.loss for s in workspace.store.steps(whole.run_id)]


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


def test_removing_a_run_takes_its_files(workspace, experiment):
    lease = begin(workspace, experiment)
    run = workspace.store.run(lease.run_id)
    with pytest.raises(RunConflict):
        workspace.remove(run)
    list(execute(workspace, lease, Control()))
    workspace.remove(run)
    assert not workspace.folder(run.id).exists()
    assert workspace.store.runs() == []
