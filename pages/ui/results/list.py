"""The list of all runs, ranked; each row links to its run."""

from collections import Counter
from collections.abc import Sequence
from textwrap import shorten

import streamlit as st

from core.runs.records import Run
from core.runs.status import Status
from core.tasks.scorecard import Score, format_interval, format_score
from core.text import format_duration, format_size, shown
from pages.ui.results.compare import show_comparison
from pages.ui.runs import listing
from pages.ui.runs.words import badge
from pages.ui.session import engine, state
from pages.ui.widgets.messages import explain, literal

FIRST_SHOWN = 20
LONGEST_MESSAGE = 200  # characters; the run's page shows all
EVERYTHING = "All images"
RANKED = "Ranked by their validation score."
RANKED_APART = "Ranked within each data set: scores on different images do not compare."
_STYLE = """<style>
.graft-track { position: relative; height: 10px; border-radius: 5px; background: rgba(128, 150, 146, 0.22); }
.graft-track i { position: absolute; top: 0; bottom: 0; border-radius: 5px; background: rgba(20, 150, 136, 0.45); }
.graft-track b { position: absolute; top: -3px; width: 4px; height: 16px; border-radius: 2px; margin-left: -2px;
  background: #0f8a7e; }
[class*="st-key-results-open-"] a, [class*="st-key-results-open-"] a:hover { padding: 0; background: transparent; }
[class*="st-key-results-open-"] a p { font-weight: 600; white-space: normal; overflow-wrap: anywhere; }
/* the link covers its whole row */
[class*="st-key-results-row-"] { position: relative; cursor: pointer; }
[class*="st-key-results-row-"] * { position: static; }
[class*="st-key-results-row-"] .graft-track, [class*="st-key-results-row-"] .graft-track * { position: absolute; }
[class*="st-key-results-row-"] .graft-track { position: relative; }
[class*="st-key-results-open-"] a::after { content: ""; position: absolute; inset: 0; border-radius: inherit; }
[class*="st-key-results-row-"]:hover, [class*="st-key-results-row-"]:focus-within {
  border-color: var(--st-primary-color, #0f8a7e); }
[class*="st-key-results-row-"]:hover a p { text-decoration: underline; }
</style>"""


def show_all(runs: Sequence[Run]) -> None:
    """The page without a selected run. `runs` is not empty."""
    _header()
    workspace, names = engine.workspace(), listing.labels(runs)
    sizes = {run.id: listing.disk_bytes(workspace.folder(run.id)) for run in runs}
    source = _source(runs)
    chosen = [run for run in runs if source in (None, listing.images_of(run))]
    st.caption(
        f"{len(runs)} run{'s' if len(runs) > 1 else ''}, {format_size(sum(sizes.values()))} on disk in "
        f"{literal(str(workspace.root))}. {RANKED if source else RANKED_APART}"
    )
    st.html(_STYLE)
    order = listing.ranked(chosen) if source else listing.by_data(chosen)
    ranks = _ranks(order)
    shown = order if state.recall("results-all", False) else order[:FIRST_SHOWN]
    for run in shown:
        _row(run, names[run.id], ranks.get(run.id), sizes[run.id])
    if len(shown) < len(order) and st.button(f"Show all {len(order)} runs", key="results-show-all"):
        state.remember("results-all", True)
        st.rerun()
    show_comparison([run for run in order if listing.images_of(run) == (source or _default(runs))], runs, names)


def _header() -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title("Results", anchor=False, width="content")
        if st.button("Train another", type="primary", icon=":material/model_training:", key="results-train"):
            st.switch_page("pages/train.py")


def _scored(run: Run) -> bool:
    return run.val is not None and not run.status.live


def _ranks(order: Sequence[Run]) -> dict[str, int]:
    """The rank of each scored run among those on the same images."""
    counts: Counter[listing.Images] = Counter()
    found = {}
    for run in filter(_scored, order):
        counts[listing.images_of(run)] += 1
        found[run.id] = counts[listing.images_of(run)]
    return found


def _default(runs: Sequence[Run]) -> listing.Images:
    """The images of this session if there are runs on them, else those of the newest run."""
    known = {listing.images_of(run) for run in runs}
    chosen = state.draft().source or "", state.draft().reading
    return chosen if chosen in known else listing.images_of(max(runs, key=lambda run: run.age))


def _source(runs: Sequence[Run]) -> listing.Images | None:
    """The images whose runs are ranked, None for all: scores on different images do not compare."""
    sources = list(dict.fromkeys(map(listing.images_of, runs)))
    if len(sources) < 2:
        return sources[0]
    last_selection = state.recall("results-source", None)
    if last_selection not in (EVERYTHING, *sources):
        last_selection = _default(runs)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        source = st.selectbox(
            "Trained on",
            [*sources, EVERYTHING],
            index=[*sources, EVERYTHING].index(last_selection),
            format_func=lambda source: source if source == EVERYTHING else shown(listing.images_name(source)),
            key="results-data",
            width=280,
        )
        explain(
            "Ranking",
            "Scores are comparable only on the same validation images. Choose one data set to rank the runs on it. "
            "Where two intervals overlap widely, the order of the two runs says little.",
        )
    state.remember("results-source", source)
    return None if source == EVERYTHING else source


def _row(run: Run, name: str, rank: int | None, disk_usage: int) -> None:
    with st.container(border=True, key=f"results-row-{run.id}"):
        title, score, about = st.columns([5, 4, 6], gap="medium", vertical_alignment="center")
        with title, st.container(gap="xxsmall"):
            with st.container(key=f"results-open-{run.id}"):
                number = f"{rank}. " if rank else ""
                label = f"{literal(f'{number}{name}')} :material/chevron_right:"
                st.page_link("pages/results.py", label=label, query_params={"run": run.id})
            st.markdown(f"{badge(run.status)} :gray[:small[{listing.when(run.created_at)}]]")
        with score:
            _score(run)
        with about, st.container(gap="xxsmall"):
            st.markdown(f":small[{literal(listing.settings_line(run.experiment))}]")
            seconds = run.results.get("seconds") or run.progress.get("seconds")
            time_taken = f"{format_duration(seconds)} · " if seconds else ""
            st.markdown(f":gray[:small[{time_taken}{format_size(disk_usage)} on disk]]")
        if run.message:
            colour = "red" if run.status is Status.FAILED else "gray"
            st.markdown(f":{colour}[:small[{literal(shorten(run.message, LONGEST_MESSAGE, placeholder=' …'))}]]")


def _score(run: Run) -> None:
    if run.status.live:
        epochs = run.progress.get("epochs_done", 0)
        st.markdown(f":gray[:small[{epochs} of {run.experiment.epochs} epochs]]")
    elif run.val is None:
        st.markdown(":gray[:small[not evaluated]]")
    else:
        score = run.val.main
        about = ["" if score.name == "accuracy" else score.title.lower(), format_interval(score)]
        details = ", ".join([*filter(None, about), f"{run.val.n} images"])
        with st.container(gap="xxsmall"):
            st.markdown(f"**{format_score(score)}** :gray[:small[{details}]]")
            if score.in_percent:  # other scores have no fixed scale
                _track(score)
            if score.note:
                st.markdown(f":gray[:small[{literal(score.note)}]]")


def _track(score: Score) -> None:
    value, low, high = (100 * (score.value if end is None else end) for end in (score.value, score.low, score.high))
    st.html(
        f'<div class="graft-track"><i style="left:{low:.1f}%;width:{high - low:.1f}%"></i>'
        f'<b style="left:{value:.1f}%"></b></div>'
    )
