"""The products of some rows with many columns, a tile at a time: so few that they stay near the processor, however many
images there are."""

import os
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.pool import ThreadPool
from threading import Lock
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

ROWS, COLUMNS = 512, 4096  # of a tile
_THREADS = min(8, os.cpu_count() or 1)
_P = TypeVar("_P")
_T = TypeVar("_T")
Progress = Callable[[int, int], None]  # is told (done, total)
Advance = Callable[[int], None]  # is told of more rows that are done, under a lock; what it raises ends it
_ASKED_EVERY_S = 0.3
_one_at_a_time = Lock()  # the limit holds for the process


def blocks(count: int) -> list[slice]:
    """The rows of each block of `count`."""
    return [slice(start, min(start + ROWS, count)) for start in range(0, count, ROWS)]


def ignore(rows: int) -> None:
    """Nobody wants to know."""
    del rows


def for_blocks(count: int, work: Callable[[slice], _T], advance: Advance = ignore) -> list[_T]:
    """What `work` makes of the rows of each block, several at once."""
    parts = blocks(count)
    return for_parts(parts, [rows.stop - rows.start for rows in parts], work, advance)


def for_parts(
    parts: Sequence[_P], sizes: Sequence[int], work: Callable[[_P], _T], advance: Advance = ignore
) -> list[_T]:
    """What `work` makes of each part, several at once; `sizes` are the rows of each.

    A product of a tile takes one thread: it is too small for more, and those would wait for one another.
    """
    made: list[_T] = []

    def take(one: _T) -> None:
        made.append(one)
        advance(sizes[len(made) - 1])

    if len(parts) <= 1:
        for part in parts:
            take(work(part))
        return made
    while not _one_at_a_time.acquire(timeout=_ASKED_EVERY_S):
        advance(0)  # whoever waits for another search can give up, too
    try:
        with threadpool_limits(1, user_api="blas"), ThreadPool(_THREADS) as pool:
            for one in pool.imap(work, parts):
                take(one)
    finally:
        _one_at_a_time.release()
    return made


def tiles(
    left: NDArray[np.float32], right: NDArray[np.float32], first: int
) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """(columns, products) of left (at most ROWS, K) with right (K, N), for the columns from `first` on. The products
    are overwritten by those of the next tile."""
    space = np.empty(ROWS * COLUMNS, dtype=np.float32)
    for start in range(first, right.shape[1], COLUMNS):
        columns = slice(start, min(start + COLUMNS, right.shape[1]))
        shape = len(left), columns.stop - start
        products = space[: shape[0] * shape[1]].reshape(shape)
        yield columns, np.matmul(left, right[:, columns], out=products)


def places(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of what is true, where that is little: several times as fast as np.nonzero."""
    rows, columns = np.divmod(np.flatnonzero(mask), mask.shape[1])
    return rows, columns


def squared_distances(rows: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Two arrays (N, K + 2) and (K + 2, N) whose product is the squared distances between rows (N, K)."""
    lengths = (rows**2).sum(axis=1, keepdims=True)
    ones = np.ones_like(lengths)
    return np.hstack((-2 * rows, lengths, ones)), np.ascontiguousarray(np.hstack((rows, ones, lengths)).T)
