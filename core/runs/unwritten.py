"""Metrics that a locked database would not take, beside the run's checkpoints: a kill then loses nothing of the series.

Read back when the run is recovered or resumed; written twice they count once.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from core import files
from core.paths import UNWRITTEN as FILE
from core.runs.store import RunStore
from core.training.events import EpochEnded, PhaseStarted, StepEnded


@dataclass
class Unwritten:
    """Steps, epochs and phases of a run that are not in its store yet."""

    steps: list[StepEnded] = field(default_factory=list)
    epochs: list[EpochEnded] = field(default_factory=list)
    phases: list[PhaseStarted] = field(default_factory=list)

    def add(self, steps: Sequence[StepEnded], epochs: Sequence[EpochEnded], phases: Sequence[PhaseStarted]) -> None:
        """Behind those that are there."""
        self.steps += steps
        self.epochs += epochs
        self.phases += phases

    def keep(self, folder: Path) -> None:
        """Write them into the run's folder. Raises `StorageFailed`."""
        files.write_text(folder / FILE, files.dump_json(asdict(self)), make_folder=False)


def take_in(store: RunStore, run_id: str, folder: Path) -> None:
    """Record what an earlier session of the run could not, and forget the file. Raises `StorageFailed`."""
    try:
        held = json.loads((folder / FILE).read_text(encoding="utf-8"))
        steps = [StepEnded(**one) for one in held["steps"]]
        epochs = [EpochEnded.from_record(one) for one in held["epochs"]]
        phases = [PhaseStarted(**{**one, "stages": tuple(one["stages"])}) for one in held["phases"]]
    except (OSError, ValueError, LookupError, TypeError):  # there is none, as a rule; it is written whole or not at all
        return
    store.record(run_id, steps=steps, epochs=epochs, phases=phases)
    forget(folder)


def forget(folder: Path) -> None:
    """All is in the store."""
    with suppress(OSError):
        (folder / FILE).unlink(missing_ok=True)
