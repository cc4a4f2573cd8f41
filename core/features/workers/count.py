"""How many view workers there are to be."""

import os
from pathlib import Path

from core.errors import InvalidInput
from core.text import short

MOST = 16  # more than one device uses
VARIABLE = "GRAFT_VIEW_WORKERS"
UNLIMITED = 1 << 16
# microseconds of processor time in a period, and the period: control groups of version 2, then 1
QUOTAS = (
    ("/sys/fs/cgroup/cpu.max",),
    ("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/cpu.cfs_period_us"),
)


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
    """Processor cores that this program may use; a container may be given the time of fewer than it sees."""
    seen = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(seen, _granted()))


def _granted() -> int:
    """Cores whose time a Linux container may take, rounded up; many where nothing says so."""
    for place in QUOTAS:
        try:
            quota, period = (int(word) for name in place for word in Path(name).read_text(encoding="ascii").split())
        except (OSError, ValueError):  # no such file, or "max"
            continue
        if quota > 0 and period > 0:
            return -(-quota // period)
    return UNLIMITED
