"""One cache for everything that is kept in memory up to a limit: the last used stays longest. Safe for all threads."""

import threading
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from cachetools import LRUCache

T = TypeVar("T")
_MISSING: Any = object()


class BoundedCache(Generic[T]):
    """Values by key, up to `limit` of what `size_of` measures: by default their number, or bytes.

    Beyond it, the value not used for the longest goes. `on_evict(key, value)` is called for each that goes or never
    fitted, one at a time; it must not use the cache. `None` is a value like any other.
    """

    def __init__(
        self, limit: int, size_of: Callable[[T], int] | None = None,
        on_evict: Callable[[Any, T], None] | None = None,
    ) -> None:  # fmt: skip
        self._limit = limit
        self._size_of = size_of
        self._on_evict = on_evict
        self._changed = threading.Condition()
        self.clear()

    @property
    def used(self) -> int:
        """What the kept values measure together, at most `limit`."""
        return int(self._kept.currsize)

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, key: Hashable) -> bool:
        """Whether there is a value under `key`, which does not count as used."""
        with self._changed:
            return key in self._kept

    def get(self, key: Hashable) -> T | None:
        """The value under `key`, which counts as used now; None when there is none. Never waits and makes nothing."""
        with self._changed:
            return self._kept.get(key)

    def put(self, key: Hashable, value: T) -> None:
        """Keep a value; one that is larger than the whole limit goes at once."""
        with self._changed:
            self._put(key, value)

    def get_or_make(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value under `key`; made now if it is new. Two who ask at once wait for one making.

        `make` runs outside of all locks, so that other values are found meanwhile. When it raises, nothing is kept
        and the next one tries again. What was begun before `clear` is returned and not kept.
        """
        with self._changed:
            self._changed.wait_for(lambda: key not in self._making)
            found = self._kept.get(key, _MISSING)
            if found is not _MISSING:
                return found
            making = self._making
            making.add(key)
        try:
            value = make()
            with self._changed:
                if making is self._making:
                    self._put(key, value)
            return value
        finally:
            with self._changed:
                making.discard(key)
                self._changed.notify_all()

    def clear(self) -> None:
        """Forget everything; `on_evict` is not called."""
        with self._changed:
            self._kept = _Evicting(self._limit, self._size_of, self._on_evict)
            self._making: set[Hashable] = set()
            self._changed.notify_all()

    def _put(self, key: Hashable, value: T) -> None:
        if (1 if self._size_of is None else self._size_of(value)) <= self._limit:
            self._kept[key] = value
            return
        self._kept.pop(key, None)
        if self._on_evict is not None:
            self._on_evict(key, value)


class _Evicting(LRUCache[Hashable, Any]):
    """An LRU cache that says what goes."""

    def __init__(self, limit: int, size_of: Any, on_evict: Any) -> None:
        super().__init__(limit, size_of)
        self._on_evict = on_evict

    def popitem(self) -> tuple[Hashable, Any]:
        key, value = super().popitem()
        if self._on_evict is not None:
            self._on_evict(key, value)
        return key, value
