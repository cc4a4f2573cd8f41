"""How long the device had nothing to do because its next images were not there yet."""

import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

import torch

T = TypeVar("T")


class _Mark(Protocol):
    """A moment in what a device does, after everything that it was given before."""

    def record(self) -> None: ...

    def synchronize(self) -> None: ...

    def elapsed_time(self, end_event: Any) -> float: ...


class Waiting:
    """Adds up the time from when a device had done all its work to when the next images came.

    A GPU works beside the processor and is behind it: it says itself when it was done, through marks among its work.
    The processor does one after the other, so that it waits as long as it is not given images.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._spans: list[tuple[_Mark, _Mark]] = []
        self._reading: list[tuple[_Mark, _Mark]] = []  # of them, those for kept features

    def watched(self, batches: Iterable[T]) -> Generator[T, None, None]:
        """Yield the same batches; the time until each comes counts as waited."""
        remaining = iter(batches)
        while True:
            asked = self._now()
            try:
                batch = next(remaining)
            except StopIteration:
                return
            self._spans.append((asked, self._now()))
            yield batch

    @contextmanager
    def for_features(self) -> Iterator[None]:
        """What is done within reads kept features from a file: it counts as waited."""
        asked = self._now()
        yield
        self._reading.append((asked, self._now()))
        self._spans.append(self._reading[-1])

    def take(self) -> tuple[float, float]:
        """Seconds that were waited since the last call, and of them those for kept features. Waits until the device
        was given the last batch."""
        spans, reading, self._spans, self._reading = self._spans, self._reading, [], []
        if spans:
            spans[-1][1].synchronize()  # whatever came before it is over as well
        return _seconds(spans), _seconds(reading)

    def _now(self) -> _Mark:
        mark = _new_mark(self._device)
        mark.record()
        return mark


def _seconds(spans: list[tuple[_Mark, _Mark]]) -> float:
    return sum(max(0.0, begin.elapsed_time(end)) for begin, end in spans) / 1000


class _Moment:
    """A mark of the processor, which is never behind."""

    def __init__(self) -> None:
        self._at = 0.0

    def record(self) -> None:
        self._at = time.perf_counter()

    def synchronize(self) -> None:
        pass

    def elapsed_time(self, end_event: "_Moment") -> float:
        """Milliseconds, as torch's events tell them."""
        return 1000 * (end_event._at - self._at)


class _OnCuda:
    """A mark of one NVIDIA GPU, which need not be the current one."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._event = torch.cuda.Event(enable_timing=True)

    def record(self) -> None:
        self._event.record(torch.cuda.current_stream(self._device))

    def synchronize(self) -> None:
        self._event.synchronize()

    def elapsed_time(self, end_event: "_OnCuda") -> float:
        return float(self._event.elapsed_time(end_event._event))


def _new_mark(device: torch.device) -> _Mark:
    if device.type == "cuda":
        return _OnCuda(device)
    if device.type == "mps":
        return torch.mps.event.Event(enable_timing=True)
    return _Moment()
