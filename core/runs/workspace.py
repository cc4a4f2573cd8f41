"""The workspace: the folder of store, runs and the user's own images. App and command line may share one."""

import calendar
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

from filelock import FileLock, Timeout

from core import files, paths
from core.bounded import BoundedCache
from core.data.cache import MEMORY_BYTES, SPILL_BYTES, ImageCache
from core.data.geometry import Geometry
from core.errors import StorageFailed, StorageLocked
from core.runs.records import Run
from core.runs.status import Status
from core.runs.store import RunStore
from core.runs.unwritten import take_in

if TYPE_CHECKING:  # it loads the image libraries
    from core.features.workers.pool import WorkerPool

ENVIRONMENT_VARIABLE = "GRAFT_WORKSPACE"
DEFAULT = "workspace"
SIZES = 2  # of images that stay decoded: that of the backbone in use, and of the one before
_STAMP_FORMAT, _STAMP = "%Y%m%d-%H%M%S", 15
_IS_STAMPED = re.compile(r"\d{8}-\d{6}-")
INTERRUPTED = "The program ended while this run was live. Resume it to go on."


class Workspace:
    """A store, a folder per run, and the locks that show which runs are live.

    As a context manager it is closed at the end of the block.
    """

    def __init__(self, root: Path) -> None:
        """Open or create. Raises `StorageFailed`, `InvalidInput`."""
        self.root = files.own_path(root).resolve()
        self.store = RunStore(self.root / paths.DATABASE)
        self._images: BoundedCache[ImageCache] = BoundedCache(SIZES)
        self._pool: WorkerPool | None = None
        self._starting = threading.Lock()

    def images(self, geometry: Geometry) -> ImageCache:
        """Decoded images of a size, which all runs and analyses of this process share."""
        return self._images.get_or_make(geometry, lambda: ImageCache(geometry, MEMORY_BYTES, SPILL_BYTES, self.root))

    def workers(self, device_type: str) -> "WorkerPool | None":
        """The processes that make views beside a device, which all runs of this process share; they are started now.

        None where the processor itself computes, since they would take its time, and where their number is 0. Ones that
        cannot be used are returned, too: a run with them says so. Raises `InvalidInput` for a number that is none.
        """
        if device_type == "cpu":
            return None
        with self._starting:
            if self._pool is None:
                from core.features.workers.pool import WorkerPool

                self._pool = WorkerPool()
        self._pool.try_again()
        self._pool.start()
        return self._pool if self._pool.count else None

    @property
    def features(self) -> Path:
        """The folder of kept features of frozen stages; all of it can be computed again."""
        return self.root / paths.FEATURES

    def folder(self, run_id: str) -> Path:
        """The run's folder. The id comes from the store, never from a user."""
        return self.root / paths.RUNS / run_id

    def require_intact(self) -> None:
        """Raise `WorkspaceGone` if the folder or its database was deleted, moved or replaced since it was opened."""
        self.store.require_intact()

    def close(self) -> None:
        """Close the files; later use of the store raises `WorkspaceGone`."""
        self.store.close()
        self._images.clear()
        if self._pool is not None:
            self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def new_run_id(self) -> str:
        """A short id that sorts after those of all existing runs, even if the clock was set back."""
        newest = max((run_id[:_STAMP] for run_id in self.store.ids() if _IS_STAMPED.match(run_id)), default="")
        now = time.time()
        if _stamp(now) <= newest:
            now = calendar.timegm(time.strptime(newest, _STAMP_FORMAT)) + 1
        return f"{_stamp(now)}-{secrets.token_hex(2)}"

    def lock(self, run_id: str) -> FileLock:
        """The lock that the process which owns a live run holds; the system lets go of it when the process dies."""
        folder = self.folder(run_id)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise files.storage_failed(folder, error) from error
        # taken by the thread that queues a run, let go by the one that executed it
        return FileLock(folder / paths.LOCK, timeout=0, thread_local=False)

    def recover(self) -> list[str]:
        """Mark runs of ended processes as interrupted, and return their ids.

        Such a run is recorded as live but its lock is free. Does nothing while the database is locked.
        """
        gone = []
        for run in self.store.live():
            lock = self.lock(run.id)
            try:
                with lock:
                    if self.store.run(run.id).status.live:
                        self._interrupt(run)
                        gone.append(run.id)
            except (Timeout, StorageLocked):
                continue
            except OSError as error:
                raise files.storage_failed(Path(lock.lock_file), error) from error
        return gone

    def _interrupt(self, run: Run) -> None:
        folder = self.folder(run.id)
        take_in(self.store, run.id, folder)
        with self.store.together():
            self.store.move(run.id, Status.INTERRUPTED, message=INTERRUPTED)
            self.store.log(run.id, INTERRUPTED, "warning")
        files.sweep_temporary(folder)

    def sweep(self) -> None:
        """Delete leftovers of killed programs: temporary files, and folders of runs that are not in the store.

        To be called when a program starts. What holds weights or is being worked on is left alone.
        """
        files.sweep_abandoned(self.root)
        runs = self.root / paths.RUNS
        found = [folder for folder in runs.iterdir() if folder.is_dir()] if runs.is_dir() else []
        known = set(self.store.ids())  # asked after the folders: whoever makes a run holds its lock until it is there
        for folder in found:
            if folder.name not in known and not any(folder.glob("*.safetensors")) and not any(folder.glob("*.pt")):
                self._sweep_orphan(folder)

    def _sweep_orphan(self, folder: Path) -> None:
        with suppress(Timeout, OSError), FileLock(folder / paths.LOCK, timeout=0):
            if folder.name not in self.store.ids():
                shutil.rmtree(folder)

    def forget(self, run_id: str) -> None:
        """Delete the folder of a run that could not be added to the store; does nothing for a run in the store."""
        with suppress(StorageFailed):
            if run_id not in self.store.ids():
                shutil.rmtree(self.folder(run_id), ignore_errors=True)

    def remove(self, run: Run) -> None:
        """Delete an ended run and its files atomically. Raises `RunConflict` while it is live."""
        folder = self.folder(run.id)
        doomed = folder.with_name(f"{files.TEMPORARY_PREFIX}{run.id}")  # what a kill leaves of it is swept
        try:
            with self.store.together():
                self.store.remove(run.id)
                with suppress(FileNotFoundError):
                    folder.rename(doomed)
        except BaseException as error:
            with suppress(OSError):
                doomed.rename(folder)
            if isinstance(error, OSError):
                raise StorageFailed(f"The run could not be deleted: {error.strerror or error}.") from error
            raise
        shutil.rmtree(doomed, ignore_errors=True)  # what is left only takes room: the next start tries again


def open_workspace(root: str | os.PathLike[str] | None = None) -> Workspace:
    """Open or create a workspace, by default `default_root`, cleared of what killed programs left.

    Raises `StorageFailed`, `InvalidInput`.
    """
    workspace = Workspace(default_root() if root is None else Path(root))
    workspace.recover()
    workspace.sweep()
    return workspace


@contextmanager
def using(workspace: Workspace | str | os.PathLike[str] | None) -> Iterator[Workspace]:
    """A workspace that is open stays so; any other is opened for the block, as `open_workspace` does."""
    if isinstance(workspace, Workspace):
        yield workspace
        return
    with open_workspace(workspace) as opened:
        yield opened


def model_folder(run: str | os.PathLike[str], workspace: Workspace | str | os.PathLike[str] | None) -> Path:
    """The folder of a model: a path, the name of a folder with weights, or the id of a run. Raises `RunNotFound`."""
    if isinstance(run, os.PathLike) or is_model_folder(run):
        return Path(run)
    with using(workspace) as opened:
        return opened.folder(opened.store.run(run).id)


def is_model_folder(place: str) -> bool:
    """Whether a name is that of a folder with weights in it: an unpacked download, or the folder of a run."""
    return os.path.exists(os.path.join(place, paths.BEST))  # Path.exists raises for a name that no file can have


def default_root() -> Path:
    """The default workspace: $GRAFT_WORKSPACE, else ./workspace."""
    return Path(os.environ.get(ENVIRONMENT_VARIABLE) or DEFAULT)


def _stamp(seconds: float) -> str:
    return time.strftime(_STAMP_FORMAT, time.gmtime(seconds))
