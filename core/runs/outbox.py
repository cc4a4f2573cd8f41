"""What a run has to write, in its order, kept in memory for as long as another program keeps the database locked."""

import time
from collections.abc import Callable
from typing import TypeVar

from core.errors import StorageLocked
from core.runs.store import RunStore
from core.work.control import Control

T = TypeVar("T")
ATTEMPT_S = 0.2  # that the training waits for another writer, and goes on without having written
RETRY_S = 1.0  # between attempts
PATIENCE_S = 120.0  # that a run waits where it cannot go on without having written, such as at its end
HURRY_S = 2.0  # the same, when the program is ending
MOST_RECORDS = 200_000  # in memory, about 100 MB; then the training waits
LOCKED = (
    "The database is locked by another program. The training goes on; what it reports is kept in memory and written "
    "as soon as the database is free."
)
FREE = "The database is free again; everything that was kept in memory is written."


def patiently(store: RunStore, write: Callable[[], T], control: Control, patience_s: float | None = None) -> T:
    """Write in one transaction, now or as soon as the database is free; what `write` returns.

    Raises `StorageLocked` when it stays locked for `patience_s` (default `PATIENCE_S`), or for `HURRY_S` after the
    program was told to end.
    """
    most = PATIENCE_S if patience_s is None else patience_s
    began = time.monotonic()
    while True:
        try:
            with store.together(ATTEMPT_S):
                return write()
        except StorageLocked as error:
            waited = time.monotonic() - began
            if control.aborted and waited > HURRY_S:
                raise
            if waited > most:
                raise StorageLocked(
                    f"{error} The run waited {most:.0f} seconds for it; resume it afterwards."
                ) from error
            time.sleep(ATTEMPT_S)


class Outbox:
    """Writes of one run. One thread alone calls it."""

    def __init__(self, store: RunStore, control: Control) -> None:
        self._store = store
        self._control = control
        self._waiting: list[Callable[[], None]] = []
        self._records = 0
        self._next_attempt = 0.0
        self._patience_s: float | None = None
        self.locked = False  # whether the last attempt found the database locked

    @property
    def empty(self) -> bool:
        """Whether all is written."""
        return not self._waiting

    def add(self, write: Callable[[], None], records: int = 1) -> None:
        """Put a write behind those that wait. It is called in a transaction, maybe more than once, and keeps once."""
        self._waiting.append(write)
        self._records += records

    def flush(self) -> None:
        """Write what waits, or try again later. Raises `StorageFailed`, not for a lock unless memory is used up."""
        if self._records >= MOST_RECORDS:
            self.settle()
        elif self._waiting and time.monotonic() >= self._next_attempt:
            try:
                with self._store.together(ATTEMPT_S):
                    self._write()
            except StorageLocked:
                self.locked = True
                self._next_attempt = time.monotonic() + RETRY_S
            else:
                self._emptied()

    def settle(self) -> None:
        """Write what waits, however long that takes. Raises `StorageLocked` as `patiently`, `StorageFailed`."""
        if not self._waiting:
            return
        patience_s, self._patience_s = self._patience_s, HURRY_S  # waited for once; whoever asks again has given up
        patiently(self._store, self._write, self._control, patience_s)
        self._patience_s = patience_s
        self._emptied()

    def _write(self) -> None:
        for write in self._waiting:
            write()

    def _emptied(self) -> None:
        self._waiting, self._records, self.locked = [], 0, False
