"""How many images each class has, and in which part of the split."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from core.charts.style import (
    PART_TITLES,
    PARTS,
    THEMES,
    Theme,
    axis,
    base_layout,
    literal,
    names_axis,
    part_colour,
    title,
)


@dataclass(frozen=True, slots=True)
class ClassCounts:
    """`counts[part][i]` images of class `classes[i]`; parts without images are not there."""

    classes: tuple[str, ...]
    counts: dict[str, tuple[int, ...]]

    @property
    def totals(self) -> tuple[int, ...]:
        """Images of each class in all parts."""
        return tuple(sum(column) for column in zip(*self.counts.values(), strict=True)) or (0,) * len(self.classes)


def class_counts(classes: Sequence[str], parts: Mapping[str, Iterable[int]]) -> ClassCounts:
    """Count the labels (indices into `classes`) of each part; `parts` has some of the keys train, val and test."""
    counts = {}
    for part in PARTS:
        found = Counter(parts.get(part, ()))
        if found:
            counts[part] = tuple(found[i] for i in range(len(classes)))
    return ClassCounts(tuple(classes), counts)


def class_counts_figure(data: ClassCounts, theme: Theme) -> go.Figure:
    """A bar per class, divided into the parts, with the total at its end."""
    colours, rows = THEMES[theme], list(range(len(data.classes)))
    names = [literal(name, 60) for name in data.classes]
    thin = 30 if len(rows) <= 20 else 20
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": PART_TITLES[part],
            "x": list(counts),
            "y": rows,
            "customdata": names,
            "marker": {"color": part_colour(part, theme), "line": {"width": 1.5, "color": colours.surface}},
            "hovertemplate": f"%{{customdata}}<br>{PART_TITLES[part]}: %{{x}} images<extra></extra>",
        }
        for part, counts in data.counts.items()
    ]
    totals = {
        "type": "scatter",
        "mode": "text",
        "x": list(data.totals),
        "y": rows,
        "text": [f" {n}" for n in data.totals],
        "textposition": "middle right",
        "textfont": {"color": colours.text},
        "cliponaxis": False,
        "showlegend": False,
        "hoverinfo": "skip",
    }
    layout = base_layout(theme, 100 + thin * max(2, len(rows)), barmode="stack", bargap=0.3)
    layout |= {"showlegend": len(traces) > 1, "margin": {"l": 16, "r": 36, "t": 36, "b": 44}}
    layout["legend"] = {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "traceorder": "normal"}
    layout["xaxis"] = axis(theme, title=title("Images", theme), rangemode="tozero", tickformat="d", nticks=8)
    layout["yaxis"] = names_axis(data.classes, theme, range=[len(rows) - 0.5, -0.5])
    return go.Figure({"data": [*traces, totals], "layout": layout})
