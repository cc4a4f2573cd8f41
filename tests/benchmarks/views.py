"""How many views the worker processes make, and whether a device that uses them ever waits. A benchmark, not a test.

    python -m tests.benchmarks.views [--processes 1,2] [--pipelines light,medium,strong] [--seconds 4] [--rounds 3]
        [--images 200] [--held 0.3] [--json FILE]

Prints one JSON object. `views_per_second`: of batches of 64 at 224 px, from images that are decoded already, for each
number of processes, in turn, so that a machine that slows down meanwhile is no matter; `threads` are as many threads of
this process as there are processes at most. Meanwhile a thread of this process holds the interpreter for `--held` of
the time, as a training does that prepares its steps; it sleeps as it does so, so that it takes no core from the
workers. `scaling` is the median over the rounds of the most processes against one.
`device`: a simulated device, whose steps take a time for which `SHARE` of the views that were measured suffice, and
which is given the next one while it is at work, as a GPU is by a training: the share of time in which it was at work,
from the second batch on.
`equal`: whether all arms made the same bytes.
"""

import argparse
import ctypes
import hashlib
import json
import statistics
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import torch

from core import files
from core.augment.presets import PRESETS
from core.data.geometry import Geometry
from core.data.sources import load_dataset
from core.features.batches import Batch, ImageViews, batches, chunked
from core.features.workers.pool import WorkerPool
from core.features.workers.upcoming import Upcoming
from core.training.device import steps_ahead
from tests.benchmarks.arms import load
from tests.benchmarks.drawn import write_images

BATCH = 64
GEOMETRY = Geometry(224, 256)
SHARE = 0.8  # of the measured views that the simulated device uses
AHEAD = steps_ahead(torch.device("cuda"))  # steps that are given before the oldest one's loss is read
HELD_S = 0.003  # for which the interpreter is held at once
THREADS = "threads"


def main() -> None:
    given = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        write_images(Path(folder), given.images, 5)
        items = load_dataset(folder, Path(folder)).items[: given.images]
        chunks = chunked(items, BATCH)
        pools = {str(processes): WorkerPool(processes) for processes in given.processes}
        for pool in pools.values():
            pool.start()
            if not pool.wait(60):
                sys.exit("The worker processes did not start.")
        found: dict[str, Any] = {"load_before": load(), "held": given.held}
        for name in given.pipelines:
            found[name] = _measured(name, items, chunks, pools, given)
            print(name, json.dumps(found[name]), file=sys.stderr)  # noqa: T201
        for pool in pools.values():
            pool.close()
    if given.json:
        files.write_json(given.json, found)
    print(json.dumps(found, indent=2))  # noqa: T201


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=lambda text: tuple(map(int, text.split(","))), default=(1, 2))
    parser.add_argument("--pipelines", type=lambda text: tuple(text.split(",")), default=("light", "medium", "strong"))
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--images", type=int, default=200)
    parser.add_argument("--held", type=float, default=0.3, help="share of time in which the interpreter is held")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def _measured(name: str, items: Any, chunks: Any, pools: dict[str, WorkerPool], given: Any) -> dict[str, Any]:
    views = ImageViews(PRESETS[name], GEOMETRY, 0, None, items)
    arms = {arm: _announcing(Upcoming(pool, views), chunks) for arm, pool in pools.items()}
    arms[THREADS] = lambda number: batches(chunks, partial(views.sample, number=number), 3)
    equal = len({_digest(make(0)) for make in arms.values()}) == 1  # and decodes the images
    rates: dict[str, list[float]] = {arm: [] for arm in arms}
    with _held(given.held):
        for _ in range(given.rounds):
            for arm, make in arms.items():
                rates[arm].append(_rate(make, given.seconds))
        most, one = str(max(given.processes)), str(min(given.processes))
        rate = statistics.median(rates[most])
        busy = _busy_share(arms[most], SHARE * rate, given.seconds)
    ratios = [more / fewer for more, fewer in zip(rates[most], rates[one], strict=True)]
    return {
        "views_per_second": {arm: round(statistics.median(found)) for arm, found in rates.items()},
        "scaling": round(statistics.median(ratios), 2),
        "scaling_each": [round(ratio, 2) for ratio in ratios],
        "device": {"views_per_second": round(SHARE * rate), "busy": round(busy, 3)},
        "equal": equal,
    }


def _announcing(upcoming: Upcoming, chunks: Any) -> Any:
    """One epoch after the other, each announced while the one before is used, as a training does."""

    def epoch(number: int) -> Iterator[Batch]:
        upcoming.announce(chunks, number + 1)
        return upcoming.batches(chunks, number)

    return epoch


def _digest(made: Iterator[Batch]) -> str:
    digest = hashlib.blake2b()
    for batch in made:
        digest.update(batch.images.tobytes())
    return digest.hexdigest()


def _endless(make: Any) -> Iterator[Batch]:
    """Batches of one epoch after the other."""
    for number in count():
        yield from make(number)


def _rate(make: Any, seconds: float) -> float:
    """Views a second, from the second batch on."""
    made = _endless(make)
    next(made)
    began, views = time.monotonic(), 0
    while time.monotonic() - began < seconds:
        views += len(next(made).images)
    return views / (time.monotonic() - began)


class _Device:
    """Works off the steps that it is given, one after the other, as a GPU does; whoever gives it more than `AHEAD`
    waits for the oldest, as a training that reads the losses does. Nobody holds the interpreter meanwhile."""

    def __init__(self) -> None:
        self._ends: deque[float] = deque()
        self.free_at = self.began = time.monotonic()
        self.idle = 0.0  # seconds

    def step(self, seconds: float) -> None:
        now = time.monotonic()
        self.idle += max(0.0, now - self.free_at)
        self.free_at = max(now, self.free_at) + seconds
        self._ends.append(self.free_at)
        while len(self._ends) > AHEAD:
            time.sleep(max(0.0, self._ends.popleft() - time.monotonic()))


def _busy_share(make: Any, rate: float, seconds: float) -> float:
    made = _endless(make)
    next(made)
    device = _Device()
    while time.monotonic() - device.began < seconds:
        device.step(len(next(made).images) / rate)
    return 1 - device.idle / (device.free_at - device.began)


@contextmanager
def _held(share: float) -> Iterator[None]:
    """Meanwhile a thread holds the interpreter for a share of the time."""
    if not share:
        yield
        return
    over = threading.Event()
    library = ctypes.PyDLL(None)  # unlike a CDLL it is called with the interpreter held

    def hold() -> None:
        while not over.wait(HELD_S * (1 - share) / share):
            library.usleep(int(1e6 * HELD_S))

    thread = threading.Thread(target=hold, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


if __name__ == "__main__":
    main()
