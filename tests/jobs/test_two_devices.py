"""Two real trainings at once on two simulated devices: the processor computes, named as two graphics cards."""

import threading

import pytest
import torch

from core.experiment import Phase, Recipe
from core.jobs import JobManager
from core.runs import execute as executing
from core.runs import prepare as preparing
from core.runs.status import Status
from core.runs.workspace import Workspace
from core.training import device
from core.training.events import StepEnded
from tests.conftest import make_experiment

CPU = torch.device("cpu")


@pytest.fixture
def simulated(monkeypatch):
    """What is computed on two graphics cards is computed on the processor, with processes for the views."""
    real = executing.set_up
    monkeypatch.setattr(preparing, "resolve_device", torch.device)
    monkeypatch.setattr(preparing, "require_precision", lambda *_: None)
    monkeypatch.setattr(executing, "set_up", lambda *given, device, **more: real(*given, device=CPU, **more))
    monkeypatch.setattr(device, "available_devices", lambda: ("cuda:0", "cuda:1", "cpu"))
    monkeypatch.setenv("GRAFT_VIEW_WORKERS", "2")


def plan(images, seed):
    return make_experiment(
        images, phases=(Phase(stages=("head",), epochs=2), Phase(stages=("block5", "head"), epochs=2)),
        recipe=Recipe(batch_size=4, learning_rate=0.02, precision="fp32"), views="fresh", seed=seed,
    )  # fmt: skip


def series(manager, run_id):
    """Losses of every step and epoch."""
    store = manager.workspace.store
    assert store.run(run_id).status is Status.COMPLETED, store.run(run_id).message
    steps, epochs = store.steps(run_id), store.epochs(run_id)
    return [step.loss for step in steps], [(epoch.train_loss, epoch.val_loss) for epoch in epochs]


def ran(folder, experiments):
    """The series of these experiments, each on the device that is named with it."""
    with Workspace(folder) as workspace:
        manager = JobManager(workspace)
        ids = [manager.submit(experiment, name) for experiment, name in experiments]
        assert manager.wait(120)
        found = [series(manager, run_id) for run_id in ids]
        manager.shutdown(30)
    return found


def test_two_trainings_at_once_give_what_each_gives_alone(images, tmp_path, monkeypatch, simulated):
    first, second = plan(images, 1), plan(images, 2)
    alone = [
        ran(tmp_path / "first", [(first, "cuda:0")])[0], ran(tmp_path / "second", [(second, "cuda:1")])[0],
    ]  # fmt: skip
    meeting, real, met = threading.Barrier(2, timeout=60), executing.train, []

    def train(setup, control):
        for number, event in enumerate(real(setup, control)):
            if isinstance(event, StepEnded) and event.step % 3 == 1:
                meeting.wait()  # neither goes on before the other has come as far
                met.append(number)
            yield event

    monkeypatch.setattr(executing, "train", train)
    together = ran(tmp_path / "both", [(first, "cuda:0"), (second, "cuda:1")])
    assert together == alone
    assert len(met) >= 4, "they were under way at once"
    assert alone[0] != alone[1]
