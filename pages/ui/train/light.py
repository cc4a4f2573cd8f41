"""Label safety beside the start button: what the augmentation does to the labels, before they are trained on."""

from dataclasses import dataclass

import streamlit as st

from core.data.dataset import Dataset
from core.errors import GraftError
from core.experiment import PipelineSpec
from core.runs.records import Run
from core.screening.headline import Headline, changes_images, known_headline
from core.screening.verdict import Verdict
from pages.ui.runs import safety_question
from pages.ui.session import engine, state
from pages.ui.session.state import Draft
from pages.ui.widgets.messages import literal
from pages.ui.widgets.progress import show_progress

AUGMENT = "pages/augment.py"


@dataclass(frozen=True)
class Choice:
    """What the user did about a red light: `start`, with `pipeline` in place of the draft's where it is set."""

    start: bool = False
    pipeline: PipelineSpec | None = None


def known(draft: Draft) -> Headline | None:
    """The light of the draft's augmentation; None where it changes nothing, or nobody has looked."""
    if draft.source is None or not changes_images(draft.pipeline):
        return None
    try:
        dataset, experiment = engine.dataset(draft.source, draft.reading), draft.experiment()
    except GraftError:  # what blocks the start is said there
        return None
    return known_headline(experiment, dataset.fingerprint, (draft.device or "auto", "auto"), engine.workspace().root)


def stops(found: Headline | None) -> bool:
    """Whether the start asks first."""
    return found is not None and found.verdict is Verdict.RED


def show(draft: Draft, found: Headline | None, live: list[Run]) -> None:
    """The light, or how to get one. To be drawn above the start button."""
    if draft.source is None or not changes_images(draft.pipeline):
        return
    with st.container(border=found is not None and found.harms, gap="small", key="train-light"):
        if found is not None:
            safety_question.show_headline(found)
        else:
            _unknown(draft, live)


def ask(found: Headline, label: str) -> Choice:
    """The two or three ways on from a red light, in place of the start button."""
    choice = Choice()
    with st.container(horizontal=True, gap="small", key="train-red"):
        if found.without is not None:
            it = "it" if len(found.steps) == 1 else "them"
            if st.button(f"Remove {it} and start", type="primary", icon=":material/play_arrow:", key="train-remove"):
                choice = Choice(True, found.without)
        elif st.button("Change the augmentation", type="primary", icon=":material/tune:", key="train-change"):
            st.switch_page(AUGMENT)
        if st.button(f"{label} all the same", icon=":material/play_arrow:", key="train-start"):
            choice = Choice(True)
    return choice


def _unknown(draft: Draft, live: list[Run]) -> None:
    question = _question(draft)
    if question is None:
        return
    analyses = engine.manager().analyses
    analysis = analyses.analysis(question.key)
    if analysis is not None and not analysis.over:
        show_progress(analyses, question.key, "train-light-cancel")
        return
    if analysis is not None and analysis.error is not None:
        st.caption(f"Whether labels survive the augmentation could not be checked: {literal(analysis.error)}")
    else:
        st.caption("Not checked yet: do your labels survive this augmentation?")
    cost = "Takes some seconds." + (" The run that is live is slower for as long." if live else "")
    if st.button("Check labels first", icon=":material/verified_user:", key="train-light-check", help=cost):
        _begin(question)


def _question(draft: Draft) -> "safety_question.Question | None":
    try:
        dataset: Dataset = engine.dataset(draft.source or "", draft.reading)
        return safety_question.whole_and_steps(draft, dataset) if safety_question.can_answer(dataset) else None
    except GraftError:  # what blocks the start is said there
        return None


def _begin(question: "safety_question.Question") -> None:
    if safety_question.begin(question):
        st.rerun()


def use(choice: Choice) -> None:
    """Take the steps out of the draft that the user chose to do without."""
    if choice.pipeline is not None:
        state.update(pipeline=choice.pipeline)
