"""Results by class for single-label classification: recall, precision, F1 and confusion matrix."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.charts.confusion import cells, confusion_figure
from core.charts.scores import recall_figure, recall_rows
from core.runs import artifacts
from core.tasks.classification.confusion import confusion
from core.tasks.classification.scores import ClassScore, class_scores
from pages.ui.results.cells import interval_cell, share_cell, share_column
from pages.ui.widgets.messages import explain
from pages.ui.widgets.plot import live_plot
from pages.ui.widgets.tables import show_table
from pages.ui.widgets.theme import theme

LONGEST_NAME, NAME_PX = 16, 115


def show(classes: Sequence[str], answers: artifacts.Predictions) -> None:
    """A bar and a table row per class, beside the confusion matrix."""
    predicted = answers.probabilities.argmax(axis=1)
    scores = class_scores(answers.labels, predicted, classes)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Recall of each class**")
        figure = recall_figure(recall_rows(scores), theme())
        live_plot(figure, key="results-recall", height=int(figure.layout.height))
        _class_table(scores)
        explain(
            "Precision, recall, F1",
            "Recall: the share of a class's images that were predicted as that class. Precision: the share of the "
            "predictions of a class that are correct. F1: their harmonic mean.",
            r"F_1 = \frac{2\,TP}{2\,TP + FP + FN}",
        )
    with right:
        st.markdown("**Confusion matrix**")
        figure = confusion_figure(cells(confusion(answers.labels, predicted, classes)), theme())
        live_plot(figure, key="results-confusion", height=int(figure.layout.height))


def _class_table(scores: tuple[ClassScore, ...]) -> None:
    frame = pd.DataFrame(
        {
            "Class": [score.name for score in scores],
            "Images": [score.n for score in scores],
            "Precision": [share_cell(score.precision) for score in scores],
            "Recall": [share_cell(score.recall) for score in scores],
            "95 % interval": [interval_cell(score.recall_low, score.recall_high) for score in scores],
            "F1": [share_cell(score.f1) for score in scores],
        }
    )
    columns: dict[str, object] = dict.fromkeys(("Precision", "Recall", "F1"), share_column())
    if max(len(score.name) for score in scores) > LONGEST_NAME:
        columns["Class"] = st.column_config.TextColumn(width=NAME_PX)  # keeps the numbers visible
    show_table(frame, hide_index=True, column_config=columns, placeholder="–", key="results-classes")
