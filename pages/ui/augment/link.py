"""A link that restores the pipeline on another screen, and what becomes of one that was opened."""

from dataclasses import dataclass

import streamlit as st

from core.augment.link import Shared, packed, unpacked
from core.errors import InvalidInput
from core.experiment import PipelineSpec
from pages.ui.augment import steps
from pages.ui.session import state
from pages.ui.widgets.messages import literal, show_error

PARAMETER = "pipeline"
_OPENED = "augment:link"


@dataclass(frozen=True)
class _Opened:
    """What came of a link: the sentence, the pipeline that it was said of, and what was there before, if it is gone."""

    text: str
    now: PipelineSpec
    before: Shared | None


def pipeline_link() -> str:
    """The part of an address that restores the draft's pipeline, its seed and its views. Raises `InvalidInput`."""
    return f"?{PARAMETER}={packed(_shared())}"


def show_link() -> None:
    """The whole address, to be copied."""
    try:
        link = pipeline_link()
    except InvalidInput as error:
        show_error(error)
        return
    st.caption("Opens this page with this pipeline, for whoever can reach this server.")
    st.code((st.context.url or "").split("?")[0] + link, language=None, wrap_lines=False)


def take_link() -> None:
    """Take over the pipeline of a link that was opened, and take it out of the address; a bad one changes nothing.

    To be called before anything of the page is drawn. What came of it stands there until the pipeline changes.
    """
    word = st.query_params.get(PARAMETER)
    if word is not None:
        del st.query_params[PARAMETER]
        _take(word)
    opened: _Opened | None = state.recall(_OPENED, None)
    if opened is None or opened.now != state.draft().pipeline:
        return
    if opened.before is None:
        st.error(literal(opened.text), icon=":material/error:")
        return
    st.success(literal(opened.text), icon=":material/link:")
    st.button("Back to what was here before", icon=":material/undo:", key="augment-link-undo", on_click=_undo)


def _take(word: str) -> None:
    before = _shared()
    try:
        shared = unpacked(word)
    except InvalidInput as error:
        state.remember(_OPENED, _Opened(str(error), before.pipeline, None))
        return
    _put(shared)
    count = len(shared.pipeline.steps)
    text = f"The link's pipeline of {count} {'step' if count == 1 else 'steps'} is here."
    state.remember(_OPENED, _Opened(text, shared.pipeline, before))


def _undo() -> None:
    opened: _Opened | None = state.recall(_OPENED, None)
    if opened is not None and opened.before is not None:
        _put(opened.before)
    state.remember(_OPENED, None)


def _put(shared: Shared) -> None:
    steps.load(shared.pipeline)
    state.update(seed=shared.seed, views=shared.views)


def _shared() -> Shared:
    draft = state.draft()
    return Shared(pipeline=draft.pipeline, seed=draft.seed, views=draft.views)
