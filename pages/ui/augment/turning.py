"""Label safety at growing strength, as a curve: where the traffic light changes."""

import streamlit as st

from core.augment import catalogue
from core.augment.steps import describe
from core.charts.safety import strength_curve, strength_figure
from core.data.dataset import Dataset
from core.errors import GraftError
from core.experiment import PipelineSpec
from core.screening.question import alone
from core.screening.sweep import STRENGTHS, StrengthSweep
from core.text import counted
from pages.ui.runs import safety_question
from pages.ui.runs.safety_question import Question, ask
from pages.ui.session import engine, state
from pages.ui.widgets.messages import literal, show_error
from pages.ui.widgets.plot import live_plot
from pages.ui.widgets.progress import show_progress
from pages.ui.widgets.theme import theme


def show(dataset: Dataset) -> None:
    """Draw it for the draft's pipeline, or for one step alone, as selected by the user."""
    if not safety_question.can_answer(dataset):
        return
    st.markdown("**Where does it turn?**")
    try:
        pipeline_choice = _choice(state.draft().pipeline)
        question = safety_question.strengths(state.draft(), dataset, pipeline_choice)
    except GraftError as error:
        show_error(error)
        return
    analyses = engine.manager().analyses
    analysis = analyses.analysis(question.key)
    sweep = analysis.result if analysis is not None and analysis.result is not None else question.known_sweep()
    if sweep is not None:
        _show_sweep(sweep, pipeline_choice)
    elif analysis is None or analysis.error is not None:
        if analysis is not None:
            st.error(literal(analysis.error or ""), icon=":material/error:")
        else:
            st.caption(
                f"The same check at strengths from {STRENGTHS[0]:g} to {STRENGTHS[-1]:g}. It takes about three times "
                "as long as one check."
            )
        _begin("Find where it turns" if analysis is None else "Try again", question, pipeline_choice)
    else:
        show_progress(analyses, question.key, "safety-sweep-cancel")


def _choice(pipeline: PipelineSpec) -> PipelineSpec:
    """Select the whole pipeline, or one step alone with p=1. Raises like `describe`."""
    singles = [one for one in alone(pipeline) if one.steps != pipeline.steps]
    if not singles:
        return pipeline
    labels = ["The whole pipeline", *(f"{describe(one.steps[0], one.strength)}, always applied" for one in singles)]
    selected = st.selectbox(
        "At growing strength", range(len(labels)), key=f"safety-sweep-of-{len(labels)}",
        format_func=lambda number: literal(labels[number]),
    )  # fmt: skip
    return (pipeline, *singles)[selected or 0]


def _begin(label: str, question: Question, pipeline_choice: PipelineSpec) -> None:
    if not st.button(label, icon=":material/show_chart:", key="safety-sweep"):
        return
    from core.runs.trial import sweep_labels

    workspace, experiment, device = engine.workspace(), question.experiment, question.device
    if ask(question, lambda control: sweep_labels(experiment, workspace, device, pipeline_choice, control)):
        st.rerun()


def _show_sweep(sweep: StrengthSweep, pipeline_choice: PipelineSpec) -> None:
    current = "" if sweep.turns is None else f" Yours is {pipeline_choice.strength:g}."
    st.markdown(f"{sweep.sentence}{current}")
    figure = strength_figure(strength_curve(sweep), theme())
    live_plot(figure, key="safety-strengths", height=int(figure.layout.height))
    if sweep.frequencies:
        names = ", ".join(catalogue.get(name).title for name in sweep.frequencies)
        st.caption(
            f"Strength changes only how often these are applied, because they have no magnitude: {literal(names)}."
        )
    first = sweep.found[0]
    st.caption(
        f"{first.images} training images in {counted(first.views, 'view')} at each strength. Band: 95 % "
        "interval over images. Where it is wide, the light may change a little earlier or later."
    )
