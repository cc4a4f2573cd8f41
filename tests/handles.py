"""Numbers of open files, which the system gives anew."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def numbered(path: Path, number: int) -> Iterator[None]:
    """A file that has the number of one that was closed, as happens by chance."""
    handle = os.open(path, os.O_RDONLY)
    if handle != number:
        os.dup2(handle, number)
        os.close(handle)
    try:
        yield
    finally:
        os.close(number)
