"""How good a model is: scores with their intervals, the guarded test result, classes, confusion, mistakes."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st

from core.charts.confusion import cells, confusion_figure
from core.charts.numbers import percent, percent_range
from core.charts.scores import recall_figure, recall_rows
from core.errors import GraftError
from core.evaluation.confusion import confusion
from core.evaluation.scores import ClassScore, class_scores
from core.runs import artifacts
from core.runs.records import Run
from pages.ui.results.mistakes import show_mistakes
from pages.ui.runs import listing as told
from pages.ui.session import engine, state
from pages.ui.widgets.messages import explain, show_error
from pages.ui.widgets.plot import live_plot
from pages.ui.widgets.tables import show_table
from pages.ui.widgets.theme import theme

PARTS = {"val": "Validation", "test": "Test"}
SCORES = {"accuracy": "Accuracy", "balanced_accuracy": "Balanced accuracy", "macro_f1": "Macro F1"}
LONGEST_NAME, NAME_PX = 16, 115
_INTERVALS = (
    "The number is measured on a few images; on others of the same kind it would be a little different. With 95 % "
    "confidence the true value lies in the interval. Few images make it wide. Accuracy: Wilson's interval. "
    "Balanced accuracy (the mean of the classes' recalls, so that rare classes count as much as common ones) and macro "
    "F1 (the mean of the classes' F1): bootstrap, 1000 resamples."
)
_WHY_GUARDED = (
    "Every choice that a look at the test images leads to (other settings, another run) makes their result better than "
    "it will be on new images. Choose with the validation result; look here once, at the end."
)


@dataclass(frozen=True)
class _Looks:
    """Whether this session has been shown the run's test result, and how often anyone has looked at the split."""

    shown: bool
    count: int


def show_scores(run: Run) -> None:
    """The main numbers: validation at once, test behind its button. The run has validation scores."""
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
        _numbers("On the validation images", run.val or {})
        st.caption(optimism(run, test_shown=run.test is not None and _looks(run).shown))
    with right.container(border=True, key="results-test", height="stretch"):
        _test(run)


def optimism(run: Run, *, test_shown: bool) -> str:
    """What is known of how far the validation result can be believed."""
    if run.results.get("epochs") == 1:
        return "There was a single epoch, so these images chose nothing."
    if not test_shown or run.val is None or run.test is None:
        return "These images also chose the epoch, so new images may do a little worse."
    lost = run.val["accuracy"] - run.test["accuracy"]
    if run.test["accuracy_high"] < run.val["accuracy"]:
        return f"These images also chose the epoch. On the test images it is {100 * lost:.0f} points lower."
    return "These images also chose the epoch. The test result agrees with theirs, as far as its interval tells."


def _test(run: Run) -> None:
    if run.test is None:
        st.markdown("**On the test images**")
        st.caption("This run kept no test images aside: its data set or its split has none.")
        return
    looks = _looks(run)
    if looks.shown:
        _numbers("On the test images", run.test)
        st.caption(f"{_times(looks.count)} Choose with the validation result, not with this one.")
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
    st.caption(_times(looks.count))


def _looks(run: Run) -> _Looks:
    count = engine.workspace().store.test_looks(run.test_key)
    return _Looks(state.recall(_shown_key(run), False), count)


def _shown_key(run: Run) -> str:
    # a resumed run has another result, and so has another of its epochs
    return f"test-shown:{run.id}:{run.ended_at}:{run.results.get('kept', 'chosen')}"


def _times(count: int) -> str:
    if count == 0:
        return "Nobody has looked at the result of these test images yet."
    return f"Results on these test images have been looked at {'once' if count == 1 else f'{count} times'}."


def _numbers(title: str, scores: dict[str, float]) -> None:
    st.markdown(f"**{title}** :gray[:small[{scores['n']} images]]")
    with st.container(horizontal=True, gap="large"):
        for name, label in SCORES.items():
            with st.container(width="content", gap="xxsmall"):
                st.metric(
                    label, percent(scores[name]), told.interval(scores, name),
                    delta_color="off", delta_arrow="off", width="content",
                )  # fmt: skip


def show_details(run: Run, folder: Path) -> None:
    """Classes, confusion and mistakes, for the validation images or, once they have been shown, the test images."""
    parts = ["val", "test"] if run.test is not None and _looks(run).shown else ["val"]
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
    _classes(run, answers)
    show_mistakes(run.classes, answers, key=f"{run.id}-{part}")


def _classes(run: Run, answers: artifacts.Predictions) -> None:
    predicted = answers.probabilities.argmax(axis=1)
    scores = class_scores(answers.labels, predicted, run.classes)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**How many of each class are found**")
        figure = recall_figure(recall_rows(scores), theme())
        live_plot(figure, key="results-recall", height=int(figure.layout.height))
        _class_table(scores)
        explain(
            "Precision, recall, F1",
            "Recall: of the images of a class, the share that was found. Precision: of the images called so, the share "
            "that is. F1: their harmonic mean.",
            r"F_1 = \frac{2\,TP}{2\,TP + FP + FN}",
        )
    with right:
        st.markdown("**What is taken for what**")
        figure = confusion_figure(cells(confusion(answers.labels, predicted, run.classes)), theme())
        live_plot(figure, key="results-confusion", height=int(figure.layout.height))


def _class_table(scores: tuple[ClassScore, ...]) -> None:
    frame = pd.DataFrame(
        {
            "Class": [score.name for score in scores],
            "Images": [score.n for score in scores],
            "Precision": [_percent(score.precision) for score in scores],
            "Recall": [_percent(score.recall) for score in scores],
            "95 % interval": [_range(score) for score in scores],
            "F1": [_percent(score.f1) for score in scores],
        }
    )
    share = st.column_config.NumberColumn(format="%.0f %%")
    columns: dict[str, object] = dict.fromkeys(("Precision", "Recall", "F1"), share)
    if max(len(score.name) for score in scores) > LONGEST_NAME:
        columns["Class"] = st.column_config.TextColumn(width=NAME_PX)  # or the numbers would be out of sight
    show_table(frame, hide_index=True, column_config=columns, placeholder="–", key="results-classes")


def _percent(share: float | None) -> float:
    return np.nan if share is None else share * 100


def _range(score: ClassScore) -> str:
    if score.recall_low is None or score.recall_high is None:
        return "no image"
    return percent_range(score.recall_low, score.recall_high)
