"""Which epoch of a run is kept and why, with the option to keep the last one instead."""

from typing import Literal

import streamlit as st

from core.errors import GraftError
from core.evaluation.kept_words import choice_words, kept_choice, use_words
from core.runs.last import why_not
from core.runs.records import Run
from core.training.kept import Kept
from core.work.control import Aborted
from pages.ui.session import engine, state
from pages.ui.widgets.messages import literal
from pages.ui.widgets.progress import delayed_bar


def show_kept(run: Run) -> None:
    """Show the sentence and the button. The run must have validation scores."""
    workspace = engine.workspace()
    choice = kept_choice(workspace.store.epochs(run.id))
    if choice is None or run.val is None:
        return
    last = run.results.get("kept") == Kept.LAST
    reason = why_not(workspace.folder(run.id), run)
    with st.container(border=True, gap="small", key="results-kept"):
        st.markdown(literal(choice_words(choice, run.experiment.recipe.monitor, run.val.n)))
        if last:
            st.markdown(literal(use_words(choice)))
        if last and st.button("Keep the chosen epoch again", icon=":material/undo:", key="results-keep-best"):
            _keep(run, "best")
        if not last and reason is None:
            help_text = "Predictions, the download and these results then use the last epoch. It can be taken back."
            if st.button("Keep the last instead", icon=":material/last_page:", key="results-keep-last", help=help_text):
                _keep(run, "last")
        elif not last and choice.epoch != choice.last:
            st.caption(literal(str(reason)))


def _keep(run: Run, which: Literal["best", "last"]) -> None:
    try:
        with st.spinner("Evaluating that epoch."), delayed_bar() as update:
            engine.manager().keep_epoch(run.id, which, lambda now: update(now.done, now.total))
    except GraftError as error:
        state.remember("results-error", error)
    except Aborted:  # the program ends, or its workspace was opened anew: nothing was switched
        pass
    st.rerun()
