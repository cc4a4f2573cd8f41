"""Results by class for multi-label classification: average precision, F1 at the threshold, and mistakes."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.charts.scores import label_rows, recall_figure
from core.runs.artifacts import Predictions
from core.tasks.multilabel.mistakes import LabelMistake, label_mistakes
from core.tasks.multilabel.scores import LabelScore, label_scores
from core.tasks.multilabel.thresholds import HALF
from core.text import percent
from pages.ui.results.cells import interval_cell, share_cell, share_column
from pages.ui.results.mistakes import Shown, show_in_turn
from pages.ui.widgets.messages import explain
from pages.ui.widgets.plot import live_plot
from pages.ui.widgets.tables import show_table
from pages.ui.widgets.theme import theme

THRESHOLDS = (
    "A class is predicted if its probability reaches its threshold. Each threshold was chosen for the highest F1 on "
    "the validation images; so the F1 on these images is a little optimistic."
)
HALVES = "A class is predicted if its probability is at least 0.5."


def show(classes: Sequence[str], answers: Predictions, key: str) -> None:
    """A bar and a table row per class, and the images with mistakes."""
    thresholds = answers.thresholds or (HALF,) * len(classes)
    threshold_note = HALVES if set(thresholds) == {HALF} else THRESHOLDS
    scores = label_scores(answers.labels, answers.probabilities, thresholds, classes)
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.markdown("**F1 of each class**")
        figure = recall_figure(label_rows(scores), theme())
        live_plot(figure, key="results-f1", height=int(figure.layout.height))
    with right:
        _table(scores)
        explain(
            "Average precision, F1, thresholds",
            f"Average precision: how well images of a class are ranked above the others; it needs no "
            f"threshold. F1: the harmonic mean of precision and recall at the threshold. {threshold_note}",
            r"AP = \sum_k (R_k - R_{k-1})\,P_k, \quad F_1 = \frac{2\,TP}{2\,TP + FP + FN}",
        )
    _mistakes(classes, answers, label_mistakes(answers.labels, answers.probabilities, thresholds), key)


def _table(scores: Sequence[LabelScore]) -> None:
    frame = pd.DataFrame(
        {
            "Class": [score.name for score in scores],
            "Images": [score.n for score in scores],
            "AP": [share_cell(score.average_precision) for score in scores],
            "Precision": [share_cell(score.precision) for score in scores],
            "Recall": [share_cell(score.recall) for score in scores],
            "F1": [share_cell(score.f1) for score in scores],
            "95 % interval": [interval_cell(score.f1_low, score.f1_high) for score in scores],
            "Threshold": [score.threshold for score in scores],
        }
    )
    columns: dict[str, object] = dict.fromkeys(("Precision", "Recall", "F1"), share_column())
    columns["AP"] = share_column("Average precision.")
    columns["Threshold"] = st.column_config.NumberColumn(format="%.2f")
    columns["95 % interval"] = st.column_config.TextColumn(help="Of the F1.")
    show_table(frame, hide_index=True, column_config=columns, placeholder="–", key="results-labels")


def _mistakes(classes: Sequence[str], answers: Predictions, wrong_images: Sequence[LabelMistake], key: str) -> None:
    total = len(answers.labels)
    st.subheader("Mistakes", anchor=False)
    if not wrong_images:
        st.success(f"All classes are correct on all {total} images.", icon=":material/check_circle:")
        return
    st.caption(f"{len(wrong_images)} of {total} images have a wrong class. The most confident mistakes come first.")
    show_in_turn(len(wrong_images), key, lambda count: _images(classes, answers, wrong_images[:count]))


def _images(classes: Sequence[str], answers: Predictions, wrong_images: Sequence[LabelMistake]) -> Shown:
    shown = Shown()
    for mistake in wrong_images:
        row = answers.probabilities[mistake.index]
        wrong = [f"missed {classes[c]} ({percent(row[c])})" for c in mistake.missed]
        wrong += [f"added {classes[c]} ({percent(row[c])})" for c in mistake.added]
        true_labels = ", ".join(classes[c] for c in np.flatnonzero(answers.labels[mistake.index])) or "no label"
        shown.add(answers, mistake.index, true_labels, "; ".join(wrong))
    return shown
