"""Several runs in one chart."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import plotly.graph_objects as go

from core.charts.series import Line, line
from core.charts.style import LABEL_HEIGHT, LOOKS, Theme, axis, base_layout, literal, note, run_colours, spread, title
from core.training.events import EpochEnded

Metric = Literal["val_loss", "val_accuracy", "train_loss", "train_accuracy"]
METRICS: dict[Metric, str] = {
    "val_loss": "Validation loss",
    "val_accuracy": "Validation accuracy",
    "train_loss": "Training loss",
    "train_accuracy": "Training accuracy",
}
PLOT_HEIGHT, RIGHT = 300, 204  # px


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run's curve; x is the number of epochs that have passed."""

    run: str
    name: str
    line: Line


@dataclass(frozen=True, slots=True)
class Overlay:
    """The curves of several runs, for one metric."""

    metric: Metric
    runs: tuple[RunLine, ...]
    colours: tuple[str, ...]  # run ids that colours are dealt to, the oldest first


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
        RunLine(run, names.get(run, run), line((e.epoch + 1, getattr(e, metric)) for e in ended))
        for run, ended in epochs.items()
    ]
    return Overlay(metric, tuple(lines), tuple(dict.fromkeys((*all_runs, *epochs))))


def overlay_figure(data: Overlay, theme: Theme) -> go.Figure:
    """A line per run, its name at the right edge beside the height where the line ends."""
    colours = run_colours(data.colours, theme)
    longest = max((run.line.xs[-1] for run in data.runs if run.line.xs), default=1)
    height = max(PLOT_HEIGHT, LABEL_HEIGHT * len(data.runs))
    layout = base_layout(theme, height + 76, hovermode="x unified", margin={"l": 56, "r": RIGHT, "t": 30, "b": 46})
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
    scale = {"range": [0, 1.03], "tickformat": ".0%"} if _is_share(data.metric) else {"rangemode": "tozero"}
    layout["yaxis"] = axis(theme, title=title(METRICS[data.metric], theme), **scale)
    layout["annotations"] = _labels(data, colours, height, theme)
    traces = [_trace(run, colours[run.run], _is_share(data.metric)) for run in data.runs]
    return go.Figure({"data": traces, "layout": layout})


def _is_share(metric: Metric) -> bool:
    return metric.endswith("accuracy")


def _trace(run: RunLine, colour: str, share: bool) -> dict[str, Any]:
    name = literal(run.name, 40)
    return {
        "type": "scatter",
        # plotly puts the uid into a CSS selector, where a run's id might be no valid one
        "uid": hashlib.sha256(run.run.encode("utf-8", "replace")).hexdigest()[:12],
        "name": name,
        "x": list(run.line.xs),
        "y": list(run.line.ys),
        "mode": "lines+markers" if len(run.line.xs) <= 40 else "lines",
        "line": {"color": colour, "width": 2.5},
        "marker": {"color": colour, "size": 5},
        "cliponaxis": False,
        "hovertemplate": f"%{{y:{'.1%' if share else '.3f'}}}<extra>{name}</extra>",
    }


def _labels(data: Overlay, colours: Mapping[str, str], height: int, theme: Theme) -> list[dict[str, Any]]:
    """A dot in the run's colour, then its name in the colour of text: not every run's colour is fit for text."""
    drawn = [run for run in data.runs if run.line.ys]
    highest = 1.03 if _is_share(data.metric) else max((y for run in drawn for y in run.line.ys), default=1.0) * 1.06
    wanted = [run.line.ys[-1] / max(highest, 1e-9) * height for run in drawn]
    moved = spread(wanted)
    above = max(0.0, max(moved, default=0.0) - height)  # a crowd at the top is pushed down as a whole
    return [
        note(
            f'<span style="color:{colours[run.run]}">●</span> {literal(run.name, 26)}',
            theme,
            xref="paper",
            yref="y",
            x=1,
            y=run.line.ys[-1],
            xanchor="left",
            xshift=10,
            yshift=place - above - want,
            font={"color": LOOKS[theme].text, "size": 13},
            hovertext=literal(run.name, 200),
        )
        for run, want, place in zip(drawn, wanted, moved, strict=True)
    ]
