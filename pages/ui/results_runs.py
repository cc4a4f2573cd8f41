"""Runs as people read them: their order, their names, their settings in one line. No Streamlit in here."""

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from core import files
from core.charts.numbers import percent_range
from core.data.sources import SAMPLE_PREFIX, SAMPLES
from core.experiment import Experiment
from core.runs.records import Run
from pages.ui import sidebar

WEIGHTS_FILE = "best.safetensors"


def ranked(runs: Sequence[Run]) -> list[Run]:
    """Live runs first, then by validation accuracy (macro F1 and balanced accuracy decide ties), then those without.

    Equal ones: the newest first.
    """

    def place(run: Run) -> tuple[float, ...]:
        if run.status.live:
            return (0, -run.created_at)
        if run.val is None:
            return (2, -run.created_at)
        return (1, -run.val["accuracy"], -run.val["macro_f1"], -run.val["balanced_accuracy"], -run.created_at)

    return sorted(runs, key=place)


def labels(runs: Sequence[Run]) -> dict[str, str]:
    """A name for each run id that no other run has: runs that share a name are numbered by age.

    Pass all runs there are, so that a run is called the same everywhere.
    """
    shared = Counter(run.name for run in runs)
    seen: defaultdict[str, int] = defaultdict(int)
    named = {}
    for run in sorted(runs, key=lambda run: (run.created_at, run.id)):
        seen[run.name] += 1
        named[run.id] = run.name if shared[run.name] == 1 else f"{run.name} #{seen[run.name]}"
    return named


def data_name(source: str) -> str:
    """The sample's title, or the last part of a path."""
    if source.startswith(SAMPLE_PREFIX):
        sample = SAMPLES.get(source.removeprefix(SAMPLE_PREFIX))
        return sample.title if sample else source
    return source.rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1] or source


def settings_line(experiment: Experiment) -> str:
    """What matters most of an experiment."""
    augmented = sidebar.pipeline_summary(experiment.pipeline)
    return " · ".join(
        (
            data_name(experiment.data.source),
            sidebar.backbone_summary(experiment.backbone),
            sidebar.phases_summary(experiment.phases),
            "no augmentation" if augmented == "none" else augmented,
        )
    )


def interval(scores: dict[str, float], name: str) -> str:
    """The ends of a score's 95 % interval in words."""
    return percent_range(scores[f"{name}_low"], scores[f"{name}_high"])


def when(moment: float) -> str:
    """Local date and time."""
    return time.strftime("%d %b %Y, %H:%M", time.localtime(moment))


def clock(moment: float) -> str:
    """Local time of day."""
    return time.strftime("%H:%M:%S", time.localtime(moment))


def size(n_bytes: int) -> str:
    """Bytes in the unit that fits."""
    if n_bytes < 1e5:
        return f"{n_bytes / 1e3:.0f} kB"
    return f"{n_bytes / 1e6:.1f} MB" if n_bytes < 1e9 else f"{n_bytes / 1e9:.1f} GB"


def disk_bytes(folder: Path) -> int:
    """What a run takes; files that a training replaces at this moment do not count."""
    try:
        return files.folder_bytes(folder)
    except OSError:
        return sum(_bytes(path) for path in folder.rglob("*"))


def has_model(folder: Path) -> bool:
    """Whether there are weights that can be downloaded and asked."""
    return (folder / WEIGHTS_FILE).is_file()


def _bytes(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:  # gone in between
        return 0
