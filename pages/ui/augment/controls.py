"""Settings of the whole pipeline: preset, strength, views per image."""

import streamlit as st
from pydantic import create_model

from core.augment.presets import CHOICES
from core.experiment import Experiment, PipelineSpec, Views
from pages.ui.augment import files, steps
from pages.ui.session import state
from pages.ui.widgets.forms import render_form
from pages.ui.widgets.messages import explain

_TITLES = {preset.name: preset.title for preset in CHOICES} | {steps.CUSTOM: "Custom"}
_EXPLANATIONS = {preset.name: preset.explanation for preset in CHOICES} | {
    steps.CUSTOM: "Your own steps. They are kept while you look at a preset."
}
_ViewsForm = create_model("_ViewsForm", views=(Views, Experiment.model_fields["views"]))


def show_presets() -> None:
    """The presets, and the user's own pipeline if there is one."""
    now = steps.preset()
    st.session_state["augment-preset"] = now
    st.segmented_control(
        "Preset", steps.choices(), required=True, format_func=_TITLES.__getitem__, key="augment-preset",
        width="stretch", wrap=False, on_change=lambda: steps.choose(st.session_state["augment-preset"]),
    )  # fmt: skip
    st.caption(_EXPLANATIONS[now])


def show_strength() -> None:
    """The strength slider for all steps."""
    spec = state.draft().pipeline
    result = render_form(PipelineSpec, spec, "augment-pipeline", fields=["strength"])
    if result.model is not None and result.model.strength != spec.strength:
        state.update(pipeline=spec.model_copy(update={"strength": result.model.strength}))


def show_views() -> None:
    """The number of views per image."""
    result = render_form(_ViewsForm, {"views": state.draft().views}, "augment")
    if result.model is not None:
        state.update(views=result.model.views)
    explain(
        "Fixed or fresh",
        "A view is one augmented version of one image. With **a number** N, each image has N versions, and epoch "
        "*e*, counted from 0, sees version *v*: after N epochs they come round again. **fresh** makes a new "
        "version in every epoch: the most variety.",
        formula=r"v = e \bmod N",
    )


def show_file() -> None:
    """Save or load the pipeline."""
    files.show()
