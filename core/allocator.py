"""How memory is asked for and given back: feature maps of tens of MB come and go with every layer of every step."""

import ctypes
import os
import sys
from collections.abc import Callable

TRIM_THRESHOLD, MMAP_MAX, ARENA_MAX = -1, -4, -8  # settings of mallopt(3)
NEVER = 2**31 - 1
SWITCH = "THP_MEM_ALLOC_ENABLE"  # torch's own: whether it asks Linux for pages of 2 MB


def keep_freed_memory() -> None:
    """Ask for memory in large pages, and keep it for what comes next. To be called before torch is loaded.

    As they come, Linux and its C library take every large block back when it is freed and hand it out again page by
    page: training every stage is then up to 1.7 times as slow. A user who sets `SWITCH` to 0 has it as it comes.
    """
    if os.environ.setdefault(SWITCH, "1") == "1" and (mallopt := _of_c_library("mallopt")):
        mallopt(TRIM_THRESHOLD, NEVER)
        mallopt(MMAP_MAX, 0)
        mallopt(ARENA_MAX, 1)  # for threads to come: a heap that is not the first one's cannot hold large blocks


def give_back() -> None:
    """Give freed memory back to the system, as when a training has ended."""
    if trim := _of_c_library("malloc_trim"):
        trim(0)


def _of_c_library(name: str) -> Callable[..., int] | None:
    """A function of the GNU C library, where that is the one in use."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
