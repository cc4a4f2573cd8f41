"""Weights that are fetched before a training: told as they come, ended by an abort, and only where there is need."""

import threading

import pytest

from core.errors import WeightsUnavailable
from core.runs import download as module
from core.runs.download import downloaded
from core.work.control import Aborted, Control, Signal, StoppedEarly
from core.work.leases import DeviceLeases
from tests.conftest import make_experiment


@pytest.fixture
def plan():
    base = make_experiment("here")
    return base.changed(backbone=base.backbone.model_copy(update={"name": "resnet18", "weights": "default"}))


@pytest.fixture
def fetched(monkeypatch):
    """Names of the backbones that were fetched; `fetch` is what happens then."""

    class Fetch:
        def __init__(self):
            self.names = []

        def __call__(self, backbone, progress):
            self.names.append(backbone.name)
            self.work(progress)

        def work(self, progress):
            progress(3, 9)

    made = Fetch()
    monkeypatch.setattr(module, "pretrained_state", made)
    monkeypatch.setattr(module, "is_local", lambda backbone: False)
    return made


def test_only_pretrained_weights_that_are_not_here_are_fetched(plan, fetched, monkeypatch):
    list(downloaded(plan, Control()))
    assert fetched.names == ["resnet18"]
    for weights in ("none", "/mine.safetensors"):
        other = plan.changed(backbone=plan.backbone.model_copy(update={"weights": weights}))
        assert list(downloaded(other, Control())) == []
    monkeypatch.setattr(module, "is_local", lambda backbone: True)
    assert list(downloaded(plan, Control())) == []
    assert fetched.names == ["resnet18"]


def test_the_latest_number_is_told(plan, fetched):
    go_on = threading.Event()

    def work(progress):
        for done in (1, 4, 7):
            progress(done, 9)
        assert go_on.wait(30)

    fetched.work = work
    messages = []
    for one in downloaded(plan, Control()):
        messages.append(one)
        go_on.set()
    assert messages[0] == (7, 9)


def test_an_abort_and_a_stop_leave_while_it_is_fetched(plan, fetched):
    for how, leaves in (("abort", Aborted), ("stop", StoppedEarly)):
        control, begun, go_on = Control(), threading.Event(), threading.Event()

        def work(progress, begun=begun, go_on=go_on):
            begun.set()
            go_on.wait(1)

        fetched.work = work
        getattr(control, how)()
        with pytest.raises(Aborted) as raised:
            list(downloaded(plan, control))
        assert type(raised.value) is leaves
        go_on.set()


def test_what_cannot_be_fetched_is_raised(plan, fetched):
    def work(progress):
        raise WeightsUnavailable("No network.")

    fetched.work = work
    with pytest.raises(WeightsUnavailable, match="No network"):
        list(downloaded(plan, Control()))


def test_while_weights_are_fetched_others_have_the_device(plan, fetched):
    leases, go_on = DeviceLeases(), threading.Event()
    control, other = Control(leases=leases), Control(leases=leases)
    for one in (control, other):
        one.computes_on("cuda:0")

    def work(progress):
        progress(4, 9)
        assert go_on.wait(30)

    fetched.work = work
    messages = downloaded(plan, control)
    assert next(messages) == (4, 9)
    assert other.at_batch() is Signal.GO, "nobody waits for the network"
    other.over()
    go_on.set()
    assert list(messages) in ([], [(4, 9)])
