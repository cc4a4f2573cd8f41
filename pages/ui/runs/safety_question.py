"""Label safety questions of the Augment page and their results: queued or cached on disk."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core.charts.safety import LIGHTS
from core.data.dataset import Dataset
from core.errors import GraftError
from core.experiment import Experiment, PipelineSpec
from core.planning.experiments import default_experiment
from core.screening.cache import kept_in
from core.screening.headline import Headline
from core.screening.question import ScreeningQuestion, question_of, screened
from core.screening.sweep import SWEEP_VIEWS, StrengthSweep, levels_of, swept
from core.task import SPECS
from pages.ui.session import engine
from pages.ui.session.state import Draft
from pages.ui.widgets.messages import literal, show_error

if TYPE_CHECKING:  # importing it loads torch
    from core.screening.verdict import Safety
    from core.work.queue import Work

_BADGES = {
    "green": (":material/check_circle:", "green"),
    "amber": (":material/warning:", "orange"),
    "red": (":material/cancel:", "red"),
    "unknown": (":material/help:", "gray"),
}
SEVERAL_LABELS = (
    "This check needs one class per image. Yours may have several labels: compare the views with the "
    "original by eye, or train with and without augmentation."
)


@dataclass(frozen=True)
class Question:
    """A request to screen some pipelines: everything the results depend on, and the experiment with the images."""

    about: ScreeningQuestion
    experiment: Experiment
    device: str
    pipelines: tuple[PipelineSpec, ...]

    @property
    def key(self) -> Hashable:
        """The key of this question in the analysis queue; equal keys mean equal results."""
        return ("safety", *(self.about.key(pipeline) for pipeline in self.pipelines))

    def known(self) -> "tuple[Safety, ...] | None":
        """The cached results, if all are available."""
        return kept_in(engine.workspace().root).all(self.about, self.pipelines)

    def known_sweep(self) -> StrengthSweep | None:
        """Like `known`, for one pipeline at growing strength."""
        found = self.known()
        return None if found is None else swept(self.pipelines, found)


def whole_and_steps(draft: Draft, dataset: Dataset) -> Question:
    """Screen the draft's pipeline and each of its steps alone."""
    return _question(draft, dataset, screened(draft.pipeline))


def strengths(draft: Draft, dataset: Dataset, pipeline: PipelineSpec) -> Question:
    """Screen a pipeline at growing strength. Raises `InvalidPipeline`, `UnknownTransform`."""
    return _question(draft, dataset, levels_of(pipeline), SWEEP_VIEWS)


def can_answer(dataset: Dataset) -> bool:
    """Whether label safety can judge views of these images."""
    return SPECS[dataset.task].screened


def ask(question: Question, work: "Work") -> bool:
    """Start the analysis for a question; on failure shows the error and returns False."""
    try:
        engine.manager().analyses.analyse(question.key, work)
    except GraftError as error:
        show_error(error)
        return False
    return True


def begin(question: Question) -> bool:
    """Start the screening for a question; on failure shows the error and returns False."""
    from core.runs.trial import screen_labels

    workspace, experiment, device = engine.workspace(), question.experiment, question.device
    return ask(question, lambda control: screen_labels(experiment, workspace, device, question.pipelines, control))


def show_light(safety: "Safety | Headline", title: str = "") -> None:
    """The traffic light, with word and icon as well as colour, and its reason."""
    icon, colour = _BADGES[safety.verdict]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(LIGHTS[safety.verdict], icon=icon, color=colour)  # type: ignore[arg-type]
        text = literal(safety.reason)
        st.markdown(f"**{literal(title)}**: {text}" if title else text, width="stretch")


def show_headline(found: Headline) -> None:
    """The traffic light of a pipeline, naming its worst steps."""
    show_light(found, ", ".join(found.steps))


def _question(draft: Draft, dataset: Dataset, pipelines: tuple[PipelineSpec, ...], *views: int) -> Question:
    """The user's phases do not matter: those of the backbone's default are used."""
    experiment = default_experiment(dataset.source, draft.backbone)
    data = experiment.data.model_copy(update={"split": draft.split, "reading": draft.reading})
    experiment = experiment.changed(data=data, pipeline=draft.pipeline, seed=draft.seed)
    device = draft.device or "auto"
    return Question(question_of(experiment, dataset.fingerprint, device, *views), experiment, device, pipelines)
