"""Bytes that several processes of one user read and write: pixels too large to be sent through a pipe."""

import mmap
import os
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Self

import numpy as np

BY_NUMBER = sys.platform == "linux"  # a file without a name is found by its number in the process that holds it


class SharedFile:
    """A file that other processes open by its `path` as long as the one that made it lives.

    On Linux it has no name, so that nothing remains of it when its processes are killed; elsewhere it is a temporary
    file. Safe for all threads. Methods raise `OSError`.
    """

    def __init__(self, file: IO[bytes], path: str, *, named: bool = False) -> None:
        self.path = path
        self._file = file
        self._named = named

    @classmethod
    def create(cls, folder: Path | None = None, *, in_memory: bool = False) -> Self:
        """An empty file: in memory if the system can do that, else in `folder` or the system's temporary one."""
        if not BY_NUMBER:
            handle, name = tempfile.mkstemp(prefix="graft-", dir=folder)
            return cls(os.fdopen(handle, "w+b", buffering=0), name, named=True)
        if in_memory:  # not in /dev/shm, which containers keep small
            file: IO[bytes] = os.fdopen(os.memfd_create("graft"), "w+b", buffering=0)
        else:
            file = tempfile.TemporaryFile(prefix="graft-", dir=folder, buffering=0)  # noqa: SIM115
        return cls(file, f"/proc/{os.getpid()}/fd/{file.fileno()}")

    @classmethod
    def open(cls, path: str) -> Self:
        """The file that another process has made."""
        return cls(open(path, "r+b", buffering=0), path)

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; who else has opened it keeps it. Maps stay."""
        with suppress(OSError):
            self._file.close()
            if self._named:
                os.unlink(self.path)
        self._named = False

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


_SEEKING = threading.Lock()
