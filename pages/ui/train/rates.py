"""The learning-rate finder beside the settings: a queued sweep, its curve, and a button to use the result."""

from collections.abc import Hashable

import streamlit as st

from core.charts.sweep import sweep_curve, sweep_figure
from core.errors import GraftError, QueueFull
from core.experiment import Experiment, Phase
from core.planning import phases as phase_edits
from core.text import number
from core.training.sweep import Sweep
from pages.ui.session import engine, state
from pages.ui.session.state import Draft
from pages.ui.train import estimate, summary
from pages.ui.widgets.messages import explain, literal, show_error
from pages.ui.widgets.plot import live_plot
from pages.ui.widgets.progress import delayed_bar, show_progress
from pages.ui.widgets.theme import theme

NO_RATE = "Every phase is fitted with L-BFGS, which chooses its own step size: there is no learning rate to find."


def show(draft: Draft, valid: bool) -> None:
    """Draw the finder for the draft's phases; `valid`: whether the settings are valid. Waits for torch."""
    last_keys: dict[int, Hashable] = state.recall("train-rates", {})
    with st.expander(
        "Find a learning rate", icon=":material/troubleshoot:", key="train-rates", expanded=bool(last_keys)
    ):
        blockers = summary.blockers(draft)
        if blockers:
            st.caption(f"Not yet. {literal(blockers[0].sentence)}")
            return
        phases = draft.chosen_phases()
        index = _choice(phases)
        if index is None:
            st.caption(NO_RATE)
            return
        try:
            experiment = draft.experiment()
            key = _key(experiment, index, draft.device or "auto")
        except GraftError as error:
            show_error(error)
            return
        _finder(experiment, index, key, last_keys.get(index, key), valid)


def what_matters(experiment: Experiment, index: int) -> Experiment:
    """The experiment reduced to what a sweep of phase `index` depends on: without its own rate and later phases.

    So the result stays valid when it is applied.
    """
    *before, phase = experiment.phases[: index + 1]
    recipe = experiment.recipe
    if all(earlier.learning_rate is not None for earlier in before):
        recipe = recipe.model_copy(update={"learning_rate": 1.0})
    swept_phase = phase.model_copy(update={"learning_rate": None, "epochs": 1})
    return experiment.changed(phases=(*before, swept_phase), recipe=recipe)


def use(index: int, rate: float) -> None:
    """Set a learning rate in the draft: in the phase if it has its own rate, else in the recipe."""
    draft = state.draft()
    phases = draft.chosen_phases()
    if phases[index].learning_rate is None:
        state.update(recipe=draft.recipe.model_copy(update={"learning_rate": rate}))
    else:
        changed = phases[index].model_copy(update={"learning_rate": rate})
        state.update(phases=phase_edits.replaced(phases, index, changed))


def _choice(phases: tuple[Phase, ...]) -> int | None:
    """Select the phase; None if no phase has a learning rate."""
    numbers = [index for index, phase in enumerate(phases) if phase.solver == "steps"]
    if len(numbers) < 2:
        return numbers[0] if numbers else None
    chosen = st.segmented_control(
        "Phase", numbers, default=numbers[0], required=True, key=f"train-rates-phase-{'-'.join(map(str, numbers))}",
        format_func=lambda index: literal(f"{index + 1}: {_stages(phases[index])}"),
    )  # fmt: skip
    return numbers[0] if chosen is None else chosen


def _stages(phase: Phase) -> str:
    return " + ".join(phase.stages) if len(phase.stages) <= 2 else f"{phase.stages[0]} to {phase.stages[-1]}"


def _key(experiment: Experiment, index: int, device: str) -> Hashable:
    dataset = engine.dataset(experiment.data.source, experiment.data.reading, delayed_bar)
    data = experiment.data.model_copy(update={"fingerprint": dataset.fingerprint})
    return "rates", what_matters(experiment, index).changed(data=data).digest, index, device


def _finder(experiment: Experiment, index: int, key: Hashable, shown: Hashable, valid: bool) -> None:
    """`key` identifies the sweep for the current settings, `shown` the last requested one."""
    analyses = engine.manager().analyses
    if analyses.analysis(key) is not None:
        shown = key
    analysis = analyses.analysis(shown)
    if analysis is None:
        st.caption("Trains the phase for some seconds with a growing rate, on a copy of the model.")
        _begin("Find", experiment, index, key, valid)
        _explanation()
    elif not analysis.over:
        show_progress(analyses, shown, "train-rates-cancel")
    elif analysis.error is not None:
        st.error(literal(analysis.error), icon=":material/error:")
        _begin("Try again", experiment, index, key, valid)
    else:
        _show_sweep(analysis.result, experiment, index)
        if shown != key:
            st.caption("The settings have changed since.")
            _begin("Look again", experiment, index, key, valid)
        _explanation()


def _begin(label: str, experiment: Experiment, index: int, key: Hashable, valid: bool) -> None:
    from core.runs.trial import sweep_rates

    if not st.button(label, icon=":material/search:", key="train-rates-find", disabled=not valid):
        return
    workspace, device = engine.workspace(), state.draft().device or "auto"
    estimate.cancel()  # not requested by the user; it restarts after the sweep
    try:
        engine.manager().analyses.analyse(
            key, lambda control: sweep_rates(experiment, workspace, device, index, control)
        )
    except QueueFull as error:
        show_error(error)
        return
    state.remember("train-rates", state.recall("train-rates", {}) | {index: key})
    st.rerun()


def _show_sweep(sweep: Sweep, experiment: Experiment, index: int) -> None:
    phase = experiment.phases[index]
    current = experiment.recipe.learning_rate if phase.learning_rate is None else phase.learning_rate
    if sweep.suggested is not None:
        in_use = sweep.suggested == current
        with st.container(horizontal=True, vertical_alignment="center", key="train-rates-answer"):
            st.markdown(f"Suggested: **{number(sweep.suggested)}**" + ("" if in_use else f"  \nNow: {number(current)}"))
            st.button(
                "In use" if in_use else "Use it", icon=":material/check:", key="train-rates-use", disabled=in_use,
                on_click=use, args=(index, sweep.suggested),
            )  # fmt: skip
    figure = sweep_figure(sweep_curve(sweep), theme())
    live_plot(figure, key="train-rates-plot", height=int(figure.layout.height))
    st.caption(literal(sweep.reason))


def _explanation() -> None:
    explain(
        "How it works",
        "The phase is trained on a copy of the model for up to 80 steps, and each step takes a rate about a fifth "
        "larger than the one before. Too small a rate changes nothing, a good one makes the loss fall, too large a one "
        "makes it rise. The suggestion is the rate at which the smoothed loss has fallen by three quarters of its "
        "total drop. It is a good start, not the best rate: only complete trainings can compare rates.",
        r"\eta_i = \eta_0 \, (\eta_{\max} / \eta_0)^{i / n}",
        "Smith (2017), Cyclical learning rates for training neural networks, section 3.3.",
    )
