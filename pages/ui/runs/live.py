"""The live panel: progress, curves and log of a run, in any tab, whoever executes it.

One fragment, polled every second or five while something is live. It holds no widgets (a click would wait for the
poll), and what it draws is computed once per step and shared by all tabs. When the status of any run changes it asks
for one full rerun, which redraws the buttons around it, and drops the timer when nothing is live any more.
"""

import html
import time
from dataclasses import dataclass

import plotly.graph_objects as go
import streamlit as st

from core.backbones import catalogue
from core.backbones.pretrained.weights import is_local
from core.charts.curves import curves
from core.charts.curves_figure import curves_figure
from core.charts.series import MOST_POINTS
from core.charts.style import Theme
from core.errors import StorageFailed
from core.evaluation.diagnosis import Augmentation, diagnose
from core.runs.outbox import LOCKED
from core.runs.records import LogLine, Run
from core.runs.status import Status
from core.runs.tail import StepTail
from core.screening.verdict import Verdict
from core.text import format_duration, shown
from core.training.events import EpochEnded, StepEnded
from pages.ui.runs.light import augmentation_of
from pages.ui.runs.standing import standing
from pages.ui.session import engine, warmup
from pages.ui.widgets.messages import literal
from pages.ui.widgets.plot import live_plot
from pages.ui.widgets.theme import theme

POLL_S = 1.0
# A poll costs the browser 0.3 s of a processor that the training may need: after the first seconds it comes seldom.
LIVELY_S, CALM_POLL_S = 6.0, 5.0
LOG_LINES = 100
NEWEST = 10  # epochs, and steps, by which the time left is told
Signature = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Seen:
    """What is drawn of a run at one step."""

    figure: go.Figure
    done: int  # epochs
    epochs: tuple[EpochEnded, ...]  # the newest only: what is held for every step must not grow with the run
    steps: tuple[StepEnded, ...]  # the newest only
    word: str | None


def runs() -> list[Run]:
    """Live runs of this workspace, the oldest first; those whose program is gone are marked as interrupted before."""
    return engine.manager().live() if warmup.ready() else engine.live_runs()


def signature(runs: list[Run]) -> Signature:
    """Changes when a run comes, goes, or changes its status."""
    return tuple((run.id, run.status.value) for run in runs)


def show(run: Run, live: list[Run]) -> None:
    """Draw the panel of `run`; `live` are the runs that were live when the page was drawn."""
    # the same function in the same place with and without a timer: the chart keeps its node, and so its zoom
    with st.container(key="train-live"):  # a room of its own: what comes after is not pushed when the panel grows
        every = _poll_s(run) if live else None
        st.fragment(_panel, run_every=every)(run.id, run.status, signature(live), every)


def _poll_s(run: Run) -> float:
    calm = run.status is Status.RUNNING and run.progress.get("seconds", 0.0) > LIVELY_S
    return CALM_POLL_S if calm else POLL_S


def _panel(run_id: str, status: Status, before: Signature, every: float | None) -> None:
    try:
        run = engine.workspace().store.run(run_id)
    except StorageFailed:  # such as a workspace that was deleted: the whole page says what can be done
        st.rerun(scope="app")
    if before and (run.status is not status or _poll_s(run) != every or signature(runs()) != before):
        st.rerun(scope="app")
    seen = look(run)
    with st.container(key="train-locked"):
        if run.status.live and engine.workspace().store.locked:
            st.warning(LOCKED, icon=":material/lock:")
    _progress(run, seen)
    live_plot(seen.figure, key="train-curves", height=int(seen.figure.layout.height))
    with st.container(key="train-word"):
        if seen.word:
            st.info(literal(seen.word), icon=":material/lightbulb:")
    _log(engine.workspace().store.lines(run.id, LOG_LINES))


def look(run: Run) -> Seen:
    """The curves of a run at its present step; computed once for all tabs."""
    progress = run.progress
    # a step that is narrower than a point of the line would not be seen
    coarse = max(1, (progress.get("steps") or 0) // MOST_POINTS)
    at = (progress.get("step", 0) // coarse, progress.get("epochs_done", 0), run.status.live)
    known = augmentation_of(run)
    labels = (known.any, known.light and known.light.value, known.strength)
    return _seen(
        str(engine.workspace().root), run.id, at, theme(), progress.get("epochs"), progress.get("steps"), labels
    )


@st.cache_resource(max_entries=8, show_spinner=False)
def _seen(
    root: str, run_id: str, at: tuple[int, int, bool], look: Theme, epochs: int | None, steps: int | None,
    labels: tuple[bool, str | None, bool],
) -> Seen:  # fmt: skip
    store = engine.workspace().store
    ended, made = store.epochs(run_id), _tail(root, run_id).read(store)
    plan = store.run(run_id).experiment
    total = epochs or plan.epochs
    per_epoch = steps // epochs if steps and epochs else None
    figure = curves_figure(curves(ended, made, store.phases(run_id), total, per_epoch), look)
    augmentation = Augmentation(labels[0], labels[1] and Verdict(labels[1]), labels[2])
    word = diagnose(ended, finished=not at[2], augmentation=augmentation, experiment=plan)
    return Seen(figure, len(ended), tuple(ended[-NEWEST:]), tuple(made[-NEWEST:]), word)


@st.cache_resource(max_entries=8, show_spinner=False)
def _tail(root: str, run_id: str) -> StepTail:
    del root  # only a part of the key
    return StepTail(run_id)


def _progress(run: Run, seen: Seen) -> None:
    with st.container(key="train-progress"):
        if run.status.live:
            now = standing(run, seen.epochs, seen.steps, _to_download(run))
            st.progress(now.share, text=now.text)
        elif seen.done:
            took = format_duration(run.progress.get("seconds", 0.0))
            st.caption(f"{seen.done} of {run.progress.get('epochs', run.experiment.epochs)} epochs in {took}")


def _to_download(run: Run) -> int:
    if run.progress.get("what") != "loading the model" or run.experiment.backbone.weights != "default":
        return 0
    backbone = catalogue.get(run.experiment.backbone.name)
    return 0 if is_local(backbone) else backbone.download_bytes


# frames of a fade that nobody sees would be painted at every poll
_STYLE = """<style>
.st-key-train-live [data-testid="stElementContainer"] { opacity: 1 !important; transition: none !important; }
.graft-log { max-height: 11rem; overflow-y: auto; font-size: 0.85rem; line-height: 1.55; }
.graft-log div { display: flex; gap: 0.9rem; overflow-wrap: anywhere; }
.graft-log time { opacity: 0.6; font-variant-numeric: tabular-nums; flex: none; }
.graft-log .warning { color: var(--st-orange-text-color, #b45309); }
.graft-log .error { color: var(--st-red-text-color, #b91c1c); }
</style>"""


def _log(lines: list[LogLine]) -> None:
    if not lines:
        return
    rows = "".join(
        f'<div class="{html.escape(line.level)}"><time>{time.strftime("%H:%M:%S", time.localtime(line.at))}</time>'
        f"<span>{html.escape(shown(line.message))}</span></div>"
        for line in reversed(lines)
    )
    with st.container(border=True, key="train-log"):
        st.html(f'{_STYLE}<div class="graft-log" role="log">{rows}</div>')
