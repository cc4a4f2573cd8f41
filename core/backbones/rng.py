"""torch's generators are one per device and process: whoever draws from one takes turns here.

The processor's is left as it was found. Two devices never wait for each other: dropout and stochastic depth draw from
the generator of the device that holds the tensor.
"""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import torch

CPU = torch.device("cpu")
# A page that initialises a model while a training step draws dropout masks would change both. Held for one forward
# pass or one initialisation at a time.
_TURNS: defaultdict[torch.device, threading.RLock] = defaultdict(threading.RLock)
_FINDING = threading.Lock()


@contextmanager
def seeded(seed: int, *devices: torch.device) -> Iterator[None]:
    """Within the block torch draws from `seed` alone on `devices`, without any on the processor.

    The processor's generator is afterwards as it was before. An accelerator's is not restored: only a training draws
    from it, and seeds it at every step.
    """
    with ExitStack() as held:
        for device in sorted({_exact(device) for device in devices or (CPU,)}, key=str):  # one order: no deadlock
            held.enter_context(_turn(device))
            if device.type == "cpu":
                held.enter_context(torch.random.fork_rng(devices=[]))
            _seed(device, seed)
        yield


def _turn(device: torch.device) -> threading.RLock:
    with _FINDING:
        return _TURNS[device]


def _exact(device: torch.device) -> torch.device:
    """`device` with its number: 'cuda' is the current one."""
    if device.type == "cuda" and device.index is None:
        return torch.device("cuda", torch.cuda.current_device())
    return torch.device(device.type) if device.type in ("cpu", "mps") else device


def _seed(device: torch.device, seed: int) -> None:
    if device.type == "cpu":
        torch.random.default_generator.manual_seed(seed)
    elif device.type == "cuda":
        torch.cuda.init()  # the generators are made by it
        torch.cuda.default_generators[device.index].manual_seed(seed)
    elif device.type == "mps":
        torch.mps.manual_seed(seed)
