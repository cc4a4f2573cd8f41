"""torch's CPU generator is one per process: whoever draws from it takes turns here, and leaves it as it was found."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

# A page that initialises a model while a training step draws dropout masks would change both. Held for one forward
# pass or one initialisation at a time.
_TURN = threading.RLock()


@contextmanager
def seeded(seed: int, device: torch.device | None = None) -> Iterator[None]:
    """Within the block torch draws from `seed` alone; afterwards the CPU generator is as it was before.

    The generator of an accelerator named by `device` is seeded too, and not restored: only a training draws from it.
    """
    with _TURN, torch.random.fork_rng(devices=[]):
        torch.random.default_generator.manual_seed(seed)
        if device is not None and device.type == "cuda":
            torch.cuda.manual_seed(seed)
        elif device is not None and device.type == "mps":
            torch.mps.manual_seed(seed)
        yield
