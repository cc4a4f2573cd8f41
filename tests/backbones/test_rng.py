"""Seeding: what is drawn depends on the seed alone, on every device, and devices do not wait for each other."""

import threading

import pytest
import torch

from core.backbones.rng import CPU, seeded

FIRST, SECOND = torch.device("cuda:0"), torch.device("cuda:1")


@pytest.fixture
def generators(monkeypatch):
    """Stand-ins for the generators of two GPUs."""
    made = (torch.Generator().manual_seed(100), torch.Generator().manual_seed(200))
    monkeypatch.setattr(torch.cuda, "default_generators", made)
    monkeypatch.setattr(torch.cuda, "init", lambda: None)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 1)
    return made


def test_the_processor_draws_from_the_seed_and_is_left_as_it_was():
    before = torch.random.get_rng_state()
    with seeded(3):
        first = torch.rand(4)
    with seeded(3, CPU):
        assert torch.equal(torch.rand(4), first)
    with seeded(4):
        assert not torch.equal(torch.rand(4), first)
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize(("device", "at"), [(FIRST, 0), (SECOND, 1), (torch.device("cuda"), 1)])
def test_the_device_that_is_named_is_seeded_and_no_other(generators, device, at):
    state = torch.random.get_rng_state()
    with seeded(5, device):
        assert generators[at].initial_seed() == 5
        assert generators[1 - at].initial_seed() == (200, 100)[at]
        assert torch.equal(torch.random.get_rng_state(), state), "the processor's draws are its own"


def entered(*devices):
    """A thread that has gone into a block of its own and says so; it leaves at once."""
    inside = threading.Event()

    def run():
        with seeded(1, *devices):
            inside.set()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, inside


@pytest.mark.parametrize("others", [(SECOND,), (CPU,), (CPU, SECOND)])
def test_devices_do_not_wait_for_each_other(generators, others):
    with seeded(1, FIRST):
        thread, inside = entered(*others)
        assert inside.wait(60)
    thread.join(60)


@pytest.mark.parametrize("device", [FIRST, CPU])
def test_who_draws_from_the_same_device_waits(generators, device):
    with seeded(1, CPU, FIRST):
        thread, inside = entered(device)
        assert not inside.wait(0.2)
    assert inside.wait(60)
    thread.join(60)


def test_two_that_want_both_in_another_order_do_not_hold_each_other_up(generators):
    threads = []
    for _ in range(50):
        threads += [entered(CPU, FIRST)[0], entered(FIRST, CPU)[0]]
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def test_a_kind_of_device_that_cannot_be_seeded_is_refused():
    with pytest.raises(ValueError, match="cannot seed the random generator of xpu"), seeded(1, torch.device("xpu")):
        pass
