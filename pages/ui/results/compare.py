"""Comparison of runs: overlaid curves, and the settings in which they differ."""

import html
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.charts.differences import differing
from core.charts.overlay import METRICS, Key, legend, overlay, overlay_figure, titles
from core.runs.records import Run
from core.text import percent, shown
from pages.ui.runs.words import score_and_interval
from pages.ui.session import engine, state
from pages.ui.widgets.messages import literal
from pages.ui.widgets.plot import live_plot
from pages.ui.widgets.tables import show_plain_table
from pages.ui.widgets.theme import theme

MOST_COMPARED = 8  # number of colours
_CSS_DASHES = {"dash": "dashed", "dot": "dotted", "dashdot": "dashed"}
_STYLE = """<style>
.graft-legend { display: flex; flex-direction: column; gap: 0.25rem; font-size: 0.9rem; }
.graft-legend div { display: flex; gap: 0.6rem; }
.graft-legend i { flex: none; width: 1.6rem; margin-top: 0.65em; }
.graft-legend span { overflow-wrap: anywhere; }
.graft-legend small { opacity: 0.75; }
.st-key-results-differences { overflow-x: auto; }
</style>"""


def show_comparison(order: Sequence[Run], runs: Sequence[Run], names: dict[str, str]) -> None:
    """Show overlaid curves and differing settings."""
    store = engine.workspace().store
    comparable = [run for run in order if run.results or run.progress.get("epochs_done")]
    if len(comparable) < 2:
        return
    st.subheader("Compare", anchor=False)
    ids = [run.id for run in comparable]
    last_selection = [run_id for run_id in state.recall("results-compared", ids[:3]) if run_id in ids]
    chosen = st.multiselect(
        "Runs to compare",
        ids,
        default=last_selection or ids[:3],
        format_func=lambda run_id: shown(names[run_id]),
        max_selections=MOST_COMPARED,
        key="results-compare",
    )
    state.remember("results-compared", chosen)
    if len(chosen) < 2:
        st.caption("Choose at least two runs.")
        return
    epochs = {run_id: store.epochs(run_id) for run_id in chosen}
    metric = st.segmented_control(
        "What to draw", list(METRICS), default="val_loss", required=True,
        format_func=titles(epochs.values()).__getitem__, key="results-metric", label_visibility="collapsed",
    )  # fmt: skip
    oldest_first = [run.id for run in reversed(runs)]
    data = overlay(epochs, names, metric, oldest_first)
    figure = overlay_figure(data, theme())
    live_plot(figure, key="results-overlay", height=int(figure.layout.height))
    st.html(legend_html(legend(data, theme()), in_percent=data.percent))
    _differences([run for run in comparable if run.id in chosen], names)


def legend_html(keys: Sequence[Key], *, in_percent: bool) -> str:
    """The legend as HTML, with names of any length. Names from users are escaped."""
    rows = []
    for key in keys:
        last = "no epoch yet" if key.last is None else percent(key.last) if in_percent else f"{key.last:.3f}"
        same_line = f", the same line as {key.same_as}" if key.same_as else ""
        style = _CSS_DASHES.get(key.dash, "solid")
        line = f'<i style="border-top:3px {style} {key.colour}"></i>'
        rows.append(
            f"<div>{line}<span>{html.escape(shown(key.name))} "
            f"<small>{html.escape(last + same_line)}</small></span></div>"
        )
    return f'{_STYLE}<div class="graft-legend">{"".join(rows)}</div>'


def _differences(runs: Sequence[Run], names: dict[str, str]) -> None:
    rows = differing({run.id: run.experiment for run in runs})
    table = {literal(names[run.id]): [_score_text(run), *(literal(row.values[run.id]) for row in rows)] for run in runs}
    names_of = {run.val.main.title.lower() for run in runs if run.val}
    score_heading = f"Validation {names_of.pop()}" if len(names_of) == 1 else "Validation score"
    headings = [score_heading, *(literal(row.title) for row in rows)]
    with st.container(key="results-differences"):
        show_plain_table(pd.DataFrame(table, index=headings), border="horizontal")
    if not rows:
        st.caption("These runs have the same settings.")
    elif any(row.key.startswith("data.") for row in rows):
        st.caption("These runs were not validated on the same images: compare their scores with care.")


def _score_text(run: Run) -> str:
    if run.val is None:
        return "not evaluated"
    score = run.val.main
    return score_and_interval(score) + (f"; {literal(score.note)}" if score.note else "")
