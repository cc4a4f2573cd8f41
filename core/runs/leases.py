"""Whose a live run is: the lock in its folder, which is also the proof that the folder is still the run's own."""

from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import RunConflict, WorkspaceGone
from core.files import Identity, identity, storage_failed
from core.runs.workspace import Workspace


@dataclass(frozen=True, slots=True)
class RunLease:
    """A live run and the lock that says whose it is. Whoever holds it must `execute` it or `release` it."""

    run_id: str
    lock: FileLock
    place: Identity | None  # of the lock's file, as long as the run's folder is the one that was leased

    def require_held(self) -> None:
        """Raises `WorkspaceGone` when the run's folder was deleted, moved or replaced since."""
        path = Path(self.lock.lock_file)
        if identity(path) != self.place:
            raise WorkspaceGone(
                f"The folder {path.parent} of this run was deleted, moved or replaced while it was trained, and its "
                "weights with it. Put the folder back and resume the run, or start it again."
            )


def lease_run(workspace: Workspace, run_id: str) -> RunLease:
    """Make a run this process's own. Raises `RunConflict` when another program works on it, `StorageFailed`."""
    lock = workspace.lock(run_id)
    try:
        lock.acquire()
        return RunLease(run_id, lock, identity(Path(lock.lock_file)))
    except Timeout as error:
        raise RunConflict(f"Run {run_id} is being worked on by another program.") from error
    except OSError as error:
        raise storage_failed(Path(lock.lock_file), error) from error
