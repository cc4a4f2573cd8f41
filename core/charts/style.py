"""What all charts share: colours, the base layout, and text from users made harmless.

Every figure names its colours itself: a host page's template would otherwise draw all traces alike. The ground is
transparent, so the page's own background shows through.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

# plotly reads sys.modules["numpy"] without the import lock; while another thread is importing numpy it would find half
# of it. Importing it here, before plotly is used, waits for that thread.
import numpy  # noqa: F401 - see above

from core.text import shown

Theme = Literal["light", "dark"]

FONT = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
FONT_SIZE = 13


@dataclass(frozen=True, slots=True)
class ThemeColours:
    """The colours of one theme. `surface` is the page's background, needed behind labels that cross lines."""

    text: str
    muted: str
    grid: str
    surface: str
    band: str  # shade of every second phase
    accent: str
    quiet: str  # bars that are not the point
    palette: tuple[str, ...]  # told apart with red-green blindness too, see the test
    scale: tuple[str, ...]  # from nothing to everything; text is written on it


THEMES: dict[Theme, ThemeColours] = {
    "light": ThemeColours(
        text="#1c2624",
        muted="#5a6764",
        grid="#e3e9e7",
        surface="#ffffff",
        band="rgba(15, 118, 110, 0.07)",
        accent="#0f766e",
        quiet="#b9c8c5",
        palette=("#0072b2", "#d55e00", "#009372", "#9483a7", "#6b713a", "#6660e2", "#310090", "#16252e"),
        scale=("#f3f6f5", "#d3ece9", "#8dcdc6", "#3da39a", "#0f766e", "#07433f"),
    ),
    "dark": ThemeColours(
        text="#e6eeec",
        muted="#9fb0ac",
        grid="#2b3735",
        surface="#101716",
        band="rgba(94, 234, 212, 0.08)",
        accent="#14b8a6",
        quiet="#445652",
        palette=("#4ea8de", "#f08a3c", "#2fc79a", "#d1a2c5", "#ffd476", "#adeaff", "#843de0", "#d6f6c6"),
        scale=("#1b2523", "#13332f", "#0f4b45", "#12635c", "#157c73"),
    ),
}
PARTS = ("train", "val", "test")
PART_TITLES = {"train": "Training", "val": "Validation", "test": "Test"}


def part_colour(part: str, theme: Theme) -> str:
    """The colour of training, validation or test, the same in every chart. `part` is one of `PARTS`."""
    return THEMES[theme].palette[PARTS.index(part)]


def run_colour(run: int | str, theme: Theme = "light") -> str:
    """The colour of a run: of its number, or of its id. The same run has the same colour always; two runs may share."""
    palette = THEMES[theme].palette
    number = (
        run if isinstance(run, int) else int.from_bytes(hashlib.sha256(run.encode("utf-8", "replace")).digest()[:4])
    )
    return palette[number % len(palette)]


def run_colours(runs: Iterable[str], theme: Theme = "light") -> dict[str, str]:
    """A colour for each run id; runs share one only when there are more runs than colours.

    Pass all runs, the oldest first: then a run keeps its colour when newer ones come.
    """
    palette, colours = THEMES[theme].palette, dict[str, str]()
    for run in dict.fromkeys(runs):
        first = palette.index(run_colour(run, theme))
        taken = set(list(colours.values())[len(colours) // len(palette) * len(palette) :])
        order = palette[first:] + palette[:first]
        colours[run] = next(colour for colour in order if colour not in taken)
    return colours


def fade(colour: str, opacity: float) -> str:
    """`#rrggbb` as `rgba(...)` with an opacity of 0..1."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity:g})"


def scale(theme: Theme) -> list[list[Any]]:
    """The theme's colour scale as plotly wants it."""
    colours = THEMES[theme].scale
    return [[i / (len(colours) - 1), colour] for i, colour in enumerate(colours)]


_ENTITIES = {ord(c): f"&#{ord(c)};" for c in "&<>%$"}


def literal(text: str, longest: int | None = None) -> str:
    """Text from a user, to be shown by plotly as it was typed, wherever plotly takes text.

    Plotly reads `<b>`, `<a href>` and entities as markup, `%{...}` as a template and `$...$` as a formula; entities
    for `& < > % $` switch all of it off, and it shows them as those characters. Line breaks become
    spaces, other characters that cannot be seen become escapes. With `longest` the middle gives way to an ellipsis, so
    that beginning and end (a file's number) stay readable.
    """
    seen = shown(" ".join(re.split(r"[\r\n\t]+", text)))
    if longest is not None and len(seen) > longest:
        head = (longest - 1) * 2 // 3
        seen = f"{seen[:head]}…{seen[len(seen) - (longest - 1 - head) :]}"
    return seen.translate(_ENTITIES)


def base_layout(theme: Theme, height: int, **more: Any) -> dict[str, Any]:
    """The layout that every figure starts from; `more` replaces entries. `height` is in px, the width is the page's."""
    colours = THEMES[theme]
    layout: dict[str, Any] = {
        "template": {"data": {}, "layout": {}},
        "height": height,
        "autosize": True,
        "paper_bgcolor": "rgba(0, 0, 0, 0)",
        "plot_bgcolor": "rgba(0, 0, 0, 0)",
        "font": {"family": FONT, "size": FONT_SIZE, "color": colours.text},
        "margin": {"l": 52, "r": 16, "t": 16, "b": 44},
        "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": colours.surface,
            "bordercolor": colours.grid,
            "font": {"family": FONT, "size": FONT_SIZE, "color": colours.text},
            "namelength": -1,
        },
        "showlegend": False,
        "dragmode": "zoom",
        "modebar": {
            "bgcolor": "rgba(0, 0, 0, 0)",
            "color": colours.muted,
            "activecolor": colours.text,
            "remove": ["select2d", "lasso2d"],
        },
        "uirevision": "keep",
    }
    return layout | more


def axis(theme: Theme, **more: Any) -> dict[str, Any]:
    """An axis with readable ticks and quiet grid lines; `more` replaces entries."""
    colours = THEMES[theme]
    quiet = {"gridcolor": colours.grid, "linecolor": colours.grid, "tickcolor": colours.grid, "zeroline": False}
    tick = {"tickfont": {"color": colours.muted, "size": 12}, "automargin": True}
    return {"showgrid": True, **quiet, **tick, **more}


def title(text: str, theme: Theme) -> dict[str, Any]:
    """The title of an axis. `text` is ours, or went through `literal`."""
    return {"text": text, "font": {"color": THEMES[theme].muted, "size": FONT_SIZE}, "standoff": 8}


def names_axis(names: Iterable[str], theme: Theme, longest: int = 28, **more: Any) -> dict[str, Any]:
    """An axis with user's names at 0, 1, 2, ...

    Numbered positions, not plotly's categories: two names that are equal once shortened must stay two rows.
    """
    shown = [literal(name, longest) for name in names]
    places = {"tickmode": "array", "tickvals": list(range(len(shown))), "ticktext": shown, "showgrid": False}
    tick = {"tickfont": {"color": THEMES[theme].text, "size": FONT_SIZE}}
    return axis(theme, **{**places, **tick, **more})


def note(text: str, theme: Theme, **more: Any) -> dict[str, Any]:
    """Text on a chart, without an arrow; `more` places it. `text` is ours, or went through `literal`."""
    font = {"color": THEMES[theme].muted, "size": 12}
    return {"text": text, "showarrow": False, "font": font, **more}
