"""Label safety over the strength of a pipeline: affinity with its interval, and where the light turns."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import plotly.graph_objects as go

from core.charts.style import FONT_SIZE, THEMES, Theme, axis, base_layout, fade, note, title
from core.screening.sweep import StrengthSweep
from core.text import number

HEIGHT = 280  # px
LIGHTS = {"green": "Labels survive", "amber": "Look closer", "red": "Destroys labels", "unknown": "Cannot tell"}
SIGNS = {"green": "●", "amber": "◆", "red": "✖", "unknown": "○"}  # as the markers look, within text
SYMBOLS = {"green": "circle", "amber": "diamond", "red": "x", "unknown": "circle-open"}
# bright enough and dark enough on either ground; the shapes tell the lights apart without any colour
COLOURS: dict[Theme, dict[str, str]] = {
    "light": {"green": "#009372", "amber": "#b87900", "red": "#c22f2f", "unknown": "#5a6764"},
    "dark": {"green": "#2fc79a", "amber": "#f0b33c", "red": "#ff7a70", "unknown": "#9fb0ac"},
}
_HIGHEST, _ROOM = 1.08, 0.08  # of the affinity axis: a label has room above 1, and the band below


class StrengthPoint(NamedTuple):
    """One screening: affinity with the ends of its 95 % interval, and the light."""

    strength: float
    affinity: float
    low: float
    high: float
    light: str


class StrengthCurve(NamedTuple):
    """Points over growing strength, the first strengths where the light is not green and where it is red."""

    points: tuple[StrengthPoint, ...] = ()
    turns: float | None = None
    reds: float | None = None


def strength_curve(sweep: StrengthSweep) -> StrengthCurve:
    """What is drawn of a sweep."""
    points = tuple(
        StrengthPoint(strength, one.affinity, one.affinity_low, one.affinity_high, one.verdict.value)
        for strength, one in zip(sweep.strengths, sweep.found, strict=True)
    )
    return StrengthCurve(points, sweep.turns, sweep.reds)


def strength_figure(curve: StrengthCurve, theme: Theme) -> go.Figure:
    """The band, the curve, a marker for each light, and a dotted line where the light turns."""
    layout = base_layout(theme, HEIGHT, margin={"l": 52, "r": 20, "t": 32, "b": 46})
    strengths = [point.strength for point in curve.points]
    edges = [strengths[0], strengths[-1]] if strengths else [0.0, 1.0]
    room = _ROOM * max(edges[1] - edges[0], 0.5)
    layout["xaxis"] = axis(
        theme, title=title("Strength", theme), range=[edges[0] - room, edges[1] + room], tickvals=strengths,
        ticktext=[number(strength) for strength in strengths], showgrid=False, showline=True,
    )  # fmt: skip
    lowest = min((point.low for point in curve.points), default=0.0)
    highest = max((point.high for point in curve.points), default=1.0)
    span = [max(0.0, lowest - _ROOM), max(_HIGHEST, highest + _ROOM)]
    layout["yaxis"] = axis(theme, title=title("Affinity", theme), range=span, nticks=5)
    layout["shapes"] = [_line(at, theme) for at in _marks(curve)]
    traces = [_band(curve.points, theme), _curve(curve.points, theme)] if curve.points else []
    lights = [light for light in LIGHTS if any(point.light == light for point in curve.points)]
    layout["annotations"] = _labels(lights, theme) + [
        _mark(at, words, theme, line, left=at < sum(edges) / 2)
        for line, (at, words) in enumerate(_marks(curve).items())
    ]
    return go.Figure({"data": [*traces, *(_markers(curve.points, light, theme) for light in lights)], "layout": layout})


def _marks(curve: StrengthCurve) -> dict[float, str]:
    """Words for the strengths at which the light turns; both turns may be one."""
    words = {} if curve.turns is None else {curve.turns: "turns"}
    return words if curve.reds is None else words | {curve.reds: "turns red"}


def _labels(lights: Sequence[str], theme: Theme) -> list[dict[str, Any]]:
    """The lights in words, in a row above the chart: beside their markers they would cover each other."""
    last = max(1, len(lights) - 1)
    return [
        note(f"{SIGNS[light]} {LIGHTS[light]}", theme, xref="paper", yref="paper", x=place / last, y=1,
             xanchor="left" if place == 0 else "right" if place == last else "center", yanchor="bottom", yshift=6,
             xshift=-46 if place == 0 else 18 if place == last else -16,  # into the margins
             font={"color": COLOURS[theme][light], "size": FONT_SIZE})
        for place, light in enumerate(lights)
    ]  # fmt: skip


def _line(at: float, theme: Theme) -> dict[str, Any]:
    return {"type": "line", "xref": "x", "yref": "y domain", "x0": at, "x1": at, "y0": 0, "y1": 1, "layer": "below",
            "line": {"color": THEMES[theme].muted, "width": 1, "dash": "dot"}}  # fmt: skip


def _mark(at: float, words: str, theme: Theme, line: int, *, left: bool) -> dict[str, Any]:
    """On lines of their own, for the two turns may lie close together, and to the side where there is room."""
    place = {"xref": "x", "yref": "y domain", "x": at, "y": 0, "xanchor": "left" if left else "right",
             "yanchor": "bottom", "xshift": 5 if left else -5, "yshift": 16 * (1 - line)}  # fmt: skip
    return note(f"{words} at {number(at)}", theme, **place)


def _band(points: Sequence[StrengthPoint], theme: Theme) -> dict[str, Any]:
    back = [*points, *reversed(points)]
    return _trace(
        "95 % interval", [point.strength for point in back],
        [point.high for point in points] + [point.low for point in reversed(points)], mode="lines", fill="toself",
        fillcolor=fade(THEMES[theme].accent, 0.14), line={"width": 0, "color": THEMES[theme].accent}, hoverinfo="skip",
    )  # fmt: skip


def _curve(points: Sequence[StrengthPoint], theme: Theme) -> dict[str, Any]:
    xs, ys = [point.strength for point in points], [point.affinity for point in points]
    return _trace("Affinity", xs, ys, mode="lines", line={"color": THEMES[theme].accent, "width": 2.5},
                  hoverinfo="skip")  # fmt: skip


def _markers(points: Sequence[StrengthPoint], light: str, theme: Theme) -> dict[str, Any]:
    own = [point for point in points if point.light == light]
    colour = COLOURS[theme][light]
    return _trace(
        LIGHTS[light], [point.strength for point in own], [point.affinity for point in own], mode="markers",
        marker={"color": colour, "size": 12, "symbol": SYMBOLS[light], "line": {"color": colour, "width": 2}},
        text=[f"{point.low:.2f} to {point.high:.2f}" for point in own],
        hovertemplate=f"{LIGHTS[light]}: %{{y:.2f}} (%{{text}}) at strength %{{x}}<extra></extra>",
    )  # fmt: skip


def _trace(name: str, xs: Sequence[float], ys: Sequence[float], **more: Any) -> dict[str, Any]:
    return {"type": "scatter", "uid": f"strength-{name}", "name": name, "x": list(xs), "y": list(ys), **more}
