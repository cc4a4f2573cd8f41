"""How many view workers there are to be."""

import os

from core.errors import InvalidInput
from core.text import short

MOST = 16  # more than one device uses
VARIABLE = "GRAFT_VIEW_WORKERS"


def usual_count() -> int:
    """Number of workers: $GRAFT_VIEW_WORKERS, else one fewer than the processor has cores, at most 16.

    Raises `InvalidInput` when the variable is no such number.
    """
    asked = os.environ.get(VARIABLE, "").strip()
    if not asked:
        return max(0, min(MOST, cores() - 1))
    if not asked.isdecimal() or len(asked) > len(str(MOST)) or int(asked) > MOST:
        raise InvalidInput(
            f"The variable {VARIABLE} is '{short(asked)}'. It must be a whole number from 0 (threads make the "
            f"views) to {MOST}. Change it, or remove it to have one process fewer than the processor has cores."
        )
    return int(asked)


def cores() -> int:
    """Processor cores that this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
