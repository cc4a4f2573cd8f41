"""The confusion matrix as a heat map: rows true classes, columns predicted ones."""

from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from core.charts.style import THEMES, Theme, base_layout, literal, names_axis, scale, title
from core.tasks.classification.confusion import Confusion
from core.text import percent

MOST_WITH_TEXT = 20  # classes; with more, the cells are too small to be read


@dataclass(frozen=True, slots=True)
class Cells:
    """`shares[i][j]`: how much of true class i was predicted as class j, 0..1; a class without images: all 0."""

    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    shares: tuple[tuple[float, ...], ...]
    texts: tuple[tuple[str, ...], ...]


def cells(confusion: Confusion) -> Cells:
    """Shares of each row, and the text of each cell: the count and the share, nothing for 0."""
    shares = tuple(tuple(n / max(1, sum(row)) for n in row) for row in confusion.counts)
    texts = tuple(
        tuple(f"{n}<br>{percent(share)}" if n else "" for n, share in zip(row, row_shares, strict=True))
        for row, row_shares in zip(confusion.counts, shares, strict=True)
    )
    return Cells(confusion.classes, confusion.counts, shares, texts)


def confusion_figure(cells: Cells, theme: Theme) -> go.Figure:
    """Colour is the share of the row, so a rare class shows as well as a common one."""
    n = len(cells.classes)
    positions = list(range(n))
    trace: dict[str, Any] = {
        "type": "heatmap",
        "x": positions,
        "y": positions,
        "z": [list(row) for row in cells.shares],
        "zmin": 0,
        "zmax": 1,
        "colorscale": scale(theme),
        "showscale": False,
        "xgap": 2 if n <= MOST_WITH_TEXT else 0,
        "ygap": 2 if n <= MOST_WITH_TEXT else 0,
        "hovertext": _hover(cells),
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    if n <= MOST_WITH_TEXT:
        texts = [list(row) for row in cells.texts]
        trace |= {
            "text": texts,
            "texttemplate": "%{text}",
            "textfont": {"size": 14 if n <= 8 else 11 if n <= 14 else 9},
        }
    size = max(300, min(720, 60 * n))
    layout = base_layout(theme, size + 110, margin={"l": 60, "r": 16, "t": 12, "b": 60})
    layout["xaxis"] = _class_axis(cells, theme, "Predicted class", **_slant(n))
    layout["yaxis"] = _class_axis(cells, theme, "True class", autorange="reversed", scaleanchor="x")
    return go.Figure({"data": [trace], "layout": layout})


def _class_axis(cells: Cells, theme: Theme, name: str, **more: Any) -> dict[str, Any]:
    n = len(cells.classes)
    size = {"tickfont": {"color": THEMES[theme].text, "size": 13 if n <= 12 else 10 if n <= 30 else 8}}
    fit = {"constrain": "domain", "ticklabeloverflow": "allow", "title": title(name, theme)}
    return names_axis(cells.classes, theme, 20 if n <= 12 else 16, **{**size, **fit, **more})


def _slant(n: int) -> dict[str, int]:
    """Names below narrow columns are turned, all of them alike, else plotly leaves some out."""
    return {"tickangle": 0} if n <= 5 else {"tickangle": -40} if n <= MOST_WITH_TEXT else {"tickangle": -90}


def _hover(cells: Cells) -> list[list[str]]:
    names = [literal(name, 60) for name in cells.classes]
    return [
        [
            f"true: {names[i]}<br>predicted: {names[j]}<br>{count} of {sum(row)} ({percent(cells.shares[i][j])})"
            for j, count in enumerate(row)
        ]
        for i, row in enumerate(cells.counts)
    ]
