"""Near copies on the Data page: how they are handled, each group as images, and the user's corrections."""

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

SIDE = 120  # displayed size in px
MAX_SHOWN = 4  # number of images shown per group
PER_PAGE = 4
_IDEA = """Two images of one class that look nearly alike, such as a photo saved twice, two frames of a video, or a copy
made lighter, grey, slightly cropped or turned, or mirrored, are not independent. With one in training and the other in
the test, the score counts images that the model has already seen.

- **group**: they stay together in one part. Where the images came divided, the copy in training is left out.
- **drop**: one of them is used.
- **keep**: each is used as an image of its own. Scores may be too good.

Images of **two classes** are never joined or left out, however alike they look. What a **fixed camera** sees is nearly
alike everywhere: there only images that agree in what sets them apart count."""


@dataclass(frozen=True, slots=True)
class Find:
    """Images that look nearly alike. `answer`: the images to mark as distinct if the user says so."""

    indices: tuple[int, ...]
    answer: tuple[int, ...]
    sentence: str


def finds(dataset: Dataset, split: Split, spec: SplitSpec) -> list[Find]:
    """All groups of near copies: left-out images first, then groups, then conflicts between classes."""
    return [*_left_out(dataset, split, spec), *_groups(dataset, split, spec), *_conflicts(dataset, split)]


@st.fragment
def show(dataset: Dataset, split: Split) -> None:
    """The setting, the groups page by page, and earlier corrections."""
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
    _show_corrections(spec)


def _show(dataset: Dataset, split: Split, spec: SplitSpec, find: Find) -> None:
    where = {index: name for name in ("train", "val", "test") for index in getattr(split, name)}
    shown = find.indices[:MAX_SHOWN]
    with st.container(border=True):
        cells = gallery.cells([dataset.items[index] for index in shown], None)
        show_mosaic([_cell(dataset, where, *pair) for pair in zip(shown, cells, strict=True)], MAX_SHOWN, SIDE)
        more = f" The first {MAX_SHOWN} are shown." if len(find.indices) > MAX_SHOWN else ""
        st.markdown(literal(find.sentence + more))
        if spec.near_copies == "keep":
            return
        key = f"data-distinct-{dataset.items[find.indices[0]].digest[:12]}-{dataset.items[find.indices[1]].digest[:12]}"
        if st.button("Keep: these are different images", icon=":material/call_split:", key=key):
            digests = [dataset.items[index].digest[:16] for index in find.answer]
            _change(spec, distinct=tuple(dict.fromkeys((*spec.distinct, *digests))))


def _cell(dataset: Dataset, where: dict[int, str], index: int, cell: Cell) -> Cell:
    part = PART_TITLES[where[index]].lower() if index in where else "left out"
    return replace(cell, note=f"{dataset.label_of(dataset.items[index])}, {part}")


def _show_corrections(spec: SplitSpec) -> None:
    if not spec.distinct:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        count = len(spec.distinct)
        st.markdown(f"{count:,} image{' is' if count == 1 else 's are'} marked as different.", width="content")
        if st.button("Undo", icon=":material/undo:", type="tertiary", key="data-distinct-undo"):
            _change(spec, distinct=())


def _change(spec: SplitSpec, **parts: object) -> None:
    try:
        state.update(split=parse(SplitSpec, spec.model_dump() | parts))
    except InvalidExperiment as error:  # too many for an experiment
        show_error(error)
    else:
        st.rerun()  # the numbers above and the sidebar show the split too


def _left_out(dataset: Dataset, split: Split, spec: SplitSpec) -> Iterator[Find]:
    if spec.near_copies == "keep":
        return
    used = {*split.train, *split.val, *split.test}
    seen = set()
    for left_out, kept in (*split.near.across, *split.near.beneath):
        if left_out not in used and kept in used and left_out not in seen:
            seen.add(left_out)
            names = dataset.items[left_out].name, dataset.items[kept].name
            yield Find((left_out, kept), (left_out,), f"{names[0]} is left out: {names[1]} looks nearly the same.")


def _groups(dataset: Dataset, split: Split, spec: SplitSpec) -> Iterator[Find]:
    used = {*split.train, *split.val, *split.test}
    for group in split.near.groups:
        used_count = sum(index in used for index in group)
        count = f"{len(group):,} images of '{dataset.label_of(dataset.items[group[0]])}' look nearly alike"
        if spec.near_copies == "keep":
            yield Find(group, group, f"{count}; each is used as an image of its own.")
        elif spec.near_copies == "drop":
            yield Find(group, group, f"{count}; one of them is used.")
        elif used_count > 1:
            together = tuple(index for index in group if index in used)
            members = "they" if used_count == len(group) else f"the {used_count:,} that are used"
            yield Find(together, together, f"{count}; {members} stay in one part.")


def _conflicts(dataset: Dataset, split: Split) -> Iterator[Find]:
    for one, other in split.near.conflicts:
        names = (f"'{dataset.label_of(dataset.items[index])}'" for index in (one, other))
        sentence = f"Of the classes {' and '.join(names)}; both are used. If they show the same, a label is wrong."
        yield Find((one, other), (one, other), sentence)
