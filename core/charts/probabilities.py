"""What a model thinks of one image."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import plotly.graph_objects as go

from core.charts.style import THEMES, Theme, axis, base_layout, literal, names_axis
from core.tasks.decision import Decision
from core.text import percent


@dataclass(frozen=True, slots=True)
class TopClasses:
    """The most probable classes, most probable first; `others` classes are not shown.

    `thresholds` are the probabilities from which each is there, where the model answers class by class.
    """

    names: tuple[str, ...]
    probabilities: tuple[float, ...]
    others: int
    thresholds: tuple[float, ...] | None = None

    @property
    def predicted(self) -> tuple[bool, ...]:
        """Which of them are the model's answer."""
        if self.thresholds is None:
            return tuple(row == 0 for row in range(len(self.names)))
        return tuple(p >= least for p, least in zip(self.probabilities, self.thresholds, strict=True))


def top_answers(decision: Decision, probabilities: Sequence[float], k: int = 5) -> TopClasses:
    """The `k` most probable classes of a model, with their thresholds where it has some."""
    top = top_classes(decision.classes, probabilities, k)
    if decision.thresholds is None:
        return top
    order = sorted(range(len(probabilities)), key=lambda index: -probabilities[index])[:k]
    return replace(top, thresholds=tuple(decision.thresholds[index] for index in order))


def top_classes(classes: Sequence[str], probabilities: Sequence[float], k: int = 5) -> TopClasses:
    """The `k` most probable of `classes`; equal ones stay in order. Raises `ValueError` when lengths differ."""
    pairs = sorted(zip(classes, map(float, probabilities), strict=True), key=lambda pair: -pair[1])[:k]
    return TopClasses(tuple(n for n, _ in pairs), tuple(p for _, p in pairs), len(classes) - len(pairs))


def probabilities_figure(data: TopClasses, theme: Theme) -> go.Figure:
    """A bar per class, the model's answer in the accent colour, and a mark at each threshold."""
    colours, rows = THEMES[theme], list(range(len(data.names)))
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": list(data.probabilities),
        "y": rows,
        "text": [f" {percent(p, 1)}" for p in data.probabilities],
        "textposition": "outside",
        "textfont": {"color": colours.text},
        "cliponaxis": False,
        "customdata": [literal(name, 60) for name in data.names],
        "marker": {
            "color": [colours.accent if yes else colours.quiet for yes in data.predicted],
            "line": {"width": 0},
        },
        "hovertemplate": "%{customdata}:%{text}<extra></extra>",
    }
    layout = base_layout(theme, 30 + 34 * max(1, len(rows)), bargap=0.35, margin={"l": 16, "r": 60, "t": 6, "b": 8})
    layout["xaxis"] = axis(theme, range=[0, 1], visible=False, fixedrange=True)
    layout["modebar"]["remove"] = ["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "autoScale2d", "resetScale2d", "toImage"]
    layout["yaxis"] = names_axis(data.names, theme, range=[len(rows) - 0.5, -0.5], fixedrange=True)
    layout["shapes"] = [
        {
            "type": "line", "xref": "x", "yref": "y", "x0": at, "x1": at, "y0": row - 0.42, "y1": row + 0.42,
            "line": {"color": colours.text, "width": 1.5, "dash": "dot"},
        }
        for row, at in enumerate(data.thresholds or ())
    ]  # fmt: skip
    return go.Figure({"data": [trace], "layout": layout})
