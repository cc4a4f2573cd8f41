"""The chosen images on the Data page: numbers, classes, split, images, and left-out files."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from core.charts.classes import class_counts, class_counts_figure
from core.data.dataset import Dataset
from core.data.edits import EXCLUDED
from core.data.report import DataReport
from core.data.sources import COLLECTED, describe_folder
from core.data.split import Split
from core.errors import GraftError, UnclearLayout
from core.experiment import SplitSpec
from core.text import counted
from pages.ui.data import choose, facts, gallery, labels, reading
from pages.ui.data import copies as data_copies
from pages.ui.session import data_view, engine, state
from pages.ui.widgets.forms import render_form
from pages.ui.widgets.messages import explain, literal, show_error
from pages.ui.widgets.plot import live_plot
from pages.ui.widgets.progress import delayed_bar
from pages.ui.widgets.tables import show_table
from pages.ui.widgets.theme import theme

TALLEST_CHART = 560  # px; higher charts scroll
TALLEST_TABLE = 320
FEW = 5  # sentences shown at once
_SPLIT_IDEA = """A model is judged on images that it has not learned from.

- **Training** images are learned from.
- **Validation** images choose the best epoch, and compare settings.
- **Test** images are kept aside for one final measurement.

The seed decides which image goes where; the same seed always gives the same split. Every class is
divided in the same shares. Copies of one image never lie in two parts."""
_RARE_RULE = (
    "Rare labels: with three images or more, each part gets at least one where that is possible. Of two, one trains "
    "and one validates. A label with one image trains, and nothing measures it."
)
_SEVERAL = (
    "Each image shows any number of the classes, perhaps none (multi-label classification). In the chart an image "
    "counts for each of its labels."
)
_TINY_RULE = (
    "Small classes: with three images or more, each part gets at least one. Of two, one trains and one validates. "
    "A class with one image blocks the training."
)


def show(source: str) -> None:
    """Draw the chosen data set; if it cannot be read any more, show the error and the data sources."""
    draft = state.draft()
    split_before = engine.known_split(source, draft.split, draft.reading)
    try:
        dataset = engine.dataset(source, draft.reading, delayed_bar)
        split = engine.split(source, draft.split, draft.reading, delayed_bar)
    except UnclearLayout as error:  # the folder has changed
        if error.choices:
            data_view.ask(source, draft.reading)
            st.rerun()
        _unreadable(error)
        return
    except GraftError as error:
        _unreadable(error)
        return
    if split_before is None:
        st.rerun()  # the sidebar was drawn before the split was known
    report = engine.report(source, draft.split, draft.reading)
    _head(dataset, blocked=bool(report.problems))
    _numbers(dataset, report)
    _problems(report, source)
    reading.show(dataset, report)
    chart, controls = st.columns((3, 2), gap="large")
    with chart:
        st.subheader("Classes", anchor=False)
        _chart(dataset, split)
    with controls:
        _split(dataset, split)
    st.subheader("Images", anchor=False)
    gallery.show(dataset, split, data_view.editable(source))
    labels.show(dataset)
    data_copies.show(dataset, split)
    _left_out(report, copies=len(split.left_out))
    _notes("About the images", report.image_notes)
    st.divider()
    kind = "secondary" if report.problems else "primary"
    if st.button("Next: augment the images", type=kind, icon=":material/arrow_forward:", key="data-next"):
        st.switch_page("pages/augment.py")


def _unreadable(error: GraftError) -> None:
    show_error(error)
    choose.show(back=False)


def _head(dataset: Dataset, *, blocked: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="data-head"):
        with st.container(gap=None, width="content"):
            st.subheader(literal(dataset.name[:80]), anchor=False)
            if where := _where(dataset.source):
                st.caption(literal(where))
            if dataset.several:
                st.caption("Several labels per image", help=_SEVERAL)
        with st.container(horizontal=True, width="content", key="data-actions"):
            view = "add" if data_view.editable(dataset.source) else "copy"
            if not dataset.several:  # a collection consists of class folders
                st.button(
                    "Add images", icon=":material/add_photo_alternate:", key="data-add", on_click=_add, args=(view,),
                    type="primary" if blocked else "secondary",
                )  # fmt: skip
            st.button(
                "Change images", icon=":material/swap_horiz:", key="data-change", on_click=data_view.go,
                args=("choose",),
            )  # fmt: skip
            if not dataset.source.startswith("sample:"):
                st.button(
                    "Read again", icon=":material/refresh:", key="data-again", on_click=engine.read_again,
                    help="Look at the disk again, for images that were edited in place.",
                )  # fmt: skip


def _where(source: str) -> str:
    """The location of the images, if relevant to the user."""
    if source.startswith("sample:"):
        return ""
    kind = describe_folder(Path(source)).get("kind")
    return {"zip": "From a zip, unpacked in your workspace", COLLECTED: "In your workspace"}.get(str(kind), source)


def _add(view: data_view.View) -> None:
    state.open_collection(data_view.editable(state.draft().source))
    data_view.go(view)


def _numbers(dataset: Dataset, report: DataReport) -> None:
    sizes = facts.sizes(dataset)
    with st.container(horizontal=True, gap="medium", key="data-numbers"):
        for label, value in (
            ("Images", f"{sum(report.parts.values()):,}"),
            ("Classes", f"{len(report.classes):,}"),
            ("Left out", f"{len(report.left_out):,}"),
            ("Smallest (px)", _size(sizes.smallest)),
            ("Median (px)", _size(sizes.median)),
            ("Largest (px)", _size(sizes.largest)),
        ):
            st.metric(label, value, width="content")


def _problems(report: DataReport, source: str) -> None:
    found = report.problems
    if not found:
        return
    with st.container(key="data-problems"):
        sentences = "\n".join(f"- {literal(sentence)}" for sentence in found[:FEW])
        more = f"\n- and {len(found) - FEW} more" if len(found) > FEW else ""
        st.error(f"**A training cannot start with these images yet.**\n\n{sentences}{more}", icon=":material/block:")
        if data_view.editable(source) is None:
            more = ", or add images to a copy of it" if not report.several else ""
            st.caption(f"Change the folder and read it again{more}.")


def _chart(dataset: Dataset, split: Split) -> None:
    counts = class_counts(dataset.classes, facts.labels_by_part(dataset, split))
    figure = class_counts_figure(counts, theme())
    height = int(figure.layout.height)
    tall = {"height": TALLEST_CHART} if height > TALLEST_CHART else {}
    with st.container(key="data-chart", **tall):
        live_plot(figure, key="data-classes", height=height)


def _split(dataset: Dataset, split: Split) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader("Split", anchor=False, width="content")
        explain("Why divide the images?", _SPLIT_IDEA)
    current = state.draft().split
    fixed = dataset.presplit and any(item.part == "val" for item in dataset.items)
    if fixed:
        st.markdown("These images came divided into folders. Their parts are kept, so there is nothing to set here.")
    # divided into train and test only: the validation share is taken from the training images
    fields = ("val", "seed") if dataset.presplit and not fixed else ("val", "test", "seed")
    form = render_form(SplitSpec, current, "data-split", fields=fields, disabled=fixed)
    if form.model is not None and form.model != current:
        state.update(split=form.model)
        st.rerun()  # the sidebar and the numbers above show the split too
    names = {"train": "training", "val": "validation", "test": "test"}
    st.markdown(" · ".join(f"**{size:,}** {names[part]}" for part, size in split.sizes.items()))
    if not fixed:
        st.caption(_RARE_RULE if dataset.several else _TINY_RULE)
    _notes(None, split.notes[1:] if fixed else split.notes)  # the first note says that the data set came divided


def _left_out(report: DataReport, copies: int) -> None:
    """All unused files and folders, `copies` of them because they duplicate another image."""
    rows = report.left_out
    if not rows:
        return
    offered = len(report.unlabelled)
    by_hand = sum(one.reason == EXCLUDED for one in rows)
    unusable = len(rows) - copies - offered - by_hand
    parts = [f"{unusable:,} cannot be used"] if unusable else []
    parts += [f"{by_hand:,} {'is' if by_hand == 1 else 'are'} left out by hand"] if by_hand else []
    parts += [f"{copies:,} {'is a copy' if copies == 1 else 'are copies'} of another image"] if copies else []
    parts += [f"{counted(offered, 'folder')} can be predicted"] if offered else []
    st.subheader("Left out", anchor=False)
    st.markdown(f"{', '.join(parts)}.")
    frame = pd.DataFrame({"File": [one.name for one in rows], "Why": [one.reason for one in rows]})
    columns = {"File": st.column_config.TextColumn(width=240), "Why": st.column_config.TextColumn(width=720)}
    height = {"height": TALLEST_TABLE} if len(rows) > 8 else {}
    with st.container(key="data-left-out"):
        show_table(frame, hide_index=True, column_config=columns, **height)


def _notes(title: str | None, found: Sequence[str]) -> None:
    if not found:
        return
    if title:
        st.subheader(title, anchor=False)
    st.markdown("\n".join(f"- {literal(note)}" for note in found[:FEW]))
    if len(found) > FEW:
        with st.expander(f"{len(found) - FEW} more"):
            st.markdown("\n".join(f"- {literal(note)}" for note in found[FEW:]))


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]} × {size[1]}"
