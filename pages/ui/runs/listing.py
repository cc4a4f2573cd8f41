"""Presentation of runs: order, names, and settings in one line. Independent of Streamlit."""

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

MOST_SETTINGS, LONGEST_SETTING = 2, 32  # number of settings in a run's name, and characters of each
Images = tuple[str, Reading]
_IGNORED = {"data.fingerprint", "data.source"}


def ranked(runs: Sequence[Run]) -> list[Run]:
    """Live runs first, then by the main validation score (further scores break ties), then runs without scores.

    Ties: the newest first.
    """

    def sort_key(run: Run) -> tuple[float, ...]:
        newest = (-run.age[0], -run.age[1])
        if run.status.live:
            return (0, *newest)
        if run.val is None:
            return (2, *newest)
        return (1, *(-score.rank for score in run.val.scores), *newest)

    return sorted(runs, key=sort_key)


def by_data(runs: Sequence[Run]) -> list[Run]:
    """Ranked within each data set; the data set with the newest run first."""
    newest = dict.fromkeys(images_of(run) for run in sorted(runs, key=lambda run: run.age, reverse=True))
    return [run for images in newest for run in ranked([one for one in runs if images_of(one) == images])]


def images_of(run: Run) -> Images:
    """The data that a run's scores refer to: source and reading, because another reading has other classes."""
    return run.experiment.data.source, run.experiment.data.reading


def images_name(images: Images) -> str:
    """The name of a data set, with the layout if it was chosen."""
    source, reading = images
    layout_name = {"csv": reading.label_column or reading.labels, "auto": ""}.get(reading.layout, reading.layout)
    return f"{data_name(source)} ({layout_name})" if layout_name else data_name(source)


def labels(runs: Sequence[Run]) -> dict[str, str]:
    """A unique name for each run id: runs with equal names get the settings in which they differ, or a number.

    Pass all runs, so that a run has the same name everywhere.
    """
    groups: defaultdict[str, list[Run]] = defaultdict(list)
    for run in sorted(runs, key=lambda run: (run.age, run.id)):
        groups[run.name].append(run)
    names_by_id: dict[str, str] = {}
    for name, group in groups.items():
        names_by_id |= {group[0].id: name} if len(group) == 1 else _distinct_names(name, group)
    shared, counts = Counter(names_by_id.values()), Counter[str]()
    for run_id, name in names_by_id.items():
        counts[name] += 1
        names_by_id[run_id] = name if shared[name] == 1 else f"{name} #{counts[name]}"
    return names_by_id


def _distinct_names(name: str, group: Sequence[Run]) -> dict[str, str]:
    """`name` with the settings in which the runs of a group differ most."""
    rows = [row for row in differing({run.id: run.experiment for run in group}) if row.key not in _IGNORED]
    by_setting: dict[str, Difference] = {}
    for row in sorted(rows, key=lambda row: -len(set(row.values.values()))):
        by_setting.setdefault("pipeline" if row.key.startswith("pipeline.") else row.key, row)
    names = {}
    for run in group:
        settings = [_setting(row, run) for row in list(by_setting.values())[:MOST_SETTINGS]]
        names[run.id] = " · ".join([name, *settings])
    return names


def _setting(row: Difference, run: Run) -> str:
    if row.key.startswith("pipeline."):
        summary = sidebar.pipeline_summary(run.experiment.pipeline)
        return "no augmentation" if summary == "none" else summary
    value = sidebar.phases_summary(run.experiment.phases) if row.key == "phases" else row.values[run.id]
    return f"{row.title.lower()} {_shortened(value)}"


def _shortened(value: str) -> str:
    return value if len(value) <= LONGEST_SETTING else f"{value[: LONGEST_SETTING - 1].rstrip()}…"


def data_name(source: str) -> str:
    """The sample's title, or the last part of a path."""
    if source.startswith(SAMPLE_PREFIX):
        sample = SAMPLES.get(source.removeprefix(SAMPLE_PREFIX))
        return sample.title if sample else source
    return source.rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1] or source


def settings_line(experiment: Experiment) -> str:
    """The most important settings of an experiment."""
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
    """Disk usage of a run; files that are being replaced are ignored."""
    try:
        return files.folder_bytes(folder)
    except OSError:
        return sum(_bytes(path) for path in folder.rglob("*"))


def has_model(folder: Path) -> bool:
    """Whether there are weights to download or predict with."""
    return (folder / BEST).is_file()


def _bytes(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:  # deleted in the meantime
        return 0
