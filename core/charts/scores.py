"""How well each class is found, and how sure that number is."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from core.charts.style import THEMES, Theme, axis, base_layout, literal, names_axis, note, title
from core.tasks.classification.scores import ClassScore
from core.tasks.multilabel.scores import LabelScore
from core.text import percent, percent_range


@dataclass(frozen=True, slots=True)
class RecallRow:
    """One class: recall, or F1, with the ends of its 95 % interval, 0..1; None when the class has no image."""

    name: str
    n: int
    recall: float | None
    low: float | None
    high: float | None
    measure: str = "Recall"


def recall_rows(scores: Sequence[ClassScore]) -> tuple[RecallRow, ...]:
    """The rows, in the order given."""
    return tuple(RecallRow(s.name, s.n, s.recall, s.recall_low, s.recall_high) for s in scores)


def label_rows(scores: Sequence[LabelScore]) -> tuple[RecallRow, ...]:
    """F1 at the threshold, in the order given; of a class that is nowhere, nothing."""
    return tuple(RecallRow(s.name, s.n, s.f1, s.f1_low, s.f1_high, "F1") for s in scores)


def recall_figure(rows: Sequence[RecallRow], theme: Theme) -> go.Figure:
    """A dot per class with a bar for the interval: long bars say that there are few images."""
    colours, measure = THEMES[theme], rows[0].measure if rows else "Recall"
    known = [(i, r, r.recall, r.low, r.high) for i, r in enumerate(rows) if r.recall is not None]
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [100 * recall for _, _, recall, _, _ in known],
        "y": [i for i, *_ in known],
        "marker": {"color": colours.accent, "size": 10},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [100 * max(0.0, (high or 0.0) - recall) for _, _, recall, _, high in known],
            "arrayminus": [100 * max(0.0, recall - (low or 0.0)) for _, _, recall, low, _ in known],
            "color": colours.accent,
            "thickness": 2,
            "width": 5,
        },
        "customdata": [_hover(row) for _, row, *_ in known],
        "hovertemplate": "%{customdata}<extra></extra>",
        "cliponaxis": False,
    }
    layout = base_layout(theme, 80 + (30 if len(rows) <= 20 else 20) * max(2, len(rows)))
    layout["margin"] = {"l": 16, "r": 24, "t": 12, "b": 44}
    layout["xaxis"] = axis(
        theme,
        title=title(f"{measure}, with 95 % interval", theme),
        range=[0, 100],
        ticksuffix=" %",
        dtick=25,
    )
    layout["yaxis"] = names_axis([row.name for row in rows], theme, range=[len(rows) - 0.5, -0.5])
    layout["annotations"] = [
        note(_absent(row), theme, xref="x", yref="y", x=0, y=i, xanchor="left", xshift=12 if row.recall == 0 else 6)
        for i, row in enumerate(rows)
        if not row.n
    ]
    return go.Figure({"data": [trace], "layout": layout})


def _absent(row: RecallRow) -> str:
    """An F1 is 0, and not unknown, where a class that no image shows is predicted."""
    return "no image of this class" + ("" if row.recall is None else ", but it is predicted")


def _hover(row: RecallRow) -> str:
    found = f"{round((row.recall or 0.0) * row.n)} of {row.n} found" if row.measure == "Recall" else row.measure
    return (
        f"{literal(row.name, 60)}<br>{found}: {percent(row.recall or 0.0)}"
        f"<br>95 % interval {percent_range(row.low or 0.0, row.high or 0.0)}"
    )
