"""What small trainings tell, event by event, in `transcripts.txt`.

Words, counts and rates are exact; losses, scores and gains may differ by some hundredths, for processors round
differently. The clock is one that moves on by a second whenever it is asked.
"""

import re
from dataclasses import asdict
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.backbones.stages import stage_table
from core.experiment import Phase, PipelineSpec, Recipe
from core.features.waiting import Waiting
from core.training import loop
from core.training.checkpoints import Checkpoints
from core.training.events import EpochEnded, RunStarted, StepEnded
from core.training.finder import find_rate
from core.work.control import Control
from tests.conftest import make_experiment
from tests.recorded import RECORDING, Recorded
from tests.training.helpers import prepare, run, worth
from tests.waiting import drained

NAMES = tuple(stage.name for stage in stage_table("mobilenet_v3_small"))
HEAD, LATE = ("head",), NAMES[-2:]
ROUGH = ("loss", "train_loss", "val_loss", "value", "gain", "gain_error")  # what the processor's rounding touches
CASES = {
    "two phases": {
        "phases": (Phase(stages=HEAD, epochs=2, learning_rate=0.02), Phase(stages=LATE, epochs=1, learning_rate=2e-3)),
        "recipe": Recipe(batch_size=4, precision="fp32", schedule="one-cycle", warmup=0.4, class_weights="balanced"),
    },
    "fitted head": {
        "phases": (Phase(stages=HEAD, epochs=3, solver="lbfgs"), Phase(stages=LATE, epochs=1)),
        "recipe": Recipe(batch_size=8, precision="fp32", weight_decay=0.05),
        "views": 2,
    },
    "fitted without views": {
        "phases": (Phase(stages=HEAD, epochs=4, solver="lbfgs"),),
        "recipe": Recipe(batch_size=3, precision="fp32", weight_decay=0.2),
        "pipeline": PipelineSpec(),
    },
    "patience": {
        "phases": (Phase(stages=HEAD, epochs=5, learning_rate=0.0001), Phase(stages=HEAD, epochs=1)),
        "recipe": Recipe(batch_size=11, precision="fp32", patience=1, monitor="macro-f1", schedule="step"),
        "views": "fresh",
    },
    "mixed": {
        "phases": (Phase(stages=LATE, epochs=2),),
        "recipe": Recipe(batch_size=5, precision="fp32", mixup=0.3, cutmix=0.6, optimizer="sgd", clip_norm=0.0),
    },
}

WORTH = {"fitted head": (1.5, 1.25, 1.375, 1.21), "fitted without views": (1.75, 1.5, 1.25, 1.0)}


@pytest.fixture(scope="module")
def recorded():
    return Recorded(Path(__file__).with_name("transcripts.txt"))


@pytest.fixture
def clock(monkeypatch):
    seconds = count(100)
    monkeypatch.setattr(loop, "time", SimpleNamespace(monotonic=lambda: float(next(seconds))))
    monkeypatch.setattr(Waiting, "take", lambda self: (1.5, 0.0))


def line(event):
    values = asdict(event)
    if isinstance(event, RunStarted):
        del values["device"]
    if isinstance(event, EpochEnded):
        values["metrics"] = [(one.name, None if one.value is None else round(one.value, 2)) for one in event.metrics]
    parts = [f"{key} {value:.6g}" if isinstance(value, float) else f"{key} {value}" for key, value in values.items()]
    return f"{type(event).__name__}: " + ", ".join(parts)


def alike(found, kept):
    """Whether two lines differ only in what is rough, and there by little."""
    rough = re.compile(rf"\b({'|'.join(ROUGH)}) (-?[\d.e+-]+)")
    if rough.sub(r"\1", found) != rough.sub(r"\1", kept):
        return False
    pairs = zip(rough.findall(found), rough.findall(kept), strict=True)
    return all(abs(float(one[1]) - float(other[1])) <= 0.03 for one, other in pairs)


def compare(recorded, name, events):
    matched(recorded, name, [line(event) for event in events])


def matched(recorded, name, lines):
    if RECORDING:
        recorded.check(name, "\n".join(lines))
    kept = recorded.known(name).split("\n")
    differ = [(found, other) for found, other in zip(lines, kept, strict=True) if not alike(found, other)]
    assert not differ


@pytest.mark.parametrize("name", CASES)
def test_a_training_tells_what_it_told(name, divided, tmp_path, recorded, clock, monkeypatch):
    if name in WORTH:  # rounds of a fit differ by so little that rounding would choose between them
        worth(monkeypatch, iter(WORTH[name]), 0.05)
    setup = prepare(make_experiment(divided, **CASES[name]), tmp_path)
    compare(recorded, name, run(setup))


def test_a_training_that_is_stopped_and_goes_on_tells_what_it_told(divided, tmp_path, recorded, clock):
    phases = (Phase(stages=HEAD, epochs=2), Phase(stages=LATE, epochs=2, learning_rate=0.002))
    plan = make_experiment(divided, phases=phases, recipe=Recipe(batch_size=4, precision="fp32"), seed=2)
    control, events = Control(), []
    for event in loop.train(prepare(plan, tmp_path), control):
        events.append(event)
        if isinstance(event, StepEnded) and event.epoch == 1 and event.step == 5:
            control.stop()
    events += run(prepare(plan, tmp_path))
    compare(recorded, "stopped", events)


SOUGHT = {
    "a later phase": ({}, 2), "fresh views": ({"views": "fresh"}, 1), "the first": ({}, 0),
    "no views": ({"pipeline": PipelineSpec()}, 2),
}  # fmt: skip


@pytest.mark.parametrize("name", SOUGHT)
def test_the_search_for_a_rate_tells_what_it_told(name, divided, tmp_path, recorded):
    parts, index = SOUGHT[name]
    phases = (
        Phase(stages=HEAD, epochs=2, learning_rate=0.01), Phase(stages=HEAD, epochs=12, solver="lbfgs"),
        Phase(stages=LATE, epochs=2),
    )  # fmt: skip
    if index == 1:
        phases = (phases[0], phases[2])
    recipe = Recipe(batch_size=4, precision="fp32", weight_decay=0.05)
    setup = prepare(make_experiment(divided, phases=phases, recipe=recipe, **parts), tmp_path, saved=False)
    found, told = drained(find_rate(setup, Control(), index, steps=12))
    lines = list(map(line, told))
    # at the highest rates, where the search ends is a matter of rounding
    lines = [one for one in lines if "trying" not in one or int(re.search(r"done (\d+)", one)[1]) < 8]
    lines.append(f"{[f'{rate:.4g}' for rate in found.rates[:8]]}")
    lines += [f"{number}: loss {loss:.4g}" for number, loss in enumerate(found.losses[:6])]
    lines.append(found.reason.partition("Before the sweep")[2])
    matched(recorded, f"rate: {name}", lines)


def test_where_a_training_stands_is_kept(divided, tmp_path):
    plan = make_experiment(divided, **CASES["two phases"])
    setup = prepare(plan, tmp_path)
    events = run(setup)
    state = Checkpoints(tmp_path / "run", plan.digest, setup.checkpoints._identity["data"]).load_last()
    at = state.position
    ended = [event for event in events if isinstance(event, EpochEnded)]
    assert (at.epoch, at.phase, at.step, at.epoch_in_phase, at.phase_over) == (2, 1, ended[-1].step, 1, True)
    assert at.phase_best == pytest.approx(ended[-1].val_loss)
    assert at.best_epoch == max(event.epoch for event in ended if event.best)
    assert at.best_value == next(event.value for event in ended if event.epoch == at.best_epoch)
    assert len(at.best_each) == len(setup.val_items)
    assert (state.precisions.frozen, state.precisions.trained) == ("fp32", "fp32")
