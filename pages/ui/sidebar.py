"""The experiment as it stands, beside every page; each line leads to the page where it is set."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.experiment import BackboneSpec, Phase, PipelineSpec, SplitSpec
from pages.ui.messages import literal
from pages.ui.state import Draft

NOT_CHOSEN = "not chosen yet"


@dataclass(frozen=True)
class Line:
    """One part of the experiment in plain words, and the page that changes it."""

    title: str
    text: str
    page: str
    icon: str


def lines(draft: Draft, *, job: str | None = None, data: str | None = None) -> tuple[Line, ...]:
    """The sidebar of `draft`. `data` is a better name for its images, `job` what is being trained: plain text both."""
    parts = [
        Line("Data", data or data_summary(draft.source, draft.split), "pages/data.py", ":material/photo_library:"),
        Line("Augment", pipeline_summary(draft.pipeline), "pages/augment.py", ":material/auto_fix_high:"),
        Line("Backbone", backbone_summary(draft.backbone), "pages/backbone.py", ":material/account_tree:"),
        Line("Phases", phases_summary(draft.phases), "pages/backbone.py", ":material/stacks:"),
    ]
    if job is not None:
        parts.append(Line("Training", job, "pages/train.py", ":material/model_training:"))
    return tuple(parts)


def show(parts: Sequence[Line]) -> None:
    """Draw the lines into the sidebar."""
    with st.sidebar:
        st.caption("YOUR EXPERIMENT")
        with st.container(gap="xsmall", key="experiment"):
            for part in parts:
                st.page_link(part.page, label=f"**{part.title}**  \n{literal(part.text)}", icon=part.icon)


def data_summary(source: str | None, split: SplitSpec) -> str:
    """Which images, and how they are divided."""
    if source is None:
        return NOT_CHOSEN
    name = source.removeprefix("sample:") if source.startswith("sample:") else source.rstrip("/\\")
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    train = 1 - split.val - split.test
    return f"{name}, split {train:.0%} / {split.val:.0%} / {split.test:.0%}"


def pipeline_summary(pipeline: PipelineSpec) -> str:
    """How many augmentations are on, and which first."""
    names = [step.transform.replace("_", " ") for step in pipeline.steps if step.enabled and step.p > 0]
    if not names or pipeline.strength == 0:
        return "none"
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    strength = f", strength {pipeline.strength:g}" if pipeline.strength != 1 else ""
    return ", ".join(names[:2]) + more + strength


def backbone_summary(backbone: BackboneSpec) -> str:
    """The model and where its weights come from."""
    weights = {"default": "pretrained", "none": "untrained"}.get(backbone.weights, "own weights")
    size = f", {backbone.image_size} px" if backbone.image_size else ""
    return f"{backbone.name}, {weights}{size}"


def phases_summary(phases: Sequence[Phase] | None) -> str:
    """What is trained for how long; None stands for the backbone's default phases."""
    if phases is None:
        return "the default: head, then the last stage"
    if not phases:
        return "none yet"
    return " → ".join(f"{_stages(phase)} ({phase.epochs})" for phase in phases) + " epochs"


def _stages(phase: Phase) -> str:
    return phase.stages[0] if len(phase.stages) == 1 else f"{phase.stages[0]}…{phase.stages[-1]}"
