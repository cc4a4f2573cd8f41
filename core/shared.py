"""Bytes that several processes of one user read and write: pixels too large to be sent through a pipe."""

import atexit
import errno
import mmap
import os
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, NamedTuple, Self

import numpy as np

BY_NUMBER = sys.platform == "linux"  # a file without a name is found by its number in the process that holds it


class Address(NamedTuple):
    """How other processes find a file. The number in a path is given to another file once this one is closed, which may
    be one of the user's: the file that is meant is known by `device` and `inode` (its `st_dev` and `st_ino`)."""

    path: str
    device: int
    inode: int


class SharedFile:
    """A file that other processes open by its `address` as long as the one that made it keeps it open.

    On Linux it has no name, so that nothing remains of it when its processes are killed; elsewhere it is a temporary
    file. Safe for all threads. Methods raise `OSError`.
    """

    def __init__(self, file: IO[bytes], path: str, *, named: bool = False) -> None:
        self._file = file
        self._named = False
        # Files in memory are numbered upwards, so that no later one is taken for this one. The system gives the number
        # of a closed file on a disk to the next one at once: it must stay open while others may still look for it.
        self.address = Address(path, *_identity(file.fileno()))
        self._named = named

    @classmethod
    def create(cls, folder: Path | None = None, *, in_memory: bool = False) -> Self:
        """An empty file: in memory if this system and Python can do that, else in `folder` or where temporary files
        are."""
        if not BY_NUMBER:
            handle, name = tempfile.mkstemp(prefix="graft-", dir=folder)
            return cls(os.fdopen(handle, "w+b", buffering=0), name, named=True)
        if in_memory and hasattr(os, "memfd_create"):  # not in /dev/shm, which containers keep small
            file: IO[bytes] = os.fdopen(os.memfd_create("graft"), "w+b", buffering=0)
        else:
            file = tempfile.TemporaryFile(prefix="graft-", dir=folder, buffering=0)  # noqa: SIM115
        return cls(file, f"/proc/{os.getpid()}/fd/{file.fileno()}")

    @classmethod
    def open(cls, address: Address) -> Self:
        """The file that another process has made. Raises `FileNotFoundError` when it is gone, whatever else is found
        under its path by now, to which nothing is done."""
        handle = _open_same(address)
        return cls(os.fdopen(handle, "r+b", buffering=0), address.path)

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; who else has opened it keeps it. Maps stay."""
        with suppress(OSError):
            self._file.close()
        if self._named:
            self._named = False
            _NAMES.remove(self.address.path)

    def resize(self, size: int) -> None:
        """Make it `size` bytes long."""
        self._file.truncate(size)

    def read(self, length: int, offset: int) -> bytes:
        """Up to `length` bytes; fewer at the end of the file."""
        if hasattr(os, "pread"):
            return os.pread(self._file.fileno(), length, offset)
        with _SEEKING:  # Windows has no pread
            self._file.seek(offset)
            return self._file.read(length)

    def write(self, content: Any, offset: int) -> None:
        """Write all of `content`, bytes or an array."""
        rest = memoryview(content).cast("B")
        while rest:
            written = self._write_some(rest, offset)
            rest, offset = rest[written:], offset + written

    def _write_some(self, content: memoryview, offset: int) -> int:
        if hasattr(os, "pwrite"):
            return os.pwrite(self._file.fileno(), content, offset)
        with _SEEKING:
            self._file.seek(offset)
            return self._file.write(content)

    def mapped(self, size: int) -> np.ndarray:
        """The first `size` bytes as a uint8 array that shows what any process writes."""
        return np.frombuffer(mmap.mmap(self._file.fileno(), size), np.uint8)


def _identity(handle: int) -> tuple[int, int]:
    found = os.fstat(handle)
    return found.st_dev, found.st_ino


def _open_same(address: Address) -> int:
    """A handle to read and write the file that an address means."""
    if not hasattr(os, "O_PATH"):
        handle = os.open(address.path, os.O_RDWR | getattr(os, "O_BINARY", 0))
        return _required(handle, address)
    # a handle that only says which file it is: to open a terminal, a pipe or a device would do something to it
    found = _required(os.open(address.path, os.O_PATH), address)
    try:
        return os.open(f"/proc/self/fd/{found}", os.O_RDWR)
    finally:
        os.close(found)


def _required(handle: int, address: Address) -> int:
    if _identity(handle) == (address.device, address.inode):
        return handle
    os.close(handle)
    raise FileNotFoundError(errno.ENOENT, "The shared file is gone, and another one has its number", address.path)


class _Names:
    """Names of temporary files that are to be removed. Windows refuses that while any process has one open or maps it:
    then it is tried again with the next one, and when the program ends."""

    def __init__(self) -> None:
        self._left: list[str] = []
        self._changing = threading.RLock()  # a file may be closed by the garbage collector, at any line
        atexit.register(self.remove)

    def remove(self, *paths: str) -> None:
        """Remove these, and what was left before."""
        with self._changing:
            trying, self._left = [*self._left, *paths], []
            for path in trying:
                try:
                    os.unlink(path)
                except FileNotFoundError:
                    continue
                except OSError:
                    self._left.append(path)


_NAMES = _Names()
_SEEKING = threading.Lock()
