import math
import threading

import pytest
import torch

from core.backbones.build import build
from core.data.sources import load_dataset
from core.data.split import make_split
from core.errors import LossNotFinite, OutOfMemory, ResumeRefused, TrainingFailed, UnknownDevice
from core.experiment import BackboneSpec, Phase, PipelineSpec, Recipe
from core.features.batches import chunked, shuffled
from core.features.pixels import Pixels
from core.model.record import read_record
from core.training import checkpoints, device, loop, step
from core.training.checkpoints import BEST, LAST, Checkpoints
from core.training.device import available_devices, resolve_device
from core.training.events import EpochEnded, PhaseStarted, RunEnded, RunStarted, StepEnded, Warned
from core.training.loop import train
from core.training.setup import set_up
from core.work.control import Control
from tests.features.helpers import SHORTAGES
from tests.training.helpers import without_features, worth


def prepare(experiment, folder, fingerprint=None):
    dataset = load_dataset(experiment.data.source, folder / "workspace")
    split = make_split(dataset, experiment.data.split)
    checkpoints = Checkpoints(folder / "run", experiment.digest, fingerprint or dataset.fingerprint)
    return set_up(experiment, dataset, split, device=torch.device("cpu"), checkpoints=checkpoints)


def series(events):
    events = list(events)
    return [(e.step, e.loss, e.learning_rate) for e in events if isinstance(e, StepEnded)] + [
        (e.epoch, e.train_loss, e.val_loss) for e in events if isinstance(e, EpochEnded)
    ]


def test_events_come_in_order_and_say_what_happened(experiment, tmp_path):
    events = list(train(prepare(experiment, tmp_path), Control()))
    assert isinstance(events[0], RunStarted)
    assert [e.phase for e in events if isinstance(e, PhaseStarted)] == [0, 1]
    epochs = [e for e in events if isinstance(e, EpochEnded)]
    assert [e.epoch for e in epochs] == [0, 1, 2, 3]
    assert [e.phase for e in epochs] == [0, 0, 1, 1]
    assert [e.step for e in events if isinstance(e, StepEnded)] == list(range(1, events[0].steps + 1))
    best = max(e.epoch for e in epochs if e.best)
    assert events[-1] == RunEnded(stopped=False, epochs=4, best_epoch=best)
    assert {p.name for p in (tmp_path / "run").iterdir()} == {BEST, LAST}


@pytest.mark.parametrize(("error", "kept"), [(0.0, 3), (0.4, 3), (0.6, 1)])
def test_a_later_phase_must_win_by_a_standard_error(experiment, tmp_path, monkeypatch, error, kept):
    values = iter([2.0, 1.5, 1.2, 1.0])  # two epochs of each phase
    worth(monkeypatch, values, error)
    *_, ended = train(prepare(experiment, tmp_path), Control())
    assert ended.best_epoch == kept


def test_the_same_seed_gives_the_same_series_also_while_a_page_builds_models(experiment, tmp_path):
    experiment = experiment.changed(phases=(Phase(stages=experiment.phases[1].stages, epochs=2),))
    first = series(train(prepare(experiment, tmp_path / "a"), Control()))
    over = threading.Event()

    def page():
        while not over.is_set():
            build(BackboneSpec(name="mobilenet_v3_small", weights="none"), 2, seed=3)

    thread = threading.Thread(target=page)
    thread.start()
    try:
        second = series(train(prepare(experiment, tmp_path / "b"), Control()))
    finally:
        over.set()
        thread.join()
    assert first == second
    assert first != series(train(prepare(experiment.changed(seed=1), tmp_path / "c"), Control()))


@pytest.mark.parametrize(("views", "numbers"), [("fresh", [0, 1, 2, 3, 4]), (3, [0, 1, 2, 0, 1])])
def test_views_go_on_where_the_phase_before_ended(experiment, tmp_path, monkeypatch, views, numbers):
    first, then = experiment.phases[0].stages, experiment.phases[1].stages
    phases = (Phase(stages=first, epochs=2), Phase(stages=then, epochs=3))
    shown, batches = [], Pixels.batches

    def noted(self, chunks, view, *rest):
        shown.extend([] if view is None else [view])
        return batches(self, chunks, view, *rest)

    monkeypatch.setattr(Pixels, "batches", noted)
    without_features(monkeypatch)
    list(train(prepare(experiment.changed(phases=phases, views=views), tmp_path), Control()))
    assert shown == numbers


def test_a_device_that_is_given_its_next_step_early_tells_the_same(experiment, tmp_path, monkeypatch):
    at_once = series(train(prepare(experiment, tmp_path / "a"), Control()))
    monkeypatch.setattr(device, "steps_ahead", lambda _: 1)
    assert series(train(prepare(experiment, tmp_path / "b"), Control())) == at_once


@pytest.mark.parametrize("epoch", [0, 1, 2])
@pytest.mark.parametrize("how", ["stop", "close", "abort"])
def test_a_resumed_run_equals_one_that_never_stopped(experiment, tmp_path, epoch, how):
    whole = series(train(prepare(experiment, tmp_path / "whole"), Control()))
    control, first = Control(), []
    running = train(prepare(experiment, tmp_path / "cut"), control)
    for event in running:
        first.append(event)
        if isinstance(event, StepEnded) and event.epoch == epoch + 1:  # in the middle of the epoch after
            break
    if how == "close":
        running.close()
    else:
        getattr(control, how)()
        first += list(running)
    done = [e.epoch for e in first if isinstance(e, EpochEnded)]
    assert done == list(range(epoch + 1))
    rest = list(train(prepare(experiment, tmp_path / "cut"), Control()))
    assert rest[0].first_epoch == epoch + 1
    kept = [e for e in first if isinstance(e, StepEnded | EpochEnded) and e.epoch <= epoch]
    assert sorted(series(kept) + series(rest)) == sorted(whole)


def test_a_stop_before_the_first_epoch_ends_keeps_a_model(experiment, tmp_path):
    control = Control()
    events = []
    for event in train(prepare(experiment, tmp_path), control):
        events.append(event)
        if isinstance(event, StepEnded):
            control.stop()
    assert events[-1].stopped
    assert events[-1].best_epoch == 0
    assert (tmp_path / "run" / BEST).exists()
    assert not (tmp_path / "run" / LAST).exists()  # a resumed run begins anew and stays exact


class Killed(BaseException):
    pass


@pytest.mark.parametrize("writes", [1, 2, 3, 4, 5])
def test_after_a_kill_between_two_saves_the_weights_are_those_of_the_best_epoch(
    experiment, tmp_path, monkeypatch, writes
):
    left, real = iter(range(writes)), checkpoints.files.write_bytes

    def write(path, content, **given):
        if path.name in (BEST, LAST) and next(left, None) is None:
            raise Killed
        real(path, content, **given)

    values = iter([5.0, 4.0, 3.0, 2.0])  # every epoch is the best so far
    worth(monkeypatch, values)
    with monkeypatch.context() as killing:
        killing.setattr(checkpoints.files, "write_bytes", write)
        with pytest.raises(Killed):
            list(train(prepare(experiment, tmp_path), Control()))
    control = Control()
    control.stop()
    *_, ended = train(prepare(experiment, tmp_path), control)
    assert read_record(tmp_path / "run" / BEST).epoch == ended.best_epoch


def test_an_abort_ends_without_a_last_word(experiment, tmp_path):
    control = Control()
    control.abort()
    assert not any(isinstance(e, RunEnded) for e in train(prepare(experiment, tmp_path), control))


def test_early_stopping_ends_the_phase_and_goes_on_with_the_next(experiment, tmp_path, monkeypatch):
    monkeypatch.setattr(step, "rate_factor", lambda *_: 0.0)  # nothing improves
    phases = (Phase(stages=("head",), epochs=9), Phase(stages=("head",), epochs=9))
    experiment = experiment.changed(phases=phases, recipe=Recipe(batch_size=8, patience=2))
    events = list(train(prepare(experiment, tmp_path), Control()))
    epochs = [(e.epoch, e.phase) for e in events if isinstance(e, EpochEnded)]
    assert epochs == [(0, 0), (1, 0), (2, 0), (3, 1), (4, 1), (5, 1)]


def test_a_loss_that_is_no_number_stops_the_run(experiment, tmp_path, monkeypatch):
    setup = prepare(experiment, tmp_path)
    monkeypatch.setattr(type(setup.criterion), "forward", lambda *_: torch.tensor(math.nan, requires_grad=True))
    with pytest.raises(LossNotFinite, match="learning rate"):
        list(train(setup, Control()))


@pytest.mark.parametrize("part", ["train_items", "val_items"])
def test_an_image_that_vanishes_is_skipped_and_named_once(experiment, tmp_path, part):
    setup = prepare(experiment.changed(pipeline=PipelineSpec()), tmp_path)
    victim = getattr(setup, part)[0]
    victim.path.unlink()
    events = list(train(setup, Control()))
    warnings = [e.message for e in events if isinstance(e, Warned)]
    assert len(warnings) == 1
    assert victim.name in warnings[0]
    assert isinstance(events[-1], RunEnded)


def test_when_every_image_vanishes_the_run_fails_with_the_reason(experiment, tmp_path):
    setup = prepare(experiment, tmp_path)
    for item in setup.train_items:
        item.path.unlink()
    with pytest.raises(TrainingFailed, match="None of the training images"):
        list(train(setup, Control()))


def test_a_checkpoint_of_other_data_is_refused(experiment, tmp_path):
    list(train(prepare(experiment, tmp_path), Control()))
    with pytest.raises(ResumeRefused, match="another data"):
        list(train(prepare(experiment, tmp_path, fingerprint="other"), Control()))


@pytest.mark.parametrize("damage", ["cut", "pickle"])
def test_a_damaged_or_hostile_checkpoint_is_refused_and_not_executed(experiment, tmp_path, damage):
    import os
    import pickle

    class Hostile:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "executed"),)

    list(train(prepare(experiment, tmp_path), Control()))
    last = tmp_path / "run" / LAST
    last.write_bytes(last.read_bytes()[:-1000] if damage == "cut" else pickle.dumps(Hostile()))
    with pytest.raises(ResumeRefused):
        list(train(prepare(experiment, tmp_path), Control()))
    assert not (tmp_path / "executed").exists()


def test_global_randomness_is_left_alone(experiment, tmp_path):
    torch.manual_seed(0)
    before = torch.random.get_rng_state()
    list(train(prepare(experiment, tmp_path), Control()))
    assert torch.equal(before, torch.random.get_rng_state())


def test_bf16_trains_and_an_unknown_device_is_refused(experiment, tmp_path):
    events = list(train(prepare(experiment.changed(recipe=Recipe(precision="bf16")), tmp_path), Control()))
    assert isinstance(events[-1], RunEnded)
    with pytest.raises(UnknownDevice, match="no device 'tpu'"):
        resolve_device("tpu")
    assert available_devices()[-1] == "cpu"


def test_chunks_are_even_and_orders_are_functions_of_the_epoch():
    assert [len(chunk) for chunk in chunked(list(range(17)), 16)] == [9, 8]
    assert chunked([], 4) == []
    assert shuffled(list(range(9)), 0, 1) == shuffled(list(range(9)), 0, 1)
    assert shuffled(list(range(9)), 0, 1) != shuffled(list(range(9)), 0, 2)


@pytest.mark.parametrize("error", SHORTAGES, ids=str)
def test_memory_that_runs_out_anywhere_is_said_with_what_to_change(experiment, tmp_path, monkeypatch, error):
    def run(_):
        raise error
        yield

    monkeypatch.setattr(loop._Training, "run", run)
    with pytest.raises(OutOfMemory, match=r"ran out of memory\. Choose a smaller batch"):
        list(train(prepare(experiment, tmp_path), Control()))


def test_an_error_that_is_none_of_memory_stays_what_it_is(experiment, tmp_path, monkeypatch):
    def run(_):
        raise RuntimeError("another one")
        yield

    monkeypatch.setattr(loop._Training, "run", run)
    with pytest.raises(RuntimeError, match="another one"):
        list(train(prepare(experiment, tmp_path), Control()))
