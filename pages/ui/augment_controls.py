"""What is set for the pipeline as a whole: preset, strength, views per image, and pipelines as files."""

import streamlit as st
from pydantic import create_model

from core.augment.presets import CHOICES, dump_pipeline, parse_pipeline
from core.errors import InvalidInput, InvalidPipeline
from core.experiment import Experiment, PipelineSpec, Views
from pages.ui import augment_steps as steps
from pages.ui import state
from pages.ui.forms import render_form
from pages.ui.messages import explain, literal

_TITLES = {preset.name: preset.title for preset in CHOICES} | {steps.CUSTOM: "Custom"}
_EXPLANATIONS = {preset.name: preset.explanation for preset in CHOICES} | {
    steps.CUSTOM: "Your own steps. They are kept while you look at a preset."
}
_ViewsForm = create_model("_ViewsForm", views=(Views, Experiment.model_fields["views"]))


def show_presets() -> None:
    """The ready-made pipelines; the user's own is one of them as soon as there is one."""
    now = steps.preset()
    st.session_state["augment-preset"] = now
    st.segmented_control(
        "Preset", steps.choices(), required=True, format_func=_TITLES.__getitem__, key="augment-preset", wrap=True,
        on_change=lambda: steps.choose(st.session_state["augment-preset"]),
    )  # fmt: skip
    st.caption(_EXPLANATIONS[now])


def show_strength() -> None:
    """The slider over all steps."""
    spec = state.draft().pipeline
    result = render_form(PipelineSpec, spec, "augment-pipeline", fields=["strength"])
    if result.model is not None and result.model.strength != spec.strength:
        state.update(pipeline=spec.model_copy(update={"strength": result.model.strength}))


def show_views() -> None:
    """How many versions of each picture a training makes."""
    result = render_form(_ViewsForm, {"views": state.draft().views}, "augment")
    if result.model is not None:
        state.update(views=result.model.views)
    explain(
        "Fixed or fresh",
        "A view is one augmented version of one picture. With **a number** N, each picture has N versions, and epoch "
        "*e*, counted from 0, sees version *v*: after N epochs they come round again. **fresh** makes a new "
        "version in every epoch: the most variety.",
        formula=r"v = e \bmod N",
    )


def show_file() -> None:
    """Save the pipeline, or take one from a file; the command line reads the same files."""
    with st.popover("Pipeline file", icon=":material/description:", key="augment-file", on_change="rerun") as box:
        if not box.open:
            return
        st.caption("For later, for others, or for the command line: `graft train --augment pipeline.yaml`.")
        st.download_button(
            "Save as YAML", dump_pipeline(state.draft().pipeline), "pipeline.yaml", "application/yaml",
            key="augment-save", icon=":material/download:", on_click="ignore", width="stretch",
        )  # fmt: skip
        st.file_uploader(
            "Load a pipeline", ["yaml", "yml", "json"], key="augment-load", max_upload_size=1, on_change=_load
        )
        _tell_outcome()


def _load() -> None:
    """Take the pipeline from the file just given; what was there stays if that cannot be used."""
    file = st.session_state["augment-load"]
    if file is None:
        return
    try:
        spec = parse_pipeline(_text(file.getvalue()), f"The file '{file.name}'")
    except InvalidInput as error:
        state.remember("augment:loaded", (file.file_id, str(error), False))
    else:
        steps.load(spec)
        word = "step" if len(spec.steps) == 1 else "steps"
        state.remember("augment:loaded", (file.file_id, f"Loaded {len(spec.steps)} {word} from {file.name}.", True))


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidPipeline("The file is not text. Give a YAML or JSON file with a pipeline.") from error


def _tell_outcome() -> None:
    file = st.session_state.get("augment-load")
    known, text, good = state.recall("augment:loaded", (None, "", True))
    if file is not None and file.file_id == known:
        (st.success if good else st.error)(literal(text))
