"""Near copies on the Data page: what is done with them, and each find as images, with a person's word on it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import streamlit as st

from core.charts.style import PART_TITLES
from core.data.dataset import Dataset
from core.data.split import Split
from core.errors import InvalidExperiment
from core.experiment import SplitSpec, parse
from pages.ui.data import gallery
from pages.ui.session import state
from pages.ui.widgets.forms import render_form
from pages.ui.widgets.gallery import Cell, show_mosaic
from pages.ui.widgets.messages import explain, literal, show_error

SIDE = 120  # px of an image
MOST = 4  # images of a group that are shown
PER_PAGE = 4
_IDEA = """Two images of one class that look nearly alike, such as a photo saved twice, two frames of a video, or a copy
made lighter, grey, slightly cropped or turned, or mirrored, are no two measurements. With one in training and the other
in the test, a model is praised for what it has seen.

- **group**: they stay together in one part. Where the images came divided, the copy in training is left out.
- **drop**: one of them is used.
- **keep**: each is used as an image of its own. Scores may be too good.

Images of **two classes** are never joined or left out, however alike they look. What a **fixed camera** sees is nearly
alike everywhere: there only images that agree in what sets them apart count."""


@dataclass(frozen=True, slots=True)
class Find:
    """Images that look nearly alike. `answer`: those that are no copies any more when a person says so."""

    indices: tuple[int, ...]
    answer: tuple[int, ...]
    says: str


def finds(dataset: Dataset, split: Split, spec: SplitSpec) -> list[Find]:
    """Everything that was found, what was left out first; each image stands in the first find that tells most of it."""
    return [*_left_out(dataset, split, spec), *_groups(dataset, split, spec), *_conflicts(dataset, split)]


@st.fragment
def show(dataset: Dataset, split: Split) -> None:
    """The switch, the finds page by page, and what a person has said before."""
    spec = state.draft().split
    found = finds(dataset, split, spec)
    if not found and not spec.distinct and spec.near_copies == "group":
        return
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader("Near copies", anchor=False, width="content")
        explain("What are near copies?", _IDEA)
    form = render_form(SplitSpec, spec, "data-copies", fields=("near_copies",))
    if form.model is not None and form.model != spec:
        _change(form.model)
    if not found:
        st.markdown("No two images look nearly alike.")
    elif len(found) > PER_PAGE:
        with st.container(key="data-copies-pages"):
            page = st.pagination(-(-len(found) // PER_PAGE), key="data-copies-page")
        found = found[(page - 1) * PER_PAGE : page * PER_PAGE]
    for row in [found[start : start + 2] for start in range(0, len(found), 2)]:
        for column, find in zip(st.columns(2), row, strict=False):
            with column:
                _show(dataset, split, spec, find)
    _said(spec)


def _show(dataset: Dataset, split: Split, spec: SplitSpec, find: Find) -> None:
    where = {index: name for name in ("train", "val", "test") for index in getattr(split, name)}
    shown = find.indices[:MOST]
    with st.container(border=True):
        named = gallery.cells([dataset.items[index] for index in shown], None)
        show_mosaic([_cell(dataset, where, *pair) for pair in zip(shown, named, strict=True)], MOST, SIDE)
        more = f" The first {MOST} are shown." if len(find.indices) > MOST else ""
        st.markdown(literal(find.says + more))
        if spec.near_copies == "keep":
            return
        key = f"data-distinct-{dataset.items[find.indices[0]].digest[:12]}-{dataset.items[find.indices[1]].digest[:12]}"
        if st.button("Keep: these are different images", icon=":material/call_split:", key=key):
            digests = [dataset.items[index].digest[:16] for index in find.answer]
            _change(spec, distinct=tuple(dict.fromkeys((*spec.distinct, *digests))))


def _cell(dataset: Dataset, where: dict[int, str], index: int, cell: Cell) -> Cell:
    part = PART_TITLES[where[index]].lower() if index in where else "left out"
    return replace(cell, note=f"{dataset.label_of(dataset.items[index])}, {part}")


def _said(spec: SplitSpec) -> None:
    if not spec.distinct:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        count = len(spec.distinct)
        st.markdown(f"{count:,} image{' is' if count == 1 else 's are'} said to be different.", width="content")
        if st.button("Undo", icon=":material/undo:", type="tertiary", key="data-distinct-undo"):
            _change(spec, distinct=())


def _change(spec: SplitSpec, **parts: object) -> None:
    try:
        state.update(split=parse(SplitSpec, spec.model_dump() | parts))
    except InvalidExperiment as error:  # more than an experiment holds
        show_error(error)
    else:
        st.rerun()  # the numbers above, the sidebar and every page speak of the split too


def _left_out(dataset: Dataset, split: Split, spec: SplitSpec) -> Iterator[Find]:
    if spec.near_copies == "keep":
        return
    used = {*split.train, *split.val, *split.test}
    seen = set()
    for lost, kept in (*split.near.across, *split.near.beneath):
        if lost not in used and kept in used and lost not in seen:
            seen.add(lost)
            names = dataset.items[lost].name, dataset.items[kept].name
            yield Find((lost, kept), (lost,), f"{names[0]} is left out: {names[1]} looks nearly the same.")


def _groups(dataset: Dataset, split: Split, spec: SplitSpec) -> Iterator[Find]:
    used = {*split.train, *split.val, *split.test}
    for group in split.near.groups:
        there = sum(index in used for index in group)
        count = f"{len(group):,} images of '{dataset.label_of(dataset.items[group[0]])}' look nearly alike"
        if spec.near_copies == "keep":
            yield Find(group, group, f"{count}; each is used as an image of its own.")
        elif spec.near_copies == "drop":
            yield Find(group, group, f"{count}; one of them is used.")
        elif there > 1:
            together = tuple(index for index in group if index in used)
            which = "they" if there == len(group) else f"the {there:,} that are used"
            yield Find(together, together, f"{count}; {which} stay in one part.")


def _conflicts(dataset: Dataset, split: Split) -> Iterator[Find]:
    for one, other in split.near.conflicts:
        names = (f"'{dataset.label_of(dataset.items[index])}'" for index in (one, other))
        says = f"Of the classes {' and '.join(names)}; both are used. If they show the same, a label is wrong."
        yield Find((one, other), (one, other), says)
