"""Several runs in one chart."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import plotly.graph_objects as go

from core.charts.series import Line, line
from core.charts.style import Theme, axis, base_layout, literal, run_colours, title
from core.training.events import EpochEnded

Metric = Literal["val_loss", "val_score", "train_loss", "train_accuracy"]
METRICS: dict[Metric, str] = {
    "val_loss": "Validation loss",
    "val_score": "Validation score",
    "train_loss": "Training loss",
    "train_accuracy": "Training accuracy",
}
PLOT_HEIGHT = 300  # px
DASHES = ("solid", "dash", "dot", "dashdot")  # for lines that lie on each other


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run's curve; x is the number of epochs that have passed.

    `same_as` names the first run whose curve is exactly this one; `dash` is how many such runs come before.
    """

    run: str
    name: str
    line: Line
    same_as: str | None = None
    dash: int = 0


@dataclass(frozen=True, slots=True)
class Key:
    """A line of the legend: how the run is drawn, its whole name, where it ends (None: nowhere), whose twin it is."""

    colour: str
    dash: str
    name: str
    last: float | None
    same_as: str | None


@dataclass(frozen=True, slots=True)
class Overlay:
    """The curves of several runs, for one metric."""

    metric: Metric
    runs: tuple[RunLine, ...]
    colours: tuple[str, ...]  # run ids that colours are dealt to, the oldest first
    title: str = ""  # of the metric
    percent: bool = False  # whether it is a share, drawn in percent


def overlay(
    epochs: Mapping[str, Sequence[EpochEnded]],
    names: Mapping[str, str],
    metric: Metric = "val_loss",
    all_runs: Sequence[str] = (),
) -> Overlay:
    """The curves of the runs in `epochs` (by run id). `names` are for people; a run without one goes by its id.

    `all_runs`: every run id there is, the oldest first, so that a run has the same colour in every selection.
    """
    lines = [
        RunLine(run, names.get(run, run), line((e.epoch + 1, _value(e, metric)) for e in ended))
        for run, ended in epochs.items()
    ]
    name = titles(epochs.values())[metric]
    colours = tuple(dict.fromkeys((*all_runs, *epochs)))
    return Overlay(metric, _twins(lines), colours, name, _in_percent(metric, epochs.values()))


def titles(runs: Iterable[Sequence[EpochEnded]]) -> dict[Metric, str]:
    """What the metrics of runs are called, by their epochs; runs with other scores share the word 'score'."""
    names = {epochs[-1].score.title for epochs in runs if epochs}
    return {**METRICS, "val_score": f"Validation {names.pop().lower()}"} if len(names) == 1 else METRICS


def _value(epoch: EpochEnded, metric: Metric) -> float:
    return epoch.score.value if metric == "val_score" else float(getattr(epoch, metric))


def _twins(lines: Sequence[RunLine]) -> tuple[RunLine, ...]:
    """Runs of the same experiment have the same curve: only the last of them would be seen."""
    seen: dict[Line, list[str]] = {}
    marked = []
    for one in lines:
        before = seen.setdefault(one.line, []) if one.line.ys else []
        marked.append(replace(one, same_as=before[0], dash=len(before)) if before else one)
        before.append(one.name)
    return tuple(marked)


def legend(data: Overlay, theme: Theme) -> tuple[Key, ...]:
    """How to tell the lines apart, from the one that ends highest. For the page, where a long name can wrap."""
    colours = run_colours(data.colours, theme)
    keys = [
        Key(colours[run.run], _dash(run), run.name, run.line.ys[-1] if run.line.ys else None, run.same_as)
        for run in data.runs
    ]
    return tuple(sorted(keys, key=lambda key: (key.last is None, -(key.last or 0.0))))


def overlay_figure(data: Overlay, theme: Theme) -> go.Figure:
    """A line per run; `legend` says whose it is."""
    colours = run_colours(data.colours, theme)
    longest = max((run.line.xs[-1] for run in data.runs if run.line.xs), default=1)
    layout = base_layout(theme, PLOT_HEIGHT + 62, hovermode="x unified", margin={"l": 56, "r": 16, "t": 16, "b": 46})
    ticks = {"dtick": 1} if longest <= 12 else {"nticks": 12}
    layout["xaxis"] = axis(
        theme,
        title=title("Epoch", theme),
        range=[0, longest],
        tickformat="d",
        showgrid=False,
        showline=True,
        unifiedhovertitle={"text": "Epoch %{x}"},
        **ticks,
    )
    scale = {"range": [0, 103], "ticksuffix": " %"} if data.percent else {"rangemode": "tozero"}
    layout["yaxis"] = axis(theme, title=title(data.title, theme), **scale)
    traces = [_trace(run, colours[run.run], data.percent) for run in data.runs]
    return go.Figure({"data": traces, "layout": layout})


def _in_percent(metric: Metric, runs: Iterable[Sequence[EpochEnded]]) -> bool:
    """Whether the metric is a share of all runs: one axis has one unit."""
    if metric == "val_score":
        return all(epoch.score.in_percent for epochs in runs for epoch in epochs)
    return metric == "train_accuracy"


def _dash(run: RunLine) -> str:
    return DASHES[run.dash % len(DASHES)]


def _trace(run: RunLine, colour: str, share: bool) -> dict[str, Any]:
    name = literal(run.name, 60)
    return {
        "type": "scatter",
        # plotly puts the uid into a CSS selector, where a run's id might be no valid one
        "uid": hashlib.sha256(run.run.encode("utf-8", "replace")).hexdigest()[:12],
        "name": name,
        "x": list(run.line.xs),
        "y": [100 * y for y in run.line.ys] if share else list(run.line.ys),
        "mode": "lines+markers" if len(run.line.xs) <= 40 else "lines",
        "line": {"color": colour, "width": 2.5, "dash": _dash(run)},
        "marker": {"color": colour, "size": 5},
        "cliponaxis": False,
        "hovertemplate": f"%{{y:{'.1f} %' if share else '.3f}'}<extra>{name}</extra>",
    }
