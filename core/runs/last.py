"""Whether the last epoch of a run can be kept instead of the chosen one. Asked by pages, without torch."""

from pathlib import Path

from core.runs.records import Run
from core.training.kept import LAST_WEIGHTS


def why_not(folder: Path, run: Run) -> str | None:
    """Why there is no last model to keep instead of the chosen one; None where there is one."""
    if run.status.live:
        return "The run is not over: its last epoch is still to come."
    if run.val is None or run.results.get("best_epoch") is None:
        return "The run has no evaluated model yet."
    if (folder / LAST_WEIGHTS).exists():
        return None
    if run.results["best_epoch"] == run.results.get("epochs", 0) - 1:
        return "The last epoch is the one that is kept."
    return "This run was made by an older version, which did not keep the weights of the last epoch. Train it again."
