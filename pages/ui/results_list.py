"""All runs, ranked, and several of them laid over each other."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.charts.differences import differing
from core.charts.overlay import METRICS, overlay, overlay_figure
from core.runs.records import Run
from pages.ui import engine, state
from pages.ui import results_runs as told
from pages.ui.messages import explain, literal
from pages.ui.plot import live_plot
from pages.ui.theme import theme

FIRST_SHOWN = 20
MOST_COMPARED = 8  # as many as there are colours
EVERYTHING = "All images"
_STYLE = """<style>
.graft-track { position: relative; height: 10px; border-radius: 5px; background: rgba(128, 150, 146, 0.22); }
.graft-track i { position: absolute; top: 0; bottom: 0; border-radius: 5px; background: rgba(20, 150, 136, 0.45); }
.graft-track b { position: absolute; top: -3px; width: 4px; height: 16px; border-radius: 2px; margin-left: -2px;
  background: #0f8a7e; }
[class*="st-key-results-open-"] a, [class*="st-key-results-open-"] a:hover { padding: 0; background: transparent; }
[class*="st-key-results-open-"] a:hover p { text-decoration: underline; }
[class*="st-key-results-open-"] a p { font-weight: 600; white-space: normal; overflow-wrap: anywhere; }
</style>"""


def show_all(runs: Sequence[Run]) -> None:
    """The page without a chosen run. `runs` is not empty."""
    _header()
    room, names = engine.workspace(), told.labels(runs)
    sizes = {run.id: told.disk_bytes(room.folder(run.id)) for run in runs}
    chosen = _filtered(runs)
    st.caption(
        f"{len(runs)} run{'s' if len(runs) > 1 else ''}, {told.size(sum(sizes.values()))} on disk in "
        f"{literal(str(room.root))}. Ranked by validation accuracy."
    )
    st.html(_STYLE)
    order = told.ranked(chosen)
    places = {run.id: number for number, run in enumerate((r for r in order if _scored(r)), start=1)}
    shown = order if state.recall("results-all", False) else order[:FIRST_SHOWN]
    for run in shown:
        _row(run, names[run.id], places.get(run.id), sizes[run.id])
    if len(shown) < len(order) and st.button(f"Show all {len(order)} runs", key="results-show-all"):
        state.remember("results-all", True)
        st.rerun()
    _compare(order, runs, names)


def _header() -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title("Results", anchor=False, width="content")
        if st.button("Train another", type="primary", icon=":material/model_training:", key="results-train"):
            st.switch_page("pages/train.py")


def _scored(run: Run) -> bool:
    return run.val is not None and not run.status.live


def _filtered(runs: Sequence[Run]) -> list[Run]:
    """Runs on other images cannot be ranked against each other: one click shows those on the same ones."""
    sources = list(dict.fromkeys(run.experiment.data.source for run in runs))
    if len(sources) < 2:
        return list(runs)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        source = st.selectbox(
            "Trained on",
            [EVERYTHING, *sources],
            format_func=lambda source: source if source == EVERYTHING else told.data_name(source),
            key="results-data",
            width=280,
        )
        explain(
            "Ranking",
            "Scores are comparable only on the same validation images. Choose one data set to rank the runs on it. "
            "Where two intervals overlap widely, the order of the two runs says little.",
        )
    return [run for run in runs if source in (EVERYTHING, run.experiment.data.source)]


def _row(run: Run, name: str, place: int | None, n_bytes: int) -> None:
    with st.container(border=True, key=f"results-row-{run.id}"):
        title, score, about = st.columns([5, 4, 6], gap="medium", vertical_alignment="center")
        with title, st.container(gap="xxsmall"):
            with st.container(key=f"results-open-{run.id}"):
                number = f"{place}. " if place else ""
                st.page_link("pages/results.py", label=literal(f"{number}{name}"), query_params={"run": run.id})
            st.markdown(f"{told.badge(run.status)} :gray[:small[{told.when(run.created_at)}]]")
        with score:
            _score(run)
        with about, st.container(gap="xxsmall"):
            st.markdown(f":small[{literal(told.settings_line(run.experiment))}]")
            took = run.results.get("seconds") or run.progress.get("seconds")
            time_taken = f"{told.duration(took)} · " if took else ""
            st.markdown(f":gray[:small[{time_taken}{told.size(n_bytes)} on disk]]")


def _score(run: Run) -> None:
    if run.status.live:
        epochs = run.progress.get("epochs_done", 0)
        st.markdown(f":gray[:small[{epochs} of {run.experiment.epochs} epochs]]")
    elif run.val is None:
        st.markdown(f":gray[:small[{literal(run.message or 'not evaluated')}]]")
    else:
        value, low, high = (run.val[key] * 100 for key in ("accuracy", "accuracy_low", "accuracy_high"))
        with st.container(gap="xxsmall"):
            st.markdown(
                f"**{told.percent(run.val['accuracy'])}** :gray[:small[{told.interval(run.val, 'accuracy')}, "
                f"{run.val['n']} images]]"
            )
            st.html(
                f'<div class="graft-track"><i style="left:{low:.1f}%;width:{high - low:.1f}%"></i>'
                f'<b style="left:{value:.1f}%"></b></div>'
            )


def _compare(order: Sequence[Run], runs: Sequence[Run], names: dict[str, str]) -> None:
    """Overlaid curves and the settings that differ."""
    store = engine.workspace().store
    able = [run for run in order if run.results or run.progress.get("epochs_done")]
    if len(able) < 2:
        return
    st.subheader("Compare", anchor=False)
    ids = [run.id for run in able]
    kept = [run_id for run_id in state.recall("results-compared", ids[:3]) if run_id in ids]
    chosen = st.multiselect(
        "Runs to lay over each other",
        ids,
        default=kept or ids[:3],
        format_func=names.__getitem__,
        max_selections=MOST_COMPARED,
        key="results-compare",
    )
    state.remember("results-compared", chosen)
    if len(chosen) < 2:
        st.caption("Choose at least two runs.")
        return
    metric = st.segmented_control(
        "What to draw", list(METRICS), default="val_loss", required=True, format_func=METRICS.__getitem__,
        key="results-metric", label_visibility="collapsed",
    )  # fmt: skip
    epochs = {run_id: store.epochs(run_id) for run_id in chosen}
    oldest_first = [run.id for run in reversed(runs)]
    figure = overlay_figure(overlay(epochs, names, metric, oldest_first), theme())
    live_plot(figure, key="results-overlay", height=int(figure.layout.height))
    _differences([run for run in able if run.id in chosen], names)


def _differences(runs: Sequence[Run], names: dict[str, str]) -> None:
    rows = differing({run.id: run.experiment for run in runs})
    table = {literal(names[run.id]): [_told_score(run), *(literal(row.values[run.id]) for row in rows)] for run in runs}
    titles = ["Validation accuracy", *(literal(row.title) for row in rows)]
    st.table(pd.DataFrame(table, index=titles), border="horizontal")
    if not rows:
        st.caption("These runs have the same settings.")
    elif any(row.key.startswith("data.") for row in rows):
        st.caption("These runs were not validated on the same images: compare their scores with care.")


def _told_score(run: Run) -> str:
    if run.val is None:
        return "not evaluated"
    return f"{told.percent(run.val['accuracy'])} ({told.interval(run.val, 'accuracy')})"
