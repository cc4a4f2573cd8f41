"""Seeding of torch's global generators, of which there is one per device and process, with a lock for each device.

The state of the CPU generator is restored. Devices never wait for each other: dropout and stochastic depth use the
generator of the tensor's device.
"""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import torch

CPU = torch.device("cpu")
# Without the lock, a page that initialises a model while a training step draws dropout masks would disturb both. Held
# for one forward pass or one initialisation.
_LOCKS: defaultdict[torch.device, threading.RLock] = defaultdict(threading.RLock)
_LOCKS_GUARD = threading.Lock()


@contextmanager
def seeded(seed: int, *devices: torch.device) -> Iterator[None]:
    """Seed torch's generators of `devices` (default: the CPU) within the block.

    The CPU generator is restored afterwards. Those of accelerators are not: only trainings use them, and they seed at
    every step. Raises `ValueError` for another kind of device.
    """
    with ExitStack() as stack:
        # sorted to avoid deadlocks
        for device in sorted({_with_index(device) for device in devices or (CPU,)}, key=str):
            stack.enter_context(_lock_of(device))
            if device.type == "cpu":
                stack.enter_context(torch.random.fork_rng(devices=[]))
            _seed(device, seed)
        yield


def _lock_of(device: torch.device) -> threading.RLock:
    with _LOCKS_GUARD:
        return _LOCKS[device]


def _with_index(device: torch.device) -> torch.device:
    """`device` with its index: 'cuda' means the current device."""
    if device.type == "cuda" and device.index is None:
        return torch.device("cuda", torch.cuda.current_device())
    return torch.device(device.type) if device.type in ("cpu", "mps") else device


def _seed(device: torch.device, seed: int) -> None:
    if device.type == "cpu":
        torch.random.default_generator.manual_seed(seed)
    elif device.type == "cuda":
        torch.cuda.init()  # creates the generators
        torch.cuda.default_generators[device.index].manual_seed(seed)
    elif device.type == "mps":
        torch.mps.manual_seed(seed)
    else:
        raise ValueError(f"cannot seed the random generator of {device}: known are cpu, cuda and mps")
