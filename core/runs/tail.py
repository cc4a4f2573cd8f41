"""The steps of a run for those who watch it: each is read from the store once."""

import threading

from core.runs.store import RunStore
from core.training.events import StepEnded


class StepTail:
    """Steps of one run that were read so far. Safe to use from several threads."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self._steps: list[StepEnded] = []
        self._lock = threading.Lock()

    def read(self, store: RunStore) -> list[StepEnded]:
        """All steps of the run, in order; `store` is asked only for the last one known and those after it.

        Where the last one known is no longer as it was, as after a resume from a checkpoint before it, all are read
        anew. Raises `StorageFailed`.
        """
        with self._lock:
            last = self._steps[-1] if self._steps else None
            found = store.steps(self._run_id, last.step if last else 0)
            if last is None:
                self._steps = found
            elif found and found[0] == last:
                self._steps += found[1:]
            else:
                self._steps = store.steps(self._run_id)
            return list(self._steps)
