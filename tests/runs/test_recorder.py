"""What a run says of itself while it is trained."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from core.runs import recorder as module
from core.runs.recorder import Recorder
from core.training.events import PhaseStarted, RunEnded, RunStarted, StepEnded, Warned
from core.work.control import Control
from core.work.progress import Progress
from tests.runs.stored import a_run
from tests.uneven import an_epoch


class Store:
    """Remembers what was said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def log(self, _run_id, message, _level="info", at=None):
        self.said.append(message)

    def together(self, _wait_s):
        return nullcontext()

    def record(self, _run_id, **_parts):
        pass


def recording(store, control=None, progress=None) -> Recorder:
    """A recorder of a run that held `progress` before."""
    run = replace(a_run(), progress=progress or {})
    return Recorder(store, run, control or Control(), Path("no such folder"), lambda: None)


def said(precision: str, *trainable: int) -> list[str]:
    """The lines about frozen stages of a run with a phase for each number of trainable weights, of 100."""
    store = Store()
    recorder = recording(store)
    recorder.take(RunStarted(device="CPU", train_images=1, val_images=1, epochs=1, steps=1, frozen_precision=precision))
    for index, weights in enumerate(trainable):
        recorder.take(PhaseStarted(phase=index, stages=("head",), first_epoch=0, epochs=1, learning_rate=0.1,
                                   trainable_parameters=weights, total_parameters=100))  # fmt: skip
    return [line for line in store.said if "Frozen" in line]


def test_the_format_of_frozen_stages_is_said_once_and_only_where_a_stage_is_frozen():
    assert said("bf16", 100, 100) == []
    assert said("bf16", 10, 20) == said("bf16", 100, 10) == ["Frozen stages are computed in bf16."]
    assert said("fp32", 10) == []


class Kept(Store):
    """Remembers what was written, each time."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[dict] = []

    def record(self, _run_id, **parts):
        self.written.append(
            {name: dict(part) if isinstance(part, dict) else list(part) for name, part in parts.items()}
        )


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands until it is moved."""

    class Clock:
        now = 1000.0

    monkeypatch.setattr(module.time, "monotonic", lambda: Clock.now)
    return Clock


def a_step(step, epoch=0):
    return StepEnded(step=step, epoch=epoch, phase=0, loss=step / 10, learning_rate=0.1, images_per_second=10.0)


def test_earlier_sessions_count_and_pauses_do_not(clock):
    control = Control()
    recorder = recording(Kept(), control, {"seconds": 50.0})
    assert recorder.seconds == 50
    clock.now += 30
    assert recorder.seconds == 80
    control.waited_s += 12
    assert recorder.seconds == 68


def test_steps_wait_half_a_second_and_are_written_once(clock):
    store = Kept()
    recorder = recording(store)
    recorder.take(a_step(1))
    clock.now += 0.49
    recorder.take(a_step(2))
    assert store.written == []
    clock.now += 0.01
    recorder.take(a_step(3))
    assert [step.step for step in store.written[0]["steps"]] == [1, 2, 3]
    clock.now += module.FLUSH_S - 0.01
    recorder.take(a_step(4))
    assert len(store.written) == 1, "the half second begins anew"
    recorder.settle()
    assert [step.step for step in store.written[1]["steps"]] == [4]


def test_an_epoch_a_phase_and_the_end_are_written_at_once(clock):
    store = Kept()
    recorder = recording(store)
    recorder.take(RunStarted(device="CPU", train_images=11, val_images=5, epochs=3, steps=9, first_epoch=1))
    phase = PhaseStarted(phase=1, stages=("layer4", "head"), first_epoch=1, epochs=2, learning_rate=0.003,
                         trainable_parameters=1234, total_parameters=56789)  # fmt: skip
    recorder.take(phase)
    recorder.take(a_step(4, 1))
    recorder.take(an_epoch(1, 1.25, best=True))
    recorder.take(an_epoch(2, 1.5))
    recorder.take(a_step(7, 2))
    recorder.take(RunEnded(stopped=False, epochs=3, best_epoch=1))
    messages = [{name: part for name, part in one.items() if part and name != "progress"} for one in store.written]
    assert messages == [
        {"phases": [phase]}, {"steps": [a_step(4, 1)], "epochs": [an_epoch(1, 1.25, best=True)]},
        {"epochs": [an_epoch(2, 1.5)]}, {"steps": [a_step(7, 2)]},
    ]  # fmt: skip
    last = store.written[-1]["progress"]
    assert (last["step"], last["epoch"], last["epochs_done"]) == (7, 2, 3)
    assert (last["steps"], last["epochs"], last["first_epoch"], last["what"]) == (9, 3, 1, "training")
    assert store.written[0]["progress"]["step"] == 3, "a resumed run begins behind the epochs it has done"
    assert store.said == [
        "11 training and 5 validation images on CPU.",
        "Phase 2: training layer4, head (1,234 of 56,789 weights), peak learning rate 0.003.",
        "Epoch 2: training loss 0.625, validation loss 1.250, validation accuracy 68.8 %, the best so far.",
        "Epoch 3: training loss 0.750, validation loss 1.500, validation accuracy 62.5 %.",
    ]


def test_the_time_left_is_told_phase_by_phase(clock):
    store = Kept()
    recorder = recording(store, progress={"seconds": 3.0})
    recorder.take(RunStarted(device="CPU", train_images=11, val_images=5, epochs=5, steps=10, phase_epochs=(2, 3)))
    recorder.take(PhaseStarted(phase=0, stages=("head",), first_epoch=0, epochs=2, learning_rate=0.0,
                               trainable_parameters=1, total_parameters=2))  # fmt: skip
    assert "left" not in store.written[-1]["progress"]
    recorder.take(an_epoch(0, 1.0, seconds=7.0))
    assert store.written[-1]["progress"]["left"] == {"phase": 1, "phases": 2, "phase_s": 7.0, "run_s": 28.0}


def test_progress_and_warnings_are_told(clock):
    store = Kept()
    recorder = recording(store, progress={"seconds": 3.0})
    recorder.take(Progress(what="evaluating", done=2, total=5))
    recorder.take(Warned(message="x.png is gone"))
    clock.now += 2
    recorder.settle()
    assert store.said == ["x.png is gone"]
    assert store.written[-1]["progress"] == {"what": "evaluating", "done": 2, "total": 5, "seconds": 5.0}
    recorder.take(PhaseStarted(phase=0, stages=("head",), first_epoch=0, epochs=1, learning_rate=0.0,
                               trainable_parameters=1, total_parameters=2))  # fmt: skip
    assert store.said[-1].endswith("fitted with L-BFGS.")
    recorder.take(an_epoch(0, 1.0))
    recorder.take(Progress(what="evaluating", done=3, total=5))
    recorder.take(RunEnded(stopped=False, epochs=1, best_epoch=0))
    last = store.written[-1]["progress"]
    assert (last["epochs_done"], last["what"], last["done"], last["total"]) == (1, "evaluating", 3, 5)
