"""A run's status and the moves that are allowed."""

from enum import StrEnum


class Status(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    STOPPED = "stopped"
    COMPLETED = "completed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def live(self) -> bool:
        """Whether some process says that it is working on the run, or will."""
        return self in LIVE

    @property
    def resumable(self) -> bool:
        """Whether the run can go on from its last checkpoint."""
        return Status.QUEUED in TRANSITIONS[self]


LIVE = (Status.QUEUED, Status.RUNNING, Status.PAUSED, Status.STOPPING)

TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.RUNNING, Status.STOPPED, Status.FAILED, Status.INTERRUPTED}),
    Status.RUNNING: frozenset(
        {Status.PAUSED, Status.STOPPING, Status.STOPPED, Status.COMPLETED, Status.FAILED, Status.INTERRUPTED}
    ),
    Status.PAUSED: frozenset({Status.RUNNING, Status.STOPPING, Status.STOPPED, Status.FAILED, Status.INTERRUPTED}),
    Status.STOPPING: frozenset({Status.STOPPED, Status.COMPLETED, Status.FAILED, Status.INTERRUPTED}),
    Status.STOPPED: frozenset({Status.QUEUED}),
    Status.INTERRUPTED: frozenset({Status.QUEUED}),
    Status.FAILED: frozenset({Status.QUEUED}),
    Status.COMPLETED: frozenset(),
}
