"""Labels that look wrong on the Data page: found before any training, mended image by image, and the list of edits."""

import tempfile
from collections.abc import Hashable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core.data.dataset import Dataset, Item
from core.edits import Edit
from core.errors import GraftError
from core.experiment import Experiment
from core.files import slug
from core.planning.experiments import default_experiment
from core.text import counted, percent, shown
from core.work.progress import finish
from pages.ui.data import gallery
from pages.ui.session import edits as session_edits
from pages.ui.session import engine, state
from pages.ui.widgets.gallery import Cell, show_mosaic
from pages.ui.widgets.messages import explain, literal, show_error
from pages.ui.widgets.progress import show_progress

if TYPE_CHECKING:  # importing it loads torch
    from core.screening.suspects import Suspect, Suspects

SIDE, NEXT_SIDE, NEXT = 300, 110, 6
MOST_EDITS_SHOWN = 50
MOST_PIXELS = 1_000_000_000  # of a set that is sent through the browser: some hundred MB
_SHOWN, _ALL_RIGHT = "labels:shown", "labels:right"  # the search that is shown; images whose label was confirmed
_IDEA = (
    "A small classifier (a *probe*) is fitted on features of the frozen backbone, in five folds: it never judges an "
    "image, or a near copy of it, that it was fitted on. The less it is sure of an image's label, the earlier that "
    "image comes. A probe errs too: look at each image before you change its label. Files are never touched; the list "
    "of edits is kept in your workspace, and the next training uses it."
)
_REFERENCE = "Northcutt, Jiang and Chuang, Confident learning, JAIR 2021."


def show(dataset: Dataset) -> None:
    """The search, what it found, and the edits. `dataset` is the chosen one with its edits."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader("Labels", anchor=False, width="content")
        explain("How are wrong labels found?", _IDEA, None, _REFERENCE)
    if error := state.recall("labels:error", None):
        show_error(error)
        state.remember("labels:error", None)
    if dataset.several:
        st.caption("Wrong labels are looked for where every image has one class.")
    else:
        _search(dataset)
    _edits(dataset)


def _search(dataset: Dataset) -> None:
    key, shown_key = _key(dataset), state.recall(_SHOWN, None)
    begun = shown_key is not None and shown_key[:2] == key[:2]
    analyses = engine.manager().analyses if begun else None  # it waits for torch
    analysis = analyses.analysis(shown_key) if analyses else None
    if analyses is None or analysis is None:
        st.caption("A search of some seconds, before any training: does every image look like its class?")
        _begin("Look for wrong labels", dataset)
    elif analysis.error is not None:
        st.error(literal(analysis.error), icon=":material/error:")
        _begin("Try again", dataset)
    elif analysis.result is None:
        show_progress(analyses, shown_key, "labels-cancel")
    else:
        _found(dataset, analysis.result, changed=shown_key != key)


def _key(dataset: Dataset) -> tuple[Hashable, ...]:
    """What a search depends on; its first two parts are the images that it is about."""
    draft = state.draft()
    images = draft.source, draft.reading.unedited
    return "labels", images, dataset.fingerprint, draft.split, draft.backbone, draft.device


def _begin(label: str, dataset: Dataset) -> None:
    if not st.button(label, icon=":material/search:", key="labels-search"):
        return
    from core.runs.trial import suspicious_labels

    key = _key(dataset)
    try:
        experiment, workspace, device = _experiment(dataset), engine.workspace(), state.draft().device or "auto"
        engine.manager().analyses.cancel(key)  # one that failed
        engine.manager().analyses.analyse(
            key, lambda control: suspicious_labels(experiment, workspace, device, control)
        )
    except GraftError as error:
        show_error(error)
        return
    state.remember(_SHOWN, key)
    st.rerun()


def _experiment(dataset: Dataset) -> Experiment:
    draft, base = state.draft(), default_experiment(dataset.source, state.draft().backbone)
    data = base.data.model_copy(update={"split": draft.split, "reading": draft.reading})
    return base.changed(data=data, seed=draft.seed)


def _found(dataset: Dataset, found: "Suspects", *, changed: bool) -> None:
    edited = {edit.image for edit in dataset.reading.edits}
    right: frozenset[str] = state.recall(_ALL_RIGHT, frozenset())
    open_ones = [one for one in found.suspicious if one.image not in edited and one.digest not in right]
    if found.unjudged:
        names = ", ".join(found.unjudged[:5]) + (", ..." if len(found.unjudged) > 5 else "")
        st.caption(literal(f"Too few images to be judged: {names}."))
    count = f"{counted(len(found.suspicious), 'label')} of {len(found.ranked):,}"
    st.markdown(
        f"**{count}** {'looks' if len(found.suspicious) == 1 else 'look'} wrong to the probe, which is right for "
        f"{percent(found.accuracy)} of them." if found.suspicious else "No label looks wrong."
    )  # fmt: skip
    items = {item.name: item for item in dataset.items}
    open_ones = [one for one in open_ones if one.image in items]
    if open_ones:
        _card(dataset, items[open_ones[0].image], open_ones[0], len(open_ones))
        _next_ones(items, open_ones[1 : 1 + NEXT])
    elif found.suspicious:
        st.markdown(":material/check: You have looked at all of them.")
    if changed:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption("Labels have changed since this search.", width="content")
            _begin("Look again", dataset)


def _card(dataset: Dataset, item: Item, suspect: "Suspect", left: int) -> None:
    with st.container(border=True, key="labels-card"):
        image, text = st.columns((2, 3), gap="medium")
        with image:
            show_mosaic([Cell(gallery.cells([item], None)[0].pixels, item.name.rsplit("/", 1)[-1])], 1, SIDE)
        with text:
            st.markdown(
                f"Labelled **{literal(suspect.label)}** ({percent(suspect.confidence)}), looks like "
                f"**{literal(suspect.other)}** ({percent(suspect.other_confidence)})."
            )
            others = [name for name in dataset.classes if name not in (suspect.label, suspect.other)]
            _button(f"It is {literal(suspect.other)}", "Y", dataset, item, [suspect.other], "labels-relabel", "primary")
            with st.container(horizontal=True):
                st.button(
                    f"{literal(suspect.label)} is right", icon=":material/check:", shortcut="K", key="labels-right",
                    on_click=_confirm, args=(suspect.digest,),
                )  # fmt: skip
                _button("Leave it out", "X", dataset, item, None, "labels-exclude")
            if others:
                key = f"labels-other-{hash((item.name, item.digest))}"
                st.selectbox(
                    "Another class", others, index=None, format_func=shown, key=key, label_visibility="collapsed",
                    placeholder="It is something else", on_change=_apply_chosen, args=(dataset, item, key),
                )  # fmt: skip
            st.caption(f"{counted(left, 'image')} to look at. Keys: Y, K and X.")


def _button(
    label: str, key: str, dataset: Dataset, item: Item, labels: list[str] | None, name: str, kind: str = "secondary"
) -> None:
    icon = ":material/block:" if labels is None else ":material/label:"
    st.button(
        label, icon=icon, shortcut=key, key=name, type=kind, on_click=_apply, args=(dataset, item, labels)  # type: ignore[arg-type]
    )  # fmt: skip


def _next_ones(items: dict[str, Item], suspects: "list[Suspect]") -> None:
    if suspects:
        cells = gallery.cells([items[one.image] for one in suspects], None)
        show_mosaic(
            [Cell(cell.pixels, one.label, note=f"{one.other}?") for cell, one in zip(cells, suspects, strict=True)],
            NEXT, NEXT_SIDE,
        )  # fmt: skip


def _confirm(digest: str) -> None:
    state.remember(_ALL_RIGHT, state.recall(_ALL_RIGHT, frozenset()) | {digest})


def _apply(dataset: Dataset, item: Item, labels: list[str] | None) -> None:
    _guarded(partial(session_edits.change, dataset, item, labels))


def _apply_chosen(dataset: Dataset, item: Item, key: str) -> None:
    chosen = st.session_state.get(key)
    if chosen is not None:
        st.session_state[key] = None  # what failed is tried again only if it is chosen again
        _apply(dataset, item, [chosen])


def _undo(source: str, edit: Edit | None = None) -> None:
    _guarded(partial(session_edits.undo, source, edit))


def _guarded(work: partial[None]) -> None:
    try:
        work()
    except GraftError as error:
        state.remember("labels:error", error)


def _edits(dataset: Dataset) -> None:
    edits, kept = dataset.reading.edits, session_edits.kept(dataset.source)
    if edits != kept:
        with st.container(horizontal=True, vertical_alignment="center"):
            here = counted(len(edits), "edit")
            st.caption(f"{here} here, {counted(len(kept), 'edit')} in the workspace's own list.", width="content")
            use = partial(session_edits.use_kept, dataset.source)
            st.button("Use that list", icon=":material/sync:", on_click=_guarded, args=(use,), key="labels-use-kept")
    if not edits:
        return
    with st.expander(f"{counted(len(edits), 'edit')} of labels", icon=":material/edit_note:", key="labels-edits"):
        for number, edit in enumerate(edits[-MOST_EDITS_SHOWN:][::-1]):
            now = "left out" if edit.labels is None else f"now **{literal(', '.join(edit.labels) or 'no label')}**"
            with st.container(horizontal=True, vertical_alignment="center"):
                before = literal(", ".join(edit.before) or "no label")
                st.markdown(f"{literal(edit.image)}: {now} (before: {before})", width="stretch")
                st.button(
                    "Undo", icon=":material/undo:", type="tertiary", on_click=_undo, args=(dataset.source, edit),
                    key=f"labels-undo-{number}-{edit.digest[:16]}-{hash(edit.image)}",
                )  # fmt: skip
        if len(edits) > 1:
            st.button("Undo all", icon=":material/undo:", on_click=_undo, args=(dataset.source,), key="labels-undo-all")
        st.caption("Your files are as they were. The next training uses these labels, and its record says so.")
        if sum(item.width * item.height for item in dataset.items) <= MOST_PIXELS:
            st.download_button(
                "Download the mended set", data=partial(_mended_zip, dataset), mime="application/zip",
                file_name=f"{slug(dataset.name)}-mended.zip", on_click="ignore", icon=":material/download:",
                key="labels-export", help="The images as files, in folders of the classes that they have now.",
            )  # fmt: skip
        else:
            st.caption("`graft labels --data FOLDER --export OUT` copies the images into folders of their classes.")


def _mended_zip(dataset: Dataset) -> bytes:
    from core.export.mended import write_mended

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mended.zip"
        finish(write_mended(dataset, path))
        return path.read_bytes()
