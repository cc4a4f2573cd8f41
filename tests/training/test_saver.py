"""Checkpoints that are written beside a device, while it trains on."""

import threading

import pytest
import torch

from core.errors import StorageFailed
from core.experiment import Phase
from core.training import checkpoints, loop
from core.training.checkpoints import Saver
from core.training.events import CheckpointWritten, EpochEnded, RunEnded, StepEnded
from core.training.loop import train
from core.work.control import Control
from tests.conftest import make_experiment, make_images
from tests.training.helpers import losses, prepare, run

DEVICE = torch.device("mps")  # anything that is no processor; its tensors are the processor's here


@pytest.fixture
def pictures(tmp_path):
    return make_images(tmp_path / "pictures")


@pytest.fixture
def beside(monkeypatch):
    """Has checkpoints written as beside a device."""
    monkeypatch.setattr(loop, "Saver", lambda kept, device: Saver(kept, DEVICE))


def a_setup(pictures, folder):
    return prepare(make_experiment(pictures, phases=(Phase(stages=("head",), epochs=4, learning_rate=0.02),)), folder)


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


def test_what_is_written_beside_is_what_is_written_at_once(pictures, tmp_path, monkeypatch):
    at_once, setup = run(a_setup(pictures, tmp_path / "at once")), a_setup(pictures, tmp_path / "beside")
    monkeypatch.setattr(loop, "Saver", lambda kept, device: Saver(kept, DEVICE))
    events = run(setup)
    assert losses(events) == losses(at_once)
    assert of(events, CheckpointWritten) == of(at_once, CheckpointWritten)
    assert isinstance(events[-1], RunEnded)
    first, second = (a_setup(pictures, tmp_path / name).checkpoints for name in ("at once", "beside"))
    wanted, found = first.load_last(), second.load_last()
    assert found.position == wanted.position
    assert all(torch.equal(found.model[name], weight) for name, weight in wanted.model.items())
    assert found.optimizer["param_groups"] == wanted.optimizer["param_groups"]
    for index, state in wanted.optimizer["state"].items():
        for name, value in state.items():
            assert torch.equal(found.optimizer["state"][index][name], value)
    assert (first.folder / checkpoints.BEST).read_bytes() == (second.folder / checkpoints.BEST).read_bytes()


def test_the_next_epoch_begins_while_a_checkpoint_is_written(pictures, tmp_path, monkeypatch, beside):
    setup, go_on, entered = a_setup(pictures, tmp_path), threading.Event(), threading.Event()
    real = setup.checkpoints.save_last
    before = {}

    def slow(model, *parts):
        before.setdefault("weights", {name: one.clone() for name, one in model.state_dict().items()})
        entered.set()
        assert go_on.wait(30)
        real(model, *parts)

    monkeypatch.setattr(setup.checkpoints, "save_last", slow)
    events = []
    for event in train(setup, Control()):
        events.append(event)
        if isinstance(event, StepEnded) and event.epoch == 1 and not go_on.is_set():
            assert entered.wait(30)
            assert not of(events, CheckpointWritten), "it is told once it is written"
            assert any(not torch.equal(one, before["weights"][name]) for name, one in setup.model.state_dict().items())
            go_on.set()
    assert [one.epoch for one in of(events, CheckpointWritten)] == [one.epoch for one in of(events, EpochEnded)]
    whole = a_setup(pictures, tmp_path / "whole")
    monkeypatch.setattr(loop, "Saver", Saver)
    run(whole)
    first, second = (one.checkpoints.load_last().model for one in (whole, setup))
    assert all(torch.equal(first[name], second[name]) for name in first), "nothing of a later step is in it"


def test_a_disk_that_is_full_ends_the_training(pictures, tmp_path, monkeypatch, beside):
    setup = a_setup(pictures, tmp_path)

    def full(*_):
        raise StorageFailed("The disk is full.")

    monkeypatch.setattr(setup.checkpoints, "save_last", full)
    events = []
    with pytest.raises(StorageFailed, match="disk is full"):
        events.extend(train(setup, Control()))
    assert not setup.checkpoints.exist


def test_whoever_leaves_waits_until_nothing_is_written(pictures, tmp_path, monkeypatch, beside):
    setup, real = a_setup(pictures, tmp_path), checkpoints.Checkpoints.save_last
    written = []

    def slow(*given):
        threading.Event().wait(0.2)
        real(setup.checkpoints, *given)
        written.append(1)

    monkeypatch.setattr(setup.checkpoints, "save_last", slow)
    running = train(setup, Control())
    for event in running:
        if isinstance(event, EpochEnded):
            next(running)  # has it written
            break
    running.close()
    assert len(written) == 1
    assert not [one for one in threading.enumerate() if one.name == "checkpoint"]


def test_a_stop_keeps_what_was_written(pictures, tmp_path, beside):
    setup, control = a_setup(pictures, tmp_path), Control()
    for event in train(setup, control):
        if isinstance(event, StepEnded) and event.epoch == 2:
            control.stop()
    assert setup.checkpoints.load_last().position.epoch == 1
    again = run(a_setup(pictures, tmp_path))
    whole = run(a_setup(pictures, tmp_path / "whole"))
    for kind in (StepEnded, EpochEnded):
        assert [one.loss if kind is StepEnded else one.val_loss for one in of(again, kind)] == [
            one.loss if kind is StepEnded else one.val_loss for one in of(whole, kind) if one.epoch >= 2
        ]
