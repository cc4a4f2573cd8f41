"""Which stages of the backbone train when."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from core.charts.style import THEMES, Theme, axis, base_layout, literal, names_axis, note, title
from core.experiment import Phase
from core.text import number


@dataclass(frozen=True, slots=True)
class PhaseBlock:
    """Epochs `start` to `end`, in which the stages at `trains` (indices) train with `learning_rate`."""

    start: int
    end: int
    trains: tuple[int, ...]
    learning_rate: float


@dataclass(frozen=True, slots=True)
class PhaseGrid:
    """`stages` in forward order, the head last."""

    stages: tuple[str, ...]
    blocks: tuple[PhaseBlock, ...]


def phase_grid(phases: Sequence[Phase], stages: Sequence[str], learning_rate: float) -> PhaseGrid:
    """Lay the phases one after the other. `learning_rate` is the recipe's, for phases without one of their own.

    Stages that the backbone does not have are left out here; `core.backbones` refuses them.
    """
    blocks, start = [], 0
    for phase in phases:
        trains = tuple(i for i, stage in enumerate(stages) if stage in phase.stages)
        rate = learning_rate if phase.learning_rate is None else phase.learning_rate
        rate = 0.0 if phase.solver == "lbfgs" else rate
        blocks.append(PhaseBlock(start, start + phase.epochs, trains, rate))
        start += phase.epochs
    return PhaseGrid(tuple(stages), tuple(blocks))


def phase_figure(grid: PhaseGrid, theme: Theme) -> go.Figure:
    """A row per stage, from the image (top) to the head (bottom); a column per phase, as wide as its epochs."""
    colours, rows = THEMES[theme], len(grid.stages)
    traces = []
    for trains, name, colour in ((True, "Trains", colours.accent), (False, "Frozen", colours.quiet)):
        found = [(b, i) for b in grid.blocks for i in range(rows) if (i in b.trains) == trains]
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": name,
                "base": [block.start for block, _ in found],
                "x": [block.end - block.start for block, _ in found],
                "y": [i for _, i in found],
                "customdata": [
                    f"{literal(grid.stages[i], 60)}: {name.lower()} in epochs {b.start + 1} to {b.end}"
                    for b, i in found
                ],
                "hovertemplate": "%{customdata}<extra></extra>",
                "width": 0.86,
                "marker": {"color": colour, "line": {"width": 2, "color": colours.surface}},
            }
        )
    total = grid.blocks[-1].end if grid.blocks else 1
    layout = base_layout(theme, 118 + 26 * rows, barmode="overlay")
    layout |= {"showlegend": True, "margin": {"l": 16, "r": 16, "t": 56, "b": 44}}
    layout["legend"] = {
        "orientation": "h",
        "x": 0,
        "y": 1,
        "yref": "container",
        "yanchor": "top",
        "traceorder": "normal",
    }
    ticks = {"dtick": 1} if total <= 20 else {"nticks": 12}
    layout["xaxis"] = axis(
        theme, title=title("Epoch", theme), range=[0, total], tickformat="d", showgrid=False, **ticks
    )
    layout["yaxis"] = names_axis(grid.stages, theme, range=[rows - 0.5, -0.5])
    layout["annotations"] = [_label(block, total, theme) for block in grid.blocks]
    return go.Figure({"data": traces, "layout": layout})


def _label(block: PhaseBlock, total: int, theme: Theme) -> dict[str, object]:
    """The learning rate above its phase; shorter where the phase is narrow."""
    short = number(block.learning_rate) if block.learning_rate else "L-BFGS"
    whole = f"learning rate {short}" if block.learning_rate else "L-BFGS, no learning rate"
    share = (block.end - block.start) / total
    text = whole if share > 0.3 else short if share > 0.08 else ""
    place = {"xref": "x", "yref": "paper", "x": (block.start + block.end) / 2, "y": 1, "yanchor": "bottom"}
    return note(text, theme, hovertext=whole, **place)
