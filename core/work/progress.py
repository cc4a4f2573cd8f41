"""How far something long has come."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
READING = "reading and comparing images"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far something long has come that is not an epoch: reading images, evaluating."""

    what: str
    done: int
    total: int


def finish(steps: Generator[Progress, None, T], told: Callable[[Progress], None] | None = None) -> T:
    """Do something long to its end, and what comes of it; `told` is called with each progress."""
    while True:
        try:
            progress = next(steps)
        except StopIteration as ended:
            result: T = ended.value
            return result
        if told is not None:
            told(progress)
