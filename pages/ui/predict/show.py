"""Show predictions: one image with its probabilities, many as a table and a CSV."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st
from PIL import Image

from core.charts.probabilities import TopClasses, probabilities_figure, top_answers
from core.data.dataset import NO_LABEL
from core.errors import UnreadableImage
from core.export.table import predictions_csv
from core.files import slug
from core.runs.records import Run
from core.tasks.decision import Decision
from core.text import percent
from pages.ui.predict.answers import THUMBNAIL_PX, Answer, Source, jpeg
from pages.ui.predict.folder import MOST_NAMED, FolderAnswers, OnDisk
from pages.ui.widgets.messages import literal
from pages.ui.widgets.plot import live_plot
from pages.ui.widgets.tables import show_table
from pages.ui.widgets.theme import theme

if TYPE_CHECKING:  # importing it loads torch
    from core.evaluation.predict import Predictor

MOST_BARS = 8
MOST_ROWS = 8  # more rows by scrolling
ROW_PX = THUMBNAIL_PX + 8
SEVERAL_SET = (
    "The model knows only its {n} classes and decides on each one separately. It can predict none of them, but a high "
    "probability does not mean that the image is of a kind it knows."
)
CLOSED_SET = (
    "The model knows only its {n} classes and always predicts one of them, even if the image shows none of them. A "
    "high probability does not mean that the image is of a kind it knows."
)


def show_answers(run: Run, predictor: "Predictor", sources: Sequence[Source], answers: Sequence[Answer]) -> None:
    """Show all predictions, and files without one with the reason. `sources` and `answers` have the same order."""
    predicted = [(source, answer) for source, answer in zip(sources, answers, strict=True) if not answer.reason]
    _show_refused([answer for answer in answers if answer.reason])
    if not predicted:
        return
    if len(predicted) == 1:
        _one(predictor, *predicted[0])
    else:
        rows = [(answer.name, answer.probabilities) for _, answer in predicted]
        _many(run, predictor, predicted, lambda: rows, len(predicted))
    _notes([answer for _, answer in predicted])
    st.caption(_closed_set_note(predictor))


def show_folder(run: Run, predictor: "Predictor", found: FolderAnswers) -> None:
    """A table of a folder's first predictions, all as a CSV, and files without one with the reason."""
    _show_refused(found.refused)
    if found.no_images:
        which = (
            "1 other file is no image and was"
            if found.no_images == 1
            else f"{found.no_images:,} other files are no images and were"
        )
        st.caption(f"{which} left out.")
    if not found.rows:
        st.info("There is no image in this folder that can be read. Name another one.", icon=":material/info:")
        return
    _many(run, predictor, found.rows, found.csv_rows, len(found.names))
    _notes([answer for _, answer in found.rows])
    st.caption(_closed_set_note(predictor))


def _closed_set_note(predictor: "Predictor") -> str:
    template = SEVERAL_SET if predictor.decision.several else CLOSED_SET
    return template.format(n=len(predictor.classes))


def _notes(answers: Sequence[Answer]) -> None:
    """Notes on how files were decoded; files with the same note are summarised."""
    names_by_note: dict[str, list[str]] = {}
    for answer in answers:
        for note in answer.notes:
            names_by_note.setdefault(note, []).append(answer.name)
    for note, names in list(names_by_note.items())[:MOST_NAMED]:
        more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
        st.caption(f"{literal(names[0])}{more}: {literal(note)}")
    if (more_notes := len(names_by_note) - MOST_NAMED) > 0:
        st.caption(f"{more_notes:,} more {'note' if more_notes == 1 else 'notes'} on how files were read.")


def _show_refused(answers: Sequence[Answer]) -> None:
    if not answers:
        return
    lines = "\n".join(f"- **{literal(answer.name)}**: {literal(answer.reason)}" for answer in answers[:MOST_NAMED])
    if len(answers) > MOST_NAMED:
        lines += f"\n- and {len(answers) - MOST_NAMED:,} more"
    which = "This file was not used" if len(answers) == 1 else f"These {len(answers)} files were not used"
    st.warning(f"{which}:\n\n{lines}", icon=":material/hide_image:")


def _one(predictor: "Predictor", source: Source | OnDisk, answer: Answer) -> None:
    """The image as the model sees it, beside the probabilities."""
    left, right = st.columns([2, 3], gap="large")
    side = predictor.geometry.image_size
    with left:
        try:
            pixels = predictor.read(source.read())
        except UnreadableImage as error:  # it was readable a moment ago
            st.warning(literal(str(error)))
            return
        st.image(jpeg(Image.fromarray(pixels)), width=max(side, 288), alt=answer.name)
        st.caption(f"{literal(answer.name)}, as the model sees it: the middle, {side} × {side} px.")
    with right:
        data = top_answers(predictor.decision, answer.probabilities, MOST_BARS)
        st.subheader(_headline(data), anchor=False)
        figure = probabilities_figure(data, theme())
        live_plot(figure, key="predict-chart", height=int(figure.layout.height))
        if data.others:
            st.caption(f"{data.others} less probable classes are not drawn.")
        if data.thresholds is not None:
            st.caption("The dotted lines are the thresholds: a class is predicted if its probability reaches it.")


def _headline(data: TopClasses) -> str:
    labels = [
        f"{literal(name)} :gray[{percent(probability)}]"
        for name, probability, there in zip(data.names, data.probabilities, data.predicted, strict=True)
        if there
    ]
    return ", ".join(labels) or "None of its classes"


def _many(
    run: Run,
    predictor: "Predictor",
    predicted: Sequence[tuple[Source | OnDisk, Answer]],
    all_rows: Callable[[], Iterable[tuple[str, Sequence[float]]]],
    total: int,
) -> None:
    """A table of `predicted`, and a CSV of all `total` predictions from `all_rows`."""
    decision = predictor.decision
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(f"{total:,} images", anchor=False, width="content")
        st.download_button(
            "Download as CSV",
            lambda: predictions_csv(decision, all_rows()),
            file_name=f"predictions-{slug(run.name)}.csv",
            mime="text/csv",
            on_click="ignore",
            type="primary",
            icon=":material/download:",
            key="predict-csv",
        )
    if total > len(predicted):
        st.caption(f"The first {len(predicted)} of {total:,} are shown; the CSV has all.")
    st.caption("Choose a row to see that image and all its probabilities.")
    percent = st.column_config.ProgressColumn(format="%.0f %%", min_value=0, max_value=100, color="primary")
    columns = {"Image": st.column_config.ImageColumn(width=THUMBNAIL_PX + 16), "Probability": percent}
    event = show_table(
        _frame(decision, [answer for _, answer in predicted]),
        hide_index=True,
        column_config=columns,
        row_height=ROW_PX,
        height=min(len(predicted), MOST_ROWS) * ROW_PX + 40,
        on_select="rerun",
        selection_mode="single-row",
        key="predict-table",
    )
    rows = event.selection.rows
    if rows and rows[0] < len(predicted):
        _one(predictor, *predicted[rows[0]])


def _frame(decision: Decision, answers: Sequence[Answer]) -> pd.DataFrame:
    files = {"Image": [answer.thumbnail for answer in answers], "File": [answer.name for answer in answers]}
    if decision.several:
        return pd.DataFrame({**files, "Labels": [_labels(decision, answer.probabilities) for answer in answers]})
    tops = [top_answers(decision, answer.probabilities, 2) for answer in answers]
    return pd.DataFrame(
        {
            **files,
            "Class": [top.names[0] for top in tops],
            "Probability": [top.probabilities[0] * 100 for top in tops],
            "Second best": [_second(top.names[1:], top.probabilities[1:]) for top in tops],
        }
    )


def _labels(decision: Decision, probabilities: Sequence[float]) -> str:
    labels = [
        f"{decision.classes[index]} ({percent(probabilities[index])})" for index in decision.predicted(probabilities)
    ]
    return ", ".join(labels) or NO_LABEL


def _second(names: Sequence[str], probabilities: Sequence[float]) -> str:
    return f"{names[0]} ({percent(probabilities[0])})" if names else ""
