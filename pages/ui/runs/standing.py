"""The progress of a live run: share done, epoch, time left, speed. Independent of Streamlit."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.runs.records import Run
from core.runs.status import Status
from core.text import format_duration, format_size
from core.training.events import EpochEnded, StepEnded
from core.training.limits import limit_words
from core.training.remaining import TimeLeft, left_words
from pages.ui.runs.words import share_done

FEWEST_STEPS = 3  # minimum for an estimate from steps
COMPUTING = "computing features"  # of a view of many images, before the next step of a fit
RECENT = 10  # steps over which the speed is averaged


@dataclass(frozen=True)
class Standing:
    """`share` is 0..1; `parts` are short texts, the most important first."""

    share: float
    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        """The parts in one line."""
        return " · ".join(self.parts)


def standing(run: Run, epochs: Sequence[EpochEnded], steps: Sequence[StepEnded], download_bytes: int) -> Standing:
    """The content of a live run's progress bar. `download_bytes`: size of weights still to be downloaded."""
    progress = run.progress
    what = progress.get("what")
    if run.status is Status.QUEUED:
        return Standing(0.0, ("Waiting for its turn",))
    if what != "training":
        return Standing(share_done(run), (_preparing(what, progress, download_bytes),))
    total = progress.get("epochs", run.experiment.epochs)
    at = min(total, progress.get("epoch", progress.get("first_epoch", 0)) + 1)
    parts = [f"Epoch {at} of {total}"]
    reported = progress.get("left")  # missing in runs of older versions
    left = None if reported else seconds_left(run, epochs)
    if run.status is Status.PAUSED:
        parts.append("paused")
    elif run.status is Status.STOPPING:
        parts.append("stopping at the next batch; the best model is kept and evaluated")
    elif reported:
        parts.append(left_words(TimeLeft(**reported)))
    elif left is not None:
        parts.append(f"about {format_duration(_rounded(left))} left")
    speed = images_per_second(run, steps)
    if speed is not None and run.status is Status.RUNNING:
        parts.append(f"{speed:.3g} images/s" if speed < 1000 else f"{speed:,.0f} images/s")
        if limit := progress.get("limit"):
            parts.append(limit_words(limit, progress["waited"], run.device))
    return Standing(share_done(run), tuple(parts))


def _rounded(seconds: float) -> float:
    """Round an estimate to 5 s below two minutes, 10 s below ten minutes, else to a minute."""
    unit = 5 if seconds < 120 else 10 if seconds < 600 else 60
    return max(unit, round(seconds / unit) * unit)


def _preparing(what: str | None, progress: dict[str, object], download_bytes: int) -> str:
    if what is None:
        return "Getting ready"
    text = f"{what[:1].upper()}{what[1:]}"
    if what == "loading the model" and download_bytes:
        return f"{text}: its weights ({format_size(download_bytes)}) are downloaded once"
    total = progress.get("total") or 0
    if what == COMPUTING:
        return f"{text}: {progress.get('done', 0):,} of {total:,} images"
    return f"{text} ({total:,} images)" if isinstance(total, int) and total > 1 else text


def seconds_left(run: Run, epochs: Sequence[EpochEnded]) -> float | None:
    """Estimated remaining time, from the newest epochs of this phase, else from all steps; None if too early."""
    steps, step = run.progress.get("steps") or 0, run.progress.get("step") or 0
    if not steps or step >= steps:
        return None
    if epochs:
        newest = [e.seconds for e in epochs if e.phase == epochs[-1].phase][-3:]
        per_epoch = sum(newest) / len(newest)
        return per_epoch * (steps - step) / steps * run.progress.get("epochs", 1)
    if step < FEWEST_STEPS:
        return None
    return float(run.progress.get("seconds", 0.0)) / step * (steps - step)


def images_per_second(run: Run, steps: Sequence[StepEnded]) -> float | None:
    """Speed of the last epoch; during the first one, of the last steps."""
    if run.progress.get("images_per_second"):
        return float(run.progress["images_per_second"])
    recent = [step.images_per_second for step in steps[-RECENT:]]
    return sum(recent) / len(recent) if recent else None
