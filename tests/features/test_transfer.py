"""What goes between the processor's memory and a GPU's. Without a GPU the device is a stand-in: memory of the processor
that says that it is there."""

import pytest
import torch

from core.features import transfer
from core.features.transfer import copied_here, read_later


class There(torch.Tensor):
    """A tensor that says that it is on a GPU."""

    @property
    def device(self):
        return torch.device("cuda:1")


@pytest.fixture
def gpu(monkeypatch):
    """What the stand-in was asked for."""
    asked = []

    class Mark:
        def synchronize(self):
            asked.append("waited")

    monkeypatch.setattr(transfer, "page_locked", lambda shape, dtype: torch.zeros(tuple(shape), dtype=dtype))
    monkeypatch.setattr(transfer, "mark", lambda device: asked.append(f"mark on {device}") or Mark())
    real = torch.empty_strided
    monkeypatch.setattr(
        torch, "empty_strided", lambda *given, pin_memory, **more: asked.append("locked") or real(*given, **more)
    )
    return asked


def test_numbers_of_a_gpu_are_waited_for_no_longer_than_until_they_are_there(gpu):
    loss, correct = torch.tensor(0.1).as_subclass(There), torch.tensor(7).as_subclass(There)
    read = read_later((loss, correct))
    assert gpu == ["mark on cuda:1"], "it is only begun"
    loss.fill_(9.0)  # the next step's
    assert read() == [pytest.approx(0.1), 7.0]
    assert gpu == ["mark on cuda:1", "waited"]


def test_numbers_of_a_processor_are_there():
    value = torch.tensor(0.1)
    assert read_later((value, torch.tensor(3)))() == [float(value), 3.0]


def test_a_copy_of_a_gpu_s_tensor_has_its_order_and_its_memory_is_used_again(gpu):
    there = torch.rand(2, 3, 4, 5).to(memory_format=torch.channels_last).as_subclass(There)
    first = copied_here(there)
    assert (first.stride(), gpu) == (there.stride(), ["locked"])
    assert torch.equal(first, there.as_subclass(torch.Tensor))
    there.add_(1)
    assert copied_here(there, first) is first
    assert torch.equal(first, there.as_subclass(torch.Tensor))
    assert copied_here(there[:1], first) is not first, "another shape"
    assert gpu == ["locked", "locked"]


def test_a_copy_of_a_processor_s_tensor_is_a_new_one(gpu):
    here = torch.rand(3)
    found = copied_here(here, here)
    assert found is not here
    assert torch.equal(found, here)
    assert gpu == []
