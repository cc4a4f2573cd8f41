"""Draws `Curves`: stacked panels over one axis of epochs; the newest values over each panel are its legend.

Made to be drawn again every second with `Plotly.react`: all traces are always there, in one order and with fixed uids,
the axes get a fixed range or none, and `uirevision` stays the same, so the zoom of the user is kept. Send the figure
with `to_json(remove_uids=False)`; plotly leaves the uids out otherwise.
"""

from collections.abc import Sequence
from typing import Any, Literal

import plotly.graph_objects as go

from core.charts.curves import Band, Best, Curves
from core.charts.series import Line
from core.charts.style import THEMES, Theme, axis, base_layout, fade, literal, note, part_colour, title
from core.text import number, percent

Panel = Literal["loss", "score", "rate"]
PANELS: tuple[Panel, ...] = ("loss", "score", "rate")
TITLES: dict[Panel, str] = {"loss": "Loss", "rate": "Learning rate"}  # the score has its own
HEIGHTS: dict[Panel, int] = {"loss": 230, "score": 200, "rate": 90}  # px
TOP, GAP, BOTTOM, RIGHT = 46, 38, 46, 16  # px
ROOM = 44  # characters that fit over the plot on a narrow screen
FEW_EPOCHS = 40  # up to here each epoch gets a dot


def curves_figure(curves: Curves, theme: Theme, panels: Sequence[Panel] = PANELS) -> go.Figure:
    """The panels asked for, from top to bottom. `panels` must not be empty; keep it the same while a figure lives."""
    height = TOP + BOTTOM + sum(HEIGHTS[p] for p in panels) + GAP * (len(panels) - 1)
    layout = base_layout(
        theme, height, hovermode="x unified", hoversubplots="axis", margin={"l": 56, "r": RIGHT, "t": TOP, "b": BOTTOM}
    )
    layout["xaxis"] = _epoch_axis(curves.total_epochs, theme, f"y{len(panels) if len(panels) > 1 else ''}")
    traces: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for place, panel in enumerate(panels):
        y = f"y{place + 1}" if place else "y"
        layout[f"yaxis{place + 1}" if place else "yaxis"] = _value_axis(curves, panel, _domain(panels, place), theme)
        if panel == "rate" and not curves.learning_rate.ys:
            layout[f"yaxis{place + 1}" if place else "yaxis"]["showticklabels"] = False  # they would be made up
        traces += [trace | {"xaxis": "x", "yaxis": y} for trace in _traces(curves, panel, theme)]
        shapes += _shades(curves.bands, y, theme)
        notes += [
            *_newest_values(curves, panel, y, theme, first=place == 0),
            _panel_title(TITLES.get(panel, curves.score), y, first=place == 0),
        ]
    notes += _band_labels(curves, theme) + _best_label(curves, panels, theme) + _empty_label(curves, theme)
    return go.Figure({"data": traces, "layout": layout | {"shapes": shapes, "annotations": notes}})


def _domain(panels: Sequence[Panel], number: int) -> list[float]:
    """Where a panel lies, in shares of the plot's height; the first panel is at the top."""
    total = sum(HEIGHTS[p] for p in panels) + GAP * (len(panels) - 1)
    top = total - sum(HEIGHTS[p] + GAP for p in panels[:number])
    return [max(0.0, (top - HEIGHTS[panels[number]]) / total), min(1.0, top / total)]


def _epoch_axis(total: int, theme: Theme, anchor: str) -> dict[str, Any]:
    return axis(
        theme,
        title=title("Epoch", theme),
        range=[0, total],
        anchor=anchor,
        showgrid=False,
        showline=True,
        tickformat="d",
        **({"dtick": 1} if total <= 12 else {"nticks": 12}),
        hoverformat=".3~g",
        unifiedhovertitle={"text": "Epoch %{x}"},
    )


def _value_axis(curves: Curves, panel: Panel, domain: list[float], theme: Theme) -> dict[str, Any]:
    shares = {"range": [0, 103], "ticksuffix": " %", "dtick": 25}
    kinds: dict[Panel, dict[str, Any]] = {
        "loss": {"rangemode": "tozero", "nticks": 6},
        "score": shares if curves.percent else {"rangemode": "normal", "nticks": 6},
        "rate": {"rangemode": "tozero", "nticks": 3, "exponentformat": "e", "minexponent": 4},
    }
    return axis(theme, domain=domain, **kinds[panel])


def _traces(curves: Curves, panel: Panel, theme: Theme) -> list[dict[str, Any]]:
    if panel == "rate":
        line = {"color": THEMES[theme].muted, "width": 1.5}
        rates = [number(rate, 2) for rate in curves.learning_rate.ys]
        return [_trace("rate", "Learning rate", curves.learning_rate, line, "%{text}") | {"text": rates}]
    train, val = (_drawn(line, _scale(curves, panel)) for line in _lines(curves, panel))
    named = panel if panel == "loss" else curves.score.lower()
    shown = "%{y:.1f} %" if _is_share(curves, panel) else "%{y:.3f}" if panel == "loss" else "%{y:.4~g}"
    colours = part_colour("train", theme), part_colour("val", theme)
    traces = [
        _trace(f"{panel}-train", f"Training {named}", train, {"color": colours[0], "width": 2, "dash": "dot"}, shown),
        _trace(f"{panel}-val", f"Validation {named}", val, {"color": colours[1], "width": 2.5}, shown),
        _best_trace(curves, panel, theme),
    ]
    if panel == "loss":
        faint = {"color": fade(colours[0], 0.28), "width": 1}
        traces.insert(0, _trace("loss-step", "Each step", curves.step_loss, faint, None))
    return traces


def _trace(uid: str, name: str, line: Line, style: dict[str, Any], shown: str | None) -> dict[str, Any]:
    """A line; with no more than a few points, dots too, for one point alone makes no line. `shown` None: no hover."""
    dots = len(line.xs) == 1 or (shown is not None and uid != "rate" and len(line.xs) <= FEW_EPOCHS)
    return {
        "type": "scatter",
        "uid": uid,
        "name": name,
        "x": list(line.xs),
        "y": list(line.ys),
        "mode": "lines+markers" if dots else "lines",
        "line": style,
        "marker": {"color": style["color"], "size": 5},
        "cliponaxis": False,
        **({"hovertemplate": f"{shown}<extra>{name}</extra>"} if shown else {"hoverinfo": "skip"}),
    }


def _best_trace(curves: Curves, panel: Panel, theme: Theme) -> dict[str, Any]:
    best, colour = curves.best, part_colour("val", theme)
    value = best and _best_value(curves, best, panel)
    return {
        "type": "scatter",
        "uid": f"{panel}-best",
        "name": "Best epoch",
        "x": [best.epoch] if best else [],
        "y": [value] if best else [],
        "mode": "markers",
        "marker": {"size": 12, "color": THEMES[theme].surface, "line": {"color": colour, "width": 2.5}},
        "cliponaxis": False,
        "hoverinfo": "skip",
    }


def _lines(curves: Curves, panel: Panel) -> tuple[Line, Line]:
    if panel == "loss":
        return curves.train_loss, curves.val_loss
    return curves.train_score, curves.val_score


def _is_share(curves: Curves, panel: Panel) -> bool:
    return panel == "score" and curves.percent


def _scale(curves: Curves, panel: Panel) -> int:
    """Shares are drawn as percentages."""
    return 100 if _is_share(curves, panel) else 1


def _drawn(line: Line, scale: int) -> Line:
    return Line(line.xs, tuple(scale * y for y in line.ys))


def _best_value(curves: Curves, best: Best, panel: Panel) -> float:
    return _scale(curves, panel) * (best.val_loss if panel == "loss" else best.val_score)


def _shades(bands: Sequence[Band], y: str, theme: Theme) -> list[dict[str, Any]]:
    """Every second phase is shaded, and a line stands where a phase begins."""
    colours = THEMES[theme]
    return [
        {
            "type": "rect",
            "layer": "below",
            "xref": "x",
            "yref": f"{y} domain",
            "x0": band.start,
            "x1": band.end,
            "y0": 0,
            "y1": 1,
            "fillcolor": colours.band if i % 2 else "rgba(0, 0, 0, 0)",
            "line": {"width": 1, "color": colours.grid},
        }
        for i, band in enumerate(bands)
    ]


def _panel_title(name: str, y: str, first: bool) -> dict[str, Any]:
    """Above its panel; the first one leaves a line for the names of the phases."""
    return {
        "text": f"<b>{name}</b>",
        "showarrow": False,
        "xref": "paper",
        "yref": f"{y} domain",
        "x": 0,
        "y": 1,
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": _title_shift(first),
    }


def _title_shift(first: bool) -> int:
    return 20 if first else 3


def _band_labels(curves: Curves, theme: Theme) -> list[dict[str, Any]]:
    notes = []
    for band in curves.bands:
        room = int((band.end - band.start) / curves.total_epochs * ROOM)
        name = next(name for name in band.names if len(name) <= room or not name)
        place = {"xref": "x", "yref": "y domain", "x": band.start, "y": 1, "xanchor": "left", "yanchor": "bottom"}
        notes.append(note(literal(name), theme, hovertext=literal(band.hint), xshift=2, **place))
    return notes


def _newest_values(curves: Curves, panel: Panel, y: str, theme: Theme, first: bool) -> list[dict[str, Any]]:
    """Each line's name and newest value in its colour, at the right over the panel: there they fit on any screen.

    Where the last epoch is the best one, that is said here.
    """
    if panel == "rate":
        rates = curves.learning_rate.ys
        values = [(THEMES[theme].muted, number(rates[-1], 2))] if rates else []
        if curves.train_loss.ys and not rates:
            values = [(THEMES[theme].muted, "L-BFGS: there is none")]
    else:
        train, val = _lines(curves, panel)
        best = ", best" if _best_is_last(curves) else ""
        values = [
            (part_colour(part, theme), f"{words} {_newest(curves, line.ys, panel)}{more}")
            for part, words, line, more in (("train", "training", train, ""), ("val", "validation", val, best))
            if line.ys and val.ys
        ]
    text = "   ".join(f'<span style="color:{colour}">{words}</span>' for colour, words in values)
    place = {"xref": "paper", "yref": f"{y} domain", "x": 1, "y": 1, "xanchor": "right", "yanchor": "bottom"}
    return [note(text, theme, yshift=_title_shift(first), **place)] if values else []


def _newest(curves: Curves, values: Sequence[float], panel: Panel) -> str:
    if panel == "loss":
        return f"{values[-1]:.2f}"
    return percent(values[-1]) if curves.percent else number(values[-1])


def _best_is_last(curves: Curves) -> bool:
    return curves.best is not None and bool(curves.val_loss.xs) and curves.val_loss.xs[-1] == curves.best.epoch


def _best_label(curves: Curves, panels: Sequence[Panel], theme: Theme) -> list[dict[str, Any]]:
    """Above the ring, on the side where there is room."""
    if curves.best is None or _best_is_last(curves) or not {"loss", "score"} & set(panels):
        return []
    panel: Panel = "loss" if "loss" in panels else "score"
    place_of, best = panels.index(panel), curves.best
    place = {
        "xref": "x",
        "yref": f"y{place_of + 1}" if place_of else "y",
        "x": best.epoch,
        "y": _best_value(curves, best, panel),
        "xanchor": "right" if best.epoch > curves.total_epochs / 2 else "left",
        "yshift": 19 if panel == "loss" else -19,
        "font": {"color": part_colour("val", theme), "size": 12},
    }
    return [note(f"best: epoch {best.epoch}", theme, bgcolor=fade(THEMES[theme].surface, 0.65), **place)]


def _empty_label(curves: Curves, theme: Theme) -> list[dict[str, Any]]:
    if curves.val_loss.ys or curves.step_loss.ys:
        return []
    place = {"xref": "x domain", "yref": "y domain", "x": 0.5, "y": 0.5}
    return [
        note("The curves begin with the first step", theme, font={"size": 14, "color": THEMES[theme].muted}, **place)
    ]
