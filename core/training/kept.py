"""Which of a run's two models is in use: that of the chosen epoch, or that of the last one. Read without torch."""

import json
from enum import StrEnum
from pathlib import Path

from core import files
from core.paths import BEST, LAST_WEIGHTS, POINTER

__all__ = ["BEST", "LAST_WEIGHTS", "POINTER", "WEIGHTS", "Kept", "forget_last", "keep", "kept", "kept_weights"]


class Kept(StrEnum):
    """The epoch that the rule chose, or the last one."""

    CHOSEN = "chosen"
    LAST = "last"


WEIGHTS = {Kept.CHOSEN: BEST, Kept.LAST: LAST_WEIGHTS}


def kept(folder: Path) -> Kept:
    """Which model of a run's folder is in use; the chosen one where nothing, or nothing readable, says otherwise."""
    try:
        return Kept(json.loads((folder / POINTER).read_text(encoding="utf-8"))["kept"])
    except (OSError, ValueError, KeyError, TypeError):
        return Kept.CHOSEN


def keep(folder: Path, which: Kept) -> None:
    """Use this model from now on. Raises `StorageFailed`."""
    files.write_json(folder / POINTER, {"kept": which.value})


def kept_weights(folder: Path) -> Path:
    """The weights in use, of a run's folder or of an unpacked download."""
    return folder / WEIGHTS[kept(folder)]


def forget_last(folder: Path) -> None:
    """Go back to the chosen model: the run goes on, and its last epoch will be another one."""
    for name in (POINTER, LAST_WEIGHTS):
        (folder / name).unlink(missing_ok=True)
