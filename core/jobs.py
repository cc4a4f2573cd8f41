"""Background threads: long trainings wait in one queue and run one at a time per device.

Short analyses have a queue of their own and wait for no training's end; on an accelerator both take turns, batch by
batch. One manager per server process; every page and tab sees the same jobs through the store. The manager holds only
what a store cannot: threads, controls, and the locks that say that this process owns a run.
"""

import atexit
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from core.allocator import give_back
from core.errors import GraftError, QueueFull, RunConflict, StorageLocked
from core.experiment import Experiment
from core.runs.execute import RunLease, create_run, execute, release, reopen_run
from core.runs.keep import keep_epoch
from core.runs.prepare import OnProgress, prepare
from core.runs.records import Run
from core.runs.status import Status
from core.runs.workspace import Workspace
from core.work.control import Control
from core.work.leases import DeviceLeases
from core.work.progress import Progress
from core.work.queue import AnalysisQueue

QUEUE_LIMIT = 20
SHUTDOWN_S = 7.0
logger = logging.getLogger(__name__)


@dataclass
class Job:
    """A run that this process executes or has queued."""

    lease: RunLease
    device: str
    control: Control = field(default_factory=Control)


class JobManager:
    """Queues, runs and steers trainings. Every method may be called from any thread, and more than once."""

    def __init__(self, workspace: Workspace, queue_limit: int = QUEUE_LIMIT) -> None:
        self.workspace = workspace
        self._leases = DeviceLeases()
        self.analyses = AnalysisQueue(self._leases)
        self._limit = queue_limit
        self._changed = threading.Condition()
        self._waiting: deque[Job] = deque()
        self._running: dict[str, Job] = {}  # by device
        self._threads: dict[str, threading.Thread] = {}  # by device
        self._evaluations = set[Control]()  # of what is evaluated in the threads of callers
        self._closing = False
        workspace.recover()
        # A daemon thread inside torch aborts the process at exit; one that is not a daemon never lets it exit.
        atexit.register(self.shutdown)

    def submit(
        self, experiment: Experiment, device: str = "auto", name: str = "", on_progress: OnProgress | None = None
    ) -> str:
        """Queue a run and return its id; the run that is already live with the same experiment and device is returned.

        Raises `InvalidInput` when the experiment cannot run here, `QueueFull`, `StorageFailed`.
        """
        prepared = prepare(experiment, self.workspace.root, device, on_progress, images=self.workspace.images)
        with self._changed:  # two tabs that press start at once get one run
            for job in self._jobs():
                run = self.workspace.store.run(job.lease.run_id)
                same = run.digest == prepared.experiment.digest and job.device == str(prepared.device)
                if same and run.status is not Status.STOPPING:
                    return run.id
            self._require_room()
            return self._enqueue(create_run(self.workspace, prepared, name), str(prepared.device))

    def resume(self, run_id: str, on_progress: OnProgress | None = None) -> str:
        """Queue a run to go on from its checkpoint; one that is live here already is left alone.

        Raises `RunNotFound`, `RunConflict`, `ResumeRefused`, `QueueFull`.
        """
        with self._changed:
            if self._job(run_id) is not None:
                return run_id
            self._require_room()
        try:
            # reads all images: not while others wait for the queue
            lease = reopen_run(self.workspace, run_id, None, on_progress)
        except RunConflict:
            if self.owns(run_id):  # another tab was quicker
                return run_id
            raise
        with self._changed:
            return self._enqueue(lease, self.workspace.store.run(run_id).device)

    def pause(self, run_id: str) -> None:
        """Wait at the next batch; the run keeps its place on the device. Raises `RunConflict` if it is not ours."""
        self._require_job(run_id).control.pause()

    def unpause(self, run_id: str) -> None:
        """Go on after a pause."""
        self._require_job(run_id).control.unpause()

    def stop(self, run_id: str) -> None:
        """End a run and keep its best model, or take it out of the queue. A run that is over is left alone."""
        with self._changed:
            job = self._job(run_id)
            if job is None:
                if self.workspace.store.run(run_id).status.live:
                    raise RunConflict(_elsewhere(run_id))
                return
            if job in self._waiting:
                self._waiting.remove(job)
                release(self.workspace, job.lease, Status.STOPPED, "Taken out of the queue before it began.")
                return
        with suppress(StorageLocked):  # it stops all the same, and its end will be written
            for status in (Status.RUNNING, Status.PAUSED):
                self.workspace.store.move(run_id, Status.STOPPING, only_from=status)
        job.control.stop()

    def keep_epoch(
        self, run_id: str, which: Literal["best", "last"], on_progress: Callable[[Progress], None] | None = None
    ) -> Run:
        """`core.runs.keep.keep_epoch` in the caller's thread; its evaluation takes turns with what the device computes.

        Raises what that raises, also `Aborted` when the program ends meanwhile.
        """
        control = Control(leases=self._leases)
        with self._changed:
            self._evaluations.add(control)
            if self._closing:
                control.abort()
        try:
            return keep_epoch(self.workspace, run_id, which, control=control, on_progress=on_progress)
        finally:
            with self._changed:
                self._evaluations.discard(control)

    def owns(self, run_id: str) -> bool:
        """Whether this process executes the run or has it queued; another one's can be watched, not steered."""
        with self._changed:
            return self._job(run_id) is not None

    def queue(self) -> list[str]:
        """Ids of the runs that wait, in their order."""
        with self._changed:
            return [job.lease.run_id for job in self._waiting]

    def live(self) -> list[Run]:
        """Runs of this workspace that are live in any process, the oldest first; dead ones are marked interrupted."""
        runs = self.workspace.store.live()
        if any(not self.owns(run.id) for run in runs):
            self.workspace.recover()
            runs = self.workspace.store.live()
        return runs

    def wait(self, timeout_s: float) -> bool:
        """Wait until nothing is queued or running; false when time is up first."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._running, timeout_s)

    def shutdown(self, timeout_s: float = SHUTDOWN_S) -> None:
        """Abort what runs, mark all that is live as interrupted, and let the process go."""
        waiting, running = self._begin_to_end()
        for job in waiting:
            with suppress(GraftError):  # the store is locked or gone: the free lock shows it
                release(self.workspace, job.lease, Status.INTERRUPTED, "The program ended while this run was queued.")
        threads = [*self._threads.values(), *filter(None, [self.analyses.close()])]
        deadline = time.monotonic() + timeout_s
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        if any(thread.is_alive() for thread in threads):
            self._leave_at_once(running)

    def abandon(self) -> None:
        """Give up what runs and what waits, because its workspace is gone; threads end at their next batch."""
        atexit.unregister(self.shutdown)
        waiting, _ = self._begin_to_end()
        for job in waiting:
            job.lease.lock.release()
        self.analyses.close()

    def _begin_to_end(self) -> tuple[list[Job], list[Job]]:
        """No job begins any more, and what computes is aborted. The jobs that waited, and those that ran."""
        with self._changed:
            self._closing = True
            waiting, running = list(self._waiting), list(self._running.values())
            controls = [*(job.control for job in running), *self._evaluations]
            self._waiting.clear()
            self._changed.notify_all()
        for control in controls:
            control.abort()
        return waiting, running

    def _leave_at_once(self, running: list[Job]) -> None:
        # One batch takes longer than a user waits after Ctrl-C. Python's own exit would abort inside torch.
        for job in running:
            with suppress(GraftError):  # it has just ended, or the store is locked: its free lock shows it
                interrupted = "The program ended during a batch. Resume the run to go on."
                with self.workspace.store.together(wait_s=0.5):
                    self.workspace.store.move(job.lease.run_id, Status.INTERRUPTED, message=interrupted)
        logging.shutdown()
        os._exit(0)

    def _enqueue(self, lease: RunLease, device: str) -> str:
        control = Control(leases=self._leases)
        control.computes_on(device)
        self._waiting.append(Job(lease, device, control))
        if device not in self._threads:
            thread = threading.Thread(target=self._work, args=(device,), name=f"training-{device}", daemon=True)
            self._threads[device] = thread
            thread.start()
        self._changed.notify_all()
        return lease.run_id

    def _work(self, device: str) -> None:
        while (job := self._next(device)) is not None:
            try:
                for _ in execute(self.workspace, job.lease, job.control):
                    pass
            except GraftError as error:  # it is in the store, where pages show it; the thread lives on
                logger.warning("Run %s failed: %s", job.lease.run_id, error)
            except Exception:
                logger.exception("Run %s ended in an error that could not be recorded", job.lease.run_id)
            finally:
                job.control.over()
                give_back()
                with self._changed:
                    del self._running[device]
                    self._changed.notify_all()

    def _next(self, device: str) -> Job | None:
        with self._changed:
            while not self._closing:
                job = next((job for job in self._waiting if job.device == device), None)
                if job is not None:
                    self._waiting.remove(job)
                    self._running[device] = job
                    return job
                self._changed.wait()
            return None

    def _jobs(self) -> list[Job]:
        return [*self._running.values(), *self._waiting]

    def _job(self, run_id: str) -> Job | None:
        return next((job for job in self._jobs() if job.lease.run_id == run_id), None)

    def _require_job(self, run_id: str) -> Job:
        with self._changed:
            job = self._job(run_id)
        if job is None:
            status = self.workspace.store.run(run_id).status
            raise RunConflict(_elsewhere(run_id) if status.live else f"The run is {status.value} already.")
        return job

    def _require_room(self) -> None:
        if len(self._waiting) >= self._limit:
            raise QueueFull(f"{self._limit} runs are waiting already. Stop one or wait until one has ended.")


def _elsewhere(run_id: str) -> str:
    return f"Run {run_id} belongs to another program, such as a terminal. Steer it there."
