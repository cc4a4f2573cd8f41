"""How long a device waits for images: by its own clock, which runs behind the processor that feeds it."""

import time
from contextlib import closing

import pytest
import torch

from core.features import waiting as module
from core.features.batches import chunked
from core.features.waiting import Waiting
from tests.features.helpers import CPU, some_pixels

GPU = torch.device("cuda:1")


class Clocks:
    """A processor, and a device that does one thing after the other, beside it."""

    def __init__(self):
        self.processor = self.device = 0.0  # seconds; that of the device is when it will be done

    def give(self, seconds):
        """Give the device work."""
        self.device = max(self.device, self.processor) + seconds

    def mark(self, device):
        assert device == GPU
        return Mark(self)


class Mark:
    def __init__(self, clocks):
        self.clocks, self.at = clocks, None

    def record(self):
        self.clocks.give(0.0)
        self.at = self.clocks.device

    def synchronize(self):
        self.clocks.processor = max(self.clocks.processor, self.at)

    def elapsed_time(self, end):
        assert self.clocks.processor >= end.at, "it is known once the device has come so far"
        return 1000 * (end.at - self.at)


@pytest.fixture
def clocks(monkeypatch):
    made = Clocks()
    monkeypatch.setattr(module, "_new_mark", made.mark)
    return made


@pytest.mark.parametrize(
    ("making", "computing", "waited"),
    [(10.0, 4.0, 10.0 + 3 * 6.0), (4.0, 10.0, 4.0), (5.0, 5.0, 5.0), (0.0, 3.0, 0.0)],
)
def test_a_device_waits_only_while_it_has_nothing_to_do(clocks, making, computing, waited):
    def made():
        for number in range(4):
            clocks.processor += making
            yield number

    waiting = Waiting(GPU)
    for _ in waiting.watched(made()):
        clocks.give(computing)
    assert waiting.take() == (pytest.approx(waited), 0.0)
    assert waiting.take() == (0.0, 0.0)


def test_reading_kept_features_is_waited_for_and_told_apart(clocks):
    waiting = Waiting(GPU)
    for _ in waiting.watched(range(2)):
        with waiting.for_features():
            clocks.processor += 3.0
        clocks.give(1.0)
    assert waiting.take() == (pytest.approx(5.0), pytest.approx(5.0))  # it computed for a second of the last three
    assert waiting.take() == (0.0, 0.0)


def test_what_takes_the_time_between_two_batches_is_not_waited_for(clocks):
    waiting = Waiting(GPU)
    for _ in waiting.watched(range(3)):
        clocks.give(2.0)
        clocks.processor += 60.0  # a validation, a checkpoint
    assert waiting.take() == (0.0, 0.0)


def test_the_processor_waits_as_long_as_it_is_given_nothing(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(module.time, "perf_counter", lambda: now[0])

    def made():
        for number in range(3):
            now[0] += 0.25
            yield number

    waiting = Waiting(CPU)
    for _ in waiting.watched(made()):
        now[0] += 8.0
    assert waiting.take() == (0.75, 0.0)


def test_pixels_are_watched_and_given_back_when_nobody_wants_more(monkeypatch):
    over = []

    def slow(*_):
        try:
            for _ in range(9):
                time.sleep(0.02)
                yield module_batch
        finally:
            over.append(True)

    from core.features import pixels as source
    from core.features.batches import Batch

    module_batch = Batch(torch.zeros(0).numpy(), torch.zeros(0), (), ())
    monkeypatch.setattr(source, "batches", slow)
    pixels = some_pixels()
    with closing(pixels.batches(chunked(range(9), 1), None)) as made:
        for _ in range(4):
            next(made)
    assert over == [True]
    assert pixels.waiting.take()[0] >= 0.08
    assert pixels.under(pixels.image_views.pipeline).waiting is not pixels.waiting
