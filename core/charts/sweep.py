"""A sweep over learning rates: loss against rate, and the rate that it suggests."""

import math
from dataclasses import dataclass

import plotly.graph_objects as go

from core.charts.series import Line
from core.charts.style import FONT_SIZE, THEMES, Theme, axis, base_layout, fade, note, part_colour, title
from core.text import number
from core.training.sweep import Sweep

HEIGHT = 260  # px
ROOM = 0.15  # of the curve's height, left above and below it


@dataclass(frozen=True, slots=True)
class SweepCurve:
    """`each` step and the `smoothed` curve over log10 of the rate. `low` and `high`: losses worth showing.

    Where the loss diverges it leaves the image; else nothing else could be told apart.
    """

    each: Line
    smoothed: Line
    low: float
    high: float
    suggested: float | None  # the rate itself
    suggested_loss: float | None


def sweep_curve(sweep: Sweep) -> SweepCurve:
    """What is drawn of a sweep; empty lines for one that has no points. Losses must be finite."""
    decades = tuple(math.log10(rate) for rate in sweep.rates)
    if not decades:
        return SweepCurve(Line(), Line(), 0.0, 1.0, None, None)
    lowest = min(range(len(decades)), key=sweep.smoothed.__getitem__)
    low, high = sweep.smoothed[lowest], max(sweep.smoothed[: lowest + 1])
    room = ROOM * max(high - low, 0.1 * high)
    at = None if sweep.suggested is None else sweep.smoothed[_nearest(sweep.rates, sweep.suggested)]
    return SweepCurve(
        Line(decades, sweep.losses), Line(decades, sweep.smoothed), max(0.0, low - 2 * room), high + 3 * room,
        sweep.suggested, at,
    )  # fmt: skip


def sweep_figure(curve: SweepCurve, theme: Theme) -> go.Figure:
    """The points faint, the curve strong, the suggestion as a ring with its value."""
    colours, colour = THEMES[theme], part_colour("train", theme)
    layout = base_layout(theme, HEIGHT, hovermode="closest", margin={"l": 48, "r": 16, "t": 16, "b": 46})
    span = [curve.smoothed.xs[0], curve.smoothed.xs[-1]] if curve.smoothed.xs else [-6.0, 0.0]
    decades = list(range(math.ceil(span[0] - 1e-9), math.floor(span[1] + 1e-9) + 1))
    layout["xaxis"] = axis(
        theme,
        range=span,
        tickvals=decades,
        ticktext=[f"1e{decade}" if decade < -2 else number(10.0**decade) for decade in decades],  # short ones
        showgrid=False,
        showline=True,
    )
    # at the left: on a narrow page the buttons of the chart lie under its right half
    below = {"xref": "paper", "yref": "paper", "x": 0, "y": 0, "xanchor": "left", "yanchor": "top", "yshift": -24}
    layout["annotations"] = [note("Learning rate", theme, font={"color": colours.muted, "size": FONT_SIZE}, **below)]
    layout["yaxis"] = axis(theme, title=title("Training loss", theme), range=[curve.low, curve.high], nticks=5)
    rates = [number(10**x, 2) for x in curve.smoothed.xs]
    traces = [
        _trace("Each step", curve.each, mode="markers", marker={"color": fade(colour, 0.35), "size": 4},
               hoverinfo="skip"),
        _trace("Smoothed", curve.smoothed, mode="lines", line={"color": colour, "width": 2.5}, text=rates,
               hovertemplate="loss %{y:.2f} at %{text}<extra></extra>"),
    ]  # fmt: skip
    if curve.suggested is not None and curve.suggested_loss is not None:
        x, y = math.log10(curve.suggested), curve.suggested_loss
        ring = {"color": colours.surface, "size": 12, "line": {"color": colours.accent, "width": 3}}
        traces.append(_trace("Suggested", Line((x,), (y,)), mode="markers", marker=ring, hoverinfo="skip"))
        layout["shapes"] = [
            {"type": "line", "xref": "x", "yref": "y domain", "x0": x, "x1": x, "y0": 0, "y1": 1, "layer": "below",
             "line": {"color": colours.accent, "width": 1, "dash": "dot"}}
        ]  # fmt: skip
        left = x > (span[0] + span[1]) / 2
        place = {"xref": "x", "yref": "y domain", "x": x, "y": 0, "yanchor": "bottom",
                 "xanchor": "right" if left else "left", "xshift": -6 if left else 6}  # fmt: skip
        font = {"color": colours.accent, "size": 13}
        layout["annotations"] += [note(f"<b>{number(curve.suggested)}</b>", theme, font=font, **place)]
    return go.Figure({"data": traces, "layout": layout})


def _nearest(rates: tuple[float, ...], rate: float) -> int:
    return min(range(len(rates)), key=lambda at: abs(math.log(rates[at] / rate)))


def _trace(name: str, points: Line, **more: object) -> dict[str, object]:
    return {"type": "scatter", "uid": f"sweep-{name}", "name": name, "x": list(points.xs), "y": list(points.ys), **more}
