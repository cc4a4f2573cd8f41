"""A run, a step and an epoch to be stored."""

from pathlib import Path

import pytest

from core.experiment import DataSpec, Experiment, Phase
from core.runs.records import Run
from core.runs.status import Status
from core.runs.store import RunStore
from core.training.events import StepEnded

ROOT = Path(__file__).parents[2]


EXPERIMENT = Experiment(data=DataSpec(source="sample:stamps"), phases=(Phase(stages=("head",), epochs=3),))


def a_run(run_id="r-1", status=Status.QUEUED, created_at=1.0, test_key="t"):
    return Run(
        id=run_id, name="name", status=status, experiment=EXPERIMENT, digest=EXPERIMENT.digest, device="cpu",
        classes=("a", "b"), test_key=test_key, created_at=created_at,
    )  # fmt: skip


def a_step(step, epoch=0):
    return StepEnded(step=step, epoch=epoch, phase=0, loss=0.5, learning_rate=0.1, images_per_second=10.0)


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "graft.db", clock=lambda: 100.0)
