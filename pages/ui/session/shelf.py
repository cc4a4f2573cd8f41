"""The last few results of slow work, shared by all tabs.

Unlike `st.cache_resource`, the work may draw on the page that waits for it, such as a progress bar.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class _Place(Generic[T]):
    lock: threading.Lock = field(default_factory=threading.Lock)
    values: list[T] = field(default_factory=list)  # empty until made


class Shelf(Generic[T]):
    """Keeps `size` results; the one not asked for the longest goes first. Safe to use from several threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._places: OrderedDict[Hashable, _Place[T]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The result under `key`; made now if it is new. Two who ask at once wait for one making.

        When `make` raises, nothing is kept and the next one tries again.
        """
        with self._lock:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
            while len(self._places) > self._size:
                self._places.popitem(last=False)
        with place.lock:
            if not place.values:
                place.values.append(make())
            return place.values[0]

    def peek(self, key: Hashable) -> T | None:
        """The result under `key` if it was made; never waits and makes nothing."""
        with self._lock:
            place = self._places.get(key)
        return place.values[0] if place and place.values else None

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._places.clear()
