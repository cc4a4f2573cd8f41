"""Create links that restore the pipeline, and open them."""

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
    """Result of opening a link: the message, the resulting pipeline, and the replaced one (None after an error)."""

    text: str
    now: PipelineSpec
    previous: Shared | None


def pipeline_link() -> str:
    """The query string that restores the draft's pipeline, seed and views. Raises `InvalidInput`."""
    return f"?{PARAMETER}={packed(_shared())}"


def show_link() -> None:
    """Show the full address for copying."""
    try:
        link = pipeline_link()
    except InvalidInput as error:
        show_error(error)
        return
    st.caption("Opens this page with this pipeline, for everyone who can reach this server.")
    st.code((st.context.url or "").split("?")[0] + link, language=None, wrap_lines=False)


def take_link() -> None:
    """Apply the pipeline of an opened link and remove it from the address; an invalid one changes nothing.

    Call before drawing the page. The result is shown until the pipeline changes.
    """
    packed_pipeline = st.query_params.get(PARAMETER)
    if packed_pipeline is not None:
        del st.query_params[PARAMETER]
        _apply(packed_pipeline)
    opened: _Opened | None = state.recall(_OPENED, None)
    if opened is None or opened.now != state.draft().pipeline:
        return
    if opened.previous is None:
        st.error(literal(opened.text), icon=":material/error:")
        return
    st.success(literal(opened.text), icon=":material/link:")
    st.button("Restore the previous pipeline", icon=":material/undo:", key="augment-link-undo", on_click=_undo)


def _apply(packed_pipeline: str) -> None:
    previous = _shared()
    try:
        shared = unpacked(packed_pipeline)
    except InvalidInput as error:
        state.remember(_OPENED, _Opened(str(error), previous.pipeline, None))
        return
    _set_draft(shared)
    count = len(shared.pipeline.steps)
    text = f"Loaded the link's pipeline of {count} {'step' if count == 1 else 'steps'}."
    state.remember(_OPENED, _Opened(text, shared.pipeline, previous))


def _undo() -> None:
    opened: _Opened | None = state.recall(_OPENED, None)
    if opened is not None and opened.previous is not None:
        _set_draft(opened.previous)
    state.remember(_OPENED, None)


def _set_draft(shared: Shared) -> None:
    steps.load(shared.pipeline)
    state.update(seed=shared.seed, views=shared.views)


def _shared() -> Shared:
    draft = state.draft()
    return Shared(pipeline=draft.pipeline, seed=draft.seed, views=draft.views)
