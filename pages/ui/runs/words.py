"""Texts about runs: status, score, time. Independent of Streamlit and torch."""

import time
from collections.abc import Sequence

from core.runs.records import Run
from core.runs.status import Status
from core.tasks.scorecard import Score, format_interval, format_score
from core.text import percent

BADGES = {
    Status.QUEUED: ("Waiting", ":material/schedule:", "gray"),
    Status.RUNNING: ("Running", ":material/play_arrow:", "blue"),
    Status.PAUSED: ("Paused", ":material/pause:", "orange"),
    Status.STOPPING: ("Stopping", ":material/hourglass_empty:", "orange"),
    Status.STOPPED: ("Stopped", ":material/stop:", "gray"),
    Status.COMPLETED: ("Completed", ":material/check:", "green"),
    Status.FAILED: ("Failed", ":material/error:", "red"),
    Status.INTERRUPTED: ("Interrupted", ":material/power_off:", "orange"),
}


def badge(status: Status) -> str:
    """The status as a Markdown badge, like `st.badge`."""
    label, icon, colour = BADGES[status]
    return f":{colour}-badge[{icon} {label}]"


def ago(then: float, now: float | None = None) -> str:
    """How long ago `then` (seconds since 1970) was, in its largest unit."""
    elapsed_s = max(0.0, (time.time() if now is None else now) - then)
    if elapsed_s < 60:
        return "just now"
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        count = int(elapsed_s // size)
        if count:
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def score_and_interval(score: Score) -> str:
    """'92 % (74 to 98 %)'; without an interval the score alone."""
    interval = format_interval(score)
    return format_score(score) + (f" ({interval})" if interval else "")


def score_name(run: Run) -> str:
    """'Validation accuracy', or the name of the task's main score."""
    return f"Validation {run.val.main.title.lower()}" if run.val else "Validation score"


def share_done(run: Run) -> float:
    """The share of finished training steps, 0..1."""
    steps = run.progress.get("steps") or 0
    return min(1.0, run.progress.get("step", 0) / steps) if steps else 0.0


def jobs(runs: Sequence[Run], *, share: bool = True) -> str | None:
    """The live runs of a workspace in one line, or None: 'training Pets 45 %, 2 waiting'."""
    working = [run for run in runs if run.status is not Status.QUEUED]
    waiting = len(runs) - len(working)
    if not runs:
        return None
    texts = []
    if working:
        first = working[0]
        verb = "paused:" if first.status is Status.PAUSED else "training"
        texts.append(f"{verb} {first.name}" + (f", {percent(share_done(first))}" if share else ""))
        texts += [f"{len(working) - 1} more training"] if len(working) > 1 else []
    return ", ".join([*texts, *([f"{waiting} waiting"] if waiting else [])])
