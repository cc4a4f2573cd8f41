"""A training whose views are made by processes is the same training, whatever happens to the processes."""

import random
import threading

import pytest

from core.augment.steps import default_step
from core.backbones.stages import stage_table
from core.experiment import Phase, PipelineSpec
from core.features.workers.pool import WorkerPool
from core.features.workers.stream import ViewStream
from core.training.events import EpochEnded, StepEnded, Warned
from core.training.loop import train
from core.work.control import Control
from tests.conftest import make_experiment
from tests.features.workers.conftest import kill_one
from tests.training.helpers import prepare, run

NAMES = tuple(stage.name for stage in stage_table("mobilenet_v3_small"))
PHASES = {
    "all": (Phase(stages=NAMES, epochs=3),),
    "head, then all": (Phase(stages=("head",), epochs=2), Phase(stages=NAMES, epochs=2)),
    "solved": (Phase(stages=("head",), epochs=2, solver="lbfgs"), Phase(stages=NAMES[-2:], epochs=2)),
}


def series(events):
    steps = [(event.step, event.loss) for event in events if isinstance(event, StepEnded)]
    return steps + [(event.train_loss, event.val_loss) for event in events if isinstance(event, EpochEnded)]


@pytest.fixture(scope="module")
def pool():
    made = WorkerPool(2)
    made.start()
    assert made.wait(60)
    yield made
    made.close()


@pytest.mark.parametrize("views", [2, "fresh"])
@pytest.mark.parametrize("phases", PHASES)
def test_the_losses_are_those_of_threads(images, tmp_path, pool, phases, views):
    if phases == "solved" and views == "fresh":
        views = 3
    experiment = make_experiment(images, phases=PHASES[phases], views=views)
    by_threads = run(prepare(experiment, tmp_path / "threads"))
    by_workers = run(prepare(experiment, tmp_path / "workers", workers=pool))
    assert series(by_workers) == series(by_threads)
    assert not [event for event in by_workers if isinstance(event, Warned)]


def test_steps_that_use_other_images_use_the_same_ones(images, tmp_path, pool):
    step = default_step("HistogramMatching").model_copy(update={"p": 1.0})
    experiment = make_experiment(images, pipeline=PipelineSpec(steps=(step,)), phases=PHASES["all"], views="fresh")
    by_threads = run(prepare(experiment, tmp_path / "threads"))
    assert series(run(prepare(experiment, tmp_path / "workers", workers=pool))) == series(by_threads)


def test_workers_that_are_killed_again_and_again_change_nothing(images, tmp_path, pool):
    experiment = make_experiment(images, phases=PHASES["all"], views="fresh")
    wanted, over, chance = series(run(prepare(experiment, tmp_path / "threads"))), threading.Event(), random.Random(0)

    def kill():
        while not over.wait(chance.uniform(0.05, 0.4)):
            if pool.ready:
                kill_one(pool)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        found = series(run(prepare(experiment, tmp_path / "workers", workers=pool)))
    finally:
        over.set()
        killer.join()
    assert found == wanted


def test_nothing_that_was_announced_is_left_when_a_run_is_stopped(images, tmp_path, pool, monkeypatch):
    opened, closed = [], []
    real_init, real_close = ViewStream.__init__, ViewStream.close
    monkeypatch.setattr(ViewStream, "__init__", lambda self, *given: (opened.append(self), real_init(self, *given))[1])
    monkeypatch.setattr(ViewStream, "close", lambda self: (closed.append(self), real_close(self))[1])
    control = Control()
    setup = prepare(make_experiment(images, phases=PHASES["all"], views="fresh"), tmp_path, workers=pool)
    for event in train(setup, control):
        if isinstance(event, StepEnded) and event.epoch == 1:
            control.stop()
    assert len(opened) > 2
    assert set(map(id, opened)) == set(map(id, closed))


def test_where_workers_cannot_be_used_the_run_says_so_once(images, tmp_path):
    experiment = make_experiment(images, phases=PHASES["all"], views="fresh")
    wanted = series(run(prepare(experiment, tmp_path / "threads")))
    events = run(prepare(experiment, tmp_path / "none", workers=WorkerPool(0)))
    assert series(events) == wanted
    assert len([event for event in events if isinstance(event, Warned) and "Threads make them" in event.message]) == 1
