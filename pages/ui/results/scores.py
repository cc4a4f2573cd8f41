"""The scores of a run with their intervals, the hidden test result, results by class, and mistakes."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.errors import GraftError
from core.runs import artifacts
from core.runs.records import Run
from core.tasks.scorecard import Score, Scorecard, format_interval, format_score
from core.text import number
from pages.ui.results import classes, labels
from pages.ui.results.mistakes import show_mistakes
from pages.ui.session import engine, state
from pages.ui.widgets.messages import explain, literal, show_error

PARTS = {"val": "Validation", "test": "Test"}
_INTERVALS = (
    "The score is measured on a few images; on others of the same kind it would be a little different. With 95 % "
    "confidence the true value lies in the interval. Few images make it wide. Accuracy and exact match (all classes of "
    "an image right): Wilson's interval. Balanced accuracy (the mean of the classes' recalls, so that rare classes "
    "count as much as common ones), macro F1 (the mean of the classes' F1) and mean average precision (how well each "
    "class's images are ranked before all others): bootstrap, 1000 resamples."
)
_WHY_GUARDED = (
    "Every choice based on the test result (other settings, another run) makes it better than the result on new images "
    "will be. Choose with the validation result; look here once, at the end."
)


@dataclass(frozen=True)
class _TestViews:
    """Whether this session has seen the run's test result, and how often results of this test split were viewed."""

    shown: bool
    count: int


def show_scores(run: Run) -> None:
    """Show the scores: validation directly, test after a click. The run must have validation scores."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Scores", anchor=False, width="content")
        explain(
            "95 % intervals",
            _INTERVALS,
            r"\frac{p + \frac{z^2}{2n} \pm z\sqrt{\frac{p(1-p)}{n}+\frac{z^2}{4n^2}}}"
            r"{1+\frac{z^2}{n}}, \quad z = 1.96",
            "E. B. Wilson (1927), JASA 22. B. Efron, R. Tibshirani (1993).",
        )
    left, right = st.columns(2, gap="medium")
    with left.container(border=True, key="results-val", height="stretch"):
        if run.val is not None:
            _numbers("On the validation images", run.val)
        st.caption(optimism(run, test_shown=run.test is not None and _test_views(run).shown))
    with right.container(border=True, key="results-test", height="stretch"):
        _test(run)


def optimism(run: Run, *, test_shown: bool) -> str:
    """A sentence on how reliable the validation result is."""
    if run.results.get("epochs") == 1:
        return "There was a single epoch, so the validation images did not influence the choice of the epoch."
    if not test_shown or run.val is None or run.test is None:
        return "These images also chose the epoch, so new images may do a little worse."
    val, test = run.val.main, run.test.main
    if _is_surely_worse(test, val):
        return f"These images also chose the epoch. On the test images it is {_distance(test, val)}."
    return "These images also chose the epoch. The test result agrees with it within its interval."


def _is_surely_worse(test: Score, val: Score) -> bool:
    """Whether the whole interval of the test result is worse than the validation result."""
    if test.higher_is_better:
        return test.high is not None and test.high < val.value
    return test.low is not None and test.low > val.value


def _distance(test: Score, val: Score) -> str:
    difference, which = test.value - val.value, "lower" if test.value < val.value else "higher"
    percent = test.in_percent and val.in_percent
    return f"{100 * abs(difference):.0f} points {which}" if percent else f"{number(abs(difference))} {which}"


def _test(run: Run) -> None:
    if run.test is None:
        st.markdown("**On the test images**")
        st.caption("This run has no test images: its data set or its split has none.")
        return
    views = _test_views(run)
    if views.shown:
        _numbers("On the test images", run.test)
        st.caption(f"{_times(views.count)} Choose with the validation result, not with this one.")
        return
    st.markdown("**On the test images**")
    st.markdown(f":small[{_WHY_GUARDED}]")
    if st.button("Show the test result", icon=":material/visibility:", key="results-show-test"):
        try:
            engine.workspace().store.look_at_test(run)
        except GraftError as error:
            show_error(error)
            return
        state.remember(_shown_key(run), True)
        st.rerun()
    st.caption(_times(views.count))


def _test_views(run: Run) -> _TestViews:
    count = engine.workspace().store.test_looks(run.test_key)
    return _TestViews(state.recall(_shown_key(run), False), count)


def _shown_key(run: Run) -> str:
    # the result changes when a run is resumed or another epoch is kept
    return f"test-shown:{run.id}:{run.ended_at}:{run.results.get('kept', 'chosen')}"


def _times(count: int) -> str:
    if count == 0:
        return "Nobody has looked at the result of these test images yet."
    return f"Results on these test images have been looked at {'once' if count == 1 else f'{count} times'}."


def _numbers(title: str, scores: Scorecard) -> None:
    st.markdown(f"**{title}** :gray[:small[{scores.n} images]]")
    with st.container(horizontal=True, gap="large"):
        for score in scores.scores:
            with st.container(width="content", gap="xxsmall"):
                st.metric(
                    score.title, format_score(score), format_interval(score),
                    delta_color="off", delta_arrow="off", width="content",
                )  # fmt: skip
    for score in scores.scores:
        if score.note:
            st.caption(literal(f"{score.title}: {score.note}."))


def show_details(run: Run, folder: Path) -> None:
    """Classes, confusion and mistakes, for the validation images or, once they have been shown, the test images."""
    parts = ["val", "test"] if run.test is not None and _test_views(run).shown else ["val"]
    st.subheader("Class by class", anchor=False)
    part = "val"
    if len(parts) > 1:
        part = st.segmented_control(
            "Images", parts, default="test", required=True, format_func=PARTS.__getitem__, key="results-part",
            label_visibility="collapsed",
        )  # fmt: skip
    try:
        answers = artifacts.read_predictions(folder, part)
    except GraftError as error:
        show_error(error)
        return
    if answers.several:
        labels.show(run.classes, answers, key=f"{run.id}-{part}")
    else:
        classes.show(run.classes, answers)
        show_mistakes(run.classes, answers, key=f"{run.id}-{part}")
