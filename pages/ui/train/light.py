"""Label safety beside the start button: whether the augmentation preserves the labels, before training."""

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
from pages.ui.widgets.progress import delayed_bar, show_progress

AUGMENT = "pages/augment.py"


@dataclass(frozen=True)
class Choice:
    """The user's decision about a red light: `start`, with `pipeline` instead of the draft's if set."""

    start: bool = False
    pipeline: PipelineSpec | None = None


def known(draft: Draft) -> Headline | None:
    """The known light of the draft's augmentation; None if it changes nothing or was not checked."""
    if draft.source is None or not changes_images(draft.pipeline):
        return None
    try:
        dataset, experiment = engine.dataset(draft.source, draft.reading, delayed_bar), draft.experiment()
    except GraftError:  # reported by the start button
        return None
    return known_headline(experiment, dataset.fingerprint, (draft.device or "auto", "auto"), engine.workspace().root)


def stops(headline: Headline | None) -> bool:
    """Whether starting requires a confirmation."""
    return headline is not None and headline.verdict is Verdict.RED


def show(draft: Draft, headline: Headline | None, live: list[Run]) -> None:
    """The light, or a button to check. Draw above the start button."""
    if draft.source is None or not changes_images(draft.pipeline):
        return
    with st.container(border=headline is not None and headline.harms, gap="small", key="train-light"):
        if headline is not None:
            safety_question.show_headline(headline)
        else:
            _show_check(draft, live)


def ask(headline: Headline, label: str) -> Choice:
    """The options after a red light, instead of the start button."""
    choice = Choice()
    with st.container(horizontal=True, gap="small", key="train-red"):
        if headline.without is not None:
            pronoun = "it" if len(headline.steps) == 1 else "them"
            if st.button(
                f"Remove {pronoun} and start", type="primary", icon=":material/play_arrow:", key="train-remove"
            ):
                choice = Choice(True, headline.without)
        elif st.button("Change the augmentation", type="primary", icon=":material/tune:", key="train-change"):
            st.switch_page(AUGMENT)
        if st.button(f"{label} anyway", icon=":material/play_arrow:", key="train-start"):
            choice = Choice(True)
    return choice


def _show_check(draft: Draft, live: list[Run]) -> None:
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
        dataset: Dataset = engine.dataset(draft.source or "", draft.reading, delayed_bar)
        return safety_question.whole_and_steps(draft, dataset) if safety_question.can_answer(dataset) else None
    except GraftError:  # reported by the start button
        return None


def _begin(question: "safety_question.Question") -> None:
    if safety_question.begin(question):
        st.rerun()


def use(choice: Choice) -> None:
    """Apply the user's choice of pipeline to the draft."""
    if choice.pipeline is not None:
        state.update(pipeline=choice.pipeline)
