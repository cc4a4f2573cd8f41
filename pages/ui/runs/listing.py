"""Runs as people read them: their order, their names, their settings in one line. No Streamlit in here."""

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from core import files
from core.charts.differences import Difference, differing
from core.data.sources import SAMPLE_PREFIX, SAMPLES
from core.experiment import Experiment, Reading
from core.paths import BEST
from core.runs.records import Run
from pages.ui.widgets import sidebar

MOST_SETTINGS, LONGEST_SETTING = 2, 32  # in a run's name; letters of each
Images = tuple[str, Reading]
_NOT_TELLING = {"data.fingerprint", "data.source"}


def ranked(runs: Sequence[Run]) -> list[Run]:
    """Live runs first, then by the task's own validation score (its other scores decide ties), then those without.

    Equal ones: the newest first.
    """

    def place(run: Run) -> tuple[float, ...]:
        newest = (-run.age[0], -run.age[1])
        if run.status.live:
            return (0, *newest)
        if run.val is None:
            return (2, *newest)
        return (1, *(-score.rank for score in run.val.scores), *newest)

    return sorted(runs, key=place)


def by_data(runs: Sequence[Run]) -> list[Run]:
    """Ranked within each data set; the data set with the newest run first."""
    newest = dict.fromkeys(images_of(run) for run in sorted(runs, key=lambda run: run.age, reverse=True))
    return [run for images in newest for run in ranked([one for one in runs if images_of(one) == images])]


def images_of(run: Run) -> Images:
    """What a run's scores are about: a folder that is read in another way has other classes."""
    return run.experiment.data.source, run.experiment.data.reading


def images_name(images: Images) -> str:
    """The name of a data set, and how it was read where that was chosen."""
    source, reading = images
    way = {"csv": reading.label_column or reading.labels, "auto": ""}.get(reading.layout, reading.layout)
    return f"{data_name(source)} ({way})" if way else data_name(source)


def labels(runs: Sequence[Run]) -> dict[str, str]:
    """A name for each run id that no other run has: what runs that share a name differ in, else a number by age.

    Pass all runs there are, so that a run is called the same everywhere.
    """
    groups: defaultdict[str, list[Run]] = defaultdict(list)
    for run in sorted(runs, key=lambda run: (run.age, run.id)):
        groups[run.name].append(run)
    named: dict[str, str] = {}
    for name, group in groups.items():
        named |= {group[0].id: name} if len(group) == 1 else _told_apart(name, group)
    shared, seen = Counter(named.values()), Counter[str]()
    for run_id, name in named.items():
        seen[name] += 1
        named[run_id] = name if shared[name] == 1 else f"{name} #{seen[name]}"
    return named


def _told_apart(name: str, group: Sequence[Run]) -> dict[str, str]:
    """`name` with the settings in which each run of a group differs from the others, the most telling ones."""
    rows = [row for row in differing({run.id: run.experiment for run in group}) if row.key not in _NOT_TELLING]
    rows = sorted(rows, key=lambda row: -len(set(row.values.values())))[:MOST_SETTINGS]
    found = {}
    for run in group:
        said = [_setting(row, run) for row in rows]
        found[run.id] = " · ".join([name, *said])
    return found


def _setting(row: Difference, run: Run) -> str:
    if row.key.startswith("pipeline."):
        said = sidebar.pipeline_summary(run.experiment.pipeline)
        return "no augmentation" if said == "none" else said
    value = sidebar.phases_summary(run.experiment.phases) if row.key == "phases" else row.values[run.id]
    return f"{row.title.lower()} {_short(value)}"


def _short(value: str) -> str:
    return value if len(value) <= LONGEST_SETTING else f"{value[: LONGEST_SETTING - 1].rstrip()}…"


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
            images_name((experiment.data.source, experiment.data.reading)),
            sidebar.backbone_summary(experiment.backbone),
            sidebar.phases_summary(experiment.phases),
            "no augmentation" if augmented == "none" else augmented,
        )
    )


def when(moment: float) -> str:
    """Local date and time."""
    return time.strftime("%d %b %Y, %H:%M", time.localtime(moment))


def clock(moment: float) -> str:
    """Local time of day."""
    return time.strftime("%H:%M:%S", time.localtime(moment))


def disk_bytes(folder: Path) -> int:
    """What a run takes; files that a training replaces at this moment do not count."""
    try:
        return files.folder_bytes(folder)
    except OSError:
        return sum(_bytes(path) for path in folder.rglob("*"))


def has_model(folder: Path) -> bool:
    """Whether there are weights that can be downloaded and asked."""
    return (folder / BEST).is_file()


def _bytes(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:  # gone in between
        return 0
