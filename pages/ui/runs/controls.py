"""The parts around the live panel: name and status of a run, buttons, result, other live runs."""

from collections.abc import Callable

import streamlit as st

from core.augment.steps import summarise
from core.errors import GraftError
from core.experiment import Experiment
from core.paths import CHECKPOINT
from core.planning.experiments import from_scratch, without_augmentation
from core.runs.records import Run
from core.runs.status import Status
from core.tasks.scorecard import Scorecard, format_interval, format_score
from pages.ui.runs.words import BADGES, score_name
from pages.ui.session import engine, state, warmup
from pages.ui.widgets.messages import explain, literal, show_error
from pages.ui.widgets.progress import delayed_bar

RESULTS = "pages/results.py"


def remember(run_id: str) -> None:
    """Make this the run that the Train page shows, after a reload too."""
    state.remember("train-run", run_id)
    if st.query_params.get("run") != run_id:
        st.query_params["run"] = run_id


def header(run: Run, live: list[Run]) -> None:
    """Show name, status, available actions and result."""
    with st.container(key="train-header"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.subheader(literal(run.name), anchor=False, width="content")
            label, icon, colour = BADGES[run.status]
            st.badge(label, icon=icon, color=colour)
        if run.status.live:
            _show_actions(run, live)
        else:
            _show_outcome(run)


def has_next_step(run: Run) -> bool:
    """Whether the page's primary button belongs to this run: it is live, has results, or can be resumed."""
    return run.status.live or run.val is not None or run.status is Status.INTERRUPTED


def submit(experiment: Experiment, device: str, name: str = "", *, leave: bool = False) -> None:
    """Queue an experiment and show it, unless another run is displayed; on failure only the error is shown.

    Ends the script run when it succeeds.
    """
    try:
        with st.spinner("Checking the images and the settings."), delayed_bar() as progress:
            live_before = {run.id for run in engine.live_runs()}
            run_id = engine.manager().submit(experiment, device, name, progress)
    except GraftError as error:
        show_error(error)
        return
    if run_id in live_before:
        st.toast("This experiment is being trained already.", icon=":material/info:")
    elif live_before:
        st.toast("Added to the queue.", icon=":material/playlist_add:")
    if not live_before or (run_id in live_before and engine.workspace().store.run(run_id).status is not Status.QUEUED):
        remember(run_id)
    if leave:
        st.switch_page("pages/train.py", query_params={"run": run_id})
    st.rerun()


def controls(run: Run, *, leave: bool = False) -> None:
    """Buttons for the two control runs. `leave`: switch to the Train page afterwards."""
    with st.container(border=True, gap="small", key="train-controls"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown("**Was it worth it?** Run the same again with one thing taken away.", width="content")
            explain(
                "Control runs",
                "A control changes one thing and nothing else: same images, same split, same seed. The difference to "
                "this run shows what that one thing is worth. On few images differences within the 95 % intervals may "
                "be chance.",
            )
        with st.container(horizontal=True, gap="small"):
            _control(
                run, "Same without augmentation", "without augmentation", ":material/filter_none:",
                summarise(run.experiment.pipeline) == "None", "This run had no augmentation.",
                "Shows every image as it is.", without_augmentation, leave,
            )  # fmt: skip
            _control(
                run, "Same from scratch", "from scratch", ":material/restart_alt:",
                run.experiment.backbone.weights == "none", "This run began from untrained weights.",
                "Untrained weights, all stages trained for as many epochs: the output of frozen, untrained stages "
                "would be noise.",
                from_scratch,
                leave,
            )  # fmt: skip


def others(shown: Run | None, live: list[Run]) -> None:
    """List the other live runs, with buttons to show them or remove them from the queue."""
    others_live = [run for run in live if shown is None or run.id != shown.id]
    if not others_live:
        return
    queue_positions = {run_id: number for number, run_id in enumerate(_queue(), start=1)}
    with st.container(border=True, gap="small", key="train-queue"):
        st.markdown("**Queue**" if all(run.status is Status.QUEUED for run in others_live) else "**Other live runs**")
        for run in others_live:
            _other(run, queue_positions.get(run.id))


def _other(run: Run, queue_position: int | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"train-other-{run.id}"):
        where = f"place {queue_position}" if queue_position else BADGES[run.status][0].lower()
        st.markdown(f"{literal(run.name)}  \n:gray[:small[{where}]]", width="stretch")
        if run.status is not Status.QUEUED and st.button("Show", key=f"train-show-{run.id}"):
            remember(run.id)
            st.rerun()
        if queue_position and st.button("Take out", icon=":material/close:", key=f"train-out-{run.id}"):
            _run_action(engine.manager().stop, run.id)


def _show_actions(run: Run, live: list[Run]) -> None:
    if not warmup.ready() or not engine.manager().owns(run.id):
        st.info("Another process runs this training, such as a terminal. Watch it here; pause or stop it there.")
        return
    with st.container(horizontal=True, gap="small"):
        if run.status is Status.QUEUED:
            if st.button("Take out of the queue", icon=":material/close:", key="train-stop"):
                _run_action(engine.manager().stop, run.id)
            return
        if run.status is Status.STOPPING:
            st.button("Stopping", icon=":material/hourglass_empty:", key="train-stopping", disabled=True)
            return
        _pause_button(run)
        stop = "Ends the training now; the best model so far is kept and evaluated."
        if st.button("Stop", icon=":material/stop:", key="train-stop", help=stop):
            _run_action(engine.manager().stop, run.id)
    if run.status is Status.PAUSED:
        waiting = sum(other.status is Status.QUEUED for other in live)
        more = f" {waiting} more wait{'s' if waiting == 1 else ''} behind it." if waiting else ""
        st.caption(f"A paused run keeps its place on the device: nothing else trains there until it goes on.{more}")


def _pause_button(run: Run) -> None:
    """Pausing happens at the next batch; until then the button is disabled."""
    requested = state.recall("train-asked", None) == (run.id, run.status)
    if run.status is Status.PAUSED:
        if st.button("Go on", icon=":material/play_arrow:", key="train-continue", type="primary", disabled=requested):
            _run_action(engine.manager().unpause, run.id, requested=run)
    else:
        label = "Pausing at the next batch" if requested else "Pause"
        if st.button(label, icon=":material/pause:", key="train-pause", disabled=requested):
            _run_action(engine.manager().pause, run.id, requested=run)


def _show_outcome(run: Run) -> None:
    if run.status is Status.FAILED:
        st.error(literal(run.message), icon=":material/error:")
    elif run.message:
        st.warning(literal(run.message), icon=":material/info:")
    if run.val is not None:
        _result(run, run.val)
    elif run.status is Status.STOPPED:
        st.caption("It was stopped before an epoch had ended, so there is no model to evaluate.")
    with st.container(horizontal=True, gap="small"):
        if run.val is not None and st.button(
            "See the results", type="primary", icon=":material/leaderboard:", key="train-results"
        ):
            st.switch_page(RESULTS, query_params={"run": run.id})
        if run.status.resumable:
            _resume(run)
    if run.traceback:
        with st.expander("What happened, for a developer", key="train-traceback"):
            st.code(run.traceback, language="python")


def _resume(run: Run) -> None:
    workspace = engine.workspace()
    # an interrupted epoch is not saved: it is trained again
    done = len(workspace.store.epochs(run.id)) if (workspace.folder(run.id) / CHECKPOINT).exists() else 0
    where = f"Continues after epoch {done}." if done else "Starts again: no epoch had ended."
    kind = "primary" if has_next_step(run) and run.val is None else "secondary"
    if st.button("Resume", icon=":material/play_arrow:", key="train-resume", help=where, type=kind):
        _run_action(_go_on, run.id, spinner="Checking that the images are the same.")


def _go_on(run_id: str) -> None:
    with delayed_bar() as progress:
        engine.manager().resume(run_id, progress)


def _result(run: Run, scores: Scorecard) -> None:
    best = run.results.get("kept_epoch", run.results.get("best_epoch"))
    epoch = f", from epoch {best + 1}" if isinstance(best, int) else ""
    ends = format_interval(scores.main)
    interval = f"95 % interval {ends}, on" if ends else "On"
    with st.container(key="train-result"):
        st.metric(score_name(run), format_score(scores.main))
        st.caption(
            f"{interval} {scores.n} images{epoch}. "
            "The validation images chose that epoch, so this may be a little optimistic."
        )
        if scores.main.note:
            st.caption(literal(f"{scores.main.title}: {scores.main.note}."))


def _control(
    run: Run, label: str, suffix: str, icon: str, disabled: bool, reason: str, help_text: str,
    control: Callable[[Experiment], Experiment], leave: bool,
) -> None:  # fmt: skip
    clicked = st.button(
        label, icon=icon, key=f"train-control-{suffix.replace(' ', '-')}", disabled=disabled,
        help=reason if disabled else help_text,
    )  # fmt: skip
    if clicked:
        submit(control(run.experiment), run.device, f"{run.name}, {suffix}", leave=leave)


def _queue() -> list[str]:
    return engine.manager().queue() if warmup.ready() else []


def _run_action(
    action: Callable[[str], object], run_id: str, *, requested: Run | None = None, spinner: str | None = None
) -> None:
    try:
        with st.spinner(spinner) if spinner else st.container():
            action(run_id)
    except GraftError as error:
        show_error(error)
        return
    state.remember("train-asked", (requested.id, requested.status) if requested else None)
    st.rerun()
