"""The live panel: progress, curves and log of a run, in any tab and for any executing process.

One fragment, polled every one to five seconds while a run is live. It contains no widgets (clicks would wait for the
poll), and its content is computed once per step for all tabs. When the status of any run changes it triggers one full
rerun, which redraws the buttons around it and stops the timer when no run is live.
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
from pages.ui.widgets.controls import in_controls
from pages.ui.widgets.messages import literal
from pages.ui.widgets.plot import live_plot
from pages.ui.widgets.theme import theme

POLL_S = 1.0
# A poll costs the browser 0.3 s of CPU time that the training may need: it is rarer after the first seconds.
LIVELY_S, CALM_POLL_S = 6.0, 5.0
LOG_LINES = 100
RECENT = 10  # number of epochs and steps used to estimate the remaining time
Signature = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PanelContent:
    """The content of the panel at one step."""

    figure: go.Figure
    done: int  # epochs
    epochs: tuple[EpochEnded, ...]  # only the newest: the cached content must not grow with the run
    steps: tuple[StepEnded, ...]  # the newest only
    advice: str | None


def runs() -> list[Run]:
    """Live runs of this workspace, the oldest first; runs of ended processes are marked as interrupted first."""
    return engine.manager().live() if warmup.ready() else engine.live_runs()


def signature(runs: list[Run]) -> Signature:
    """A value that changes when a run starts, ends, or changes its status."""
    return tuple((run.id, run.status.value) for run in runs)


def show(run: Run, live: list[Run]) -> None:
    """Draw the panel of `run`; `live` are the live runs when the page was drawn."""
    # the same function with and without a timer, so that the chart keeps its zoom
    with st.container(key="train-live"):  # a container, so that later elements are not replaced when the panel grows
        interval_s = _poll_s(run) if live else None
        st.fragment(_panel, run_every=interval_s)(run.id, run.status, signature(live), interval_s)


def _poll_s(run: Run) -> float:
    calm = run.status is Status.RUNNING and run.progress.get("seconds", 0.0) > LIVELY_S
    return CALM_POLL_S if calm else POLL_S


def _panel(run_id: str, status: Status, signature_before: Signature, interval_s: float | None) -> None:
    try:
        run = engine.workspace().store.run(run_id)
    except StorageFailed:  # such as a deleted workspace: the page shows what to do
        st.rerun(scope="app")
    if signature_before and (
        run.status is not status or _poll_s(run) != interval_s or signature(runs()) != signature_before
    ):
        st.rerun(scope="app")
    content = panel_content(run)
    with st.container(key="train-locked"):
        if run.status.live and engine.workspace().store.locked:
            st.warning(LOCKED, icon=":material/lock:")
    _progress(run, content)
    live_plot(content.figure, key="train-curves", height=int(content.figure.layout.height))
    with st.container(key="train-advice"):
        if content.advice:
            st.info(literal(content.advice), icon=":material/lightbulb:")
    _log(engine.workspace().store.lines(run.id, LOG_LINES))


def panel_content(run: Run) -> PanelContent:
    """The panel content of a run at its current step; computed once for all tabs."""
    progress = run.progress
    # steps smaller than a point of the line would not be visible
    coarse = max(1, (progress.get("steps") or 0) // MOST_POINTS)
    step_key = (progress.get("step", 0) // coarse, progress.get("epochs_done", 0), run.status.live)
    known = augmentation_of(run)
    labels = (known.any, known.light and known.light.value, known.strength)
    return _panel_content(
        str(engine.workspace().root), run.id, step_key, theme(), progress.get("epochs"), progress.get("steps"), labels
    )


@st.cache_resource(max_entries=8, show_spinner=False)
def _panel_content(
    root: str, run_id: str, step_key: tuple[int, int, bool], drawn_theme: Theme, epochs: int | None, steps: int | None,
    labels: tuple[bool, str | None, bool],
) -> PanelContent:  # fmt: skip
    store = engine.workspace().store
    ended_epochs, steps_ended = store.epochs(run_id), _tail(root, run_id).read(store)
    plan = store.run(run_id).experiment
    total = epochs or plan.epochs
    per_epoch = steps // epochs if steps and epochs else None
    drawn = curves(ended_epochs, steps_ended, store.phases(run_id), total, per_epoch, plan.task.score)
    figure = curves_figure(drawn, drawn_theme)
    augmentation = Augmentation(labels[0], labels[1] and Verdict(labels[1]), labels[2])
    advice = diagnose(ended_epochs, finished=not step_key[2], augmentation=augmentation, experiment=plan)
    return PanelContent(figure, len(ended_epochs), tuple(ended_epochs[-RECENT:]), tuple(steps_ended[-RECENT:]), advice)


@st.cache_resource(max_entries=8, show_spinner=False)
def _tail(root: str, run_id: str) -> StepTail:
    del root  # only part of the cache key
    return StepTail(run_id)


def _progress(run: Run, content: PanelContent) -> None:
    with st.container(key="train-progress"):
        if run.status.live:
            now = standing(run, content.epochs, content.steps, _to_download(run))
            st.progress(now.share, text=now.text)
        elif content.done:
            took = format_duration(run.progress.get("seconds", 0.0))
            st.caption(f"{content.done} of {run.progress.get('epochs', run.experiment.epochs)} epochs in {took}")


def _to_download(run: Run) -> int:
    if run.progress.get("what") != "loading the model" or run.experiment.backbone.weights != "default":
        return 0
    backbone = catalogue.get(run.experiment.backbone.name)
    return 0 if is_local(backbone) else backbone.download_bytes


# disables fade animations at every poll
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
        f"<span>{html.escape(shown(in_controls(line.message)))}</span></div>"
        for line in reversed(lines)
    )
    with st.container(border=True, key="train-log"):
        st.html(f'{_STYLE}<div class="graft-log" role="log">{rows}</div>')
