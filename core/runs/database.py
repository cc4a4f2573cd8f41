"""The database file of a workspace: its connections, its transactions, and whether it is still the file on the disk.

SQLite goes on writing into a file that was deleted or moved, and says that all went well. So the folder, the file and
its journal are held open (what is open keeps its number, which nothing else then gets) and are compared with what lies
on the disk before each use, and before and after each commit.
"""

import errno
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core import files
from core.errors import StorageFailed, StorageLocked, WorkspaceGone
from core.runs.migrations import migrate
from core.text import short_path

BUSY_TIMEOUT_S = 5.0
MOST_IDLE = 4  # connections kept open; a server's every page load is a new thread, and each connection three handles


class Database:
    """One SQLite file in WAL mode, for all threads of a process. A connection serves one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Open or create. Raises `StorageFailed`."""
        self.path = path
        self.locked = False  # whether the last write found it locked by another program
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._mine = threading.local()  # `db`: the transaction that this thread is in
        self._folder: int | None = None
        self._closed = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._folder = files.hold_folder(path.parent)
            with self._storage_errors():
                self._idle.append(_connect(path))
                migrate(self._idle[0])
        except BaseException as error:
            self.close()
            if isinstance(error, OSError):
                raise files.storage_failed(path, error) from error
            raise
        self._known = self._on_disk()

    def require_intact(self) -> None:
        """Raises `WorkspaceGone` when the folder or the file is no longer the one that was opened."""
        now = self._on_disk()
        gone = [part for part, before in self._known.items() if before is not None and now[part] != before]
        if gone or self._closed:
            what = short_path(gone[0] if gone else self.path)
            raise WorkspaceGone(
                f"{what} was deleted, moved or replaced while this program was using it, so nothing more can be saved "
                "there. Put it back, or open the workspace again as it is now (a command: start it again)."
            )

    def close(self) -> None:
        """Let go of the file; every later use raises `WorkspaceGone`."""
        with self._lock:
            for db in self._idle:
                db.close()
            self._idle.clear()
            files.let_go(self._folder)
            self._folder, self._closed = None, True

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to read from; within a transaction of this thread, that one's. Raises `StorageFailed`."""
        joined = getattr(self._mine, "db", None)
        with self._storage_errors():
            if joined is not None:
                yield joined
                return
            with self._borrowed(BUSY_TIMEOUT_S) as db:
                yield db

    @contextmanager
    def writing(self, wait_s: float = BUSY_TIMEOUT_S) -> Iterator[sqlite3.Connection]:
        """One transaction that waits so long for other writers; one within another is part of it.

        Raises `StorageLocked` when others do not let go, `WorkspaceGone`, `StorageFailed`; nothing is written then.
        """
        joined = getattr(self._mine, "db", None)
        if joined is not None:
            yield joined
            return
        with self._storage_errors(), self._borrowed(wait_s) as db:
            db.execute("BEGIN IMMEDIATE")
            self._mine.db = db
            try:
                yield db
                self.require_intact()
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:  # on a full disk SQLite has rolled back by itself
                    db.execute("ROLLBACK")
                raise
            finally:
                self._mine.db = None
            self.require_intact()
            self.locked = False

    @contextmanager
    def _borrowed(self, wait_s: float) -> Iterator[sqlite3.Connection]:
        self.require_intact()
        with self._lock:
            db = self._idle.pop() if self._idle else None
        db = db or _connect(self.path)
        try:
            db.execute(f"PRAGMA busy_timeout = {max(0, round(wait_s * 1000))}")
            yield db
        finally:
            with self._lock:
                keep = not self._closed and len(self._idle) < MOST_IDLE
                if keep:
                    self._idle.append(db)
            if not keep:
                db.close()

    @contextmanager
    def _storage_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def _on_disk(self) -> dict[Path, files.Identity | None]:
        beside = (self.path.with_name(self.path.name + ending) for ending in ("-wal", "-shm"))
        return {path: files.identity(path) for path in (self.path.parent, self.path, *beside)}

    def _failed(self, error: sqlite3.Error) -> StorageFailed:
        code = getattr(error, "sqlite_errorcode", None) or 0
        if code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            self.locked = True
            return StorageLocked(
                f"{self.path} is locked by another program. Close that program, such as a database browser or a "
                "backup, and try again."
            )
        if code == sqlite3.SQLITE_FULL:
            return files.storage_failed(self.path, OSError(errno.ENOSPC, "disk full"))
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
            return files.storage_failed(self.path, OSError(errno.EACCES, "not writable"))
        return StorageFailed(f"The run store {self.path} could not be used: {error}. Choose another workspace.")


def _connect(path: Path) -> sqlite3.Connection:
    # used by one thread at a time, not by one alone
    db = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    try:
        db.row_factory = sqlite3.Row
        deadline = time.monotonic() + BUSY_TIMEOUT_S
        while True:
            try:
                db.execute("PRAGMA journal_mode = WAL")
                break
            except sqlite3.OperationalError:  # the one statement that does not wait for another process
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        db.close()
        raise
    return db
