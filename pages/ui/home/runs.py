"""The status of the last runs, each with a link to its results."""

import streamlit as st

from core.runs.records import Run
from core.runs.status import Status
from core.tasks.scorecard import format_interval, format_score
from core.text import percent
from pages.ui.runs.listing import labels
from pages.ui.runs.words import BADGES, ago, share_done
from pages.ui.session import engine
from pages.ui.widgets.messages import literal

MAX_RUNS = 5


def show() -> None:
    """Show the last runs of the workspace, if there are any."""
    all_runs = engine.workspace().store.runs()
    if not all_runs:
        return
    runs, names = all_runs[:MAX_RUNS], labels(all_runs)
    st.space("small")
    st.subheader("Your last runs", anchor=False)
    st.html("<style>.st-key-home-runs a p { white-space: normal; overflow-wrap: anywhere; }</style>")
    with st.container(border=True, gap="small", key="home-runs"):
        for run in runs:
            _row(run, names)


def _row(run: Run, names: dict[str, str]) -> None:
    with st.container(key=f"home-run-{run.id}"):
        name, facts = st.columns([3, 4.7], vertical_alignment="center", gap="xsmall")
        page, icon = ("train", ":material/monitoring:") if run.status.live else ("results", ":material/leaderboard:")
        name.page_link(f"pages/{page}.py", label=literal(names[run.id]), icon=icon, query_params={"run": run.id})
        label, symbol, colour = BADGES[run.status]
        with facts.container(horizontal=True, vertical_alignment="center", gap="small"):
            with st.container(width=124):  # separate columns would each take a line on a narrow screen
                st.badge(label, icon=symbol, color=colour)
            st.markdown(_standing(run), width=214)
            st.markdown(f":gray[:small[{ago(run.created_at)}]]", width=110)


def _standing(run: Run) -> str:
    if run.val is not None:
        interval = format_interval(run.val.main)
        return f"**{format_score(run.val.main)}**" + (f" :gray[:small[95 % interval {interval}]]" if interval else "")
    if run.status is Status.QUEUED:
        return ":gray[not begun]"
    if run.status.live:
        return percent(share_done(run)) + " :gray[of the training]"
    return ":gray[not evaluated]"
