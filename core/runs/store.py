"""The runs of a workspace in one SQLite file.

Contract: a connection serves one thread at a time; WAL mode, so readers never wait for the writer; a writer waits up to
five seconds for another one. Every write is one `BEGIN IMMEDIATE` transaction. A status moves only along `TRANSITIONS`,
checked in the same transaction, whichever process asks. Metrics are keyed (run, step) and (run, epoch): written twice
they count once. Runs are ordered by the number that each got when it was added, whatever the clock said.
"""

import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from core import files
from core.errors import RunConflict, RunNotFound
from core.experiment import Experiment
from core.runs.database import BUSY_TIMEOUT_S, Database
from core.runs.records import LogLine, Run
from core.runs.status import LIVE, TRANSITIONS, Status
from core.training.events import EpochEnded, PhaseStarted, StepEnded

_RUN_ID = re.compile(r"[a-z0-9-]{1,60}")
_NEWEST = "ORDER BY number DESC"


class RunStore:
    """Reads and writes runs. May be shared by threads. As a context manager it is closed at the end of the block."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        """Open or create the file. Raises `StorageFailed` when that is not possible."""
        self.path = path
        self._clock = clock
        self._database = Database(path)

    @property
    def locked(self) -> bool:
        """Whether the database was locked by another program at the last write of this process."""
        return self._database.locked

    def require_intact(self) -> None:
        """Raise `WorkspaceGone` if the workspace or the file was replaced or deleted since it was opened."""
        self._database.require_intact()

    @contextmanager
    def together(self, wait_s: float = BUSY_TIMEOUT_S) -> Iterator[None]:
        """Combine all writes of this thread in the block into one transaction, which waits up to `wait_s` for other
        writers.

        Raises `StorageLocked`; then none of them was made.
        """
        with self._database.writing(wait_s):
            yield

    def close(self) -> None:
        """Close the file and its connections; later use raises `WorkspaceGone`. May be called repeatedly."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # runs

    def add(self, run: Run) -> None:
        """Insert a new run."""
        row = {**asdict(run), "experiment": run.experiment.model_dump_json(), "status": run.status.value}
        row |= {key: files.dump_json(row[key]) for key in ("classes", "progress", "results")}
        with self._database.writing() as db:
            (row["number"],) = db.execute("SELECT COALESCE(MAX(number), 0) + 1 FROM runs").fetchone()
            db.execute(f"INSERT INTO runs ({', '.join(row)}) VALUES ({', '.join(f':{key}' for key in row)})", row)

    def run(self, run_id: str) -> Run:
        """One run. Raises `RunNotFound`, also for text that cannot be an id."""
        rows = self._rows("SELECT * FROM runs WHERE id = ?", run_id) if _RUN_ID.fullmatch(run_id) else []
        if not rows:
            raise RunNotFound(f"Run not found: '{run_id[:60]}'. The Results page and `graft runs` list all runs.")
        return _run(rows[0])

    def runs(self, statuses: Iterable[Status] | None = None) -> list[Run]:
        """Runs, the newest first; all, or those with one of `statuses`."""
        wanted = [status.value for status in (statuses or Status)]
        marks = ",".join("?" * len(wanted))
        return [_run(row) for row in self._rows(f"SELECT * FROM runs WHERE status IN ({marks}) {_NEWEST}", *wanted)]

    def ids(self) -> list[str]:
        """Ids of all runs, the newest first."""
        return [row["id"] for row in self._rows(f"SELECT id FROM runs {_NEWEST}")]

    def live(self) -> list[Run]:
        """Live and queued runs, the oldest first."""
        return self.runs(LIVE)[::-1]

    def move(
        self, run_id: str, status: Status, *, only_from: Status | None = None, message: str = "", traceback: str = "",
        at: float | None = None,
    ) -> None:  # fmt: skip
        """Change a run's status; to the same status, or from another one than `only_from`, is no move.

        `at` is when that was, where it is not now. Raises `RunConflict` when the move is not allowed.
        """
        now = self._clock() if at is None else at
        with self._database.writing() as db:
            row = db.execute("SELECT status FROM runs WHERE id = ?", (run_id,)).fetchone()
            if row is None:
                raise RunNotFound(f"Run not found: '{run_id[:60]}'.")
            before = Status(row["status"])
            if before is status or (only_from is not None and before is not only_from):
                return
            if status not in TRANSITIONS[before]:
                raise RunConflict(f"The run is {before.value}; it cannot become {status.value}.")
            db.execute(
                "UPDATE runs SET status = ?, message = ?, traceback = ? WHERE id = ?",
                (status.value, message, traceback, run_id),
            )
            if status is Status.RUNNING and before is Status.QUEUED:
                db.execute("UPDATE runs SET started_at = ?, ended_at = NULL WHERE id = ?", (now, run_id))
            if not status.live:
                # a clock that was set back meanwhile does not make a run end before it began
                db.execute(
                    "UPDATE runs SET ended_at = MAX(?, COALESCE(started_at, ?)) WHERE id = ?", (now, now, run_id)
                )

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name."""
        self._update(run_id, "name", name.strip()[:120] or run_id)

    def set_results(self, run_id: str, results: dict[str, Any]) -> None:
        """Replace the run's scores."""
        self._update(run_id, "results", files.dump_json(results))

    def remove(self, run_id: str) -> None:
        """Delete a run and its metrics. Raises `RunConflict` while it is live."""
        with self._database.writing() as db:
            row = db.execute("SELECT status FROM runs WHERE id = ?", (run_id,)).fetchone()
            if row is not None and Status(row["status"]).live:
                raise RunConflict("The run is not over. Stop it first, then delete it.")
            db.execute("DELETE FROM runs WHERE id = ?", (run_id,))

    # metrics

    def record(
        self, run_id: str, *, steps: Sequence[StepEnded] = (), epochs: Sequence[EpochEnded] = (),
        phases: Sequence[PhaseStarted] = (), progress: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Keep a batch of events in one transaction; those of a step, epoch or phase that is known replace it."""
        with self._database.writing() as db:
            db.executemany(
                "INSERT OR REPLACE INTO steps VALUES (?, ?, ?, ?)",
                [(run_id, e.step, e.epoch, files.dump_json(asdict(e))) for e in steps],
            )
            db.executemany(
                "INSERT OR REPLACE INTO epochs VALUES (?, ?, ?)",
                [(run_id, e.epoch, files.dump_json(asdict(e))) for e in epochs],
            )
            db.executemany(
                "INSERT OR REPLACE INTO phases VALUES (?, ?, ?)",
                [(run_id, e.phase, files.dump_json(asdict(e))) for e in phases],
            )
            if progress is not None:
                db.execute("UPDATE runs SET progress = ? WHERE id = ?", (files.dump_json(progress), run_id))

    def truncate(self, run_id: str, *, epoch: int, step: int, phase: int) -> None:
        """Delete events after a checkpoint: a resumed run repeats them."""
        with self._database.writing() as db:
            db.execute("DELETE FROM epochs WHERE run_id = ? AND epoch > ?", (run_id, epoch))
            db.execute("DELETE FROM steps WHERE run_id = ? AND step > ?", (run_id, step))
            db.execute("DELETE FROM phases WHERE run_id = ? AND phase > ?", (run_id, phase))

    def steps(self, run_id: str, first: int = 0) -> list[StepEnded]:
        """Steps of a run from number `first` on, in order."""
        rows = self._rows("SELECT record FROM steps WHERE run_id = ? AND step >= ? ORDER BY step", run_id, first)
        return [StepEnded(**json.loads(row["record"])) for row in rows]

    def has_steps(self, run_id: str) -> bool:
        """Whether any step of a run was recorded."""
        return bool(self._rows("SELECT 1 FROM steps WHERE run_id = ? LIMIT 1", run_id))

    def epochs(self, run_id: str) -> list[EpochEnded]:
        """Epochs of a run, in order."""
        rows = self._rows("SELECT record FROM epochs WHERE run_id = ? ORDER BY epoch", run_id)
        return [EpochEnded.from_record(json.loads(row["record"])) for row in rows]

    def phases(self, run_id: str) -> list[PhaseStarted]:
        """Phases that have started, in order."""
        rows = self._rows("SELECT record FROM phases WHERE run_id = ? ORDER BY phase", run_id)
        records = [json.loads(row["record"]) for row in rows]
        return [PhaseStarted(**{**record, "stages": tuple(record["stages"])}) for record in records]

    # log and looks

    def log(self, run_id: str, message: str, level: str = "info", at: float | None = None) -> None:
        """Add a line to the run's log; `at` is when that was, where it is not now."""
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO log (run_id, at, level, message) VALUES (?, ?, ?, ?)",
                (run_id, self._clock() if at is None else at, level, message),
            )

    def lines(self, run_id: str, last: int = 200) -> list[LogLine]:
        """The last lines of the run's log, in order."""
        rows = self._rows("SELECT at, level, message FROM log WHERE run_id = ? ORDER BY id DESC LIMIT ?", run_id, last)
        return [LogLine(**dict(row)) for row in rows[::-1]]

    def look_at_test(self, run: Run) -> None:
        """Count one view of the run's test result."""
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO test_looks (test_key, run_id, at) VALUES (?, ?, ?)", (run.test_key, run.id, self._clock())
            )

    def test_looks(self, test_key: str) -> int:
        """How often results on this test split were viewed, over all runs."""
        return int(self._rows("SELECT COUNT(*) FROM test_looks WHERE test_key = ?", test_key)[0][0])

    def _rows(self, query: str, *given: object) -> list[sqlite3.Row]:
        with self._database.reading() as db:
            return db.execute(query, given).fetchall()

    def _update(self, run_id: str, column: str, value: str) -> None:
        with self._database.writing() as db:
            if db.execute(f"UPDATE runs SET {column} = ? WHERE id = ?", (value, run_id)).rowcount == 0:
                raise RunNotFound(f"Run not found: '{run_id[:60]}'.")

    def set_device(self, run_id: str, device: str) -> None:
        """Set the device on which the run continues."""
        self._update(run_id, "device", device)


def _run(row: sqlite3.Row) -> Run:
    values = dict(row)
    values |= {key: json.loads(values[key]) for key in ("classes", "progress", "results")}
    return Run(
        **{
            **values,
            "status": Status(values["status"]),
            "experiment": Experiment.model_validate_json(values["experiment"]),
            "classes": tuple(values["classes"]),
        }
    )
