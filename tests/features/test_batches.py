"""How what the processor makes comes to the device."""

import pytest
import torch

from core.features.batches import sent


class Told:
    """Stands for a tensor; notes what is done with it."""

    def __init__(self):
        self.calls = []

    def pin_memory(self):
        self.calls.append("pinned")
        return self

    def to(self, device, non_blocking=False):
        self.calls.append((device.type, non_blocking))
        return self


@pytest.mark.parametrize(
    ("device", "calls"),
    [("cuda", ["pinned", ("cuda", True)]), ("cpu", [("cpu", False)]), ("mps", [("mps", False)])],
)
def test_only_a_gpu_with_memory_of_its_own_fetches_beside_its_work(device, calls):
    tensor = Told()
    assert sent(tensor, torch.device(device)) is tensor
    assert tensor.calls == calls


def test_what_is_sent_to_the_processor_is_what_it_was():
    tensor = torch.rand(2, 3, 4).transpose(1, 2)
    assert sent(tensor, torch.device("cpu")) is tensor
