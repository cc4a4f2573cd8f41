"""The folder where the store, the runs and the user's own pictures live. An app and a terminal may share one."""

import os
import secrets
import shutil
import threading
import time
from collections import OrderedDict
from pathlib import Path

from filelock import FileLock, Timeout

from core import files
from core.data.cache import MEMORY_BYTES, SPILL_BYTES, ImageCache
from core.data.geometry import Geometry
from core.errors import StorageFailed
from core.runs.records import Run
from core.runs.status import Status
from core.runs.store import RunStore

ENVIRONMENT_VARIABLE = "GRAFT_WORKSPACE"
DEFAULT = "workspace"
SIZES = 2  # of pictures that stay decoded: that of the backbone in use, and of the one before
INTERRUPTED = "The program ended while this run was live. Resume it to go on."


class Workspace:
    """A store, a folder per run, and the locks that tell live runs from dead ones."""

    def __init__(self, root: Path) -> None:
        """Open or create. Raises `StorageFailed`."""
        self.root = root.expanduser().resolve()
        self.store = RunStore(self.root / "graft.db")
        self._images: OrderedDict[Geometry, ImageCache] = OrderedDict()  # the one asked for the longest ago first
        self._asking = threading.Lock()

    def images(self, geometry: Geometry) -> ImageCache:
        """Decoded pictures of a size, which all runs and analyses of this process share."""
        with self._asking:
            found = self._images.pop(geometry, None) or ImageCache(geometry, MEMORY_BYTES, SPILL_BYTES, self.root)
            self._images[geometry] = found
            while len(self._images) > SIZES:
                self._images.popitem(last=False)
            return found

    @property
    def features(self) -> Path:
        """Where the features of frozen stages are kept; anything in it can be computed again."""
        return self.root / "features"

    def folder(self, run_id: str) -> Path:
        """The run's folder. The id comes from the store, never from a user."""
        return self.root / "runs" / run_id

    def lock(self, run_id: str) -> FileLock:
        """The lock that the process which owns a live run holds; the system lets go of it when the process dies."""
        folder = self.folder(run_id)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise files.storage_failed(folder, error) from error
        # taken by the thread that queues a run, let go by the one that executed it
        return FileLock(folder / "lock", timeout=0, thread_local=False)

    def recover(self) -> list[str]:
        """Mark runs whose process is gone as interrupted, and return their ids.

        A run is gone when it says it is live but its lock can be taken.
        """
        gone = []
        for run in self.store.live():
            lock = self.lock(run.id)
            try:
                with lock:
                    if self.store.run(run.id).status.live:
                        self.store.move(run.id, Status.INTERRUPTED, message=INTERRUPTED)
                        self.store.log(run.id, INTERRUPTED, "warning")
                        files.sweep_temporary(self.folder(run.id))
                        gone.append(run.id)
            except Timeout:
                continue
            except OSError as error:
                raise files.storage_failed(Path(lock.lock_file), error) from error
        return gone

    def remove(self, run: Run) -> None:
        """Delete a run that is over, with its files. Raises `RunConflict` while it is live."""
        self.store.remove(run.id)
        try:
            shutil.rmtree(self.folder(run.id))
        except FileNotFoundError:
            return
        except OSError as error:
            raise StorageFailed(f"Some files of the run could not be deleted: {error}") from error


def default_root() -> Path:
    """The workspace when none is named: $GRAFT_WORKSPACE, else ./workspace."""
    return Path(os.environ.get(ENVIRONMENT_VARIABLE) or DEFAULT)


def new_run_id() -> str:
    """A short id that sorts by time."""
    return time.strftime("%Y%m%d-%H%M%S-", time.gmtime()) + secrets.token_hex(2)
