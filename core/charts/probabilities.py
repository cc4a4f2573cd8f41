"""What a model thinks of one image."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from core.charts.numbers import percent
from core.charts.style import LOOKS, Theme, axis, base_layout, literal, names_axis


@dataclass(frozen=True, slots=True)
class TopClasses:
    """The most probable classes, most probable first; `others` classes are not shown."""

    names: tuple[str, ...]
    probabilities: tuple[float, ...]
    others: int


def top_classes(classes: Sequence[str], probabilities: Sequence[float], k: int = 5) -> TopClasses:
    """The `k` most probable of `classes`; equal ones stay in order. Raises `ValueError` when lengths differ."""
    pairs = sorted(zip(classes, map(float, probabilities), strict=True), key=lambda pair: -pair[1])[:k]
    return TopClasses(tuple(n for n, _ in pairs), tuple(p for _, p in pairs), len(classes) - len(pairs))


def probabilities_figure(data: TopClasses, theme: Theme) -> go.Figure:
    """A bar per class, the most probable one in the accent colour."""
    look, rows = LOOKS[theme], list(range(len(data.names)))
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": list(data.probabilities),
        "y": rows,
        "text": [f" {percent(p, 1)}" for p in data.probabilities],
        "textposition": "outside",
        "textfont": {"color": look.text},
        "cliponaxis": False,
        "customdata": [literal(name, 60) for name in data.names],
        "marker": {"color": [look.quiet if row else look.accent for row in rows], "line": {"width": 0}},
        "hovertemplate": "%{customdata}:%{text}<extra></extra>",
    }
    layout = base_layout(theme, 30 + 34 * max(1, len(rows)), bargap=0.35, margin={"l": 16, "r": 60, "t": 6, "b": 8})
    layout["xaxis"] = axis(theme, range=[0, 1], visible=False, fixedrange=True)
    layout["modebar"]["remove"] = ["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "autoScale2d", "resetScale2d", "toImage"]
    layout["yaxis"] = names_axis(data.names, theme, range=[len(rows) - 0.5, -0.5], fixedrange=True)
    return go.Figure({"data": [trace], "layout": layout})
