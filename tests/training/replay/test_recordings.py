"""What is recorded, how often, and what is left as it was."""

import pytest
import torch
from torch import nn

from core.errors import InvalidInput
from core.training import graphs
from core.training.graphs import Computed, StepGraphs
from tests.training.helpers import copy
from tests.training.replay.recorder import CPU, Recorder


@pytest.fixture(autouse=True)
def unbroken(monkeypatch):
    monkeypatch.setattr(StepGraphs, "broken", False)


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer, self.norm = nn.Linear(3, 2), nn.BatchNorm1d(2)


def small(recorder=None, record_it=None):
    """The recorded steps of a small model, by `record_it` or by a recorder's; the model; the recorder."""
    torch.manual_seed(0)
    model, recorder = Small(), recorder or Recorder()

    def work(inputs, targets):
        loss = ((model.norm(model.layer(inputs)) - targets) ** 2).mean()
        loss.backward()
        return Computed(loss.detach(), (loss.detach() > 0).sum())

    return Bound(work, StepGraphs(model, CPU, record_it or recorder.of(model))), model, recorder


class Bound:
    """The recorded steps of one piece of work."""

    def __init__(self, work, made):
        self.work, self.made = work, made
        self.forget, self.notes = made.forget, made.notes

    def step(self, *given):
        return self.made.step(self.work, *given)


def test_to_record_changes_no_statistics_and_leaves_no_gradients(monkeypatch):
    monkeypatch.setattr(graphs, "QUICKER", 0.0)
    made, model, _ = small()
    before = copy(model)
    assert made.step(torch.randn(4, 3), torch.randn(4, 2), 1, 500) is None
    assert all(torch.equal(tensor, before[name]) for name, tensor in copy(model).items())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_each_size_is_recorded_once_and_no_more_than_a_few(monkeypatch):
    monkeypatch.setattr(graphs, "QUICKER", float("inf"))
    made, model, recorder = small()
    for count in (4, 5, 4, 5, 6, 7, 8, 4, 8):
        found = made.step(torch.randn(count, 3), torch.randn(count, 2), 1, 500)
        assert (found is None) is (count == 8)
        assert (model.layer.weight.grad is None) is (count == 8) or count == 8
    assert recorder.recorded == graphs.MOST
    made.forget()
    assert made.step(torch.randn(4, 3), torch.randn(4, 2), 1, 500) is None
    assert recorder.recorded == graphs.MOST


def test_a_loss_stays_what_it_was_when_the_next_step_is_replayed(monkeypatch):
    monkeypatch.setattr(graphs, "QUICKER", float("inf"))
    made, _, _ = small()
    first = made.step(torch.randn(4, 3), torch.randn(4, 2), 1, 500)
    value = first.loss.item()
    second = made.step(torch.randn(4, 3), 5 + torch.randn(4, 2), 2, 500)
    assert first.loss.item() == value != second.loss.item()


@pytest.mark.parametrize(("left", "recorded"), [(499, 0), (500, 1)])
def test_five_hundred_steps_are_worth_it(left, recorded):
    made, _, recorder = small()
    made.step(torch.randn(4, 3), torch.randn(4, 2), 1, left)
    assert recorder.recorded == recorded


@pytest.mark.parametrize(
    ("device", "said", "able"),
    [("cuda", None, False), ("cuda", "", False), ("cuda", " 1 ", True), ("cuda", "0", False), ("cpu", "1", False),
     ("mps", "1", False)],
)  # fmt: skip
def test_graphs_are_of_cuda_and_where_they_are_asked_for(monkeypatch, device, said, able):
    monkeypatch.delenv(graphs.VARIABLE, raising=False)
    if said is not None:
        monkeypatch.setenv(graphs.VARIABLE, said)
    assert graphs.usable(torch.device(device)) is able


@pytest.mark.parametrize("said", ["off", "yes", "2", "-1"])
def test_what_is_neither_yes_nor_no_is_refused_before_there_is_a_run(monkeypatch, said):
    monkeypatch.setenv(graphs.VARIABLE, said)
    with pytest.raises(InvalidInput, match=f"'{said}'. It must be 1"):
        graphs.wanted()


def test_what_does_nothing_when_it_is_replayed_is_not_used(monkeypatch):
    """As a graph of which nothing was recorded: all stays as it was computed at first."""
    monkeypatch.setattr(graphs, "QUICKER", float("inf"))
    made, _, _ = small(record_it=lambda work, device: (work(), lambda: None))
    assert made.step(torch.randn(4, 3), torch.randn(4, 2), 1, 500) is None
    assert made.notes == []


def test_after_a_failure_nothing_is_recorded_in_this_process(monkeypatch):
    first, _, recorder = small(Recorder(error=RuntimeError("capture")))
    assert first.step(torch.randn(4, 3), torch.randn(4, 2), 1, 500) is None
    assert StepGraphs.broken
    second, _, recorder = small()
    assert second.step(torch.randn(4, 3), torch.randn(4, 2), 1, 500) is None
    assert recorder.recorded == 0
    monkeypatch.setattr(StepGraphs, "broken", False)
    short, _, _ = small(Recorder(error=torch.OutOfMemoryError()))
    assert short.step(torch.randn(4, 3), torch.randn(4, 2), 1, 500) is None
    assert not StepGraphs.broken, "memory may be there the next time"
